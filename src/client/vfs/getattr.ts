import type { FileHandle } from '../../base/ids.js'
import { FUSE_GETATTR_FH } from '../../protocol/flags/attr.js'
import type { fuse_statx_out } from '../../protocol/structs/statx.js'
import { MAX_SIZE, S_IFMT, STATX_BASIC_STATS, STATX_BTIME, STATX_CTIME, STATX_MTIME, STATX_SIZE } from '../constants.js'
import type { Core } from '../core.js'
import { failedWith, failure } from '../failure.js'
import type { CachedAttr, Inode } from '../objects.js'
import type { Task } from '../task.js'
import {
  attrUntil,
  cachedAttr,
  changeAttributes,
  isInvalid,
  ownsSizeAndTimes,
  until,
  type WireAttr,
} from './attributes.js'

/** How attributes are asked for. */
export interface GetattrOptions {
  /** STATX bits of what is wanted. */
  readonly mask: number
  /** `'force'`: asks the server in any case (AT_STATX_FORCE_SYNC); `'never'`: shows what is cached (AT_STATX_DONT_SYNC). */
  readonly sync?: 'force' | 'never' | undefined
  /** The open file that needs them. */
  readonly fh?: FileHandle | undefined
}

/** The attributes, from the cache where it has what is wanted. Not to be kept: they change. */
export async function getattr(
  core: Core,
  inode: Inode,
  task: Task,
  options: GetattrOptions,
): Promise<Readonly<CachedAttr>> {
  if (inode.isBad) throw failure('EIO')
  return refreshed(core, inode, task, options)
}

/** As {@link getattr}, of an object that may be bad: lseek(2) does not mind. */
export async function refreshed(
  core: Core,
  inode: Inode,
  task: Task,
  options: GetattrOptions,
): Promise<Readonly<CachedAttr>> {
  for (;;) {
    const hasStatx = !core.connection.features.lacks('STATX')
    const mask = options.mask & (STATX_BASIC_STATS | (hasStatx ? STATX_BTIME : 0))
    if (!isStale(core, inode, mask, options.sync)) return inode.attr
    if ((mask & STATX_BTIME) === 0) return askGetattr(core, inode, task, options.fh)
    try {
      return await askStatx(core, inode, task, options.fh)
    } catch (error) {
      if (!failedWith(error, 'ENOSYS')) throw error
      core.connection.features.forgo('STATX')
    }
  }
}

function isStale(core: Core, inode: Inode, mask: number, sync: GetattrOptions['sync']): boolean {
  if (mask === 0) return false
  if (sync !== undefined) return sync === 'force'
  const own = ownsSizeAndTimes(core, inode) ? STATX_MTIME | STATX_CTIME | STATX_SIZE : 0
  return (mask & inode.stale & ~own) !== 0 || inode.validUntilMs < core.nowMs
}

/** Asks whatever is cached. */
export async function askGetattr(
  core: Core,
  inode: Inode,
  task: Task,
  fh: FileHandle | undefined,
): Promise<Readonly<CachedAttr>> {
  const { version } = core
  const handle = inode.isFile ? fh : undefined
  const fuse_getattr_in = { getattr_flags: handle === undefined ? 0 : FUSE_GETATTR_FH, fh: handle ?? (0 as FileHandle) }
  const { fuse_attr_out } = await core.call('GETATTR', inode.nodeid, { fuse_getattr_in }, task)
  const { attr } = fuse_attr_out
  if (isInvalid(attr) || (attr.mode & S_IFMT) !== inode.type) {
    inode.isBad = true
    throw failure('EIO')
  }
  await changeAttributes(core, inode, attr, attrUntil(core, fuse_attr_out), version)
  return fresh(core, inode, cachedAttr(attr))
}

/** What the caller sees: the reply, even if it was too old to be cached. */
function fresh(core: Core, inode: Inode, attr: CachedAttr): CachedAttr {
  if (!ownsSizeAndTimes(core, inode)) return attr
  const { size, mtime, mtimensec, ctime, ctimensec } = inode.attr
  return { ...attr, size, mtime, mtimensec, ctime, ctimensec }
}

async function askStatx(
  core: Core,
  inode: Inode,
  task: Task,
  fh: FileHandle | undefined,
): Promise<Readonly<CachedAttr>> {
  const { version } = core
  const handle = inode.isFile ? fh : undefined
  const fuse_statx_in = {
    getattr_flags: handle === undefined ? 0 : FUSE_GETATTR_FH,
    fh: handle ?? (0 as FileHandle),
    sx_flags: 0,
    sx_mask: STATX_BASIC_STATS | STATX_BTIME,
  }
  const { fuse_statx_out: out } = await core.call('STATX', inode.nodeid, { fuse_statx_in }, task)
  const { stat } = out
  const attr = fromStatx(stat)
  const hasSize = (stat.mask & STATX_SIZE) !== 0
  const hasType = (stat.mask & 1) !== 0
  if ((hasSize && stat.size > MAX_SIZE) || (hasType && (isInvalid(attr) || (stat.mode & S_IFMT) !== inode.type))) {
    inode.isBad = true
    throw failure('EIO')
  }
  const birth = { btime: stat.btime.tv_sec, btimensec: stat.btime.tv_nsec }
  if ((stat.mask & STATX_BASIC_STATS) === STATX_BASIC_STATS) {
    const validUntilMs = until(core.nowMs, out.attr_valid, out.attr_valid_nsec)
    await changeAttributes(core, inode, attr, validUntilMs, version, { birth })
    inode.stale &= ~STATX_BTIME
  }
  return fresh(core, inode, { ...cachedAttr(attr), ...birth })
}

function fromStatx(stat: ReturnType<typeof fuse_statx_out.decode>['stat']): WireAttr {
  return {
    ino: stat.ino,
    size: stat.size,
    blocks: stat.blocks,
    atime: stat.atime.tv_sec,
    mtime: stat.mtime.tv_sec,
    ctime: stat.ctime.tv_sec,
    atimensec: stat.atime.tv_nsec,
    mtimensec: stat.mtime.tv_nsec,
    ctimensec: stat.ctime.tv_nsec,
    mode: stat.mode,
    nlink: stat.nlink,
    uid: stat.uid,
    gid: stat.gid,
    rdev: (stat.rdev_minor & 0xff) | (stat.rdev_major << 8) | ((stat.rdev_minor & ~0xff) << 12),
    blksize: stat.blksize,
    flags: 0,
  }
}
