import { checkBooleans, checkInteger, checkObject, coded, wrongType } from './argument-errors.js'
import type { ModeLike } from './arguments.js'
import { checkEncoding, type Encoding } from './text.js'

/* Options that several calls take. */

/** Names as text in this encoding, `'buffer'`: as bytes. @default 'utf8', with other bytes as `decodeName` has them */
export type NameEncoding = Encoding | 'buffer'

interface Abortable {
  /**
   * Ends the call with an AbortError, once the request that is under way is answered. The server is told by INTERRUPT where
   * the kernel would tell it: not of READs and WRITEs of cached content.
   */
  readonly signal?: AbortSignal | undefined
}

/** Options of `readFile` for bytes. */
export interface ReadFileOptions extends Abortable {
  readonly encoding?: null | undefined
  /** @default 'r' */
  readonly flag?: string | number | undefined
}

/** Options of `readFile` for text. */
export interface ReadTextOptions extends Abortable {
  readonly encoding: Encoding
  /** @default 'r' */
  readonly flag?: string | number | undefined
}

/** Options of `writeFile` and `appendFile`. */
export interface WriteFileOptions extends Abortable {
  /** Of text. @default 'utf8' */
  readonly encoding?: Encoding | null | undefined
  /** Permissions of a file that is made. @default 0o666 */
  readonly mode?: ModeLike | undefined
  /** @default 'w', or 'a' for `appendFile` */
  readonly flag?: string | number | undefined
  /** Has the server write it out before the file is closed: fsync. @default false */
  readonly flush?: boolean | undefined
}

/** Options of `readdir`. */
export interface ReaddirOptions {
  readonly encoding?: NameEncoding | null | undefined
  /** Entries instead of names. @default false */
  readonly withFileTypes?: boolean | undefined
  /** Goes on in the directories below, not through links; names are paths from the directory. @default false */
  readonly recursive?: boolean | undefined
}

/** Options of `rm`. */
export interface RemoveOptions {
  /** Directories too, with all that is in them. @default false */
  readonly recursive?: boolean | undefined
  /** What is not there is no error. @default false */
  readonly force?: boolean | undefined
  /** Taken for the sake of Node, whose reasons to try again do not come up here. */
  readonly maxRetries?: number | undefined
  readonly retryDelay?: number | undefined
}

/**
 * The encoding in options that may be one themselves; undefined if there is none.
 * @throws TypeError ERR_INVALID_ARG_VALUE for an encoding that is none, ERR_INVALID_ARG_TYPE for what is no options
 */
export function encodingOf<E extends NameEncoding>(
  options: { readonly encoding?: E | null | undefined } | E | null | undefined,
): E | undefined {
  if (options === null || options === undefined) return undefined
  if (typeof options !== 'object' && typeof options !== 'string')
    throw wrongType('options', 'an object or an encoding', options)
  const encoding = typeof options === 'string' ? options : options.encoding
  if (encoding === null || encoding === undefined) return undefined
  if (encoding !== 'buffer') checkEncoding(encoding)
  return encoding
}

/** @throws TypeError ERR_INVALID_ARG_TYPE, RangeError ERR_OUT_OF_RANGE */
export function checkRemoveOptions(options: RemoveOptions): void {
  checkObject(options)
  checkBooleans(options, ['recursive', 'force'])
  checkInteger('options.retryDelay', options.retryDelay ?? 0, 0, 0x7fff_ffff)
  checkInteger('options.maxRetries', options.maxRetries ?? 0, 0, 0xffff_ffff)
}

/** @throws Error ERR_FS_INVALID_SYMLINK_TYPE */
export function checkLinkType(type: unknown): void {
  if (typeof type !== 'string' || ['dir', 'file', 'junction'].includes(type)) return
  throw coded(
    new Error(`a link is a "dir", a "file" or a "junction", not ${JSON.stringify(type)}`),
    'ERR_FS_INVALID_SYMLINK_TYPE',
  )
}
