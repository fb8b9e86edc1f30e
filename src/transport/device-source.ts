/* What a loop serves: the interface between the device and the loops that wait for it. */

/** What a {@link Source} did: bits of the result of `pump`. */
export const WORKED = 1
/** Something goes on after the call: promises are to be looked after, and maybe the event loop. */
export const PENDING = 2
/** There may be more: the budget ran out first. */
export const MORE = 4

/** Something whose descriptor becomes readable when there is work. */
export interface Source {
  readonly fd: number
  /** What to wait for besides the end: bits of `POLL`. Whoever changes it calls `Loop.update`. @default IN */
  readonly interest?: number
  /** Does what there is to do without waiting, at most `budget` times; returns the bits above. */
  pump(budget: number): number
}

/** Counters of a {@link Loop}, from its start. */
export interface LoopStats {
  /** How often the event loop got a turn. */
  turns: number
  /** How often promises and `process.nextTick` got their turn without one of the loop. */
  settles: number
  /** How often somebody slept until there was something to do. */
  sleeps: number
  /** How often it looked again for a moment before sleeping, and how often that found something. */
  spins: number
  spinHits: number
}

/** Pumps the sources of one thread when their descriptors are readable, and lets the event loop live besides. */
export interface Loop {
  readonly stats: Readonly<LoopStats>
  /** Keeps the thread alive until it is removed. */
  add(source: Source): void
  /** Its `interest` has changed. */
  update(source: Source): void
  /** From now on its descriptor may be closed. */
  remove(source: Source): void
  /** Lets go of what it has open, once it has no source any more. It cannot be used again. */
  close(): void
}
