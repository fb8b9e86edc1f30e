import type { fuse_attr, fuse_attr_out, fuse_entry_out } from '../../protocol/structs/attr.js'
import { PAGE_SIZE } from '../../protocol/limits.js'
import {
  MAX_SIZE,
  S_IFBLK,
  S_IFCHR,
  S_IFDIR,
  S_IFIFO,
  S_IFLNK,
  S_IFMT,
  S_IFREG,
  S_IFSOCK,
  STATX_BASIC_STATS,
} from '../constants.js'
import type { Core } from '../core.js'
import type { CachedAttr, Inode } from '../objects.js'
import { invalidatePages, truncatePages } from './invalidate.js'

/* What becomes of attributes in replies. */

export type WireAttr = ReturnType<typeof fuse_attr.decode>
export type WireEntry = ReturnType<typeof fuse_entry_out.decode>
export type WireAttrOut = ReturnType<typeof fuse_attr_out.decode>

/** Time of birth, which only STATX has. */
export interface Birth {
  readonly btime: number
  readonly btimensec: number
}

const TYPES: ReadonlySet<number> = new Set([S_IFREG, S_IFDIR, S_IFLNK, S_IFCHR, S_IFBLK, S_IFIFO, S_IFSOCK])

/** Attributes that the kernel would not take: no such type, or a size that no file has. */
export function isInvalid(attr: WireAttr): boolean {
  return !TYPES.has(attr.mode & S_IFMT) || attr.size > MAX_SIZE
}

/** Until when something is valid for so long from now. */
export function until(nowMs: number, seconds: number | bigint, nanoseconds: number): number {
  const sec = Number(seconds)
  return sec === 0 && nanoseconds === 0 ? -Infinity : nowMs + sec * 1000 + Math.min(nanoseconds, 999_999_999) / 1e6
}

export function attrUntil(core: Core, out: WireEntry | WireAttrOut): number {
  return until(core.nowMs, out.attr_valid, out.attr_valid_nsec)
}

export function cachedAttr(attr: WireAttr): CachedAttr {
  const cached = { ...attr, btime: 0, btimensec: 0 }
  return { ...cached, blksize: attr.blksize || PAGE_SIZE }
}

/**
 * With WRITEBACK_CACHE the client is the one that knows size and times of files: what replies say of them does not count.
 */
export function ownsSizeAndTimes(core: Core, inode: Inode): boolean {
  return inode.isFile && core.hasWriteback
}

/** What a reply says is applied, whatever its age. Sizes are the caller's business. */
export function applyAttr(
  core: Core,
  inode: Inode,
  attr: WireAttr,
  validUntilMs: number,
  options: { readonly birth?: Birth | undefined; readonly evictions?: number; readonly keepTimes?: boolean } = {},
): void {
  const { birth, evictions = 0, keepTimes = ownsSizeAndTimes(core, inode) } = options
  // A new inode: another one with this node id may have been dropped while the reply was under way.
  if (evictions === 0 || inode.version !== 0 || evictions === core.inodes.evictions) inode.stale &= ~STATX_BASIC_STATS
  inode.version = core.nextVersion()
  inode.validUntilMs = validUntilMs
  const cached = inode.attr
  cached.ino = attr.ino
  cached.mode = inode.type | (attr.mode & 0o7777)
  cached.nlink = attr.nlink
  cached.uid = attr.uid
  cached.gid = attr.gid
  cached.blocks = attr.blocks
  cached.blksize = attr.blksize || PAGE_SIZE
  cached.atime = attr.atime
  cached.atimensec = attr.atimensec
  if (!keepTimes) {
    cached.mtime = attr.mtime
    cached.mtimensec = attr.mtimensec
    cached.ctime = attr.ctime
    cached.ctimensec = attr.ctimensec
  }
  if (birth !== undefined) Object.assign(cached, birth)
}

/** Whether what a request that began at `version` answers is too old to be cached. */
export function isOvertaken(inode: Inode, version: number): boolean {
  return (version !== 0 && inode.version > version) || inode.isSizeUnstable
}

/**
 * Attributes of a reply, with their effect on the cached content: what lies behind a new end goes, and a changed size (or,
 * with AUTO_INVAL_DATA, a changed mtime) drops all of it. Waits for pages that are locked.
 * @param version of the connection when the request was sent; 0: whatever happened since
 */
export async function changeAttributes(
  core: Core,
  inode: Inode,
  attr: WireAttr,
  validUntilMs: number,
  version: number,
  options: { readonly birth?: Birth | undefined; readonly evictions?: number } = {},
): Promise<void> {
  if (isOvertaken(inode, version)) return
  const cached = inode.attr
  const before = { size: cached.size, mtime: cached.mtime, mtimensec: cached.mtimensec }
  const owns = ownsSizeAndTimes(core, inode)
  applyAttr(core, inode, attr, validUntilMs, options)
  if (owns) return
  cached.size = attr.size
  if (!inode.isFile) return
  if (before.size !== attr.size) {
    await truncatePages(inode, attr.size)
    if (!core.negotiated.has('EXPLICIT_INVAL_DATA')) await invalidatePages(core, inode)
  } else if (core.negotiated.has('AUTO_INVAL_DATA')) {
    const isSame = before.mtime === attr.mtime && before.mtimensec === attr.mtimensec
    if (!isSame) await invalidatePages(core, inode)
  }
}
