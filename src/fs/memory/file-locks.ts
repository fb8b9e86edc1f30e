import { FuseError } from '../../base/errors.js'
import type { FileHandle } from '../../base/ids.js'
import type { LockRequest } from '../../server/requests/misc.js'
import type { FileLock } from '../../server/results.js'
import { F_UNLCK } from './constants.js'
import type { Inode } from './inode.js'
import { deadlocks, LockList, type Lock } from './locks.js'

/**
 * Locks of fcntl(2) and flock(2) on the objects of a filesystem. Only one who must wait gets a promise. A process gives up
 * its record locks whenever it closes the file (FLUSH); what an open file description has goes with it (RELEASE).
 */
export class FileLocks {
  /** The lists of record locks in which somebody waits: where deadlocks are. */
  private readonly waiting = new Set<LockList>()

  /** GETLK. */
  find(inode: Inode, req: LockRequest): FileLock {
    const found = inode.recordLocks?.conflict(lockOf(req))
    return found ?? { start: req.start, end: req.end, type: F_UNLCK, pid: 0 }
  }

  /** SETLK and SETLKW. @throws FuseError EAGAIN, EDEADLK, EINVAL; EINTR if the wait is given up */
  set(inode: Inode, req: LockRequest): void | Promise<void> {
    const lock = lockOf(req)
    const list = listOf(inode, req.flock)
    if (lock.type === F_UNLCK) {
      list.apply(lock)
      return
    }
    // As Linux does: flock(2) gives up the old lock before it tries for the new one, whether it gets that or not.
    if (req.flock) list.dropOwner(lock.owner)
    if (list.conflict(lock) === undefined) {
      list.apply(lock)
      return
    }
    if (!req.wait) throw new FuseError('EAGAIN')
    if (req.flock) return list.wait(lock, req.signal)
    if (deadlocks(list, lock, this.waiting)) throw new FuseError('EDEADLK')
    return this.waitFor(list, lock, req.signal)
  }

  /** A process closed a descriptor of the file. */
  flushed(inode: Inode, owner: number | bigint): void {
    inode.recordLocks?.dropOwner(owner)
  }

  /** An open file description is gone. */
  released(inode: Inode, fh: FileHandle): void {
    inode.recordLocks?.dropHandle(fh)
    inode.fileLocks?.dropHandle(fh)
  }

  private async waitFor(list: LockList, lock: Lock, signal: AbortSignal): Promise<void> {
    this.waiting.add(list)
    try {
      await list.wait(lock, signal)
    } finally {
      if (!list.hasWaiters) this.waiting.delete(list)
    }
  }
}

function listOf(inode: Inode, flock: boolean): LockList {
  if (flock) return (inode.fileLocks ??= new LockList())
  return (inode.recordLocks ??= new LockList())
}

function lockOf({ owner, fh, start, end, type, lockPid }: LockRequest): Lock {
  if (type < 0 || type > F_UNLCK) throw new FuseError('EINVAL')
  return { owner, fh, start, end, type, pid: lockPid }
}
