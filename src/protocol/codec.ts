import { ProtocolError } from '../base/errors.js'
import type { Unique } from '../base/ids.js'
import { compileParts } from './compile-parts.js'
import { interpretParts } from './interpret-parts.js'
import type { StructCodec } from './layout.js'
import type {
  ErrorReply,
  InHeader,
  MessageBuffer,
  Notification,
  NotificationInput,
  OutHeader,
  ReplyInput,
  ReplyOf,
  Request,
  RequestInput,
} from './message.js'
import { NOTIFICATIONS, type NotifyName } from './notify-codes.js'
import { OPCODES, type OpcodeName, type OpcodeRow } from './opcodes.js'
import { EXTENSION_UNIT, leftOver, type PartsCodec, type Shape } from './parts-codec.js'
import type { Part } from './parts.js'
import { RowCodecs } from './row-codecs.js'
import type { Struct } from './struct.js'
import { fuse_in_header, fuse_out_header } from './structs/header.js'
import { CURRENT_FORMAT, type WireFormat } from './version.js'

/** Options of a {@link MessageCodec}. */
export interface MessageCodecOptions {
  /**
   * Show every 64-bit field as a bigint where it is no safe integer, in place of refusing it, so that any message can be
   * shown and written back: for traces and tests.
   * @default false
   */
  readonly exact?: boolean
  /**
   * Walk the tables for each message in place of compiling them: some ten times slower, for comparison.
   * @default false; always so where code generation from strings is forbidden
   */
  readonly interpreted?: boolean
}

/** The largest errno that a reply may carry; the kernel refuses -512 and below. */
const MAX_ERRNO = 511
const IN_HEADER_SIZE = fuse_in_header.size
const OUT_HEADER_SIZE = fuse_out_header.size

/**
 * Reads and writes every message of one connection, in both directions. A range `[start, end)` of a buffer must hold one
 * whole message. What is malformed throws a {@link ProtocolError} that names message, field and byte; nothing outside of
 * the range is read or written, and nothing is allocated by a length that was not checked against it.
 *
 * Encoders return where the message ends. With `headOnly` its trailing bytes (the data of WRITE, READ, STORE …) are
 * counted in `len` and checked, but not copied: the sender hands them over behind the head, as in writev(2).
 */
export class MessageCodec {
  readonly wire: WireFormat
  private readonly options: Required<MessageCodecOptions>
  private readonly inHeader: StructCodec<InHeader, never>
  private readonly outHeader: StructCodec<OutHeader, OutHeader>
  private readonly requests: RowCodecs
  private readonly replies: RowCodecs
  private readonly sizeZeroReplies: RowCodecs
  private readonly notifications: RowCodecs

  constructor(wire: WireFormat = CURRENT_FORMAT, options: MessageCodecOptions = {}) {
    this.wire = wire
    this.options = { exact: false, interpreted: false, ...options }
    this.inHeader = this.struct(fuse_in_header)
    this.outHeader = this.struct(fuse_out_header)
    this.requests = new RowCodecs(OPCODES, (op) => OPCODES[op as OpcodeName].in, this.compiler('request'))
    this.replies = new RowCodecs(OPCODES, (op) => outParts(op, false), this.compiler('reply'))
    this.sizeZeroReplies = new RowCodecs(OPCODES, (op) => outParts(op, true), this.compiler('reply'))
    const notifyParts = (name: string) => NOTIFICATIONS[name as NotifyName].out
    this.notifications = new RowCodecs(NOTIFICATIONS, notifyParts, this.compiler('notification'))
  }

  /** Whether it walks the tables; see {@link MessageCodecOptions.interpreted}. */
  get isInterpreted(): boolean {
    return this.options.interpreted
  }

  /** The header alone, such as that of a request whose body is malformed. */
  decodeInHeader(message: MessageBuffer, start: number, end: number): InHeader {
    return this.inHeader.decode(message.view, start, end)
  }

  decodeRequest(message: MessageBuffer, start: number, end: number): Request {
    let name = 'request'
    try {
      const header = this.inHeader.decode(message.view, start, end)
      if (header.len !== end - start) throw wrongLength('fuse_in_header.len', start, header.len, end - start)
      const known = this.requests.withCode(header.opcode)
      if (known === undefined) {
        throw new ProtocolError(name, 'fuse_in_header.opcode', start + 4, `${header.opcode} is not an opcode`)
      }
      name = known.name
      const body = start + IN_HEADER_SIZE
      const extensions = end - header.total_extlen * EXTENSION_UNIT
      if (extensions < body) {
        const there = `announces ${end - extensions} bytes, ${end - body} are there`
        throw new ProtocolError(name, 'fuse_in_header.total_extlen', start + 36, there)
      }
      const request = known.parts.decode(message, body, extensions, name, header) as Request
      if (extensions < end) request.extensions = message.bytes.subarray(extensions, end)
      return request
    } catch (error) {
      throw located(error, name, start)
    }
  }

  /** Writes a request at `start`; returns where it ends. */
  encodeRequest(message: MessageBuffer, start: number, request: RequestInput, headOnly = false): number {
    try {
      return this.requests.named(request.op).parts.encode(message, start, request, headOnly)
    } catch (error) {
      throw located(error, request.op, start)
    }
  }

  /**
   * The reply to a request `op`.
   * @param sizeZero the request asked for a size of 0 (GETXATTR, LISTXATTR), and its reply is another one
   */
  decodeReply<Op extends OpcodeName>(
    message: MessageBuffer,
    start: number,
    end: number,
    op: Op,
    sizeZero = false,
  ): ReplyOf<Op> {
    try {
      const header = this.outHeader.decode(message.view, start, end)
      if (header.len !== end - start) throw wrongLength('fuse_out_header.len', start, header.len, end - start)
      if (header.error > 0 || header.error < -MAX_ERRNO) {
        throw new ProtocolError(op, 'fuse_out_header.error', start + 4, `${header.error} is not 0 or a negated errno`)
      }
      const body = start + OUT_HEADER_SIZE
      if (header.error !== 0) {
        if (body !== end) throw leftOver(body, end)
        return { op, header, ok: false } satisfies ErrorReply as ReplyOf<Op>
      }
      const row = (sizeZero ? this.sizeZeroReplies : this.replies).named(op)
      return row.parts.decode(message, body, end, op, header) as ReplyOf<Op>
    } catch (error) {
      throw located(error, op, start)
    }
  }

  /** Writes a reply without an error at `start`; returns where it ends. `sizeZero` as for decoding. */
  encodeReply(message: MessageBuffer, start: number, reply: ReplyInput, headOnly = false, sizeZero = false): number {
    try {
      const replies = sizeZero ? this.sizeZeroReplies : this.replies
      return replies.named(reply.op).parts.encode(message, start, reply, headOnly)
    } catch (error) {
      throw located(error, reply.op, start)
    }
  }

  /**
   * Writes at `start` the header of a reply that has `bodyLength` bytes behind it; returns where that body starts. For
   * bodies that are in their place already, and for errors, which have none.
   * @param errno 0, or a positive errno up to 511
   */
  encodeOutHeader(message: MessageBuffer, start: number, unique: Unique, errno: number, bodyLength: number): number {
    const len = OUT_HEADER_SIZE + bodyLength
    this.outHeader.encode(message.view, start, { len, error: -errno, unique })
    return start + OUT_HEADER_SIZE
  }

  decodeNotification(message: MessageBuffer, start: number, end: number): Notification {
    let name = 'notification'
    try {
      const header = this.outHeader.decode(message.view, start, end)
      if (header.len !== end - start) throw wrongLength('fuse_out_header.len', start, header.len, end - start)
      if (header.unique !== 0) throw new ProtocolError(name, 'fuse_out_header.unique', start + 8, 'is not 0')
      const known = this.notifications.withCode(header.error)
      if (known === undefined) {
        throw new ProtocolError(name, 'fuse_out_header.error', start + 4, `${header.error} is not a notification code`)
      }
      name = known.name
      return known.parts.decode(message, start + OUT_HEADER_SIZE, end, name, header) as Notification
    } catch (error) {
      throw located(error, name, start)
    }
  }

  /** Writes a notification at `start`; returns where it ends. */
  encodeNotification(message: MessageBuffer, start: number, notification: NotificationInput, headOnly = false): number {
    try {
      const row = this.notifications.named(notification.notification)
      return row.parts.encode(message, start, notification, headOnly)
    } catch (error) {
      throw located(error, notification.notification, start)
    }
  }

  private compiler(shape: Shape): (parts: readonly Part[], code: number) => PartsCodec {
    const { exact, interpreted } = this.options
    return (parts, code) => {
      const options = { shape, code, wire: this.wire, exact }
      return (interpreted ? undefined : compileParts(parts, options)) ?? interpretParts(parts, options)
    }
  }

  private struct<T extends object, I extends object>(struct: Struct<string, T, I>): StructCodec<T, I> {
    const { exact, interpreted } = this.options
    return interpreted ? struct.interpreted({ exact }) : exact ? struct.variant({ exact }) : struct
  }
}

/** What the body of a successful reply to `op` is made of. */
function outParts(op: string, sizeZero: boolean): readonly Part[] {
  const row: OpcodeRow = OPCODES[op as OpcodeName]
  return (sizeZero ? row.outIfSizeZero : undefined) ?? row.out
}

function wrongLength(field: string, start: number, said: number, actual: number): ProtocolError {
  return new ProtocolError('message', field, start, `is ${said}, but the message has ${actual} bytes`)
}

/** An error of some part, with the message's name and the offset counted from where the message starts. */
function located(error: unknown, name: string, start: number): unknown {
  if (!(error instanceof ProtocolError)) return error
  const isStruct = error.subject.startsWith('fuse_') || error.subject.startsWith('cuse_')
  const field = isStruct ? `${error.subject}.${error.field}` : error.field
  return new ProtocolError(name, field, error.offset - start, error.problem)
}
