import assert from 'node:assert/strict'
import type { NodeId, Unique } from '#src/base/ids.js'
import { MessageCodec } from '#src/protocol/codec.js'
import { messageBuffer, type MessageBuffer, type RequestInput, type SuccessReplyOf } from '#src/protocol/message.js'
import type { OpcodeName } from '#src/protocol/opcodes.js'
import type { PeerObserver } from '#src/notify/observer.js'
import type { FileSystem } from '#src/server/filesystem.js'
import { Session } from '#src/server/session.js'
import type { Transport } from '#src/transport/transport.js'
import { FakeClock, FakePort, FLAGS_OF_ALL } from './harness.js'

/* A session without a kernel: requests are delivered by the test, replies noted, notifications go to a fake port. */

/** One reply: to which number, and what it says. */
export interface Answered {
  readonly unique: Unique
  readonly errno: number
  readonly bytes: Uint8Array
}

export const FOR_EVER = 2 ** 40

export function sessionHarness(fs: FileSystem, observer?: PeerObserver) {
  const answers: Answered[] = []
  const codec = new MessageCodec()
  const transport: Transport = {
    start: () => undefined,
    borrow: () => messageBuffer(8192),
    send: (message, end, payload) => {
      const bytes = Buffer.concat([message.bytes.subarray(0, end), payload ?? new Uint8Array(0)])
      const big = bytes.readBigUInt64LE(8)
      const unique = (big >> 53n === 0n ? Number(big) : big) as Unique
      answers.push({ unique, errno: 0 - bytes.readInt32LE(4), bytes })
      return 0
    },
    release: () => undefined,
    close: () => undefined,
  }
  const port = new FakePort()
  const clock = new FakeClock()
  const session = new Session(transport, fs, {
    defaults: {
      entryTimeoutMs: Infinity,
      attrTimeoutMs: Infinity,
      negativeTimeoutMs: Infinity,
      keepCache: true,
      cacheDir: true,
    },
    init: {},
    onError: (error) => assert.fail(error as Error),
    observer,
    notifyPort: port,
    clock,
  })
  session.closed.catch(() => undefined)
  const deliver = (request: RequestInput) => {
    const message: MessageBuffer = messageBuffer(1024)
    session.receive(message, codec.encodeRequest(message, 0, request))
  }
  let next = 2
  /** Delivers a request of its own number about `nodeid`. */
  const ask = (request: Omit<RequestInput, 'header'>, nodeid: number, unique = (next += 2) as Unique) => {
    const header = { unique, nodeid: nodeid as NodeId, uid: 0, gid: 0, pid: 0 }
    deliver({ ...request, header } as unknown as RequestInput)
    return unique
  }
  const fuse_init_in = { major: 7, minor: 45, max_readahead: 131_072, ...FLAGS_OF_ALL } as never
  ask({ op: 'INIT', fuse_init_in } as never, 0)
  answers.length = 0
  /** The last answer, decoded. */
  const reply = <Op extends OpcodeName>(op: Op) => {
    const bytes = messageBuffer(Uint8Array.from(answers.at(-1)!.bytes))
    const decoded = codec.decodeReply(bytes, 0, bytes.bytes.length, op)
    assert.ok(decoded.ok, `${op} was answered with an error`)
    return decoded as SuccessReplyOf<Op>
  }
  return { session, notify: session.notifier, port, clock, answers, ask, reply }
}

/** Handlers that wait until the test lets them go on with what they computed when they were called. */
export class Held {
  calls = 0
  private go: (() => void) | undefined

  hold<T>(value: T): Promise<T> {
    this.calls += 1
    return new Promise((resolve) => {
      this.go = () => resolve(value)
    })
  }

  async release(): Promise<void> {
    this.go?.()
    await new Promise(setImmediate)
  }
}
