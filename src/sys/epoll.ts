import { check } from './check.js'
import { EPOLL } from './constants.js'
import { Fd } from './fd.js'
import { libc } from './libc.js'
import { Memory } from './memory.js'

/** struct epoll_event: u32 events, u64 data; without padding between them on x64 only. */
const PACKED = process.arch === 'x64'
const ENTRY = PACKED ? 12 : 16
const DATA = PACKED ? 4 : 8
const MOST_EVENTS = 16

/**
 * Descriptors to wait for, which the kernel keeps in mind from one wait to the next: cheaper than poll(2), which hangs
 * itself into each and out again. Waiting allocates nothing, and blocks the whole thread.
 */
export class EpollSet implements Disposable {
  readonly #fd = new Fd(check(libc().epoll_create1(EPOLL.CLOEXEC), 'epoll_create1'), 'the epoll set')
  readonly #number = this.#fd.number
  readonly #memory = Memory.allocate(ENTRY * MOST_EVENTS)
  readonly #address = this.#memory.address
  #found = 0

  /**
   * Adds `fd`, which stays the caller's. Take it out before it is closed.
   *
   * @param events bits of `EPOLL`. With `EXCLUSIVE` and several threads that wait for one thing by sets of their own, each
   *   event wakes one of those that do wait, and not all.
   */
  add(fd: number, events: number): void {
    const { view } = this.#memory
    view.setUint32(0, events, true)
    view.setUint32(DATA, fd, true)
    view.setUint32(DATA + 4, 0, true)
    this.#found = 0
    check(libc().epoll_ctl(this.#number, EPOLL.CTL_ADD, fd, this.#address), 'epoll_ctl')
  }

  remove(fd: number): void {
    this.#found = 0
    check(libc().epoll_ctl(this.#number, EPOLL.CTL_DEL, fd, this.#address), 'epoll_ctl')
  }

  /**
   * Waits until a descriptor is ready, a signal comes, or the time is up. Never throws.
   *
   * @param timeoutMs -1 for ever, 0 not at all
   * @returns how many are ready, 0 for none in time, or `-errno` (`-4`, EINTR, for a signal)
   */
  wait(timeoutMs: number): number {
    const native = libc()
    const result = native.epoll_wait(this.#number, this.#address, MOST_EVENTS, timeoutMs)
    this.#found = Math.max(0, result)
    return result < 0 ? -native.errno() : result
  }

  /** Whether the last {@link wait} found `fd` ready. */
  has(fd: number): boolean {
    const { view } = this.#memory
    for (let i = 0; i < this.#found; i += 1) if (view.getUint32(i * ENTRY + DATA, true) === fd) return true
    return false
  }

  /** Lets go of the set; the descriptors are left alone. */
  [Symbol.dispose](): void {
    this.#fd.close()
    this.#memory.dispose()
  }
}
