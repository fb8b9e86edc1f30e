import { ERRNO } from '../base/errno.js'
import { SystemError } from '../base/errors.js'
import { checkRaw } from './check.js'
import { AT } from './constants.js'
import { libc, SCRATCH, type Scratch } from './libc.js'
import type { Path } from './path.js'
import { SYS } from './syscalls.js'
import { cPath } from './text.js'

/**
 * What statx tells, as a plain object to be filled again and again. Sizes are in bytes, `blocks` counts 512 bytes each,
 * times are seconds since 1970 (negative before) with nanoseconds from 0 to 999,999,999 beside them.
 */
export interface Stat {
  /** The device, as the kernel encodes it in 32 bits (and as the wire has it); see {@link deviceNumber}. */
  dev: number
  /** Exact: a number up to 2^53 - 1 and a bigint beyond, so that one inode is always the same key of a `Map`. */
  ino: number | bigint
  mode: number
  nlink: number
  uid: number
  gid: number
  /** Which device this is, if it is a device; encoded as {@link dev}. */
  rdev: number
  size: number
  blksize: number
  blocks: number
  atime: number
  atimeNs: number
  mtime: number
  mtimeNs: number
  ctime: number
  ctimeNs: number
  /** When it was created, or 0 where the filesystem does not say. */
  btime: number
  btimeNs: number
  /** `STATX_ATTR_*` of include/uapi/linux/stat.h, the lower 32 bits. */
  attributes: number
  /** The mount it is in, or 0 before Linux 5.8. */
  mountId: number
}

const STATX_BASIC_BTIME_MNT_ID = 0x1fff
const HIGH = 0x1_0000_0000

/** An empty {@link Stat}, to be filled. */
export function createStat(): Stat {
  return {
    dev: 0,
    ino: 0,
    mode: 0,
    nlink: 0,
    uid: 0,
    gid: 0,
    rdev: 0,
    size: 0,
    blksize: 0,
    blocks: 0,
    atime: 0,
    atimeNs: 0,
    mtime: 0,
    mtimeNs: 0,
    ctime: 0,
    ctimeNs: 0,
    btime: 0,
    btimeNs: 0,
    attributes: 0,
    mountId: 0,
  }
}

/** What {@link statAt} does unless told otherwise: a link itself, an automount point as it is. */
const THE_NAME_ITSELF = AT.SYMLINK_NOFOLLOW | AT.NO_AUTOMOUNT

/**
 * The attributes of `path`, seen from directory `dirfd`; of a symbolic link itself, and of an automount point without
 * mounting it, unless `flags` say otherwise. Needs Linux 4.11.
 *
 * @param flags bits of `AT`
 * @param into the object to fill, which is returned
 * @throws SystemError also EOVERFLOW for a size or time that a number cannot hold exactly
 */
export function statAt(dirfd: number, path: Path, flags: number = THE_NAME_ITSELF, into: Stat = createStat()): Stat {
  checkRaw(statRaw(dirfd, path, into, flags), 'statx', path)
  return into
}

/**
 * As {@link statAt}, but answers `-errno` in place of a failed call: a name that is not there is nothing unusual, and an
 * error with its stack costs more than the call.
 */
export function statRaw(dirfd: number, path: Path, into: Stat, flags: number = THE_NAME_ITSELF): number {
  const native = libc()
  const { scratch } = native
  const address = cPath(path, 'statx')
  const buffer = scratch.address + SCRATCH.DATA
  if (native.syscall(SYS.statx, dirfd, address, flags, STATX_BASIC_BTIME_MNT_ID, buffer, 0) < 0) return -native.errno()
  decode(scratch, into)
  return 0
}

/** The attributes of what `fd` stands for, O_PATH included; as {@link statAt}. */
export function statFd(fd: number, into: Stat = createStat()): Stat {
  return statAt(fd, '', AT.EMPTY_PATH, into)
}

/** A device number in the kernel's 32-bit encoding: 12 bits major, 20 bits minor (include/linux/kdev_t.h). */
export function deviceNumber(major: number, minor: number): number {
  return ((minor & 0xff) | (major << 8) | ((minor & ~0xff) << 12)) >>> 0
}

/** Offsets are those of `struct statx`, include/uapi/linux/stat.h. */
function decode({ view }: Scratch, into: Stat): void {
  const at = SCRATCH.DATA
  into.blksize = view.getUint32(at + 4, true)
  into.attributes = view.getUint32(at + 8, true)
  into.nlink = view.getUint32(at + 16, true)
  into.uid = view.getUint32(at + 20, true)
  into.gid = view.getUint32(at + 24, true)
  into.mode = view.getUint16(at + 28, true)
  into.ino = exact64(view, at + 32)
  into.size = safe64(view, at + 40)
  into.blocks = safe64(view, at + 48)
  into.atime = safeTime(view, at + 64)
  into.atimeNs = view.getUint32(at + 72, true)
  into.btime = safeTime(view, at + 80)
  into.btimeNs = view.getUint32(at + 88, true)
  into.ctime = safeTime(view, at + 96)
  into.ctimeNs = view.getUint32(at + 104, true)
  into.mtime = safeTime(view, at + 112)
  into.mtimeNs = view.getUint32(at + 120, true)
  into.rdev = deviceNumber(view.getUint32(at + 128, true), view.getUint32(at + 132, true))
  into.dev = deviceNumber(view.getUint32(at + 136, true), view.getUint32(at + 140, true))
  into.mountId = safe64(view, at + 144)
}

/** An unsigned 64-bit number, exact: a bigint only where it must be. */
export function exact64(view: DataView, offset: number): number | bigint {
  const high = view.getUint32(offset + 4, true)
  return high > 0x1f_ffff ? view.getBigUint64(offset, true) : high * HIGH + view.getUint32(offset, true)
}

function safe64(view: DataView, offset: number): number {
  const high = view.getUint32(offset + 4, true)
  if (high > 0x1f_ffff) throw new SystemError(ERRNO.EOVERFLOW, 'statx')
  return high * HIGH + view.getUint32(offset, true)
}

function safeTime(view: DataView, offset: number): number {
  const seconds = view.getInt32(offset + 4, true) * HIGH + view.getUint32(offset, true)
  if (!Number.isSafeInteger(seconds)) throw new SystemError(ERRNO.EOVERFLOW, 'statx')
  return seconds
}
