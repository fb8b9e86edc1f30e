import { FUSE_LK_FLOCK } from '../../protocol/flags/io.js'
import type { Core } from '../core.js'
import { failedWith, failure } from '../failure.js'
import type { Task } from '../task.js'
import type { OpenFile } from './file.js'
import { F_UNLCK, LocalLocks, type RangeLock } from './local-locks.js'

/** The end of the file, whatever its size, as the protocol has it. */
const END_OF_FILE = 2n ** 63n - 1n

/** A lock of fcntl(2), or of flock(2), which is on the whole file. */
export interface LockWish {
  /** First byte. */
  readonly start: number
  /** Last byte; Infinity: to the end. */
  readonly end: number
  /** F_RDLCK 0, F_WRLCK 1, F_UNLCK 2. */
  readonly type: number
  readonly isFlock: boolean
}

/** The lock that is in the way; undefined if none is. */
export async function getLock(core: Core, file: OpenFile, wish: LockWish, task: Task): Promise<RangeLock | undefined> {
  file.check()
  if (!isServers(core, wish)) return localLocks(file).conflict(localLock(file, wish, task))
  const { fuse_lk_out } = await core.call('GETLK', file.inode.nodeid, request(file, wish, task), task)
  const { start, end, type, pid } = fuse_lk_out.lk
  if (type === F_UNLCK) return undefined
  return { owner: 0, start: Number(start), end: typeof end === 'bigint' ? Infinity : end, type, pid }
}

/**
 * Takes or releases a lock.
 * @param wait until it can be had; else EAGAIN if somebody else holds it
 */
export async function setLock(core: Core, file: OpenFile, wish: LockWish, wait: boolean, task: Task): Promise<void> {
  file.check()
  if (isServers(core, wish)) await askLock(core, file, wish, wait, task)
  else await takeHere(file, wish, wait, task)
}

async function askLock(core: Core, file: OpenFile, wish: LockWish, wait: boolean, task: Task): Promise<void> {
  const op = wait ? 'SETLKW' : 'SETLK'
  for (;;) {
    try {
      await core.call(op, file.inode.nodeid, request(file, wish, task), task)
      if (wish.isFlock) file.hasFlock = true
      return
    } catch (error) {
      // A signal that does not end the caller lets it wait on; here the signal does end it.
      if (!wait || !failedWith(error, 'EINTR') || task.signal?.aborted === true) throw error
    }
  }
}

async function takeHere(file: OpenFile, wish: LockWish, wait: boolean, task: Task): Promise<void> {
  const locks = localLocks(file)
  const lock = localLock(file, wish, task)
  while (!locks.set(lock)) {
    if (!wait) throw failure('EAGAIN')
    await interruptible(locks.changed(), task.signal)
  }
}

/** @throws Failure EINTR once the signal is aborted */
export async function interruptible(event: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (signal === undefined) {
    await event
    return
  }
  let stop: () => void = () => undefined
  const aborted = new Promise<void>((resolve) => {
    stop = resolve
  })
  signal.addEventListener('abort', stop, { once: true })
  if (!signal.aborted) await Promise.race([event, aborted])
  signal.removeEventListener('abort', stop)
  if (signal.aborted) throw failure('EINTR')
}

function isServers(core: Core, { isFlock }: LockWish): boolean {
  const { negotiated } = core
  // Below 7.17 there was one flag for both.
  const flag = isFlock && negotiated.minor >= 17 ? 'FLOCK_LOCKS' : 'POSIX_LOCKS'
  return negotiated.has(flag)
}

function localLocks(file: OpenFile): LocalLocks {
  file.inode.locks ??= new LocalLocks()
  return file.inode.locks
}

/** Locks of flock(2) and fcntl(2) do not see one another: those of flock are at a byte of their own. */
function localLock(file: OpenFile, { start, end, type, isFlock }: LockWish, task: Task): RangeLock {
  const owner = file.lockOwner
  const { pid } = task.caller
  return isFlock ? { owner, start: -1, end: -1, type, pid } : { owner, start, end, type, pid }
}

function request(file: OpenFile, { start, end, type, isFlock }: LockWish, task: Task) {
  const last = Number.isFinite(end) ? end : END_OF_FILE
  const lk = isFlock
    ? { start: 0, end: END_OF_FILE, type, pid: task.caller.pid }
    : { start, end: last, type, pid: task.caller.pid }
  return { fuse_lk_in: { fh: file.fh, owner: file.lockOwner, lk, lk_flags: isFlock ? FUSE_LK_FLOCK : 0 } }
}
