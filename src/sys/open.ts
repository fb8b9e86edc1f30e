import { ERRNO } from '../base/errno.js'
import { SystemError } from '../base/errors.js'
import { check, checkRaw, retry } from './check.js'
import { AT, F, O } from './constants.js'
import { libc, SCRATCH } from './libc.js'
import type { Path } from './path.js'
import { SYS, syscallRaw } from './syscalls.js'
import { cPath } from './text.js'

/**
 * Opens `path`, seen from directory `dirfd` (or `AT.FDCWD`), and returns the descriptor, which the caller must close
 * (see `Fd`). `O.CLOEXEC` is always added. Begins again when a signal interrupts it.
 *
 * @param mode permissions of a file that is created; the umask is taken off
 * @throws SystemError
 */
export function openAt(dirfd: number, path: Path, flags: number, mode = 0): number {
  const address = cPath(path, 'openat')
  return retry(() => libc().openat(dirfd, address, flags | O.CLOEXEC, mode), 'openat', path)
}

/** As {@link openAt}, from the current directory. */
export function open(path: string, flags: number, mode = 0): number {
  return openAt(AT.FDCWD, path, flags, mode)
}

/**
 * As {@link openAt}, with rules for the whole way to the file, such as `RESOLVE.BENEATH`. Since Linux 5.6.
 *
 * @param resolve bits of `RESOLVE`
 * @throws SystemError ENOSYS on an older kernel (some sandboxes: EPERM), ELOOP or EXDEV for what `resolve` forbids,
 *   EAGAIN if something was renamed at the same time and it should be tried again
 */
export function openAt2(dirfd: number, path: Path, flags: number, resolve: number, mode = 0): number {
  const address = cPath(path, 'openat2')
  const { scratch } = libc()
  const how = SCRATCH.DATA
  const howSize = 24
  scratch.view.setBigUint64(how, BigInt(flags | O.CLOEXEC), true)
  scratch.view.setBigUint64(how + 8, BigInt(mode), true)
  scratch.view.setBigUint64(how + 16, BigInt(resolve), true)
  for (;;) {
    const result = syscallRaw(SYS.openat2, dirfd, address, scratch.address + how, howSize)
    if (result !== -ERRNO.EINTR) return checkRaw(result, 'openat2', path)
  }
}

/**
 * Opens anew the file that `fd` stands for, with other flags: an O_PATH descriptor becomes one for reading or writing.
 * Needs /proc.
 *
 * @throws SystemError
 */
export function reopen(fd: number, flags: number): number {
  return openAt(AT.FDCWD, `/proc/self/fd/${fd}`, flags & ~O.NOFOLLOW)
}

/**
 * Closes a descriptor that no `Fd` owns. It is closed whatever happens, and never closed again after EINTR, for Linux
 * has freed the number by then.
 *
 * @throws SystemError EBADF, or EIO and others of a write that failed late
 */
export function closeFd(fd: number): void {
  if (libc().close(fd) >= 0) return
  const errno = libc().errno()
  if (errno !== ERRNO.EINTR) throw new SystemError(errno, 'close')
}

/** A second descriptor for the same open file, close-on-exec. */
export function duplicate(fd: number): number {
  return check(libc().fcntl(fd, F.DUPFD_CLOEXEC, 0), 'fcntl')
}

/** The status flags of the open file (bits of `O`). */
export function statusFlags(fd: number): number {
  return check(libc().fcntl(fd, F.GETFL, 0), 'fcntl')
}

/** Sets the status flags that may change after open: APPEND, NONBLOCK, NOATIME, DIRECT. */
export function setStatusFlags(fd: number, flags: number): void {
  check(libc().fcntl(fd, F.SETFL, flags), 'fcntl')
}

/** Whether programs that this process starts shall not inherit `fd`. */
export function setCloseOnExec(fd: number, on: boolean): void {
  check(libc().fcntl(fd, F.SETFD, on ? F.FD_CLOEXEC : 0), 'fcntl')
}
