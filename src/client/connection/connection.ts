import { ERRNO } from '../../base/errno.js'
import { ProtocolError } from '../../base/errors.js'
import type { NodeId, Unique } from '../../base/ids.js'
import { MessageCodec } from '../../protocol/codec.js'
import type { InitFlagName } from '../../protocol/flags/init-flags.js'
import {
  FUSE_UNIQUE_RESEND,
  INTERRUPT_BIT,
  interruptUnique,
  MAX_ERRNO,
  OUT_HEADER_SIZE,
} from '../../protocol/limits.js'
import type { MessageBuffer, Reply, RequestInput, SuccessReplyOf } from '../../protocol/message.js'
import { acceptInit, offerInit } from '../../protocol/negotiate-client.js'
import type { InitIn, InitOut, Negotiated } from '../../protocol/negotiated.js'
import type { OpcodeName } from '../../protocol/opcodes.js'
import { fuse_out_header } from '../../protocol/structs/header.js'
import type { Received, Receiver, Transport } from '../../transport/transport.js'
import type { Clock } from '../clock.js'
import { Failure, failure } from '../failure.js'
import { Background } from './background.js'
import { Features } from './features.js'
import { Forgets, type Forget } from './forgets.js'
import { NOBODY, replyLimit, variableLength } from './pending.js'
import type { Body, CallOptions, Pending, Take } from './pending.js'

/** Options of a {@link Connection}. */
export interface ConnectionOptions {
  readonly flags: Iterable<InitFlagName>
  readonly minor: number | undefined
  readonly maxReadaheadBytes: number
  /** If INIT negotiates none: after so many seconds an unanswered request aborts the connection; 0: never. */
  readonly requestTimeoutSeconds: number
  /** More requests than these wait here until others are answered. */
  readonly maxInFlight: number
  readonly clock: Clock
}

/** A notification came: `code`, and the whole message. Answers what write(2) on the device would. */
export type OnNotification = (message: MessageBuffer, end: number, code: number) => number | Promise<number>

const FIRST_UNIQUE = 2
const UNIQUE_STEP = 2
/** How often the kernel looks for requests that are too old. */
const TIMEOUT_CHECK_MS = 15_000
/** What a message has besides its data at most: headers, and a name of the longest kind. */
const HEAD_ROOM = 8192

/** The kernel's end of a connection: INIT, requests and their replies, INTERRUPT, FORGET, the end. Knows of no cache. */
export class Connection implements Receiver {
  /** Resolves once INIT is answered; rejects if that was refused, or the transport ended before. */
  readonly initialised: Promise<Negotiated>
  readonly features = new Features()
  readonly background = new Background()
  /** The most bytes of data that one message has room for here. */
  readonly maxDataBytes: number
  onNotification: OnNotification = () => -ERRNO.EINVAL
  /** The connection is over, with the reason if that was no ordinary end. */
  onEnd: (error: Error | undefined) => void = () => undefined
  private readonly transport: Transport
  private readonly options: ConnectionOptions
  private readonly pending = new Map<Unique, Pending>()
  /** Calls that wait until fewer requests are with the server. */
  private readonly crowd: (() => void)[] = []
  private readonly forgets = new Forgets((batch) => this.sendForgets(batch))
  private codec = new MessageCodec()
  private nextUnique = FIRST_UNIQUE
  private state: 'new' | 'initialising' | 'live' | 'refused' | 'over' = 'new'
  private negotiatedValue: Negotiated | undefined
  private stopTimer: () => void = () => undefined
  private resolveInit!: (negotiated: Negotiated) => void
  private rejectInit!: (error: Error) => void

  constructor(transport: Transport, options: ConnectionOptions) {
    this.transport = transport
    this.options = options
    this.initialised = new Promise((resolve, reject) => {
      this.resolveInit = resolve
      this.rejectInit = reject
    })
    // Whoever awaits it hears of it; the calls fail anyway.
    this.initialised.catch(() => undefined)
    const buffer = transport.borrow()
    this.maxDataBytes = buffer.bytes.length - HEAD_ROOM
    transport.release(buffer)
  }

  /** What was negotiated. Only after {@link initialised}. */
  get negotiated(): Negotiated {
    return this.negotiatedValue!
  }

  get isReady(): boolean {
    return this.negotiatedValue !== undefined
  }

  get isOver(): boolean {
    return this.state === 'over'
  }

  /** Requests that are with the server. */
  get inFlight(): Iterable<Readonly<Pending>> {
    return this.pending.values()
  }

  /** Starts the transport and sends INIT. */
  start(): void {
    this.state = 'initialising'
    this.transport.start(this)
    const initIn = offerInit({
      flags: this.options.flags,
      maxReadahead: this.options.maxReadaheadBytes,
      ...(this.options.minor === undefined ? {} : { minor: this.options.minor }),
    })
    const header = { unique: this.takeUnique(), nodeid: 0 as NodeId, ...NOBODY }
    const request: RequestInput = { op: 'INIT', header, fuse_init_in: initIn }
    this.send(request, 'INIT', {
      succeed: (reply) => this.settle(initIn, (reply as SuccessReplyOf<'INIT'>).fuse_init_out),
      fail: (errno) => this.refuse(new Failure(errno)),
    })
  }

  /** Waits until INIT is answered. @throws Failure ECONNREFUSED, ENOTCONN or EINTR, as {@link call} */
  async ready(signal: AbortSignal | undefined): Promise<void> {
    if (this.state === 'new' || this.state === 'initialising') {
      let stop: () => void = () => undefined
      const aborted = new Promise<void>((resolve) => {
        stop = resolve
      })
      signal?.addEventListener('abort', stop, { once: true })
      // Refused or over: the state tells.
      await Promise.race([this.initialised.catch(() => undefined), aborted])
      signal?.removeEventListener('abort', stop)
    }
    if (this.state === 'refused') throw failure('ECONNREFUSED')
    if (this.negotiatedValue === undefined) throw failure(this.isOver ? 'ENOTCONN' : 'EINTR')
  }

  /**
   * Sends a request and waits for its reply.
   * @throws Failure with the errno of the reply, EIO if the reply is malformed, ENOTCONN after the end, ECONNABORTED if it
   *   comes meanwhile, ECONNREFUSED after INIT was refused, EINTR if the signal is aborted before the request is sent
   */
  async call<Op extends OpcodeName, T>(
    op: Op,
    nodeid: NodeId,
    body: Body<Op>,
    options: CallOptions,
    take: Take<Op, T>,
  ): Promise<T> {
    const { caller, signal, background } = options
    if (this.negotiatedValue === undefined) await this.ready(signal)
    if (background === 'waits') {
      for (let room = this.background.room(); room !== undefined; room = this.background.room()) {
        await room
        if (this.isOver) break
      }
    } else if (background === undefined) {
      while (this.pending.size >= this.options.maxInFlight) await this.room()
    }
    if (this.isOver) throw failure('ENOTCONN')
    if (signal?.aborted === true) throw failure('EINTR')
    return new Promise<T>((resolve, reject) => {
      const fail = (errno: number) => reject(new Failure(errno))
      const succeed = (reply: Reply & { ok: true }) => {
        try {
          resolve(take(reply as SuccessReplyOf<Op>))
        } catch (error) {
          // What the reply holds is malformed: directory records, a value out of range.
          reject(error instanceof ProtocolError ? failure('EIO') : (error as Error))
        }
      }
      const transmit = () => {
        const header = { unique: this.takeUnique(), nodeid, uid: caller.uid, gid: caller.gid, pid: caller.pid }
        const request = { op, header, ...body } as unknown as RequestInput
        this.send(request, op, { succeed, fail }, options)
      }
      if (background === undefined) transmit()
      else this.background.enter(transmit, () => fail(ERRNO.ECONNABORTED))
    })
  }

  /** Takes lookups back. */
  forget(nodeid: NodeId, nlookup: number): void {
    if (nlookup > 0 && this.state === 'live') this.forgets.add(nodeid, nlookup)
  }

  /** Sends a message that gets no reply: FORGET and its kin, INTERRUPT, NOTIFY_REPLY. Returns 0 or a negated errno. */
  post(request: RequestInput): number {
    const message = this.transport.borrow()
    try {
      return this.transport.send(message, this.codec.encodeRequest(message, 0, request))
    } catch (error) {
      this.transport.release(message)
      if (error instanceof ProtocolError) return -ERRNO.EIO
      throw error
    }
  }

  /** RESEND: what the server has and did not answer comes again, under a number with bit 63. */
  resend(): void {
    for (const entry of Array.from(this.pending.values())) {
      this.pending.delete(entry.unique)
      entry.unique = (BigInt(entry.unique) | FUSE_UNIQUE_RESEND) as Unique
      this.pending.set(entry.unique, entry)
      const { request } = entry
      this.post({ ...request, header: { ...request.header, unique: entry.unique } })
      if (entry.isInterrupted) this.interrupt(entry)
    }
  }

  /** Ends the connection at once, as fusectl's abort does: what is in flight fails with ECONNABORTED. */
  abort(error?: Error): void {
    this.ended(error)
    this.transport.close()
  }

  receive(message: MessageBuffer, end: number): Received {
    const result = this.judge(message, end)
    // Whoever waits for the reply goes on after this call.
    if (typeof result === 'number') return 'pending'
    void result.then(() => this.transport.release(message))
    return 'kept'
  }

  /**
   * Takes a reply or a notification, as write(2) on the device does.
   * @returns 0 or a negated errno; a promise while a notification waits
   */
  judge(message: MessageBuffer, end: number): number | Promise<number> {
    if (end < OUT_HEADER_SIZE) return -ERRNO.EINVAL
    const { len, error, unique } = fuse_out_header.decode(message.view, 0, OUT_HEADER_SIZE)
    if (len !== end) return -ERRNO.EINVAL
    if (unique === 0) return this.onNotification(message, end, error)
    if (error > 0 || error < -MAX_ERRNO) return -ERRNO.EINVAL
    const request = this.pending.get(withoutInterruptBit(unique))
    if (request === undefined) return -ERRNO.ENOENT
    if (request.unique !== unique) return this.interruptAnswered(request, error, end)
    this.pending.delete(unique)
    return this.answered(request, message, end, error)
  }

  ended(error: Error | undefined): void {
    if (this.isOver) return
    const wasNew = this.state === 'new' || this.state === 'initialising'
    this.state = 'over'
    this.stopTimer()
    this.forgets.discard()
    for (const request of Array.from(this.pending.values())) {
      this.pending.delete(request.unique)
      request.fail(ERRNO.ECONNABORTED)
    }
    for (const go of this.crowd.splice(0)) go()
    this.background.abort()
    if (wasNew) this.rejectInit(error ?? failure('ENOTCONN'))
    this.onEnd(error)
  }

  private room(): Promise<void> {
    return new Promise((resolve) => {
      this.crowd.push(resolve)
    })
  }

  private takeUnique(): Unique {
    const unique = this.nextUnique
    this.nextUnique += UNIQUE_STEP
    return unique as Unique
  }

  private send(
    request: RequestInput,
    op: OpcodeName,
    { succeed, fail }: Pick<Pending, 'succeed' | 'fail'>,
    options?: CallOptions,
  ): void {
    const { signal, background } = options ?? {}
    const { unique } = request.header
    const onAbort = () => this.interrupt(entry)
    const over = () => {
      this.crowd.shift()?.()
      signal?.removeEventListener('abort', onAbort)
      if (background !== undefined) this.background.leave()
    }
    const entry: Pending = {
      op,
      request,
      nodeid: request.header.nodeid,
      unique,
      sizeZero: options?.sizeZero ?? false,
      limit: replyLimit(request),
      sentMs: this.options.clock.monotonicMs(),
      isInterrupted: false,
      succeed: (reply) => {
        over()
        succeed(reply)
      },
      fail: (errno) => {
        over()
        fail(errno)
      },
    }
    // Known before it is sent: the answer may come at once.
    this.pending.set(unique, entry)
    const sent = this.post(request)
    if (sent < 0 && this.pending.delete(entry.unique)) entry.fail(sent === -ERRNO.ENODEV ? ERRNO.ENOTCONN : -sent)
    else signal?.addEventListener('abort', onAbort, { once: true })
  }

  /** At most one for each request, unless the server asks for another. */
  private interrupt(entry: Pending): void {
    entry.isInterrupted = true
    if (!this.pending.has(entry.unique) || this.features.lacks('INTERRUPT')) return
    const header = { unique: interruptUnique(entry.unique), nodeid: 0 as NodeId, ...NOBODY }
    this.post({ op: 'INTERRUPT', header, fuse_interrupt_in: { unique: entry.unique } })
  }

  private interruptAnswered(request: Pending, error: number, end: number): number {
    if (end !== OUT_HEADER_SIZE) return -ERRNO.EINVAL
    if (error === -ERRNO.ENOSYS) this.features.forgo('INTERRUPT')
    else if (error === -ERRNO.EAGAIN) this.interrupt(request)
    return 0
  }

  private answered(request: Pending, message: MessageBuffer, end: number, error: number): number {
    if (error !== 0) {
      const hasBody = end !== OUT_HEADER_SIZE
      request.fail(hasBody ? ERRNO.EIO : -error)
      return hasBody ? -ERRNO.EINVAL : 0
    }
    let reply: Reply
    try {
      reply = this.codec.decodeReply(message, 0, end, request.op, request.sizeZero) as Reply
    } catch (decoding) {
      if (!(decoding instanceof ProtocolError)) throw decoding
      request.fail(ERRNO.EIO)
      return -ERRNO.EINVAL
    }
    if (!reply.ok || variableLength(reply) > request.limit) {
      request.fail(ERRNO.EIO)
      return -ERRNO.EINVAL
    }
    request.succeed(reply)
    return 0
  }

  private settle(initIn: InitIn, out: InitOut): void {
    let negotiated: Negotiated
    try {
      negotiated = acceptInit(initIn, out)
    } catch (error) {
      this.refuse(error as Error)
      return
    }
    this.negotiatedValue = negotiated
    this.codec = new MessageCodec(negotiated)
    this.background.max = negotiated.maxBackground
    this.background.congestionThreshold = negotiated.congestionThreshold
    this.state = 'live'
    this.watchTimeouts(negotiated.requestTimeoutSeconds || this.options.requestTimeoutSeconds)
    this.resolveInit(negotiated)
  }

  private refuse(error: Error): void {
    if (this.isOver) return
    this.state = 'refused'
    this.rejectInit(error)
  }

  private watchTimeouts(seconds: number): void {
    if (seconds === 0) return
    const { clock } = this.options
    const check = () => {
      const oldest = Math.min(...[...this.pending.values()].map(({ sentMs }) => sentMs))
      if (clock.monotonicMs() - oldest > seconds * 1000) this.abort(failure('ETIMEDOUT'))
      else this.stopTimer = clock.after(TIMEOUT_CHECK_MS, check)
    }
    this.stopTimer = clock.after(TIMEOUT_CHECK_MS, check)
  }

  private sendForgets(batch: readonly Forget[]): void {
    const header = (nodeid: NodeId) => ({ unique: this.takeUnique(), nodeid, ...NOBODY })
    if (batch.length > 1 && this.negotiated.minor >= 16) {
      const fuse_batch_forget_in = { count: batch.length }
      this.post({ op: 'BATCH_FORGET', header: header(0 as NodeId), fuse_batch_forget_in, fuse_forget_one: [...batch] })
      return
    }
    for (const { nodeid, nlookup } of batch) {
      this.post({ op: 'FORGET', header: header(nodeid), fuse_forget_in: { nlookup } })
    }
  }
}

function withoutInterruptBit(unique: Unique): Unique {
  if (typeof unique === 'bigint') {
    const even = unique & ~BigInt(INTERRUPT_BIT)
    return (even <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(even) : even) as Unique
  }
  return (unique % 2 === 0 ? unique : unique - INTERRUPT_BIT) as Unique
}
