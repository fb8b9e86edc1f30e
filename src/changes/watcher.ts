import type { WatchEvent, WatchOptions } from './watch-event.js'

type Result = IteratorResult<WatchEvent, undefined>

const DEFAULT_MAX_EVENTS = 4096

/** One reader of events about a path. Keeps so many that nobody has taken; what is more is lost, which is told in its place. */
export class Watcher implements AsyncIterableIterator<WatchEvent> {
  private readonly path: string
  private readonly recursive: boolean
  private readonly maxEvents: number
  private readonly onReturn: () => void
  private readonly events: WatchEvent[] = []
  private readonly waiting: ((result: Result) => void)[] = []
  private isOver = false

  /** @param path without a slash at either end */
  constructor(path: string, { recursive = false, maxEvents = DEFAULT_MAX_EVENTS }: WatchOptions, onReturn: () => void) {
    if (!Number.isSafeInteger(maxEvents) || maxEvents < 1) {
      throw new RangeError(`maxEvents is ${maxEvents}; it must be a whole number from 1`)
    }
    this.path = path
    this.recursive = recursive
    this.maxEvents = maxEvents
    this.onReturn = onReturn
  }

  /** Something happened, here or elsewhere. */
  push(event: WatchEvent): void {
    if (this.isAbout(event.path) || (event.from !== undefined && this.isAbout(event.from))) this.keep(event)
  }

  /** Nobody knows what happened. */
  overflow(by: WatchEvent['by']): void {
    this.keep({ is: 'overflow', path: this.path, from: undefined, by })
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

  private isAbout(path: string): boolean {
    if (path === this.path) return true
    const start = this.path === '' ? 0 : this.path.length + 1
    if (start > 0 && !path.startsWith(`${this.path}/`)) return false
    return this.recursive || !path.includes('/', start)
  }

  private keep(event: WatchEvent): void {
    if (this.isOver) return
    const waiting = this.waiting.shift()
    if (waiting !== undefined) {
      waiting({ value: event, done: false })
      return
    }
    const last = this.events.at(-1)
    // A file that is written in pieces has changed once; and what follows an overflow is missing too.
    if (last !== undefined && last.is === event.is && last.path === event.path && last.by === event.by) {
      if (event.is === 'modify' || event.is === 'attrib' || event.is === 'overflow') return
    }
    if (this.events.length < this.maxEvents) this.events.push(event)
    else if (last?.is !== 'overflow') this.events.push({ ...event, is: 'overflow', path: this.path, from: undefined })
  }
}
