import assert from 'node:assert/strict'
import { createClient, type Client } from '#src/client/client.js'
import type { ClientOptions } from '#src/client/options.js'
import { MessageCodec } from '#src/protocol/codec.js'
import type { InitWishes } from '#src/protocol/init-wishes.js'
import type { MessageBuffer, NotificationInput, Request } from '#src/protocol/message.js'
import type { OpcodeName } from '#src/protocol/opcodes.js'
import type { FileSystem } from '#src/server/filesystem.js'
import { Session } from '#src/server/session.js'
import { createPair, type MemoryEnd } from '#src/transport/memory.js'
import type { Received, Receiver, Transport } from '#src/transport/transport.js'
import { Scripted } from './scripted.js'

/** A clock that stands still until it is told. */
export class FakeClock {
  now = 1_000_000
  private timers: { readonly at: number; readonly run: () => void }[] = []
  monotonicMs = () => this.now
  wallMs = () => 1_700_000_000_000 + this.now
  after = (ms: number, then: () => void) => {
    const timer = { at: this.now + ms, run: then }
    this.timers.push(timer)
    return () => {
      this.timers = this.timers.filter((each) => each !== timer)
    }
  }

  advance(ms: number): void {
    this.now += ms
    const due = this.timers.filter(({ at }) => at <= this.now)
    this.timers = this.timers.filter(({ at }) => at > this.now)
    for (const { run } of due) run()
  }
}

/** Stands between a session and its end of the pair: takes note of requests, and holds replies back. */
class Tap implements Transport, Receiver {
  readonly requests: Request[] = []
  private readonly end: MemoryEnd
  private readonly codec = new MessageCodec()
  private session: Receiver | undefined
  private readonly holds: { readonly op: OpcodeName; readonly hold: Hold }[] = []
  private readonly held = new Map<unknown, Hold>()

  constructor(end: MemoryEnd) {
    this.end = end
  }

  start(receiver: Receiver): void {
    this.session = receiver
    this.end.start(this)
  }

  receive(message: MessageBuffer, end: number): Received {
    const request = this.codec.decodeRequest(message, 0, end)
    this.requests.push(copied(request))
    const i = this.holds.findIndex(({ op }) => op === request.op)
    if (i >= 0) {
      const { hold } = this.holds.splice(i, 1)[0]!
      this.held.set(request.header.unique, hold)
      const received = this.session!.receive(message, end)
      hold.arrived()
      return received
    }
    return this.session!.receive(message, end)
  }

  ended(error: Error | undefined): void {
    this.session!.ended(error)
  }

  borrow(): MessageBuffer {
    return this.end.borrow()
  }

  send(message: MessageBuffer, end: number): number {
    const unique = message.view.getBigUint64(8, true)
    const hold = this.held.get(Number(unique))
    if (hold === undefined) return this.end.send(message, end)
    this.held.delete(Number(unique))
    hold.keep(() => this.end.send(message, end))
    return 0
  }

  release(message: MessageBuffer): void {
    this.end.release(message)
  }

  close(): void {
    this.end.close()
  }

  hold(op: OpcodeName): Hold {
    const hold = new Hold()
    this.holds.push({ op, hold })
    return hold
  }
}

/** The reply to one request, which does not go out before it is released. */
export class Hold {
  /** Resolves once the request has come. */
  readonly request: Promise<void>
  arrived!: () => void
  private send: (() => number) | undefined
  private isReleased = false

  constructor() {
    this.request = new Promise((resolve) => {
      this.arrived = resolve
    })
  }

  keep(send: () => number): void {
    this.send = send
    if (this.isReleased) send()
  }

  release(): void {
    this.isReleased = true
    this.send?.()
  }
}

/** A client and a session with a scripted filesystem, linked in memory. */
export class Pair {
  readonly client: Client
  readonly fs: Client['fs']
  readonly server: Scripted
  readonly session: Session
  readonly clock = new FakeClock()
  readonly errors: unknown[] = []
  private readonly tap: Tap
  private readonly end: MemoryEnd
  private readonly codec = new MessageCodec()

  constructor(server: FileSystem, init: InitWishes, options: ClientOptions) {
    this.server = server as Scripted
    const [a, b] = createPair()
    this.end = b
    this.tap = new Tap(b)
    const defaults = { entryTimeoutMs: 0, attrTimeoutMs: 0, negativeTimeoutMs: 0, keepCache: false, cacheDir: false }
    const onError = (error: unknown) => this.errors.push(error)
    this.session = new Session(this.tap, server, { defaults, init: { readdirplus: false, ...init }, onError })
    this.session.initialised.catch(() => undefined)
    this.session.closed.catch(() => undefined)
    this.tap.start(this.session)
    this.client = createClient(a, { clock: this.clock, ...options })
    this.fs = this.client.fs
  }

  /** The requests since the last time, as `'LOOKUP a'`, `'READ 0+4096'` …; FORGETs and INIT aside. */
  log(): string[] {
    return this.requests()
      .map(lineOf)
      .filter((line) => line !== '')
  }

  /** The requests since the last time. */
  requests(): Request[] {
    return this.tap.requests.splice(0)
  }

  /** The reply to the next request of this kind is held back. */
  hold(op: OpcodeName): Hold {
    return this.tap.hold(op)
  }

  /** Sends a notification; resolves with what the client makes of it. */
  async notify(notification: NotificationInput): Promise<number> {
    const message = this.end.borrow()
    return this.end.write(message, this.codec.encodeNotification(message, 0, notification))
  }

  /** Sends bytes as they are. */
  async sendRaw(bytes: Uint8Array): Promise<number> {
    const message = this.end.borrow()
    message.bytes.set(bytes)
    return this.end.write(message, bytes.length)
  }

  /** Whether what the client has counted agrees with what the server has, once all is forgotten. */
  async close(): Promise<void> {
    await this.client.close()
    assert.deepEqual(this.errors, [])
  }
}

export function pair(options: ClientOptions & { readonly init?: InitWishes } = {}): Pair {
  const { init = {}, ...client } = options
  return new Pair(new Scripted(), init, client)
}

/** Lets everything that can go on go on. */
export async function settled(): Promise<void> {
  for (let i = 0; i < 3; i += 1) await new Promise(setImmediate)
}

/** Whether it is settled by now, after everything that can go on went on. */
export async function isPending(promise: Promise<unknown>): Promise<boolean> {
  let pending = true
  const over = () => {
    pending = false
  }
  promise.then(over, over)
  await settled()
  return pending
}

/** A copy that outlives the buffer. */
function copied(request: Request): Request {
  const copy: Record<string, unknown> = { ...request }
  for (const [key, value] of Object.entries(copy)) if (value instanceof Uint8Array) copy[key] = value.slice()
  return copy as unknown as Request
}

/** What a request says, in short. */
export function lineOf(request: Request): string {
  const { op } = request
  switch (op) {
    case 'INIT':
    case 'FORGET':
    case 'BATCH_FORGET':
      return ''
    case 'READ':
      return `READ ${request.fuse_read_in.offset}+${request.fuse_read_in.size}`
    case 'WRITE': {
      const { offset, size, write_flags } = request.fuse_write_in
      return `WRITE ${offset}+${size}${(write_flags & 1) === 0 ? '' : ' cache'}`
    }
    case 'SETATTR':
      return `SETATTR 0x${request.fuse_setattr_in.valid.toString(16)}`
    case 'READDIR':
    case 'READDIRPLUS':
      return `${op} ${request.fuse_read_in.offset}`
    case 'RENAME':
    case 'RENAME2':
      return `${op} ${request.oldname} ${request.newname}`
    case 'LINK':
      return `LINK ${request.newname}`
    case 'INTERRUPT':
    case 'NOTIFY_REPLY':
      return op
    default:
      return 'name' in request ? `${op} ${request.name}` : op
  }
}
