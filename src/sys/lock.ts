import { check, retry } from './check.js'
import { F, SEEK } from './constants.js'
import { libc, SCRATCH } from './libc.js'

/** A lock on a range of bytes of a file, and its kind. */
export interface RangeLock {
  readonly type: 'read' | 'write' | 'unlock'
  /** The first byte. */
  readonly start: number
  /** How many bytes; 0 for all to the end of the file, wherever that will be. */
  readonly length: number
}

const TYPES = ['read', 'write', 'unlock'] as const

/**
 * Locks the whole file for the open file description of `fd`.
 *
 * @param operation bits of `LOCK`. Without `LOCK.NB` it blocks this thread until the lock is free.
 * @throws SystemError EAGAIN if somebody else has it (with `LOCK.NB`)
 */
export function flock(fd: number, operation: number): void {
  retry(() => libc().flock(fd, operation), 'flock')
}

/**
 * Locks or unlocks a range for the open file description of `fd`, and not for the process: two descriptors of this
 * process exclude each other. Needs Linux 3.15.
 *
 * @param wait whether to block this thread until the range is free; EINTR ends that
 * @throws SystemError EAGAIN if somebody else has it (without `wait`)
 */
export function lockRange(fd: number, lock: RangeLock, wait = false): void {
  const address = writeLock(lock)
  check(libc().fcntl(fd, wait ? F.OFD_SETLKW : F.OFD_SETLK, address), 'fcntl')
}

/** The first lock of somebody else that `lock` would run into, or undefined. Needs Linux 3.15. */
export function conflictingLock(fd: number, lock: RangeLock): RangeLock | undefined {
  const address = writeLock(lock)
  check(libc().fcntl(fd, F.OFD_GETLK, address), 'fcntl')
  const { view } = libc().scratch
  const type = TYPES[view.getInt16(SCRATCH.DATA, true)]!
  if (type === 'unlock') return undefined
  const number = (at: number) => Number(view.getBigInt64(SCRATCH.DATA + at, true))
  return { type, start: number(8), length: number(16) }
}

/** struct flock of 64-bit architectures: s16 type, s16 whence, s64 start, s64 len, s32 pid (0 for these commands). */
function writeLock(lock: RangeLock): number {
  const { address, bytes, view } = libc().scratch
  const at = SCRATCH.DATA
  bytes.fill(0, at, at + 32)
  view.setInt16(at, TYPES.indexOf(lock.type), true)
  view.setInt16(at + 2, SEEK.SET, true)
  view.setBigInt64(at + 8, BigInt(lock.start), true)
  view.setBigInt64(at + 16, BigInt(lock.length), true)
  return address + at
}
