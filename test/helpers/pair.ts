import assert from 'node:assert/strict'
import { createClient, type Client } from '#src/client/client.js'
import type { ClientOptions } from '#src/client/options.js'
import { MessageCodec } from '#src/protocol/codec.js'
import type { InitWishes } from '#src/protocol/init-wishes.js'
import type { NotificationInput, Request } from '#src/protocol/message.js'
import type { OpcodeName } from '#src/protocol/opcodes.js'
import type { FileSystem } from '#src/server/filesystem.js'
import { Session } from '#src/server/session.js'
import { createPair, type MemoryEnd } from '#src/transport/memory.js'
import { MemoryNotifyPort } from '#src/transport/memory-notify.js'
import { Scripted } from './scripted.js'
import { lineOf, Tap, type Hold } from './tap.js'

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
    const notifyPort = new MemoryNotifyPort(b)
    const wishes = { readdirplus: false, ...init }
    this.session = new Session(this.tap, server, { defaults, init: wishes, onError, notifyPort })
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
