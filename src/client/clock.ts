import { SYSTEM_CLOCK as MACHINE_CLOCK } from '../base/clock.js'

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
  monotonicMs: () => MACHINE_CLOCK.now(),
  wallMs: () => Date.now(),
  after: (ms, then) => MACHINE_CLOCK.after(ms, then),
}
