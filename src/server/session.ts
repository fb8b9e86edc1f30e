import { SYSTEM_CLOCK, type Clock } from '../base/clock.js'
import { ERRNO } from '../base/errno.js'
import { errnoOf, FuseWireError, ProtocolError } from '../base/errors.js'
import type { NodeId, Unique } from '../base/ids.js'
import { MessageCodec } from '../protocol/codec.js'
import { isResend, withoutResend } from '../protocol/limits.js'
import type { MessageBuffer, Request, RequestOf } from '../protocol/message.js'
import type { InitWishes } from '../protocol/init-wishes.js'
import { answerInit } from '../protocol/negotiate.js'
import { withoutNotifications, type InitIn, type Negotiated } from '../protocol/negotiated.js'
import { OPCODES, opcodeName, type OpcodeRow } from '../protocol/opcodes.js'
import { Coherence } from '../notify/coherence.js'
import { NotifyEngine } from '../notify/engine.js'
import { Notifier } from '../notify/notifier.js'
import type { NotifierOptions } from '../notify/options.js'
import type { PollHandle } from '../notify/poll-handle.js'
import type { NotifyPort } from '../notify/port.js'
import type { NotifyStats } from '../notify/stats.js'
import type { Moment } from '../notify/race-guard.js'
import type { Received, Receiver, Transport } from '../transport/transport.js'
import type { RequestHost } from './context.js'
import type { ReplyDefaults } from './encode.js'
import type { FileSystem } from './filesystem.js'
import { InFlight } from './inflight.js'
import { VIEWING, type Operation, type ReplySpace } from './operation.js'
import { OPERATIONS } from './operations.js'
import { AFTER_EMPTY } from './requests/dir.js'
import { Resends } from './resends.js'
import { TransportPort } from './transport-port.js'

/** Options of a {@link Session}. */
export interface SessionOptions {
  readonly defaults: ReplyDefaults
  /** What to ask of the kernel. */
  readonly init: InitWishes
  /** A handler threw what is no errno, or a message was malformed; the caller got an error, and the session goes on. */
  readonly onError: (error: unknown, request: string) => void
  /** How notifications get to the peer. @default by the transport, which then must take them without waiting */
  readonly notifyPort?: NotifyPort | undefined
  readonly notify?: NotifierOptions | undefined
  /** Why nobody may notify, but for POLL, if that is so. */
  readonly notifyRefused?: string | undefined
  /** INTERRUPT came for a request that is not in flight here: answered already, or read by another session of the connection. */
  readonly onStrayInterrupt?: ((unique: Unique) => void) | undefined
  /** @default the machine's */
  readonly clock?: Clock
}

/** Counters of a {@link Session}. */
export interface SessionStats {
  /** How many nodes the peer may hold, without the root. */
  readonly knownNodes: number
  /** Undefined before INIT. */
  readonly notify: NotifyStats | undefined
}

/**
 * Answers the requests of one connection with the methods of a filesystem. Each request that wants a reply gets exactly
 * one; the session ends when the transport does.
 */
export class Session implements Receiver, RequestHost {
  /** Resolves once INIT is answered; rejects if it was refused, or if the transport ended before. */
  readonly initialised: Promise<Negotiated>
  /** Resolves when the transport has ended; rejects if that was no ordinary end. */
  readonly closed: Promise<void>
  private readonly transport: Transport
  private readonly fs: FileSystem
  private readonly options: SessionOptions
  private readonly inFlight = new InFlight()
  private readonly resends: Resends
  private readonly coherence = new Coherence()
  private engine: NotifyEngine | undefined
  private sender: Notifier | undefined
  private codec = new MessageCodec()
  private isOver = false
  /** The request whose handler is being called at this moment. */
  private calling: Unique | undefined
  private offered: InitIn | undefined
  private resolveInit!: (negotiated: Negotiated) => void
  private rejectInit!: (error: unknown) => void
  private resolveClosed!: () => void
  private rejectClosed!: (error: Error) => void

  constructor(transport: Transport, fs: FileSystem, options: SessionOptions) {
    this.transport = transport
    this.fs = fs
    this.options = options
    this.resends = new Resends(options.clock ?? SYSTEM_CLOCK)
    this.initialised = new Promise((resolve, reject) => {
      this.resolveInit = resolve
      this.rejectInit = reject
    })
    this.closed = new Promise((resolve, reject) => {
      this.resolveClosed = resolve
      this.rejectClosed = reject
    })
  }

  /** @throws FuseWireError ERR_NOT_INITIALISED before INIT is answered */
  get notifier(): Notifier {
    if (this.sender !== undefined) return this.sender
    throw new FuseWireError('ERR_NOT_INITIALISED', 'there is nobody to notify before INIT is answered')
  }

  receive(message: MessageBuffer, end: number): Received {
    try {
      return this.dispatch(message, this.codec.decodeRequest(message, 0, end))
    } catch (error) {
      this.refuse(message, end, error)
      return 'done'
    }
  }

  ended(error: Error | undefined): void {
    this.isOver = true
    this.inFlight.abortAll()
    this.resends.end()
    this.engine?.end()
    this.rejectInit(error ?? new Error('the mount ended before INIT was answered'))
    if (error === undefined) this.resolveClosed()
    else this.rejectClosed(error)
  }

  signal(unique: Unique): AbortSignal {
    return this.inFlight.signal(unique)
  }

  afterReply(unique: Unique, then: () => void): void {
    this.inFlight.afterReply(unique, then)
  }

  stats(): SessionStats {
    return { knownNodes: this.coherence.known.size, notify: this.engine?.stats() }
  }

  pollHandle(kh: number): PollHandle {
    return { kh, wake: () => this.notifier.poll(kh) }
  }

  /** What INIT offered, once it was answered here. */
  get initIn(): InitIn | undefined {
    return this.offered
  }

  /** Does as if INIT had come and been answered here: another session of the same connection has done that. */
  adopt(initIn: InitIn): void {
    try {
      this.resolveInit(this.begin(answerInit(initIn, this.options.init).negotiated))
    } catch (error) {
      this.rejectInit(error)
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
      case 'INTERRUPT':
        this.interrupted(withoutResend(request.fuse_interrupt_in.unique))
        return 'pending'
      case 'NOTIFY_REPLY':
        this.engine?.answered(Number(request.header.unique), request.fuse_notify_retrieve_in.offset, request.data)
        return 'pending'
      default:
        return this.call(message, request)
    }
  }

  private call(message: MessageBuffer, request: Request): Received {
    const { unique } = request.header
    if (isResend(unique) && this.isAgain(unique)) return 'done'
    const operation = OPERATIONS[request.op]
    if (operation === undefined || this.fs[operation.method] === undefined) {
      this.fail(unique, ERRNO.ENOSYS, undefined)
      return 'done'
    }
    const space = operation.fills ? this.space() : undefined
    if (request.op === 'READDIR' || request.op === 'READDIRPLUS') {
      if (request.fuse_read_in.offset === AFTER_EMPTY) {
        this.fail(unique, 0, space)
        return 'done'
      }
      this.coherence.listings.begin(request.header.nodeid)
    }
    const { races } = this.coherence
    const began = races.enter()
    let argument: never
    let result: unknown
    try {
      argument = operation.request(this, request as never, space) as never
      result = this.invoke(operation, argument, unique)
      if (!isPromise(result)) {
        this.answer(operation, request, argument, result, space, began)
        return 'done'
      }
      races.begin(request, began)
    } catch (error) {
      this.failWith(unique, error, request.op, space)
      return 'done'
    } finally {
      races.leave()
    }
    this.inFlight.begin(unique)
    const keeps = VIEWING.has(request.op) || request.extensions !== undefined
    void this.answerLater(operation, request, argument, result, space, began, keeps ? message : undefined)
    return keeps ? 'kept' : 'pending'
  }

  /** Calls the handler. What it answers on the spot becomes a promise if it had its own request sent again. */
  private invoke({ method }: Operation, argument: never, unique: Unique): unknown {
    const outer = this.calling
    this.calling = unique
    try {
      const result = (this.fs[method] as (req: object) => unknown).call(this.fs, argument)
      return this.resends.isDue(unique) ? Promise.resolve(result) : result
    } catch (error) {
      if (!this.resends.isDue(unique)) throw error
      return Promise.reject(error)
    } finally {
      this.calling = outer
    }
  }

  /** Whether this request, sent again, was read before and its handler is at work: it is not called a second time. */
  private isAgain(unique: Unique): boolean {
    const first = this.inFlight.has(unique) ? unique : withoutResend(unique)
    if (!this.inFlight.has(first)) return false
    this.resends.rename(first, unique)
    return true
  }

  /** @param kept the buffer of the request, if its bytes are needed until the answer */
  private async answerLater(
    operation: Operation,
    request: Request,
    argument: never,
    promise: Promise<unknown>,
    space: ReplySpace | undefined,
    began: Moment,
    kept: MessageBuffer | undefined,
  ): Promise<void> {
    const { unique } = request.header
    try {
      const result = await promise
      if (this.resends.isDue(unique)) await this.resends.comesAgain(unique)
      this.answer(operation, request, argument, result, space, began)
    } catch (error) {
      if (this.resends.isDue(unique)) await this.resends.comesAgain(unique)
      this.failWith(unique, error, request.op, space)
    }
    this.coherence.races.finish(request)
    if (kept !== undefined) this.transport.release(kept)
  }

  private answer(
    operation: Operation,
    request: Request,
    argument: never,
    result: unknown,
    space: ReplySpace | undefined,
    began: Moment,
  ): void {
    if (this.isOver) return this.drop(space)
    const { unique } = request.header
    const used = space ?? this.space()
    let end: number
    try {
      end = operation.reply(used, result as never, request as never, argument)
    } catch (error) {
      this.failWith(unique, error, request.op, used)
      return
    }
    this.coherence.beforeReply(request, used.out, end, began)
    this.send(unique, used.out, end, request, used.payload)
    if (request.op === 'WRITE') this.engine?.wrote(request)
    else if (request.op === 'RENAME' || request.op === 'RENAME2') this.engine?.renamed(request, began)
  }

  private init(request: RequestOf<'INIT'>): void {
    const { unique } = request.header
    try {
      const { initOut, negotiated } = answerInit(request.fuse_init_in, this.options.init)
      const { out } = this.space()
      const kernel = this.begin(negotiated)
      this.send(unique, out, this.codec.encodeReply(out, 0, { op: 'INIT', unique, fuse_init_out: initOut }))
      this.offered = request.fuse_init_in
      this.resolveInit(kernel)
    } catch (error) {
      this.fail(unique, ERRNO.EPROTO, undefined)
      this.rejectInit(error)
    }
  }

  private begin(negotiated: Negotiated): Negotiated {
    const { notifyRefused } = this.options
    const kernel = notifyRefused === undefined ? negotiated : withoutNotifications(negotiated, notifyRefused)
    this.codec = new MessageCodec(kernel)
    this.engine = this.connect(kernel)
    this.sender = new Notifier(this.engine)
    this.fs.init?.(kernel, this.sender)
    return kernel
  }

  private interrupted(unique: Unique): void {
    if (!this.interrupt(unique)) this.options.onStrayInterrupt?.(unique)
  }

  private connect(kernel: Negotiated): NotifyEngine {
    const { notifyPort, notify } = this.options
    const port = notifyPort ?? new TransportPort(this.transport)
    const { codec, coherence, inFlight } = this
    const clock = this.options.clock ?? SYSTEM_CLOCK
    const onResend = () => {
      this.resends.expect(inFlight.uniques())
      if (this.calling !== undefined) this.resends.expect([this.calling])
    }
    return new NotifyEngine({ port, codec, kernel, coherence, clock, onResend }, notify)
  }

  private forget(node: NodeId, nlookup: number): void {
    this.coherence.forget(node, nlookup)
    try {
      this.fs.forget?.({ node, nlookup })
    } catch (error) {
      this.options.onError(error, 'FORGET')
    }
  }

  /** A message that cannot be decoded: its sender gets an error, if it has a header that says who that is. */
  private refuse(message: MessageBuffer, end: number, error: unknown): void {
    this.options.onError(error, error instanceof ProtocolError ? error.subject : 'request')
    let unique: Unique
    let row: OpcodeRow | undefined
    try {
      const header = this.codec.decodeInHeader(message, 0, end)
      const op = opcodeName(header.opcode)
      unique = header.unique
      row = op === undefined ? undefined : OPCODES[op]
    } catch {
      return
    }
    if (row === undefined) this.fail(unique, ERRNO.ENOSYS, undefined)
    else if (row.reply) this.fail(unique, ERRNO.EOVERFLOW, undefined)
  }

  private failWith(unique: Unique, error: unknown, op: string, space: ReplySpace | undefined): void {
    const errno = errnoOf(error)
    if (errno === undefined) this.options.onError(error, op)
    this.fail(unique, errno ?? ERRNO.EIO, space)
  }

  private fail(unique: Unique, errno: number, space: ReplySpace | undefined): void {
    if (this.isOver) return this.drop(space)
    const { out } = space ?? this.space()
    this.send(unique, out, this.codec.encodeOutHeader(out, 0, unique, errno, 0))
  }

  /** @param request that was answered without an error */
  private send(unique: Unique, out: MessageBuffer, end: number, request?: Request, payload?: Uint8Array): void {
    this.resends.readdress(unique, out)
    const sent = this.transport.send(out, end, payload)
    if (sent === 0 && request !== undefined) this.coherence.afterReply(request, out, end)
    for (const then of this.inFlight.finish(unique)) {
      try {
        then()
      } catch (error) {
        this.options.onError(error, 'afterReply')
      }
    }
  }

  /** The session is over before this request was answered. */
  private drop(space: ReplySpace | undefined): void {
    if (space !== undefined) this.transport.release(space.out)
  }

  private space(): ReplySpace {
    return { codec: this.codec, out: this.transport.borrow(), defaults: this.options.defaults }
  }
}

function isPromise(value: unknown): value is Promise<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}
