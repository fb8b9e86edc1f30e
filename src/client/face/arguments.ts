import { decodeName } from '../../base/name.js'
import { O_APPEND, O_CREAT, O_EXCL, O_LARGEFILE, O_RDONLY, O_RDWR, O_SYNC, O_TRUNC, O_WRONLY } from '../constants.js'
import type { Time } from '../vfs/times.js'

/* What users pass, in the forms that Node takes. */

/** A path: a string in the encoding of `decodeName`, its bytes, or a `file:` URL. Relative ones start at the root. */
export type PathLike = string | Uint8Array | URL

/** A time: seconds since 1970, or a date. */
export type TimeLike = number | bigint | Date

/** Text is UTF-8. */
export type Encoding = 'utf8' | 'utf-8'

export function toPath(path: PathLike): string {
  if (typeof path === 'string') return path
  if (path instanceof Uint8Array) return decodeName(path)
  if (path.protocol !== 'file:') throw new TypeError(`the URL ${path.href} does not start with file:`)
  return decodeURIComponent(path.pathname)
}

const FLAGS: Readonly<Record<string, number>> = {
  r: O_RDONLY,
  rs: O_RDONLY | O_SYNC,
  'r+': O_RDWR,
  'rs+': O_RDWR | O_SYNC,
  w: O_WRONLY | O_CREAT | O_TRUNC,
  wx: O_WRONLY | O_CREAT | O_TRUNC | O_EXCL,
  'w+': O_RDWR | O_CREAT | O_TRUNC,
  'wx+': O_RDWR | O_CREAT | O_TRUNC | O_EXCL,
  a: O_WRONLY | O_CREAT | O_APPEND,
  ax: O_WRONLY | O_CREAT | O_APPEND | O_EXCL,
  as: O_WRONLY | O_CREAT | O_APPEND | O_SYNC,
  'a+': O_RDWR | O_CREAT | O_APPEND,
  'ax+': O_RDWR | O_CREAT | O_APPEND | O_EXCL,
  'as+': O_RDWR | O_CREAT | O_APPEND | O_SYNC,
}

/** The flags of open(2) for a word like `'r+'`, or a number of Linux's O_ bits. */
export function toFlags(flags: string | number): number {
  const bits = typeof flags === 'number' ? flags : FLAGS[flags]
  if (bits === undefined) throw new TypeError(`the flags ${JSON.stringify(flags)} are none that open() knows`)
  return bits | O_LARGEFILE
}

export function toTime(time: TimeLike): Time {
  const seconds = time instanceof Date ? time.getTime() / 1000 : Number(time)
  if (!Number.isFinite(seconds)) throw new TypeError(`${String(time)} is no time`)
  const sec = Math.floor(seconds)
  return { sec, nsec: Math.min(999_999_999, Math.round((seconds - sec) * 1e9)) }
}

export function toBytes(data: string | ArrayBufferView): Uint8Array {
  if (typeof data === 'string') return new TextEncoder().encode(data)
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
}

export function decoded(bytes: Uint8Array, encoding: Encoding | null | undefined): Uint8Array | string {
  if (encoding === null || encoding === undefined) return bytes
  if (encoding === 'utf8' || encoding === 'utf-8') return new TextDecoder().decode(bytes)
  throw new TypeError(`the encoding ${String(encoding)} is not supported; decode the bytes yourself`)
}
