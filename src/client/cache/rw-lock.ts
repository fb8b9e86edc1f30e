/** One that waits for a lock. */
interface Waiter {
  readonly exclusive: boolean
  readonly go: () => void
}

/**
 * A lock that many may hold shared or one exclusive, first come, first served: behind one that waits for it exclusive,
 * later ones wait even if it is held shared now, as with the kernel's rw_semaphore.
 */
export class RwLock {
  /** -1: exclusive; above 0: by so many. */
  private holders = 0
  private readonly queue: Waiter[] = []

  get state(): 'free' | 'shared' | 'exclusive' {
    return this.holders === 0 ? 'free' : this.holders > 0 ? 'shared' : 'exclusive'
  }

  get waiting(): number {
    return this.queue.length
  }

  async shared<T>(run: () => Promise<T>): Promise<T> {
    return this.hold(false, run)
  }

  async exclusive<T>(run: () => Promise<T>): Promise<T> {
    return this.hold(true, run)
  }

  private async hold<T>(exclusive: boolean, run: () => Promise<T>): Promise<T> {
    if (this.queue.length > 0 || !this.admits(exclusive)) {
      await new Promise<void>((go) => {
        this.queue.push({ exclusive, go })
      })
    } else {
      this.take(exclusive)
    }
    try {
      return await run()
    } finally {
      this.holders -= Math.sign(this.holders)
      this.next()
    }
  }

  private admits(exclusive: boolean): boolean {
    return exclusive ? this.holders === 0 : this.holders >= 0
  }

  private take(exclusive: boolean): void {
    this.holders = exclusive ? -1 : this.holders + 1
  }

  /** Those whose turn it is hold the lock before they run: nobody gets in between. */
  private next(): void {
    while (this.queue.length > 0 && this.admits(this.queue[0]!.exclusive)) {
      const { exclusive, go } = this.queue.shift()!
      this.take(exclusive)
      go()
    }
  }
}

/** Takes the locks exclusive, in this order, each once. */
export async function exclusiveAll<T>(locks: readonly RwLock[], run: () => Promise<T>): Promise<T> {
  const [first, ...rest] = new Set(locks)
  return first === undefined ? run() : first.exclusive(() => exclusiveAll(rest, run))
}
