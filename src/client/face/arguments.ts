import { decodeName } from '../../base/name.js'
import { O_APPEND, O_CREAT, O_EXCL, O_LARGEFILE, O_RDONLY, O_RDWR, O_SYNC, O_TRUNC, O_WRONLY } from '../constants.js'
import type { Time } from '../vfs/times.js'
import { checkInteger, coded, wrongType, wrongValue } from './argument-errors.js'

/* What users pass, in the forms that Node takes. */

/** A path: a string in the encoding of `decodeName`, its bytes, or a `file:` URL. Relative ones start at the root. */
export type PathLike = string | Uint8Array | URL

/** A time: seconds since 1970, also as text, or a date. */
export type TimeLike = number | bigint | string | Date

/** Permissions: a number, or text with octal digits. */
export type ModeLike = number | string

const MOST_ID = 0xffff_ffff

/** @throws TypeError with the codes of Node for what is no path */
export function toPath(path: PathLike, name = 'path'): string {
  const text = typeof path === 'string' ? path : path instanceof Uint8Array ? decodeName(path) : fromUrl(path, name)
  if (text.includes('\0')) throw wrongValue(name, path, 'no path has a null byte')
  return text
}

function fromUrl(url: URL, name: string): string {
  if (typeof url !== 'object' || url === null || typeof url.href !== 'string' || typeof url.protocol !== 'string')
    throw wrongType(name, 'a string, a Uint8Array or a URL', url)
  const refuse = (code: string, why: string) => coded(new TypeError(`${name} ${url.href}: ${why}`), code)
  if (url.protocol !== 'file:') throw refuse('ERR_INVALID_URL_SCHEME', 'the URL must start with file:')
  if (url.hostname !== '') throw refuse('ERR_INVALID_FILE_URL_HOST', 'the URL must have no host')
  if (/%2f/i.test(url.pathname)) throw refuse('ERR_INVALID_FILE_URL_PATH', 'a name cannot have a slash')
  return decodeURIComponent(url.pathname)
}

const FLAGS: Readonly<Record<string, number>> = {
  r: O_RDONLY,
  rs: O_RDONLY | O_SYNC,
  sr: O_RDONLY | O_SYNC,
  'r+': O_RDWR,
  'rs+': O_RDWR | O_SYNC,
  'sr+': O_RDWR | O_SYNC,
  w: O_WRONLY | O_CREAT | O_TRUNC,
  wx: O_WRONLY | O_CREAT | O_TRUNC | O_EXCL,
  xw: O_WRONLY | O_CREAT | O_TRUNC | O_EXCL,
  'w+': O_RDWR | O_CREAT | O_TRUNC,
  'wx+': O_RDWR | O_CREAT | O_TRUNC | O_EXCL,
  'xw+': O_RDWR | O_CREAT | O_TRUNC | O_EXCL,
  a: O_WRONLY | O_CREAT | O_APPEND,
  ax: O_WRONLY | O_CREAT | O_APPEND | O_EXCL,
  xa: O_WRONLY | O_CREAT | O_APPEND | O_EXCL,
  as: O_WRONLY | O_CREAT | O_APPEND | O_SYNC,
  sa: O_WRONLY | O_CREAT | O_APPEND | O_SYNC,
  'a+': O_RDWR | O_CREAT | O_APPEND,
  'ax+': O_RDWR | O_CREAT | O_APPEND | O_EXCL,
  'xa+': O_RDWR | O_CREAT | O_APPEND | O_EXCL,
  'as+': O_RDWR | O_CREAT | O_APPEND | O_SYNC,
  'sa+': O_RDWR | O_CREAT | O_APPEND | O_SYNC,
}

/** The flags of open(2) for a word like `'r+'`, or a number of Linux's O_ bits. */
export function toFlags(flags: string | number): number {
  if (typeof flags === 'number') {
    checkInteger('flags', flags, -0x8000_0000, 0x7fff_ffff)
    return flags | O_LARGEFILE
  }
  if (!Object.hasOwn(FLAGS, flags)) throw wrongValue('flags', flags, 'are none that open() knows')
  return FLAGS[flags]! | O_LARGEFILE
}

/** Permissions and the bits above them, without a type. */
export function toMode(mode: ModeLike | null | undefined, otherwise?: number): number {
  if (mode === undefined || mode === null) {
    if (otherwise === undefined) throw wrongType('mode', 'a number or text with octal digits', mode)
    return otherwise
  }
  if (typeof mode === 'string') {
    if (!/^[0-7]+$/.test(mode)) throw wrongValue('mode', mode, 'has other characters than octal digits')
    return toMode(Number.parseInt(mode, 8))
  }
  checkInteger('mode', mode, 0, 0xffff_ffff)
  return mode & 0o7777
}

/** @throws RangeError ERR_OUT_OF_RANGE, TypeError ERR_INVALID_ARG_TYPE for what is no id; -1 is one */
export function checkIds(uid: number, gid: number): void {
  checkInteger('uid', uid, -1, MOST_ID)
  checkInteger('gid', gid, -1, MOST_ID)
}

export function toTime(time: TimeLike): Time {
  const isTime = time instanceof Date || ['number', 'bigint', 'string'].includes(typeof time)
  const seconds = time instanceof Date ? time.getTime() / 1000 : Number(time)
  if (!isTime || !Number.isFinite(seconds)) throw wrongType('time', 'a number of seconds or a Date', time)
  const sec = Math.floor(seconds)
  return { sec, nsec: Math.min(999_999_999, Math.round((seconds - sec) * 1e9)) }
}
