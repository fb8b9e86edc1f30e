/** The time, as the client sees it. Tests bring their own. */
export interface Clock {
  /** Milliseconds that only go forward: for how long something is valid. */
  monotonicMs(this: void): number
  /** Milliseconds since 1970: for times that the client sets on files (WRITEBACK_CACHE). */
  wallMs(this: void): number
  /** Runs `then` after `ms`; returns what cancels it. Must not keep the program alive. */
  after(this: void, ms: number, then: () => void): () => void
}

export const SYSTEM_CLOCK: Clock = {
  monotonicMs: () => performance.now(),
  wallMs: () => Date.now(),
  after(ms, then) {
    const timer: unknown = setTimeout(then, ms)
    // In a browser it is a number, and nothing is kept alive by it.
    if (typeof timer === 'object') (timer as { unref(): void }).unref()
    return () => clearTimeout(timer as number)
  },
}
