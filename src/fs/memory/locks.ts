import { FuseError } from '../../base/errors.js'
import type { FileHandle } from '../../base/ids.js'
import type { FileLock } from '../../server/results.js'
import { F_UNLCK, F_WRLCK } from './constants.js'

/** A lock that somebody has or wants. */
export interface Lock extends FileLock {
  /** A process (fcntl), or an open file description (flock, and fcntl's OFD locks). */
  readonly owner: number | bigint
  /** Through which open file it was taken. */
  readonly fh: FileHandle
}

interface Waiter {
  readonly lock: Lock
  readonly grant: () => void
}

/** Locks of one kind on one object. */
export class LockList {
  private held: Lock[] = []
  private readonly waiting: Waiter[] = []

  /** The first lock of somebody else that is in the way. */
  conflict(wanted: Lock): Lock | undefined {
    return this.conflicts(wanted)[0]
  }

  /** Sets or, with F_UNLCK, takes away, and lets those go on for whom that makes way. Nothing may be in the way. */
  apply(lock: Lock): void {
    this.replace(lock)
    this.wake()
  }

  /** Takes away what `owner` has. */
  dropOwner(owner: number | bigint): void {
    this.drop((lock) => lock.owner === owner)
  }

  /** Takes away what was taken through this open file. */
  dropHandle(fh: FileHandle): void {
    this.drop((lock) => lock.fh === fh)
  }

  /**
   * Waits until nothing is in the way, and then has the lock.
   * @throws FuseError EINTR once `signal` is aborted
   */
  async wait(lock: Lock, signal: AbortSignal): Promise<void> {
    if (signal.aborted) throw new FuseError('EINTR')
    return new Promise((resolve, reject) => {
      const giveUp = () => {
        this.waiting.splice(this.waiting.indexOf(waiter), 1)
        reject(new FuseError('EINTR'))
      }
      const waiter = {
        lock,
        grant: () => {
          signal.removeEventListener('abort', giveUp)
          resolve()
        },
      }
      signal.addEventListener('abort', giveUp, { once: true })
      this.waiting.push(waiter)
    })
  }

  /** The owners that `wanted` would wait for. */
  blockers(wanted: Lock): (number | bigint)[] {
    return this.conflicts(wanted).map(({ owner }) => owner)
  }

  /** The locks that `owner` waits for here. */
  waitsOf(owner: number | bigint): Lock[] {
    return this.waiting.filter(({ lock }) => lock.owner === owner).map(({ lock }) => lock)
  }

  get hasWaiters(): boolean {
    return this.waiting.length > 0
  }

  private conflicts(wanted: Lock): Lock[] {
    return this.held.filter(
      (lock) =>
        lock.owner !== wanted.owner &&
        (lock.type === F_WRLCK || wanted.type === F_WRLCK) &&
        lock.start <= wanted.end &&
        wanted.start <= lock.end,
    )
  }

  private drop(isGone: (lock: Lock) => boolean): void {
    const { length } = this.held
    this.held = this.held.filter((lock) => !isGone(lock))
    if (this.held.length < length) this.wake()
  }

  /** Who came first goes first. One that goes on may make way for others: it may have had more than it wanted. */
  private wake(): void {
    for (;;) {
      const next = this.waiting.findIndex(({ lock }) => this.conflict(lock) === undefined)
      if (next < 0) return
      const [waiter] = this.waiting.splice(next, 1)
      this.replace(waiter!.lock)
      waiter!.grant()
    }
  }

  /** The owner's locks: as before outside of the range, as `lock` says within; neighbours of one type become one. */
  private replace(lock: Lock): void {
    let { start, end } = lock
    const kept: Lock[] = []
    for (const old of this.held) {
      const touches = old.start <= end + 1 && start <= old.end + 1
      if (old.owner !== lock.owner || !touches) {
        kept.push(old)
      } else if (old.type === lock.type) {
        start = Math.min(start, old.start)
        end = Math.max(end, old.end)
      } else {
        if (old.start < lock.start) kept.push({ ...old, end: Math.min(old.end, lock.start - 1) })
        if (old.end > lock.end) kept.push({ ...old, start: Math.max(old.start, lock.end + 1) })
      }
    }
    if (lock.type !== F_UNLCK) kept.push({ ...lock, start, end })
    this.held = kept
  }
}

/**
 * Whether to wait for `wanted` would be to wait for oneself: those in the way wait, on any object, for those who wait …
 * @param lists every list that has waiters
 */
export function deadlocks(list: LockList, wanted: Lock, lists: Iterable<LockList>): boolean {
  const all = [...lists]
  const seen = new Set<number | bigint>()
  const blocked = list.blockers(wanted)
  for (let owner = blocked.pop(); owner !== undefined; owner = blocked.pop()) {
    if (owner === wanted.owner) return true
    if (seen.has(owner)) continue
    seen.add(owner)
    for (const other of all) for (const lock of other.waitsOf(owner)) blocked.push(...other.blockers(lock))
  }
  return false
}
