/** A background request that waits for its turn to be sent. */
interface Queued {
  readonly send: () => void
  readonly abandon: () => void
}

/**
 * Bounds the requests that nobody waits for: read-ahead, writeback, RELEASE. Whoever wants to start one sleeps while
 * `max` are there; those that may not sleep (RELEASE, writeback) are queued, and at most `max` are with the server.
 */
export class Background {
  max = 12
  congestionThreshold = 9
  /** Queued or with the server. */
  private count = 0
  /** With the server. */
  private active = 0
  private readonly queue: Queued[] = []
  private readonly sleepers: (() => void)[] = []

  get isCongested(): boolean {
    return this.count >= this.congestionThreshold
  }

  get size(): number {
    return this.count
  }

  /** Resolves once there is room; undefined if there is. Whoever was woken looks again. */
  room(): Promise<void> | undefined {
    if (this.count < this.max) return undefined
    return new Promise((resolve) => {
      this.sleepers.push(resolve)
    })
  }

  /** Sends now or when there is room. @param abandon is called in place of `send` if the connection is aborted before */
  enter(send: () => void, abandon: () => void): void {
    this.count += 1
    this.queue.push({ send, abandon })
    this.flush()
  }

  /** One that was sent is over. */
  leave(): void {
    this.active -= 1
    this.left()
    this.flush()
  }

  abort(): void {
    for (const { abandon } of this.queue.splice(0)) {
      this.left()
      abandon()
    }
    for (const wake of this.sleepers.splice(0)) wake()
  }

  private left(): void {
    this.count -= 1
    if (this.count < this.max) this.sleepers.shift()?.()
  }

  private flush(): void {
    while (this.active < this.max) {
      const next = this.queue.shift()
      if (next === undefined) return
      this.active += 1
      next.send()
    }
  }
}
