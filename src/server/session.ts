import { SYSTEM_CLOCK, type Clock } from '../base/clock.js'
import { ERRNO } from '../base/errno.js'
import { Deferred } from '../base/deferred.js'
import { errnoOf, FuseWireError, ProtocolError, SystemError } from '../base/errors.js'
import type { NodeId, Unique } from '../base/ids.js'
import { MessageCodec } from '../protocol/codec.js'
import { isResend, withoutResend } from '../protocol/limits.js'
import type { MessageBuffer, Request, RequestOf } from '../protocol/message.js'
import { answerInit } from '../protocol/negotiate.js'
import { withoutNotifications, type InitIn, type Negotiated } from '../protocol/negotiated.js'
import { Coherence } from '../notify/coherence.js'
import { NotifyEngine } from '../notify/engine.js'
import { Notifier } from '../notify/notifier.js'
import type { PollHandle } from '../notify/poll-handle.js'
import type { Moment } from '../notify/race-guard.js'
import { describeWaiting, type WaitingNotification } from '../notify/waiting.js'
import type { Received, Receiver, Transport } from '../transport/transport.js'
import type { RequestHost } from './context.js'
import type { FileSystem } from './filesystem.js'
import { describeRequest, InFlight, type RequestInFlight } from './inflight.js'
import { isPromise, VIEWING, type Operation, type ReplySpace } from './operation.js'
import { OPERATIONS } from './operations.js'
import { checkOrder, refusalOf } from './refusal.js'
import { sheltered } from './report.js'
import { isAfterEmpty } from './requests/dir.js'
import { Resends } from './resends.js'
import type { SessionOptions, SessionStats } from './session-options.js'
import { takeBack } from './take-back.js'
import { TransportPort } from './transport-port.js'
import { Watchdog, type WatchdogOptions } from './watchdog.js'

/**
 * Answers the requests of one connection with the methods of a filesystem. Each request that wants a reply gets exactly
 * one; the session ends when the transport does.
 */
export class Session implements Receiver, RequestHost {
  /** Resolves once INIT is answered; rejects if it was refused, or if the transport ended before. */
  readonly initialised: Promise<Negotiated>
  /** What INIT offered, once it was answered here. */
  initIn: InitIn | undefined
  /** Resolves when the transport has ended; rejects if that was no ordinary end. */
  readonly closed: Promise<void>
  private readonly transport: Transport
  private readonly fs: FileSystem
  private readonly options: SessionOptions
  private readonly inFlight = new InFlight()
  private readonly resends: Resends
  /** What the peer may hold, and what no reply may promise. */
  readonly coherence: Coherence
  private readonly clock: Clock
  private readonly watchdog: Watchdog | undefined
  private engine: NotifyEngine | undefined
  private sender: Notifier | undefined
  private readonly report: SessionOptions['onError']
  private codec = new MessageCodec()
  private isInitialised = false
  private isDestroyed = false
  private isOver = false
  private readonly start = new Deferred<Negotiated>()
  private readonly end = new Deferred<void>()

  constructor(transport: Transport, fs: FileSystem, options: SessionOptions) {
    this.transport = transport
    this.fs = fs
    this.options = options
    this.coherence = new Coherence(options.observer)
    this.report = sheltered(options.onError)
    this.clock = options.clock ?? SYSTEM_CLOCK
    this.resends = new Resends(this.clock, this.inFlight)
    this.watchdog = options.watchdog && this.watch(options.watchdog)
    this.initialised = this.start.promise
    this.closed = this.end.promise
  }

  /** @throws FuseWireError ERR_NOT_INITIALISED before INIT is answered */
  get notifier(): Notifier {
    if (this.sender !== undefined) return this.sender
    throw new FuseWireError('ERR_NOT_INITIALISED', 'there is nobody to notify before INIT is answered')
  }

  receive(message: MessageBuffer, end: number): Received {
    try {
      const request = this.codec.decodeRequest(message, 0, end)
      checkOrder(request, this.isInitialised)
      return this.dispatch(message, request)
    } catch (error) {
      this.refuse(message, end, error)
      return 'done'
    }
  }

  ended(error: Error | undefined): void {
    this.isOver = true
    this.watchdog?.stop()
    this.inFlight.abortAll()
    this.resends.end()
    this.engine?.end()
    this.start.reject(error ?? new Error('the mount ended before INIT was answered'))
    void this.finish(error)
  }

  signal(unique: Unique): AbortSignal {
    return this.inFlight.signal(unique)
  }

  afterReply(unique: Unique, then: () => void): void {
    this.inFlight.afterReply(unique, then)
  }

  /** The requests whose handlers are at work, in the order in which they came. */
  requestsInFlight(): RequestInFlight[] {
    return Array.from(this.inFlight.unanswered(), (one) => describeRequest(one, this.clock.now()))
  }

  /** The notifications that the kernel makes wait, the oldest first. */
  notificationsWaiting(): WaitingNotification[] {
    return Array.from(this.engine?.waiting() ?? [], (job) => describeWaiting(job, this.clock.now()))
  }

  stats(): SessionStats {
    return { knownNodes: this.coherence.known.size, notify: this.engine?.stats() }
  }

  pollHandle(kh: number): PollHandle {
    return { kh, wake: () => this.notifier.poll(kh) }
  }

  /** Does as if INIT had come and been answered here: another session of the same connection has done that. */
  adopt(initIn: InitIn): void {
    try {
      this.start.resolve(this.begin(answerInit(initIn, this.options.init).negotiated))
    } catch (error) {
      this.start.reject(error)
    }
  }

  /** INTERRUPT came for this request, maybe to another session. False if it is not in flight here. */
  interrupt(unique: Unique): boolean {
    return this.inFlight.interrupt(unique)
  }

  private dispatch(message: MessageBuffer, request: Request): Received {
    switch (request.op) {
      case 'INIT':
        this.init(request)
        return 'pending'
      case 'FORGET':
        this.forget(request.header.nodeid, request.fuse_forget_in.nlookup)
        return 'done'
      case 'BATCH_FORGET':
        for (const { nodeid, nlookup } of request.fuse_forget_one) this.forget(nodeid, nlookup)
        return 'done'
      case 'INTERRUPT': {
        const unique = withoutResend(request.fuse_interrupt_in.unique)
        if (!this.interrupt(unique)) this.options.onStrayInterrupt?.(unique)
        return 'pending'
      }
      case 'NOTIFY_REPLY':
        this.engine?.answered(Number(request.header.unique), request.fuse_notify_retrieve_in.offset, request.data)
        return 'pending'
      case 'DESTROY':
        this.isDestroyed = true
        return this.call(message, request)
      default:
        return this.call(message, request)
    }
  }

  private async finish(error: Error | undefined): Promise<void> {
    const { isShared = false } = this.options
    // Most mounts never send DESTROY.
    if (this.isInitialised && (isShared || !this.isDestroyed)) {
      try {
        await this.fs.destroy?.()
      } catch (fault) {
        this.report(fault, 'DESTROY')
      }
    }
    if (isShared) {
      for (const [node, nlookup] of Array.from(this.coherence.known.entries())) this.forget(node, nlookup)
    }
    if (error === undefined) this.end.resolve()
    else this.end.reject(error)
  }

  private call(message: MessageBuffer, request: Request): Received {
    const { unique } = request.header
    if (isResend(unique) && this.resends.isAgain(unique)) return 'done'
    if (this.inFlight.size >= (this.options.maxInFlight ?? Infinity)) {
      this.fail(unique, ERRNO.EAGAIN, undefined)
      return 'done'
    }
    this.coherence.received(request)
    const operation = OPERATIONS[request.op]
    const handler = operation && (this.fs[operation.method] as ((req: unknown) => unknown) | undefined)
    if (operation === undefined || handler === undefined) {
      this.coherence.unsupported(request)
      this.fail(unique, ERRNO.ENOSYS, undefined)
      return 'done'
    }
    const space = operation.fills ? this.space() : undefined
    if (isAfterEmpty(request)) {
      this.fail(unique, 0, space)
      return 'done'
    }
    const { races } = this.coherence
    const began = races.enter()
    let argument: unknown
    let result: unknown
    try {
      argument = operation.request(this, request as never, space)
      result = this.resends.call(unique, () => handler.call(this.fs, argument))
      if (!isPromise(result)) {
        this.answer(operation, request, argument, result, space, began)
        return 'done'
      }
      races.begin(request, began)
    } catch (error) {
      this.failWith(request, error, space, argument)
      return 'done'
    } finally {
      races.leave()
    }
    this.inFlight.begin(request, this.clock.now(), began)
    this.watchdog?.poke()
    const keeps = VIEWING.has(request.op) || request.extensions !== undefined
    void this.answerLater(operation, request, argument, result, space, began, keeps ? message : undefined)
    return keeps ? 'kept' : 'pending'
  }

  /** @param kept the buffer of the request, if its bytes are needed until the answer */
  private async answerLater(
    operation: Operation,
    request: Request,
    argument: unknown,
    promise: Promise<unknown>,
    space: ReplySpace | undefined,
    began: Moment,
    kept: MessageBuffer | undefined,
  ): Promise<void> {
    const { unique } = request.header
    try {
      const result = await promise
      await this.resends.answerable(unique)
      this.answer(operation, request, argument, result, space, began)
    } catch (error) {
      await this.resends.answerable(unique)
      this.failWith(request, error, space, argument)
    }
    this.coherence.races.finish(request)
    if (kept !== undefined) this.transport.release(kept)
  }

  private answer(
    operation: Operation,
    request: Request,
    argument: unknown,
    result: unknown,
    space: ReplySpace | undefined,
    began: Moment,
  ): void {
    if (this.isOver) {
      this.drop(space)
      this.takeBack(request, argument, result)
      return
    }
    const used = space ?? this.space()
    let end: number
    try {
      end = operation.reply(used, result as never, request as never, argument as never)
    } catch (error) {
      this.failWith(request, error, used, argument, result)
      return
    }
    this.coherence.beforeReply(request, used.out, end, began)
    if (!this.send(request.header.unique, used.out, end, request, used.payload)) {
      this.takeBack(request, argument, result)
    }
    if (request.op === 'WRITE') this.engine?.wrote(request)
    else if (request.op === 'RENAME' || request.op === 'RENAME2') this.engine?.renamed(request, began)
  }

  private init(request: RequestOf<'INIT'>): void {
    const { unique } = request.header
    try {
      const { initOut, negotiated } = answerInit(request.fuse_init_in, this.options.init)
      const kernel = this.begin(negotiated)
      const { out } = this.space()
      const end = this.codec.encodeReply(out, 0, { op: 'INIT', unique, fuse_init_out: initOut })
      this.send(unique, out, end, request)
      this.initIn = request.fuse_init_in
      this.start.resolve(kernel)
    } catch (error) {
      this.fail(unique, ERRNO.EPROTO, undefined)
      this.start.reject(error)
    }
  }

  private begin(negotiated: Negotiated): Negotiated {
    const { notifyRefused } = this.options
    const kernel = notifyRefused === undefined ? negotiated : withoutNotifications(negotiated, notifyRefused)
    this.codec = new MessageCodec(kernel)
    this.engine = this.connect(kernel)
    this.sender = new Notifier(this.engine)
    this.fs.init?.(kernel, this.sender)
    this.isInitialised = true
    return kernel
  }

  private connect(kernel: Negotiated): NotifyEngine {
    const { notifyPort, notify } = this.options
    const port = notifyPort ?? new TransportPort(this.transport)
    const { codec, coherence, clock, watchdog, resends } = this
    const onWaiting = watchdog && (() => watchdog.poke())
    const made = { port, codec, kernel, coherence, clock, onWaiting, onResend: () => resends.sent() }
    return new NotifyEngine(made, notify)
  }

  private watch(options: WatchdogOptions): Watchdog {
    const unanswered = () => this.inFlight.unanswered()
    return new Watchdog({ clock: this.clock, unanswered, waiting: () => this.engine?.waiting() ?? [] }, options)
  }

  private forget(node: NodeId, wanted: number): void {
    const nlookup = this.options.isShared === true ? Math.min(wanted, this.coherence.known.count(node)) : wanted
    if (nlookup === 0) return
    this.coherence.forget(node, nlookup)
    try {
      this.fs.forget?.({ node, nlookup })
    } catch (error) {
      this.report(error, 'FORGET')
    }
  }

  /** A message that is none: its sender gets an error, if it has a header that says who that is. */
  private refuse(message: MessageBuffer, end: number, error: unknown): void {
    const refusal = refusalOf(this.codec, message, end, error)
    if (refusal !== undefined) this.fail(refusal.unique, refusal.errno, undefined)
    const { onMalformed } = this.options
    if (onMalformed === undefined) this.report(error, error instanceof ProtocolError ? error.subject : 'request')
    else if (refusal?.isUnknown !== true) onMalformed(error)
  }

  /** The handler failed, or what it answered cannot be sent. */
  private failWith(
    request: Request,
    error: unknown,
    space: ReplySpace | undefined,
    argument: unknown,
    result?: unknown,
  ): void {
    const errno = errnoOf(error)
    if (errno === ERRNO.ENOSYS) this.coherence.unsupported(request)
    this.fail(request.header.unique, errno ?? ERRNO.EIO, space)
    this.takeBack(request, argument, result)
    if (errno === undefined) this.report(error, request.op)
  }

  private takeBack(request: Request, argument: unknown, result: unknown): void {
    takeBack(this.fs, request, argument, result, this.report)
  }

  private fail(unique: Unique, errno: number, space: ReplySpace | undefined): void {
    if (this.isOver) return this.drop(space)
    const { out } = space ?? this.space()
    this.send(unique, out, this.codec.encodeOutHeader(out, 0, unique, errno, 0))
  }

  /**
   * @param request that was answered without an error
   * @returns whether the kernel took it
   */
  private send(unique: Unique, out: MessageBuffer, end: number, request?: Request, payload?: Uint8Array): boolean {
    this.resends.readdress(unique, out)
    const sent = this.transport.send(out, end, payload)
    if (sent === 0 && request !== undefined) this.coherence.afterReply(request, out, end)
    for (const then of this.inFlight.finish(unique)) {
      try {
        then()
      } catch (error) {
        this.report(error, 'afterReply')
      }
    }
    // Those two say that nobody waits for it any more, which is nobody's fault.
    if (sent !== 0 && sent !== -ERRNO.ENOENT && sent !== -ERRNO.ENODEV) {
      this.report(new SystemError(-sent, 'write'), request?.op ?? 'an error')
    }
    return sent === 0
  }

  /** The session is over before this request was answered. */
  private drop(space: ReplySpace | undefined): void {
    if (space !== undefined) this.transport.release(space.out)
  }

  private space(): ReplySpace {
    return { codec: this.codec, out: this.transport.borrow(), defaults: this.options.defaults }
  }
}
