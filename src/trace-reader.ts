import type { TraceDirection } from './protocol/describe.js'

/** One message of a mount, as its trace shows it. */
export interface TraceEvent {
  /** `rx`: from the kernel, also how a notification ended there; `tx`: to it. */
  readonly direction: TraceDirection
  /** The whole message in one line, of the form that docs/trace.md describes. */
  readonly line: string
  /** When it came, or was about to go, in ms, on the clock of `performance.now()`. */
  readonly timeMs: number
  /**
   * For a reply: how long after its request, in ms; for the end of a notification: how long after it was handed to the kernel.
   * Undefined for others, and if the request was not traced.
   */
  readonly tookMs: number | undefined
  /** How many messages right before this one are missing, for nobody took them in time. */
  readonly lost: number
}

type Result = IteratorResult<TraceEvent, undefined>

/** Keeps events for a reader that takes them asynchronously: at most so many, what is more is counted and lost. */
export class TraceReader implements AsyncIterableIterator<TraceEvent> {
  private readonly maxEvents: number
  private readonly onReturn: () => void
  private readonly events: TraceEvent[] = []
  private readonly waiting: ((result: Result) => void)[] = []
  private lost = 0
  private isOver = false

  constructor(maxEvents: number, onReturn: () => void) {
    this.maxEvents = maxEvents
    this.onReturn = onReturn
  }

  readonly push = (event: TraceEvent): void => {
    const waiting = this.waiting.shift()
    if (waiting === undefined && this.events.length >= this.maxEvents) {
      this.lost += 1
      return
    }
    const value = this.lost === 0 ? event : { ...event, lost: this.lost }
    this.lost = 0
    if (waiting === undefined) this.events.push(value)
    else waiting({ value, done: false })
  }

  /** No event will follow; those that are kept can still be read. */
  end(): void {
    this.isOver = true
    for (const waiting of this.waiting.splice(0)) waiting({ value: undefined, done: true })
  }

  next(): Promise<Result> {
    const value = this.events.shift()
    if (value !== undefined) return Promise.resolve({ value, done: false })
    if (this.isOver) return Promise.resolve({ value: undefined, done: true })
    return new Promise((resolve) => this.waiting.push(resolve))
  }

  return(): Promise<Result> {
    this.events.length = 0
    this.end()
    this.onReturn()
    return Promise.resolve({ value: undefined, done: true })
  }

  [Symbol.asyncIterator](): this {
    return this
  }
}
