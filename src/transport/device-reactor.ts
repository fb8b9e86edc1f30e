import { EPOLL } from '../sys/constants.js'
import { EpollSet } from '../sys/epoll.js'
import type { LoopAccess } from '../sys/libuv.js'
import type { LoopEntry } from '../sys/loop-entry.js'
import { yieldCpu } from '../sys/thread.js'
import { MORE, PENDING, WORKED, type Loop, type LoopStats, type Source } from './device-source.js'

/*
 * One JavaScript thread that waits for requests and for its own event loop in one system call. A request whose handler is
 * synchronous is answered without a turn of the loop, and so is one whose promises need nothing of libuv; the loop gets a
 * turn when libuv has something to do.
 */

/** Options of a {@link Reactor}. */
export interface ReactorOptions {
  /**
   * How long to look again before sleeping, in microseconds, while requests come thick and fast; a sleep and its wake-up
   * cost more than most requests. An idle mount never spins. 0 turns it off.
   * @default 50
   */
  readonly spinUs?: number
}

/** Requests of one source before the others, and the loop, are looked at. */
const BUDGET = 64
/** Requests that follow one another within this time are worth spinning for. */
const CLOSE_MS = 0.3
const RESOLVED = Promise.resolve()
/** While it spins, the loop is looked at once in so many times. */
const SPINS_PER_LOOK = 8
/** A spin that took so much longer than it should shows that others use this CPU; there is none for a while then. */
const CROWD_MS = 0.5
const UNCROWDED_MS = 20
/** After so many spins in vain the thread sleeps at once, until requests come close together again. */
const PATIENCE = 16

/** Runs the sources of the thread whose event loop it is given. */
export class Reactor implements Loop {
  readonly stats: LoopStats = { turns: 0, settles: 0, sleeps: 0, spins: 0, spinHits: 0 }
  private readonly loop: LoopAccess
  private readonly spinMs: number
  private readonly sources: Source[] = []
  private readonly entry: LoopEntry
  /** The event loop and each source. */
  private waiting: EpollSet | undefined
  private running = false
  private patience = 0
  private lastWork = 0
  /** Requests since the loop was last looked at. */
  private unseen = 0
  /**
   * Whether handlers ran since promises last had their turn. A synchronous one, too, may have settled a promise that
   * others wait for, and those run only once the stack is empty.
   */
  private owesSettle = false
  /** Whether handlers left something pending, which may be for libuv to go on with, since the loop was last looked at. */
  private owesLook = false
  /**
   * Whether something goes on after handlers since the loop's last turn. It may have put something into `process.nextTick`
   * behind this, of which nobody is told: that is done for sure only when the loop has its turn.
   */
  private owesTicks = false
  /** Whether to spin before the next sleep: only after work, so that a timer alone makes nobody spin. */
  private armed = false
  /** When to spin again: others want this CPU, and who sleeps in vain is back sooner than who gave it away. */
  private crowdedUntil = 0
  /** Whether handlers ran since the loop's last turn. */
  private owesTurn = false

  private readonly again = (): void => this.run()
  private readonly whenSettled = (): void => process.nextTick(this.again)

  /** @param entry of the same loop, for this alone */
  constructor(loop: LoopAccess, entry: LoopEntry, options: ReactorOptions = {}) {
    this.loop = loop
    this.entry = entry
    this.spinMs = (options.spinUs ?? 50) / 1000
    entry.enter = this.again
  }

  add(source: Source): void {
    if (this.waiting === undefined) {
      this.waiting = new EpollSet()
      this.waiting.add(this.loop.fd, EPOLL.IN)
    }
    this.sources.push(source)
    this.watch(source)
    if (this.running) return
    this.running = true
    this.entry.ref()
    this.entry.request()
  }

  update(source: Source): void {
    this.waiting?.remove(source.fd)
    this.watch(source)
  }

  remove(source: Source): void {
    const index = this.sources.indexOf(source)
    if (index < 0) return
    this.sources.splice(index, 1)
    this.waiting?.remove(source.fd)
    if (this.sources.length > 0) return
    this.waiting?.[Symbol.dispose]()
    this.waiting = undefined
  }

  close(): void {
    this.entry.close()
  }

  private watch(source: Source): void {
    // Each request wakes one of the threads that serve a mount, not all. The bits are those of poll(2).
    this.waiting?.add(source.fd, (source.interest ?? EPOLL.IN) | EPOLL.EXCLUSIVE)
  }

  /** Serves until promises or the loop are due; then comes back after their turn. */
  private run(): void {
    while (this.sources.length > 0) {
      const result = this.pumpAll(BUDGET)
      // The last source may just have ended: there is nothing to sleep for.
      if (this.sources.length === 0) break
      if (result !== 0) {
        // Looking at the loop costs a system call: not after each request, but before a timer could be late.
        this.unseen += (result & MORE) === 0 ? 1 : BUDGET
        if (this.unseen >= BUDGET) return this.isLoopDue() ? this.giveTurn() : this.settle()
        if ((result & PENDING) !== 0) return this.settle()
      } else if (this.owesLook && this.isLoopDue()) return this.giveTurn()
      else if (!this.spin()) {
        if (this.owesSettle) return this.settle()
        if (this.owesTicks || this.sleep()) return this.giveTurn()
      }
    }
    this.running = false
    this.entry.unref()
  }

  private pumpAll(budget: number): number {
    let result = 0
    // A source may end, and be removed, while it is pumped.
    for (let i = this.sources.length - 1; i >= 0; i -= 1) result |= this.sources[i]?.pump(budget) ?? 0
    if ((result & WORKED) !== 0) {
      const now = performance.now()
      if (now - this.lastWork < CLOSE_MS) this.patience = PATIENCE
      this.lastWork = now
      this.armed = this.patience > 0
      this.owesSettle = true
      this.owesTurn = true
      if ((result & PENDING) !== 0) {
        this.owesLook = true
        this.owesTicks = true
      }
    }
    return result
  }

  /** Looks again for a moment. True if something came, from the sources or for the loop. */
  private spin(): boolean {
    if (!this.armed || this.spinMs === 0) return false
    this.armed = false
    const start = performance.now()
    if (start < this.crowdedUntil) return false
    this.stats.spins += 1
    const end = start + this.spinMs
    let now: number
    do {
      for (let i = 0; i < SPINS_PER_LOOK; i += 1) {
        // Who is to send the next request may be waiting for this very CPU.
        yieldCpu()
        const result = this.pumpAll(1)
        if (result === 0) continue
        this.unseen += 1
        this.stats.spinHits += 1
        return true
      }
      // In a moment the sleep that follows finds the same.
      if (this.isLoopReady()) return false
      now = performance.now()
    } while (now < end && this.sources.length > 0)
    this.patience -= 1
    if (now > end + CROWD_MS) this.crowdedUntil = now + UNCROWDED_MS
    return false
  }

  /** Waits for the sources and the loop. True if the loop is due. */
  private sleep(): boolean {
    // What handlers gave to libuv is not seen from outside before the loop has had a turn.
    if (!this.loop.exact && this.owesTurn) return true
    const timeoutMs = this.loop.timeoutMs()
    if (timeoutMs === 0) return true
    this.stats.sleeps += 1
    this.unseen = 0
    const found = this.waiting!.wait(timeoutMs)
    // 0: the loop's next timer is due; below 0: a signal, which libuv wants to see.
    return found <= 0 || this.waiting!.has(this.loop.fd)
  }

  private isLoopDue(): boolean {
    this.unseen = 0
    this.owesLook = false
    return this.loop.timeoutMs() === 0 || this.isLoopReady()
  }

  private isLoopReady(): boolean {
    return this.waiting !== undefined && this.waiting.wait(0) > 0 && this.waiting.has(this.loop.fd)
  }

  /**
   * Promises get their turn: this function returns to an empty stack, where Node runs all of `process.nextTick`, then all
   * of the promises, and so on until there are none. So what a promise puts into the former comes after all promises.
   */
  private settle(): void {
    this.stats.settles += 1
    this.owesSettle = false
    void RESOLVED.then(this.whenSettled)
  }

  private giveTurn(): void {
    this.stats.turns += 1
    this.owesSettle = false
    this.owesTurn = false
    this.owesTicks = false
    this.entry.request()
  }
}
