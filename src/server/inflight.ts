import type { Unique } from '../base/ids.js'

/** What the session keeps of a request that is not answered yet. Made only when there is something to keep. */
interface Record {
  controller?: AbortController
  interrupted: boolean
  afterReply?: (() => void)[]
}

/** The requests that were read and are not answered: who is to be told of INTERRUPT, and what follows the reply. */
export class InFlight {
  private readonly records = new Map<Unique, Record>()
  /** INTERRUPTs of requests that nobody knows: answered already, or overtaken where several readers share a connection. */
  private readonly early = new Set<Unique>()

  /** From now on INTERRUPT finds this request: its handler went on after the call. */
  begin(unique: Unique): void {
    this.record(unique)
  }

  /** Whether the handler of this request is still at work. */
  has(unique: Unique): boolean {
    return this.records.has(unique)
  }

  signal(unique: Unique): AbortSignal {
    const record = this.record(unique)
    record.controller ??= new AbortController()
    if (record.interrupted) record.controller.abort()
    return record.controller.signal
  }

  afterReply(unique: Unique, then: () => void): void {
    const record = this.record(unique)
    record.afterReply = [...(record.afterReply ?? []), then]
  }

  /**
   * False for one that nobody knows: it was answered already, or is still to come, with another reader of the connection or
   * behind this one. Should it come here, it is interrupted from the start.
   */
  interrupt(unique: Unique): boolean {
    const record = this.records.get(unique)
    if (record === undefined) {
      this.remember(unique)
      return false
    }
    record.interrupted = true
    record.controller?.abort()
    return true
  }

  /** The reply was sent. Returns what is to follow it. */
  finish(unique: Unique): readonly (() => void)[] {
    if (this.records.size === 0) return NOTHING
    const record = this.records.get(unique)
    this.records.delete(unique)
    return record?.afterReply ?? NOTHING
  }

  /** The session is over: nobody waits for anything any more. */
  abortAll(): void {
    for (const { controller } of this.records.values()) controller?.abort()
    this.records.clear()
  }

  private record(unique: Unique): Record {
    const known = this.records.get(unique)
    if (known !== undefined) return known
    const made: Record = { interrupted: this.early.size > 0 && this.early.delete(unique) }
    this.records.set(unique, made)
    return made
  }

  private remember(unique: Unique): void {
    this.early.add(unique)
    if (this.early.size <= MAX_EARLY) return
    // A set is in the order in which it was filled: the oldest goes.
    for (const oldest of this.early) {
      this.early.delete(oldest)
      return
    }
  }
}

/** As many readers there are at most. Numbers of requests are never used twice, so one too many does no harm. */
const MAX_EARLY = 256
const NOTHING: readonly (() => void)[] = []
