import type { Unique } from '../base/ids.js'
import { fuse_in_header, fuse_out_header } from './structs/header.js'
import { fuse_write_in } from './structs/file.js'

/* Numbers of the protocol that belong to no struct. Sizes are in bytes. */

/** The least size of a buffer that the device is read with, whatever `max_write` is. */
export const FUSE_MIN_READ_BUFFER = 8192
/** Size of the header of a request. */
export const IN_HEADER_SIZE = fuse_in_header.size
/** Size of the header of a reply or notification. */
export const OUT_HEADER_SIZE = fuse_out_header.size
/** What the device may be short of, besides the data of a WRITE. */
const WRITE_HEAD_SIZE = fuse_in_header.size + fuse_write_in.size
/** The most iovecs in an ioctl reply with RETRY. */
export const FUSE_IOCTL_MAX_IOV = 256
/** The most bytes of device information in the reply to CUSE_INIT. */
export const CUSE_INIT_INFO_MAX = 4096
/** Below and at this, the second word of an extension is a count of security contexts, not a type. */
export const FUSE_MAX_NR_SECCTX = 31
/** The type of the extension with supplementary groups. */
export const FUSE_EXT_GROUPS = 32
/** Every extension, and every record of a directory, has a size that is a multiple of this. */
export const RECORD_ALIGN = 8
/** Uid or gid of a caller that has none in the namespace of the mount, and of most requests with ALLOW_IDMAP. */
export const INVALID_ID = 0xffff_ffff
/** The page size that `max_pages` counts in. */
export const PAGE_SIZE = 4096
/** The longest name in LOOKUP and its kin, and in notifications, while `max_pages` is 1. */
export const NAME_MAX_ONE_PAGE = 1024
/** The longest name once `max_pages` is above 1, and the longest that a directory record may have. */
export const NAME_MAX_PAGES = 4095
/** Room for the longest notification without its data: header, struct, and a name of `NAME_MAX_PAGES` bytes with its end. */
export const NOTIFY_HEAD_MAX = 4096 + 64
/** The largest errno that a reply may carry. */
export const MAX_ERRNO = 511
/** Bit 63 of `unique`: a request that is sent again after RESEND. */
export const FUSE_UNIQUE_RESEND = 1n << 63n
/** What the kernel adds to the `unique` of a request to form that of its INTERRUPT. */
export const INTERRUPT_BIT = 1

/** The least buffer to read the device with, for a connection with this `maxWrite`. */
export function readBufferSize(maxWrite: number): number {
  return Math.max(FUSE_MIN_READ_BUFFER, WRITE_HEAD_SIZE + maxWrite)
}

/** The most entries that REMOVEMAPPING may have for a page of `pageSize` bytes. */
export function removeMappingMaxEntries(pageSize: number): number {
  return Math.floor(pageSize / 16)
}

/** `size` and as many bytes as bring it to a multiple of 8. */
export function alignRecord(size: number): number {
  return Math.ceil(size / RECORD_ALIGN) * RECORD_ALIGN
}

/** Whether the request was sent before, and comes again after RESEND; it must be answered under this very `unique`. */
export function isResend(unique: Unique): boolean {
  return typeof unique === 'bigint' && (unique & FUSE_UNIQUE_RESEND) !== 0n
}

/** The `unique` that the request had when it came first. */
export function withoutResend(unique: Unique): Unique {
  if (!isResend(unique)) return unique
  const plain = BigInt(unique) & ~FUSE_UNIQUE_RESEND
  return (plain <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(plain) : plain) as Unique
}

/** The `unique` that the INTERRUPT of request `unique` has. */
export function interruptUnique(unique: Unique): Unique {
  if (typeof unique === 'bigint') return (unique | BigInt(INTERRUPT_BIT)) as Unique
  return (unique % 2 === 0 ? unique + INTERRUPT_BIT : unique) as Unique
}
