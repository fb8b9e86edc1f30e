import { errnoName } from './base/errno.js'
import { Describer } from './protocol/describe.js'
import { messageBuffer, type MessageBuffer } from './protocol/message.js'
import { opcodeName, OPCODES, type OpcodeName, type OpcodeRow } from './protocol/opcodes.js'
import { fuse_in_header, fuse_out_header } from './protocol/structs/header.js'
import type { WireFormat } from './protocol/version.js'
import { TraceReader, type TraceEvent } from './trace-reader.js'
import type { Tap, TracedTransport } from './transport/trace.js'

/** Options of the trace of a mount. */
export interface TraceOptions {
  /** How many events wait for their reader before further ones are lost, and counted. @default 4096 */
  readonly maxEvents?: number
}

/** Is told of each event on the spot, by the thread that serves: it must not block, nor touch the mount. */
export type TraceListener = (event: TraceEvent) => void

/** A request that has no reply yet. */
interface Pending {
  readonly op: OpcodeName
  readonly sizeZero: boolean
  readonly timeMs: number
}

/** Where both headers have these; read without a codec, for a trace shows any message. */
const OPCODE_AT = 4
const ERROR_AT = 4
const UNIQUE_AT = 8
/** Where GETXATTR and LISTXATTR, which have another reply if it is 0, have the size. */
const XATTR_SIZE_AT = fuse_in_header.size

/** Makes lines of the messages of one mount, as long as somebody listens. */
export class MessageTrace implements Tap {
  private readonly transport: TracedTransport
  private readonly listeners = new Set<TraceListener>()
  private readonly readers = new Set<TraceReader>()
  private readonly pending = new Map<bigint, Pending>()
  private describer = new Describer()

  constructor(transport: TracedTransport) {
    this.transport = transport
  }

  /** What INIT has settled: lines are of that form from now on. */
  negotiated(wire: WireFormat): void {
    this.describer = new Describer(wire)
  }

  listen(listener: TraceListener): void {
    this.listeners.add(listener)
    this.transport.tap = this
  }

  /** Events from now on, until the reader returns or the mount ends. */
  read({ maxEvents = 4096 }: TraceOptions = {}): TraceReader {
    const reader = new TraceReader(maxEvents, () => {
      this.readers.delete(reader)
      this.unlisten(reader.push)
    })
    this.readers.add(reader)
    this.listen(reader.push)
    return reader
  }

  /** No message will follow. */
  end(): void {
    for (const reader of this.readers) reader.end()
  }

  received(message: MessageBuffer, end: number): void {
    const timeMs = performance.now()
    if (end >= fuse_in_header.size) this.remember(message, end, timeMs)
    this.emit({ direction: 'rx', line: this.describer.request('rx', message, 0, end), timeMs })
  }

  sending(head: MessageBuffer, headEnd: number, payload?: Uint8Array): void {
    const timeMs = performance.now()
    const message = payload === undefined ? head : joined(head, headEnd, payload)
    const end = headEnd + (payload?.length ?? 0)
    const unique = message.view.getBigUint64(UNIQUE_AT, true)
    if (unique === 0n) {
      this.emit({ direction: 'tx', line: this.describer.notification('tx', message, 0, end), timeMs })
      return
    }
    const request = this.pending.get(unique)
    if (request === undefined) {
      // Its request came before the trace began, so that nobody knows how to read it.
      const error = -message.view.getInt32(ERROR_AT, true)
      const text = error === 0 ? `OK ${end - fuse_out_header.size}B` : outcome(error)
      this.emit({ direction: 'tx', line: `tx ${unique}: ${text}`, timeMs })
      return
    }
    this.pending.delete(unique)
    const line = this.describer.reply('tx', message, 0, end, request.op, request.sizeZero)
    this.emit({ direction: 'tx', line, timeMs, tookMs: timeMs - request.timeMs })
  }

  notifying(head: MessageBuffer, headEnd: number, payload?: Uint8Array): (result: number) => void {
    const beganMs = performance.now()
    const message = payload === undefined ? head : joined(head, headEnd, payload)
    const end = headEnd + (payload?.length ?? 0)
    this.emit({ direction: 'tx', line: this.describer.notification('tx', message, 0, end), timeMs: beganMs })
    const what = this.describer.notification('rx', message, 0, end)
    return (result) => {
      const timeMs = performance.now()
      this.emit({ direction: 'rx', line: `${what}: ${outcome(-result)}`, timeMs, tookMs: timeMs - beganMs })
    }
  }

  private remember(message: MessageBuffer, end: number, timeMs: number): void {
    const { view } = message
    const op = opcodeName(view.getUint32(OPCODE_AT, true))
    if (op === undefined) return
    const row: OpcodeRow = OPCODES[op]
    if (!row.reply) return
    const canBeZero = row.outIfSizeZero !== undefined && end >= XATTR_SIZE_AT + 4
    const sizeZero = canBeZero && view.getUint32(XATTR_SIZE_AT, true) === 0
    this.pending.set(view.getBigUint64(UNIQUE_AT, true), { op, sizeZero, timeMs })
  }

  private emit(event: Omit<TraceEvent, 'lost' | 'tookMs'> & { readonly tookMs?: number }): void {
    for (const listener of this.listeners) listener({ tookMs: undefined, lost: 0, ...event })
  }

  private unlisten(listener: TraceListener): void {
    this.listeners.delete(listener)
    if (this.listeners.size > 0) return
    this.transport.tap = undefined
    this.pending.clear()
  }
}

/** @param errno a positive number, or 0 */
function outcome(errno: number): string {
  return errno === 0 ? 'OK' : (errnoName(errno) ?? `error ${errno}`)
}

/** One message of two parts, for those who show it. */
function joined(head: MessageBuffer, headEnd: number, payload: Uint8Array): MessageBuffer {
  const whole = messageBuffer(headEnd + payload.length)
  whole.bytes.set(head.bytes.subarray(0, headEnd))
  whole.bytes.set(payload, headEnd)
  return whole
}
