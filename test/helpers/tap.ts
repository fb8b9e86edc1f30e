import { MessageCodec } from '#src/protocol/codec.js'
import type { MessageBuffer, Request } from '#src/protocol/message.js'
import type { OpcodeName } from '#src/protocol/opcodes.js'
import type { Received, Receiver, Transport } from '#src/transport/transport.js'
import { digest } from './digest.js'

/** Stands between a session and its end of the pair: takes note of requests, and holds replies back. */
export class Tap implements Transport, Receiver {
  readonly requests: Request[] = []
  private readonly end: Transport
  private readonly codec = new MessageCodec()
  private session: Receiver | undefined
  private readonly holds: { readonly op: OpcodeName; readonly hold: Hold }[] = []
  private readonly held = new Map<unknown, Hold>()

  constructor(end: Transport) {
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

  send(message: MessageBuffer, end: number, payload?: Uint8Array): number {
    const unique = message.view.getBigUint64(8, true)
    const hold = this.held.get(Number(unique))
    if (hold === undefined) return this.end.send(message, end, payload)
    this.held.delete(Number(unique))
    const kept = payload?.slice()
    hold.keep(() => this.end.send(message, end, kept))
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
      return op
    case 'NOTIFY_REPLY':
      return `NOTIFY_REPLY ${request.fuse_notify_retrieve_in.offset}+${digest(request.data)}`
    default:
      return 'name' in request ? `${op} ${request.name}` : op
  }
}
