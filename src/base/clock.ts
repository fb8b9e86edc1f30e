/** The present, and waking up later: an input, so that tests can bring their own. */
export interface Clock {
  /** Milliseconds since some moment, never going back. */
  now(): number
  /** Calls `then` after `ms`, unless the function that it returns is called before. Keeps no process alive. */
  after(ms: number, then: () => void): () => void
}

/** The clock of this machine. */
export const SYSTEM_CLOCK: Clock = {
  now: () => performance.now(),
  after(ms, then) {
    const timer: unknown = setTimeout(then, ms)
    // Where there are processes that a timer could keep alive, its handle is an object.
    if (isNodeTimer(timer)) timer.unref()
    return () => clearTimeout(timer as number)
  },
}

function isNodeTimer(timer: unknown): timer is { unref(): void } {
  return typeof timer === 'object' && timer !== null && 'unref' in timer
}
