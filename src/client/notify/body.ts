import { decodeName } from '../../base/name.js'
import { ERRNO } from '../../base/errno.js'
import { OUT_HEADER_SIZE } from '../../protocol/limits.js'
import type { MessageBuffer } from '../../protocol/message.js'

/** Where the body of a notification starts. */
export const BODY = OUT_HEADER_SIZE

export function bodyLength(end: number): number {
  return end - BODY
}

/**
 * A number of 64 bits, as far as it matters: one beyond 2^53 names no object here, and is behind the end of every file. (The
 * codec would refuse it, where the kernel answers ENOENT.)
 */
export function u64At(message: MessageBuffer, at: number): number {
  return Number(message.view.getBigUint64(at, true))
}

export function i64At(message: MessageBuffer, at: number): number {
  return Number(message.view.getBigInt64(at, true))
}

/**
 * The name behind a struct of `head` bytes, whose length stands at `lengthAt` of the message; or a negated errno. Its length
 * is checked before that of the message. The byte behind the name may be any.
 */
export function nameAt(
  message: MessageBuffer,
  end: number,
  head: number,
  lengthAt: number,
  maxBytes: number,
): string | number {
  if (bodyLength(end) < head) return -ERRNO.EINVAL
  const length = message.view.getUint32(lengthAt, true)
  if (length > maxBytes) return -ERRNO.ENAMETOOLONG
  if (bodyLength(end) !== head + length + 1) return -ERRNO.EINVAL
  return decodeName(message.bytes, BODY + head, BODY + head + length)
}
