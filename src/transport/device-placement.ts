import { readFileSync } from 'node:fs'
import { allowedCpus, currentCpu, pinToCpus } from '../sys/thread.js'
import type { CpuKeeper } from './device-cpu-keeper.js'

/*
 * Where a client waits for each answer, it and the server never run at the same time, and waking the other is most of
 * what a request costs: 3 µs in all where both are on one CPU, 15 to 60 µs where another CPU must be woken, above all in
 * virtual machines. The scheduler does not bring them together, and parts them as soon as another CPU is idle. So the
 * thread goes to the CPU of its client, and is free to go where it likes right after that; and the other CPU is kept from
 * being idle. With both, one thread did 220,000 statx(2) a second for one client, and 50,000 with neither. Whether it
 * helps is measured, for where clients and server can work side by side it does not.
 */

/** Requests between two looks. */
const WINDOW = 64
/** Slower ones are no matter of microseconds. */
const LEAST_PER_MS = 8
/** How much faster it must become. */
const LEAST_GAIN = 1.2
/** Windows that are not judged: it takes a moment to get going. */
const WARM_UP = 1
/** What has helped is tried anew after so long, without it first: by then clients may do something else. */
const HELD_MS = 250
/** How long the keeper may go on after it was last woken. */
const LAPSE_MS = 12
const SHORTEST_PAUSE_MS = 1
const LONGEST_PAUSE_MS = 500

/** Counters of a {@link Placement}. */
export interface PlacementStats {
  /** How often the thread moved to the CPU of a client. */
  moves: number
  /** How often being near was tried, and how often that made requests faster. */
  trials: number
  gains: number
}

/** Keeps one thread near to its clients. */
export class Placement {
  readonly stats: PlacementStats = { moves: 0, trials: 0, gains: 0 }
  private readonly allowed = allowedCpus()
  private readonly keeper: CpuKeeper | undefined
  private requests = 0
  private waits = 0
  private waiting = false
  private start = performance.now()
  private state: 'apart' | 'trial' | 'near' = 'apart'
  /** In requests a millisecond, before the trial. */
  private before = 0
  private warmUp = 0
  private pauseMs = SHORTEST_PAUSE_MS
  /** When the state is to change. */
  private until = 0

  /** @param keeper of a CPU that is to be kept awake, if that is wanted */
  constructor(keeper: CpuKeeper | undefined) {
    this.keeper = keeper
  }

  /** There was nothing to read. */
  waited(): void {
    if (!this.waiting) this.waits += 1
    this.waiting = true
  }

  /** A request was served. @param thread the client's id */
  served(thread: number): void {
    this.waiting = false
    this.requests += 1
    if (this.requests === WINDOW) this.look(thread)
  }

  private look(thread: number): void {
    const now = performance.now()
    const perMs = WINDOW / (now - this.start)
    const isOneByOne = this.waits > WINDOW / 8 && perMs > LEAST_PER_MS
    this.requests = this.waits = 0
    this.start = now
    switch (this.state) {
      case 'apart':
        if (!isOneByOne || now < this.until || !this.comeNear(thread)) return
        this.stats.trials += 1
        this.state = 'trial'
        this.before = perMs
        this.warmUp = WARM_UP
        return
      case 'trial':
        this.comeNear(thread)
        if (this.warmUp === 0) this.judge(perMs > this.before * LEAST_GAIN, now)
        else this.warmUp -= 1
        return
      case 'near':
        if (now < this.until) this.comeNear(thread)
        else this.part(now + LAPSE_MS)
    }
  }

  private judge(gained: boolean, now: number): void {
    if (gained) {
      this.stats.gains += 1
      this.state = 'near'
      this.until = now + HELD_MS
      this.pauseMs = SHORTEST_PAUSE_MS
    } else {
      this.pauseMs = Math.min(this.pauseMs * 2, LONGEST_PAUSE_MS)
      this.part(now + Math.max(this.pauseMs, LAPSE_MS))
    }
  }

  private part(until: number): void {
    this.state = 'apart'
    this.until = until
  }

  /** Goes to the CPU of the thread, if that is another one, and keeps the others awake. False if nothing could be done. */
  private comeNear(thread: number): boolean {
    if (this.allowed.length < 2) return false
    const keeps = this.keeper?.wake() ?? false
    return this.follow(thread) || keeps
  }

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
