import { createClient, type Client } from '#src/client/client.js'
import type { ClientOptions } from '#src/client/options.js'
import { MessageCodec } from '#src/protocol/codec.js'
import type { MessageBuffer, ReplyInput, Request } from '#src/protocol/message.js'
import { createPair, type MemoryEnd } from '#src/transport/memory.js'
import { FakeClock } from './pair.js'

/** A server without a session: it answers what a test says, byte by byte if it likes. */
export class Hostile {
  readonly client: Client
  readonly clock = new FakeClock()
  readonly end: MemoryEnd
  readonly codec = new MessageCodec()
  readonly requests: Request[] = []
  /** Answers a request; undefined leaves it unanswered. */
  answer: (request: Request) => void = () => undefined

  /** @param init what INIT is answered; `false`: nothing */
  constructor(init: Partial<typeof INIT> | false = {}, options: ClientOptions = {}) {
    const [a, b] = createPair()
    this.end = b
    b.start({
      ended: () => undefined,
      receive: (message: MessageBuffer, end: number) => {
        const request = this.codec.decodeRequest(message, 0, end)
        this.requests.push(request)
        if (request.op !== 'INIT') this.answer(request)
        else if (init !== false) {
          void this.reply({ op: 'INIT', unique: request.header.unique, fuse_init_out: { ...INIT, ...init } })
        }
        return 'done' as const
      },
    })
    this.client = createClient(a, { clock: this.clock, ...options })
  }

  reply(reply: ReplyInput): number | Promise<number> {
    const message = this.end.borrow()
    return this.end.write(message, this.codec.encodeReply(message, 0, reply))
  }

  /** A reply with this error and body, whatever it is. @param len what the header says, if not the truth */
  raw(unique: number | bigint, error: number, body: Uint8Array = new Uint8Array(0), len?: number) {
    const message = this.end.borrow()
    message.view.setUint32(0, len ?? 16 + body.length, true)
    message.view.setInt32(4, error, true)
    message.view.setBigUint64(8, BigInt(unique), true)
    message.bytes.set(body, 16)
    return this.end.write(message, 16 + body.length)
  }

  bytes(bytes: Uint8Array): number | Promise<number> {
    const message = this.end.borrow()
    message.bytes.set(bytes)
    return this.end.write(message, bytes.length)
  }
}

export const INIT = {
  major: 7,
  minor: 45,
  max_readahead: 131_072,
  flags: 0,
  max_background: 0,
  congestion_threshold: 0,
  max_write: 131_072,
  time_gran: 1,
  max_pages: 0,
  map_alignment: 0,
  flags2: 0,
  max_stack_depth: 0,
  request_timeout: 0,
}
