import { readFileSync } from 'node:fs'
import { allowedCpus, currentCpu, pinToCpus } from '../sys/thread.js'

/*
 * Where a client waits for each answer, it and the server never run at the same time, and waking the other is most of
 * what a request costs: 3 µs in all where both are on one CPU, 15 to 60 µs where another CPU must be woken, above all in
 * virtual machines (measured there: 60,000 statx(2) a second from two threads, and 170,000 once the server has moved).
 * The scheduler leaves two that are on one CPU together, but does not bring them there. So this does: the thread goes to
 * the CPU of its client, and is free to go where it likes right after that. Whether that was good is measured.
 */

/** Requests between two looks. */
const WINDOW = 64
/** Slower ones are no matter of microseconds, */
const LEAST_PER_MS = 8
/** and neither are those that move much data, where client and server can work side by side. */
const MOST_BYTES = 16 * 1024
/** How much faster it must be after a move, or else there is none for a while. */
const LEAST_GAIN = 1.2
const SHORTEST_PAUSE_MS = 1
const LONGEST_PAUSE_MS = 50

/** Counters of a {@link Placement}. */
export interface PlacementStats {
  /** How often the thread moved, and how often that made it faster. */
  moves: number
  gains: number
}

/** Keeps one thread near to its clients. */
export class Placement {
  readonly stats: PlacementStats = { moves: 0, gains: 0 }
  private readonly allowed = allowedCpus()
  private requests = 0
  private bytes = 0
  private waits = 0
  private waiting = false
  private start = performance.now()
  /** What the rate was before the last move, in requests a millisecond; 0 if there is nothing to judge. */
  private before = 0
  private pauseMs = SHORTEST_PAUSE_MS
  private notBefore = 0

  /** There was nothing to read. */
  waited(): void {
    if (!this.waiting) this.waits += 1
    this.waiting = true
  }

  /** A request was served. @param bytes how many of it and of its reply were moved @param thread the client's id */
  served(bytes: number, thread: number): void {
    this.waiting = false
    this.requests += 1
    this.bytes += bytes
    if (this.requests === WINDOW) this.look(thread)
  }

  private look(thread: number): void {
    const now = performance.now()
    const perMs = WINDOW / (now - this.start)
    const hasWaited = this.waits > WINDOW / 8
    const isSmall = this.bytes < WINDOW * MOST_BYTES
    this.requests = this.bytes = this.waits = 0
    this.start = now
    if (this.before > 0) this.judge(perMs)
    else if (hasWaited && isSmall && perMs > LEAST_PER_MS && now > this.notBefore && this.follow(thread)) {
      this.before = perMs
    }
  }

  private judge(perMs: number): void {
    const gained = perMs > this.before * LEAST_GAIN
    this.before = 0
    if (gained) this.stats.gains += 1
    this.pauseMs = gained ? SHORTEST_PAUSE_MS : Math.min(this.pauseMs * 2, LONGEST_PAUSE_MS)
    this.notBefore = performance.now() + this.pauseMs
  }

  /** Goes to the CPU of the thread, if that is another one. */
  private follow(thread: number): boolean {
    const cpu = cpuOf(thread)
    if (cpu === undefined || cpu === currentCpu() || !this.allowed.includes(cpu)) return false
    pinToCpus([cpu])
    pinToCpus(this.allowed)
    this.stats.moves += 1
    return true
  }
}

/** The CPU that a thread last ran on; undefined if it has gone, or cannot be seen from here. */
function cpuOf(thread: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${thread}/stat`, 'latin1')
    // The name, in parentheses, may have anything in it; behind it the processor is the 37th field: proc_pid_stat(5).
    const cpu = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[36])
    return Number.isInteger(cpu) ? cpu : undefined
  } catch {
    return undefined
  }
}
