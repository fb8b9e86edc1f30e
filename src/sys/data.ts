/* Size, holes, position and durability of open files. Offsets and lengths are in bytes. All throw a SystemError. */
import { ERRNO } from '../base/errno.js'
import { SystemError } from '../base/errors.js'
import { checkRaw, retry } from './check.js'
import { libc, SCRATCH } from './libc.js'
import { SYS, syscallRaw } from './syscalls.js'

/** Cuts or extends the file to `size`. */
export function truncateFd(fd: number, size: number): void {
  retry(() => libc().ftruncate(fd, size), 'ftruncate')
}

/** Allocates, punches or shifts a range. @param mode bits of `FALLOC`; EOPNOTSUPP where they are not known */
export function allocateFd(fd: number, mode: number, offset: number, length: number): void {
  retry(() => libc().fallocate(fd, mode, offset, length), 'fallocate')
}

/**
 * Copies between files within the kernel, and returns how many bytes it did; 0 at the end of `from`. Neither file's
 * position moves.
 */
export function copyRange(from: number, fromOffset: number, to: number, toOffset: number, length: number): number {
  const { scratch } = libc()
  const at = SCRATCH.DATA
  for (;;) {
    scratch.view.setBigInt64(at, BigInt(fromOffset), true)
    scratch.view.setBigInt64(at + 8, BigInt(toOffset), true)
    const address = scratch.address + at
    const result = syscallRaw(SYS.copy_file_range, from, address, to, address + 8, length, 0)
    if (result !== -ERRNO.EINTR) return checkRaw(result, 'copy_file_range')
  }
}

/**
 * Moves the position of an open file or directory, and returns the new one. ENXIO for `SEEK.DATA` or `SEEK.HOLE` past
 * the end.
 *
 * @param offset a bigint only for the opaque positions of directories
 * @param whence one of `SEEK`
 */
export function seek(fd: number, offset: number | bigint, whence: number): number | bigint {
  const result = libc().lseek(fd, offset, whence)
  if (result === -1) {
    const errno = libc().errno()
    throw new SystemError(errno, 'lseek')
  }
  return result
}

/** Waits until data and attributes are on the disk. */
export function syncFd(fd: number): void {
  retry(() => libc().fsync(fd), 'fsync')
}

/** Waits until the data is on the disk, and of the attributes those that are needed to read it. */
export function syncData(fd: number): void {
  retry(() => libc().fdatasync(fd), 'fdatasync')
}

/** Waits until all of the filesystem that `fd` is in is on the disk. EBADF for O_PATH. */
export function syncFilesystem(fd: number): void {
  retry(() => libc().syncfs(fd), 'syncfs')
}

/** What fstatfs tells. Counts past 2^53 - 1 are given as that: they are estimates, and "endless" is as good. */
export interface StatFs {
  /** The magic number of the filesystem's type. */
  readonly type: number
  /** The size of a block for I/O, in bytes. */
  readonly bsize: number
  /** The unit of `blocks`, `bfree` and `bavail`, in bytes. */
  readonly frsize: number
  readonly blocks: number
  readonly bfree: number
  /** Free for users without privilege. */
  readonly bavail: number
  readonly files: number
  readonly ffree: number
  /** The longest name, in bytes. */
  readonly namelen: number
  /** `ST_*` of include/linux/statfs.h. */
  readonly flags: number
}

/** The filesystem that `fd`, O_PATH included, is in. */
export function statFilesystem(fd: number): StatFs {
  const { address, view } = libc().scratch
  const at = SCRATCH.DATA
  retry(() => libc().fstatfs(fd, address + at), 'fstatfs')
  // struct statfs of 64-bit architectures: words of 8 bytes, with the two halves of f_fsid in the eighth.
  const word = (index: number) => Math.min(Number(view.getBigUint64(at + 8 * index, true)), Number.MAX_SAFE_INTEGER)
  return {
    type: word(0),
    bsize: word(1),
    blocks: word(2),
    bfree: word(3),
    bavail: word(4),
    files: word(5),
    ffree: word(6),
    namelen: word(8),
    frsize: word(9),
    flags: word(10),
  }
}
