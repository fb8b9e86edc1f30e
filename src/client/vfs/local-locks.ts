/** A lock of a range of bytes, or of the whole file (flock). `end` is inclusive. */
export interface RangeLock {
  readonly owner: number
  readonly start: number
  readonly end: number
  /** F_RDLCK 0, F_WRLCK 1, F_UNLCK 2. */
  readonly type: number
  readonly pid: number
}

export const F_RDLCK = 0
export const F_WRLCK = 1
export const F_UNLCK = 2

/** Locks of one file that the server does not hear of: without POSIX_LOCKS, or FLOCK_LOCKS. */
export class LocalLocks {
  private held: RangeLock[] = []
  private readonly waiters: (() => void)[] = []

  /** One that is in the way of `wanted`. */
  conflict(wanted: RangeLock): RangeLock | undefined {
    if (wanted.type === F_UNLCK) return undefined
    return this.held.find((lock) => {
      const both = lock.type === F_RDLCK && wanted.type === F_RDLCK
      return lock.owner !== wanted.owner && !both && lock.start <= wanted.end && wanted.start <= lock.end
    })
  }

  /** Takes or releases, and replaces what the owner had in that range. False if another is in the way. */
  set(wanted: RangeLock): boolean {
    if (this.conflict(wanted) !== undefined) return false
    const rest = this.held.flatMap((lock) => (lock.owner === wanted.owner ? without(lock, wanted) : [lock]))
    this.held = wanted.type === F_UNLCK ? rest : [...rest, wanted]
    for (const wake of this.waiters.splice(0)) wake()
    return true
  }

  /** Resolves when something was released or changed. */
  changed(): Promise<void> {
    return new Promise((resolve) => {
      this.waiters.push(resolve)
    })
  }
}

/** What is left of `lock` outside of the range of `taken`. */
function without(lock: RangeLock, taken: RangeLock): RangeLock[] {
  if (lock.end < taken.start || taken.end < lock.start) return [lock]
  const parts: RangeLock[] = []
  if (lock.start < taken.start) parts.push({ ...lock, end: taken.start - 1 })
  if (lock.end > taken.end) parts.push({ ...lock, start: taken.end + 1 })
  return parts
}
