/*
 * Changing attributes of what a descriptor stands for, O_PATH included: the calls that refuse such a descriptor go
 * through /proc/self/fd. All throw a SystemError.
 */
import { ERRNO } from '../base/errno.js'
import { SystemError } from '../base/errors.js'
import { check } from './check.js'
import { AT } from './constants.js'
import { libc, SCRATCH } from './libc.js'
import { cFdPath, cPath } from './text.js'

/** Nanoseconds that mean "now" and "leave it" to {@link setTimes}: include/linux/stat.h. */
export const UTIME = { NOW: 0x3fff_ffff, OMIT: 0x3fff_fffe } as const

/** Sets the permission bits. EOPNOTSUPP for a symbolic link, which has none. */
export function chmodFd(fd: number, mode: number): void {
  // fchmod refuses O_PATH with EBADF, and so is not tried first: the way through /proc always works.
  check(libc().chmod(cFdPath(fd), mode), 'chmod')
}

/** Sets owner and group; -1 leaves either as it is. Clears set-user-ID and set-group-ID as chown does. */
export function chownFd(fd: number, uid: number, gid: number): void {
  // -1 is all ones to the kernel: "do not change".
  check(libc().fchownat(fd, cPath('', 'fchownat'), uid >>> 0, gid >>> 0, AT.EMPTY_PATH), 'fchownat')
}

/**
 * Sets the times of last access and last modification: seconds since 1970 and nanoseconds, or {@link UTIME} in place of
 * the nanoseconds. A symbolic link gets them itself.
 */
export function setTimes(fd: number, atime: number, atimeNs: number, mtime: number, mtimeNs: number): void {
  const { scratch } = libc()
  const path = cFdPath(fd)
  writeTime(scratch.view, SCRATCH.DATA, atime, atimeNs)
  writeTime(scratch.view, SCRATCH.DATA + 16, mtime, mtimeNs)
  check(libc().utimensat(AT.FDCWD, path, scratch.address + SCRATCH.DATA, 0), 'utimensat')
}

function writeTime(view: DataView, at: number, seconds: number, nanoseconds: number): void {
  if (!Number.isSafeInteger(seconds)) throw new SystemError(ERRNO.EINVAL, 'utimensat')
  view.setUint32(at, seconds >>> 0, true)
  view.setInt32(at + 4, Math.floor(seconds / 0x1_0000_0000), true)
  view.setUint32(at + 8, nanoseconds, true)
  view.setUint32(at + 12, 0, true)
}
