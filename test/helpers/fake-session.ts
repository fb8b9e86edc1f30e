import assert from 'node:assert/strict'
import type { NodeId, Unique } from '#src/base/ids.js'
import { MessageCodec } from '#src/protocol/codec.js'
import { initFlagBits, INIT_FLAG_NAMES, splitInitFlags, type InitFlagName } from '#src/protocol/flags/init-flags.js'
import type { InitWishes } from '#src/protocol/init-wishes.js'
import { messageBuffer, type MessageBuffer, type ReplyOf, type RequestInput } from '#src/protocol/message.js'
import type { OpcodeName } from '#src/protocol/opcodes.js'
import type { FileSystem } from '#src/server/filesystem.js'
import { Session } from '#src/server/session.js'
import type { Received, Transport } from '#src/transport/transport.js'

/* A session without a kernel: its transport keeps what is sent, and counts the buffers that are out. */

export const HEADER = { unique: 8 as Unique, nodeid: 5 as NodeId, uid: 1000, gid: 100, pid: 4242 } as const
const DEFAULTS = { entryTimeoutMs: 1500, attrTimeoutMs: 0, negativeTimeoutMs: 0, keepCache: false, cacheDir: false }
const BUFFER = 16_384

/** What a kernel offers in its INIT; all of it unless said otherwise. */
export interface Offer {
  readonly major?: number
  readonly minor?: number
  readonly flags?: readonly InitFlagName[]
  readonly max_readahead?: number
}

/** A request: what of its header is not as in {@link HEADER}, and its parts by their names in the table. */
export interface Delivered {
  readonly op: OpcodeName
  readonly header?: object
  readonly [part: string]: unknown
}

export class FakeSession implements Transport {
  readonly session: Session
  /** What `onError` got. */
  readonly errors: { readonly error: unknown; readonly request: string }[] = []
  /** Each message that was sent, whether it was taken or not. */
  readonly sent: Uint8Array[] = []
  /** What the next calls of `send` return; 0 when there are no more. */
  readonly outcomes: number[] = []
  /** Buffers that the session has borrowed or kept. */
  out = 0
  codec = new MessageCodec()
  private unique = 2

  constructor(fs: FileSystem, init: InitWishes = {}) {
    const onError = (error: unknown, request: string) => void this.errors.push({ error, request })
    this.session = new Session(this, fs, { defaults: DEFAULTS, init, onError })
    this.session.initialised.catch(() => undefined)
    this.session.closed.catch(() => undefined)
  }

  start(): void {}

  close(): void {}

  borrow(): MessageBuffer {
    this.out += 1
    return messageBuffer(BUFFER)
  }

  send({ bytes }: MessageBuffer, end: number, payload: Uint8Array = new Uint8Array(0)): number {
    this.out -= 1
    this.sent.push(Buffer.concat([bytes.subarray(0, end), payload]))
    return this.outcomes.shift() ?? 0
  }

  release(): void {
    this.out -= 1
  }

  /** Delivers a request, with a new `unique` unless it has one. */
  deliver(request: Delivered): { received: Received; unique: Unique } {
    this.unique += 2
    const header = { ...HEADER, unique: this.unique as Unique, ...request.header }
    const message = messageBuffer(BUFFER)
    const end = this.codec.encodeRequest(message, 0, { ...request, header } as unknown as RequestInput)
    return { received: this.receive(message, end), unique: header.unique }
  }

  receive(message: MessageBuffer, end: number): Received {
    const received = this.session.receive(message, end)
    if (received === 'kept') this.out += 1
    return received
  }

  /** INIT, as a kernel sends it; returns its reply. */
  init({ major = 7, minor = 45, flags = INIT_FLAG_NAMES, max_readahead = 131_072 }: Offer = {}): ReplyOf<'INIT'> {
    const words = splitInitFlags(initFlagBits(flags))
    this.deliver({ op: 'INIT', fuse_init_in: { major, minor, max_readahead, ...words } })
    const reply = this.last('INIT')
    if (reply.ok) this.codec = new MessageCodec({ minor: reply.fuse_init_out.minor, setxattrExt: true })
    return reply
  }

  /** The last message that was sent, or that for the request `unique`, as the reply to an `op`. */
  last<Op extends OpcodeName>(op: Op, sizeZero = false, unique?: Unique): ReplyOf<Op> {
    const bytes = unique === undefined ? this.sent.at(-1) : this.sentFor(unique)
    assert.ok(bytes !== undefined, 'nothing was sent')
    return this.codec.decodeReply(messageBuffer(bytes), 0, bytes.length, op, sizeZero)
  }

  /** What was sent for the request `unique`, if that has been. */
  sentFor(unique: Unique): Uint8Array | undefined {
    return this.sent.findLast(({ buffer, byteOffset }) => {
      return new DataView(buffer, byteOffset).getBigUint64(8, true) === BigInt(unique)
    })
  }

  /** The errno of the last message that was sent; 0 if it is no error. */
  lastErrno(): number {
    const { buffer, byteOffset } = this.sent.at(-1)!
    return 0 - new DataView(buffer, byteOffset).getInt32(4, true)
  }
}

/** Lets promises that are settled be seen. */
export async function settled(): Promise<void> {
  await new Promise(setImmediate)
}
