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

  /** From now on INTERRUPT finds this request: its handler went on after the call. */
  begin(unique: Unique): void {
    this.record(unique)
  }

  /** Whether the handler of this request is still at work. */
  has(unique: Unique): boolean {
    return this.records.has(unique)
  }

  /** Those whose handlers are at work, and those that asked for something to follow their reply. */
  uniques(): Iterable<Unique> {
    return this.records.keys()
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

  /** False for one that nobody knows: it was answered already, and INTERRUPT came too late. */
  interrupt(unique: Unique): boolean {
    const record = this.records.get(unique)
    if (record === undefined) return false
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
    const made: Record = { interrupted: false }
    this.records.set(unique, made)
    return made
  }
}

const NOTHING: readonly (() => void)[] = []
