import type { NodeId, Unique } from '../base/ids.js'
import type { Moment } from '../notify/race-guard.js'
import type { Request } from '../protocol/message.js'
import type { OpcodeName } from '../protocol/opcodes.js'

/** A request whose handler is still at work. */
export interface RequestInFlight {
  readonly op: OpcodeName
  /** Names the request until it is answered. */
  readonly unique: Unique
  /** The object that it is about; for one with a name, the directory. */
  readonly node: NodeId
  readonly name: string | undefined
  /** Who asked, as in the request's context. */
  readonly uid: number
  readonly pid: number
  /** For how long its handler has been at work, in ms. */
  readonly ageMs: number
}

/** A request that is not answered, as it came. */
export interface Unanswered {
  readonly request: Request
  /** Since when its handler has gone on after its call, in ms of the session's clock. */
  readonly since: number
  /** When its handler was called, in the order of all that happens on the connection. */
  readonly began: Moment
}

/** What the session keeps of a request that is not answered yet. Made only when there is something to keep. */
interface Record {
  /** From when its handler has gone on after its call. */
  begun?: Unanswered
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
  begin(request: Request, since: number, began: Moment): void {
    this.record(request.header.unique).begun = { request, since, began }
  }

  /** Those that are not answered, in the order in which they came. */
  *unanswered(): Iterable<Unanswered> {
    for (const { begun } of this.records.values()) if (begun !== undefined) yield begun
  }

  /** How many there are. */
  get size(): number {
    return this.records.size
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

/** @param now by the clock that `since` is of */
export function describeRequest({ request, since }: Unanswered, now: number): RequestInFlight {
  const { op, header } = request
  const name = 'oldname' in request ? request.oldname : 'name' in request ? request.name : undefined
  return {
    op,
    unique: header.unique,
    node: header.nodeid,
    name: typeof name === 'string' ? name : undefined,
    uid: header.uid,
    pid: header.pid,
    ageMs: now - since,
  }
}
