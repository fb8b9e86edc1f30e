import { F } from './constants.js'
import { libc } from './libc.js'

/** F_WRLCK and F_UNLCK: include/uapi/asm-generic/fcntl.h. */
const WRITE = 1
const NONE = 2
/** A signal that does nothing unless somebody asked for it: include/uapi/asm-generic/signal.h. */
const SIGURG = 23

/**
 * Takes a write lease on the open file, if nobody else in the system has it open. Until {@link giveLease}, whoever wants to open or
 * truncate it waits (and this process is sent SIGURG, which does nothing by default): keep it for microseconds.
 *
 * @returns false if somebody has, or the filesystem or the owner of the file does not allow it. Never throws
 */
export function takeLease(fd: number): boolean {
  const native = libc()
  return native.fcntl(fd, F.SETSIG, SIGURG) >= 0 && native.fcntl(fd, F.SETLEASE, WRITE) >= 0
}

export function giveLease(fd: number): void {
  libc().fcntl(fd, F.SETLEASE, NONE)
}
