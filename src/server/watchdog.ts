import type { Clock } from '../base/clock.js'
import { holds, type Subject } from '../notify/holds.js'
import type { Job } from '../notify/job.js'
import { describeWaiting } from '../notify/waiting.js'
import { describeRequest, type Unanswered } from './inflight.js'
import { stallText, type Stall } from './stall.js'

/** What a {@link Watchdog} needs to know of a notification that is with the peer. */
export type WaitingJob = Pick<Job, 'work' | 'since' | 'asked' | 'behind'>

/** What a {@link Watchdog} looks at. */
export interface WatchdogContext {
  readonly clock: Clock
  readonly unanswered: () => Iterable<Unanswered>
  readonly waiting: () => Iterable<WaitingJob>
}

/** When a {@link Watchdog} acts, and how. */
export interface WatchdogOptions {
  /** How long something may wait before it is told of, in ms. */
  readonly afterMs: number
  /** Called once for each request or notification that has waited for so long. */
  readonly onStall: (stall: Stall) => void
  /** How long a notification may wait before the connection is aborted, in ms. @default for ever */
  readonly abortAfterMs?: number | undefined
  /** Ends the connection. */
  readonly abort?: ((stall: Stall) => void) | undefined
}

/** The longest that a timer can be set to. */
const MAX_MS = 2 ** 31 - 1
/** What becomes due one after the other is told of together. */
const MIN_MS = 10

/**
 * Tells of requests that nobody answers, and of notifications that wait in the kernel for them. Its timer runs only while
 * there is one of either: a session whose handlers are all synchronous never starts it.
 */
export class Watchdog {
  private readonly context: WatchdogContext
  private readonly options: WatchdogOptions
  /** What was told of already. */
  private readonly told = new WeakSet<object>()
  private cancel: (() => void) | undefined
  private isOver = false

  constructor(context: WatchdogContext, options: WatchdogOptions) {
    this.context = context
    this.options = options
  }

  /** Something waits from now on. */
  poke(): void {
    if (this.cancel !== undefined || this.isOver) return
    this.arm(Math.min(this.options.afterMs, this.options.abortAfterMs ?? Infinity))
  }

  stop(): void {
    this.isOver = true
    this.cancel?.()
  }

  private arm(ms: number): void {
    if (ms > MAX_MS) return
    this.cancel = this.context.clock.after(ms, () => {
      this.cancel = undefined
      this.look()
    })
  }

  private look(): void {
    const { clock, unanswered, waiting } = this.context
    const { abortAfterMs = Infinity, abort } = this.options
    const now = clock.now()
    const requests = [...unanswered()]
    const jobs = [...waiting()]
    let next = Infinity
    for (const job of jobs) {
      if (job.since + abortAfterMs <= now) {
        this.isOver = true
        abort?.(stallOf(job, holdersOf(job, requests), now))
        return
      }
      next = Math.min(next, job.since + abortAfterMs, this.due(job, now))
      if (this.isNews(job, now)) this.tell(job, holdersOf(job, requests), now)
    }
    for (const one of requests) {
      next = Math.min(next, this.due(one, now))
      // SETLKW waits for whoever has the lock, for as long as it takes.
      if (!this.isNews(one, now) || one.request.op === 'SETLKW') continue
      const held = jobs.find((job) => holdersOf(job, requests).includes(one))
      this.tell(held, held === undefined ? [one] : holdersOf(held, requests), now)
    }
    if (next < Infinity && !this.isOver) this.arm(Math.max(next - now, MIN_MS))
  }

  /** What waits together is told of together, and once. */
  private tell(job: WaitingJob | undefined, requests: readonly Unanswered[], now: number): void {
    for (const each of requests) this.told.add(each)
    if (job !== undefined) this.told.add(job)
    this.options.onStall(stallOf(job, requests, now))
  }

  /** When it is to be told of; never if it was. */
  private due(waiting: WaitingJob | Unanswered, now: number): number {
    const due = waiting.since + this.options.afterMs
    return due <= now ? Infinity : due
  }

  private isNews(waiting: WaitingJob | Unanswered, now: number): boolean {
    return waiting.since + this.options.afterMs <= now && !this.told.has(waiting)
  }
}

/** Those that can make it wait; in unusual calls only if no other can. */
function holdersOf({ work, behind }: WaitingJob, requests: readonly Unanswered[]): Unanswered[] {
  const barrier: Subject | undefined = behind && { notification: 'INVAL_ENTRY', node: behind }
  const holding = requests.map((one) => ({
    one,
    hold: holds(one.request, work) ?? (barrier && holds(one.request, barrier)),
  }))
  const can = holding.filter(({ hold }) => hold !== undefined)
  const usual = can.filter(({ hold }) => hold?.isRare === false)
  return (usual.length > 0 ? usual : can).map(({ one }) => one)
}

function stallOf(job: WaitingJob | undefined, requests: readonly Unanswered[], now: number): Stall {
  const stall = {
    notification: job && describeWaiting(job, now),
    requests: requests.map((one) => describeRequest(one, now)),
    isAwaitedWithin: job !== undefined && requests.length === 1 && requests[0]!.began < job.asked,
  }
  return { ...stall, message: stallText(stall) }
}
