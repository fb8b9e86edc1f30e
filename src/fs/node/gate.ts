/**
 * Lets many through at a time, or one that needs to be alone; in the order in which they come. Calls on paths go through
 * it: while a name is moved or removed, a path that was put together before would lead to something else.
 */
export class Gate {
  private inside = 0
  private isAlone = false
  private readonly waiting: { readonly alone: boolean; readonly enter: () => void }[] = []

  /** Runs `work` beside others. */
  async share<T>(work: () => Promise<T>): Promise<T> {
    return this.run(false, work)
  }

  /** Runs `work` when nobody else is inside, and lets nobody in meanwhile. */
  async alone<T>(work: () => Promise<T>): Promise<T> {
    return this.run(true, work)
  }

  private async run<T>(alone: boolean, work: () => Promise<T>): Promise<T> {
    if (this.waiting.length > 0 || !this.admits(alone)) {
      await new Promise<void>((enter) => this.waiting.push({ alone, enter }))
    } else this.enter(alone)
    try {
      return await work()
    } finally {
      this.inside -= 1
      this.isAlone = false
      this.admitNext()
    }
  }

  private admits(alone: boolean): boolean {
    return !this.isAlone && (!alone || this.inside === 0)
  }

  private enter(alone: boolean): void {
    this.inside += 1
    this.isAlone = alone
  }

  private admitNext(): void {
    for (;;) {
      const next = this.waiting[0]
      if (next === undefined || !this.admits(next.alone)) return
      this.waiting.shift()
      this.enter(next.alone)
      next.enter()
    }
  }
}
