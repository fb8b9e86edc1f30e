import type { Clock } from '../base/clock.js'
import type { NodeId } from '../base/ids.js'
import { UnsupportedError } from '../base/errors.js'
import type { MessageCodec } from '../protocol/codec.js'
import type { Negotiated, NotifySupport } from '../protocol/negotiated.js'
import { FUSE_WRITE_CACHE } from '../protocol/flags/io.js'
import type { RequestOf } from '../protocol/message.js'
import type { NotifyName } from '../protocol/notify-codes.js'
import type { Coherence } from './coherence.js'
import type { Job } from './job.js'
import { Lanes } from './lanes.js'
import type { NotifierOptions } from './options.js'
import type { NotifyPort } from './port.js'
import type { Moment } from './race-guard.js'
import { NOT_CACHED, type NotifyResult } from './result.js'
import { Retrieves } from './retrieves.js'
import type { NotifyStats } from './stats.js'

/** What a {@link NotifyEngine} is made of. */
export interface NotifyContext {
  readonly port: NotifyPort
  readonly codec: MessageCodec
  readonly kernel: Negotiated
  readonly coherence: Coherence
  readonly clock: Clock
  /** Told that a notification which may wait is with the peer from now on. */
  readonly onWaiting?: (() => void) | undefined
  /** Called when the peer has taken RESEND, before it can have sent anything again. */
  readonly onResend?: (() => void) | undefined
}

const DEFAULT_MAX_QUEUED_PER_KEY = 1024
const DEFAULT_MAX_QUEUED = 16_384

/** The flag of renameat2(2). */
const RENAME_EXCHANGE = 2

/** The notifications of one connection, as its session sees them; what users call is the {@link Notifier} over it. */
export class NotifyEngine {
  readonly kernel: Negotiated
  readonly coherence: Coherence
  readonly lanes: Lanes
  readonly retrieves: Retrieves
  readonly allocate: (bytes: number) => Uint8Array

  constructor(context: NotifyContext, options: NotifierOptions = {}) {
    const { port, codec, kernel, coherence, clock, onResend, onWaiting } = context
    this.kernel = kernel
    this.coherence = coherence
    this.allocate = options.allocate ?? ((bytes) => new Uint8Array(bytes))
    this.lanes = new Lanes({
      port,
      codec,
      coherence,
      clock,
      onResend,
      onWaiting,
      maxQueuedPerKey: options.maxQueuedPerKey ?? DEFAULT_MAX_QUEUED_PER_KEY,
      maxQueued: options.maxQueued ?? DEFAULT_MAX_QUEUED,
      hasEpoch: kernel.supports.incEpoch,
    })
    coherence.onStale = (work) => void this.lanes.post(work).catch(() => undefined)
    const maxBytes = Math.min(kernel.maxWrite, kernel.maxRead)
    this.retrieves = new Retrieves({ send: (work) => this.lanes.post(work), maxBytes, clock })
  }

  /** Counters since the start. */
  stats(): NotifyStats {
    const { codes, longestWaitMs, barriers, retries } = this.lanes.counters
    const { waiting, queued } = this.lanes
    return { codes: structuredClone(codes), waiting, queued, longestWaitMs, barriers, retries }
  }

  /** Those that the peer is at: of each line of notifications, the first that it has not taken. */
  waiting(): Iterable<Job> {
    return this.lanes.running()
  }

  /**
   * RENAME was answered, and its caller still has both directories locked. The kernel then moves what it has by the old name
   * to the new one, which is another object than the source has moved if that name was told to be stale and the telling
   * still waits for the directory: so the new name is told to be stale too. The same if there may be changes that nobody has
   * told of yet; but then the object is most likely the right one, and stays as it is if so.
   * @param began when the handler was called
   */
  renamed(request: RequestOf<'RENAME'> | RequestOf<'RENAME2'>, began: Moment): void {
    const { coherence, lanes } = this
    const from = request.header.nodeid
    const [to, flags] =
      request.op === 'RENAME'
        ? [request.fuse_rename_in.newdir, 0]
        : [request.fuse_rename2_in.newdir, request.fuse_rename2_in.flags]
    const isUncertain = (directory: NodeId) =>
      lanes.hasNames(directory) || coherence.races.namesTouchedSince(directory, began)
    const tell = (node: NodeId, name: string, expireOnly: boolean) =>
      void lanes.post({ notification: 'INVAL_ENTRY', node, name, expireOnly }).catch(() => undefined)
    const check = (source: NodeId, target: NodeId, name: string) => {
      if (isUncertain(source)) tell(target, name, false)
      else if (coherence.races.isToldLate) tell(target, name, this.kernel.supports.expireOnly)
    }
    check(from, to, request.newname)
    if ((flags & RENAME_EXCHANGE) !== 0) check(to, from, request.oldname)
  }

  /**
   * WRITE of write(2) was answered. If pages of the file were dropped or replaced a short time ago, they may lack its bytes,
   * so they are dropped: see {@link Lanes.hasRecentContent}, and `StoredTails` for what it does behind stored bytes.
   */
  wrote({ header, fuse_write_in, data }: RequestOf<'WRITE'>): void {
    const { nodeid: node } = header
    const { offset, write_flags } = fuse_write_in
    const { length } = data
    const { coherence, lanes } = this
    const isOvertaken = (write_flags & FUSE_WRITE_CACHE) === 0 && length > 0 && lanes.hasRecentContent(node)
    const tail = coherence.tails.wrote(node, offset + length)
    if (tail !== undefined) coherence.onStale(tail)
    if (isOvertaken) coherence.onStale({ notification: 'INVAL_INODE', node, offset, length })
  }

  /** NOTIFY_REPLY came: the answer to a RETRIEVE. */
  answered(unique: number, offset: number, data: Uint8Array): void {
    this.retrieves.answered(unique, offset, data)
  }

  /** The connection is over: whatever waits is settled. */
  end(): void {
    this.lanes.end()
    this.retrieves.end()
  }

  /** @throws UnsupportedError */
  need(code: NotifyName, what: keyof NotifySupport): void {
    if (!this.kernel.supports[what]) throw new UnsupportedError(`${code}: ${this.kernel.unsupportedReason(what)}`)
  }

  /** The peer was never given what `code` would be about, or has given it back: nothing is sent. */
  notKnown(code: NotifyName): Promise<NotifyResult> {
    this.lanes.counters.codes[code].notCached += 1
    return Promise.resolve(NOT_CACHED)
  }
}
