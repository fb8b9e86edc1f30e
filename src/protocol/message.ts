import type { Unique } from '../base/ids.js'
import type { NOTIFICATIONS, NotifyName } from './notify-codes.js'
import type { OpcodeName, OPCODES } from './opcodes.js'
import type { DecodedParts, EncodableParts, Part } from './parts.js'
import type { fuse_in_header, fuse_out_header } from './structs/header.js'

/** A range of memory that messages are read from and written to, with both its faces made once. */
export interface MessageBuffer {
  readonly bytes: Uint8Array
  readonly view: DataView
}

/** Both faces of `bytes`, or of as many new bytes. */
export function messageBuffer(bytes: Uint8Array | number): MessageBuffer {
  const all = typeof bytes === 'number' ? new Uint8Array(bytes) : bytes
  return { bytes: all, view: new DataView(all.buffer, all.byteOffset, all.byteLength) }
}

export type InHeader = ReturnType<typeof fuse_in_header.decode>
/** As {@link InHeader}; padding may be left out. */
export type InHeaderInput = Parameters<typeof fuse_in_header.encode>[2]
export type OutHeader = ReturnType<typeof fuse_out_header.decode>

type Flat<T> = { [K in keyof T]: T[K] }

/**
 * A decoded request: its header, and each part under the name it has in the table. `extensions` is the area behind the
 * parts, where `total_extlen` announces one. Byte parts are views of the message: copy what must outlive the buffer.
 */
export type RequestOf<Op extends OpcodeName> = Flat<
  { op: Op; header: InHeader; extensions?: Uint8Array } & DecodedParts<(typeof OPCODES)[Op]['in']>
>
export type Request = { [Op in OpcodeName]: RequestOf<Op> }[OpcodeName]

/** What encoding a request takes: `len`, `opcode` and `total_extlen` follow from the rest. */
export type RequestInputOf<Op extends OpcodeName> = Flat<
  { readonly op: Op; readonly header: RequestHeaderInput; readonly extensions?: Uint8Array } & EncodableParts<
    (typeof OPCODES)[Op]['in']
  >
>
export type RequestInput = { [Op in OpcodeName]: RequestInputOf<Op> }[OpcodeName]
/** The fields of a request's header that its sender chooses. */
export type RequestHeaderInput = Omit<InHeaderInput, 'len' | 'opcode' | 'total_extlen'>

/** A decoded reply with an error: nothing but the header, whose `error` is a negated errno. */
export interface ErrorReply<Op extends OpcodeName = OpcodeName> {
  op: Op
  header: OutHeader
  ok: false
}

type OutParts<Row> =
  | (Row extends { readonly out: infer O extends readonly Part[] } ? DecodedParts<O> : never)
  | (Row extends { readonly outIfSizeZero: infer Z extends readonly Part[] } ? DecodedParts<Z> : never)
type OutPartsInput<Row> =
  | (Row extends { readonly out: infer O extends readonly Part[] } ? EncodableParts<O> : never)
  | (Row extends { readonly outIfSizeZero: infer Z extends readonly Part[] } ? EncodableParts<Z> : never)

/** A decoded reply without an error: its header, and each part under the name it has in the table. */
export type SuccessReplyOf<Op extends OpcodeName> = Flat<
  { op: Op; header: OutHeader; ok: true } & OutParts<(typeof OPCODES)[Op]>
>
export type ReplyOf<Op extends OpcodeName> = SuccessReplyOf<Op> | ErrorReply<Op>
export type Reply = { [Op in OpcodeName]: ReplyOf<Op> }[OpcodeName]

/** What encoding a successful reply takes. Errors are a header alone: see `encodeError`. */
export type ReplyInputOf<Op extends OpcodeName> = Flat<
  { readonly op: Op; readonly unique: Unique } & OutPartsInput<(typeof OPCODES)[Op]>
>
export type ReplyInput = { [Op in OpcodeName]: ReplyInputOf<Op> }[OpcodeName]

/** A decoded notification: its header, whose `error` is the code, and each part under the name it has in the table. */
export type NotificationOf<Name extends NotifyName> = Flat<
  { notification: Name; header: OutHeader } & DecodedParts<(typeof NOTIFICATIONS)[Name]['out']>
>
export type Notification = { [Name in NotifyName]: NotificationOf<Name> }[NotifyName]

/** What encoding a notification takes. */
export type NotificationInputOf<Name extends NotifyName> = Flat<
  { readonly notification: Name } & EncodableParts<(typeof NOTIFICATIONS)[Name]['out']>
>
export type NotificationInput = { [Name in NotifyName]: NotificationInputOf<Name> }[NotifyName]
