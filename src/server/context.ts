import type { NodeId, Unique } from '../base/ids.js'
import type { PollHandle } from '../notify/poll-handle.js'
import type { InHeader } from '../protocol/message.js'

/** What a request needs of its session. */
export interface RequestHost {
  /** The signal of the request, made when first asked for, aborted once INTERRUPT or the end of the session comes. */
  signal: (unique: Unique) => AbortSignal
  /** Runs `then` once the reply to the request has been handed to the kernel. */
  afterReply: (unique: Unique, then: () => void) => void
  /** For a POLL whose caller waits. */
  pollHandle: (kh: number) => PollHandle
}

/** What every request says: who asks, about which object. */
export class RequestContext {
  /** Names the request until it is answered. */
  readonly unique: Unique
  /** The object it is about; for requests with a name, the directory (called `parent` there). */
  readonly node: NodeId
  /** Of the calling process, as seen in the mount's user namespace; 0 where the kernel acts by itself (RELEASE, writeback). */
  readonly uid: number
  readonly gid: number
  /** Thread id of the caller, as seen from the mount's pid namespace; 0 if it is outside, or the kernel itself. */
  readonly pid: number
  private readonly host: RequestHost

  constructor(host: RequestHost, header: InHeader) {
    this.host = host
    this.unique = header.unique
    this.node = header.nodeid
    this.uid = header.uid
    this.gid = header.gid
    this.pid = header.pid
  }

  /**
   * Aborted when nobody waits for the answer any more: INTERRUPT came (a signal hit the caller), or the session ends. A
   * handler that gives up then should throw EINTR. Made when first asked for; it costs nothing until then.
   */
  get signal(): AbortSignal {
    return this.host.signal(this.unique)
  }

  /** Runs `then` right after the reply to this request was handed to the kernel, or never if the session ends before. */
  afterReply(then: () => void): void {
    this.host.afterReply(this.unique, then)
  }
}
