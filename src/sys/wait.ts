import { detached, libc } from './libc.js'
import { Memory } from './memory.js'

/** The size of a `struct pollfd`: int fd, short events, short revents. */
const ENTRY = 8

/**
 * A few descriptors to wait for in one poll(2), whose call allocates nothing. It blocks the whole thread: nothing else
 * runs in this JavaScript thread until it returns.
 */
export class PollSet implements Disposable {
  readonly #memory: Memory
  readonly #address: number
  readonly #capacity: number
  #count = 0

  /** @param capacity how many descriptors it can take */
  constructor(capacity = 8) {
    this.#memory = Memory.allocate(capacity * ENTRY)
    this.#address = this.#memory.address
    this.#capacity = capacity
  }

  /** Adds `fd`, which stays the caller's, and returns its index. @param events bits of `POLL`; ERR and HUP always count */
  add(fd: number, events: number): number {
    if (this.#count === this.#capacity) throw new RangeError(`the set is full with ${this.#capacity} descriptors`)
    const index = this.#count
    this.#count += 1
    this.set(index, fd, events)
    return index
  }

  /** Makes entry `index` another descriptor, or, with a negative `fd`, none. */
  set(index: number, fd: number, events: number): void {
    const { view } = this.#memory
    view.setInt32(index * ENTRY, fd, true)
    view.setInt16(index * ENTRY + 4, events, true)
    view.setInt16(index * ENTRY + 6, 0, true)
  }

  /**
   * Waits until a descriptor is ready, a signal comes, or the time is up. Never throws.
   *
   * @param timeoutMs -1 for ever (arming a timer costs, most of all in virtual machines: avoid it), 0 not at all
   * @returns how many are ready, 0 for none in time, or `-errno` (`-4`, EINTR, for a signal)
   */
  wait(timeoutMs: number): number {
    const native = libc()
    const result = native.poll(this.#address, this.#count, timeoutMs)
    return result < 0 ? -native.errno() : result
  }

  /**
   * As {@link wait}, on a thread of libuv's pool, which is taken for as long. Do not change or dispose of the set meanwhile.
   * @returns -1 for every error: look again
   */
  waitDetached(timeoutMs: number): Promise<number> {
    return detached('poll', this.#address, this.#count, timeoutMs)
  }

  /** What was found for entry `index` by the last {@link wait}: bits of `POLL`, 0 for nothing. */
  ready(index: number): number {
    return this.#memory.view.getInt16(index * ENTRY + 6, true)
  }

  /** Gives the memory back; the descriptors are left alone. */
  [Symbol.dispose](): void {
    this.#count = 0
    this.#memory.dispose()
  }
}
