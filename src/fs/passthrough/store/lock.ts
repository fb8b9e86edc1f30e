import { FuseWireError } from '../../../base/errors.js'

const FREE = 0
const HELD = 1
/** Held, and somebody may sleep for it. */
const CONTENDED = 2

/** Whoever holds the lock needs a microsecond: it is worth looking again, unless its thread does not run at the moment. */
const SPINS = 200
const LONGEST_MS = 10_000

/** A lock in shared memory for sections of a few hundred nanoseconds. Without contention it costs 16 ns to take and give. */
export class Lock {
  private readonly words: Int32Array
  private readonly at: number

  constructor(words: Int32Array, at: number) {
    this.words = words
    this.at = at
  }

  /** @throws FuseWireError ERR_LOCK if a thread was ended while it held the lock: the store cannot be trusted any more */
  take(): void {
    if (Atomics.compareExchange(this.words, this.at, FREE, HELD) !== FREE) this.wait()
  }

  give(): void {
    if (Atomics.exchange(this.words, this.at, FREE) === CONTENDED) Atomics.notify(this.words, this.at, 1)
  }

  private wait(): void {
    const { words, at } = this
    for (let i = 0; i < SPINS; i += 1) {
      if (Atomics.load(words, at) === FREE && Atomics.compareExchange(words, at, FREE, HELD) === FREE) return
    }
    while (Atomics.exchange(words, at, CONTENDED) !== FREE) {
      if (Atomics.wait(words, at, CONTENDED, LONGEST_MS) !== 'timed-out') continue
      throw new FuseWireError('ERR_LOCK', 'a thread of this mount was ended while it held the lock of the node store')
    }
  }
}
