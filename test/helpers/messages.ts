import * as fc from 'fast-check'
import { decodeName } from '#src/base/name.js'
import type { MessageCodec } from '#src/protocol/codec.js'
import type { StructLayout } from '#src/protocol/layout.js'
import type { MessageBuffer } from '#src/protocol/message.js'
import { NOTIFICATIONS, type NotifyName, type NotifyRow } from '#src/protocol/notify-codes.js'
import { OPCODES, type OpcodeName, type OpcodeRow } from '#src/protocol/opcodes.js'
import { structSize, type Shape } from '#src/protocol/parts-codec.js'
import type { FieldRef, Part } from '#src/protocol/parts.js'
import { scalarSize, type Scalar } from '#src/protocol/scalars.js'
import type { WireFormat } from '#src/protocol/version.js'

/*
 * Random messages of every kind, made from the same tables as the codec: a new row is tested without a line here.
 */

/** Fields and parts by name; what they hold depends on the kind of message. */
export type Value = Record<string, unknown>

/** One kind of message, such as the request LOOKUP. */
export interface Kind {
  readonly shape: Shape
  readonly name: OpcodeName | NotifyName
  /** The reply to a request that asked for a size of 0. */
  readonly sizeZero: boolean
  readonly parts: readonly Part[]
  /** Its length is that of the message, so that it need not encode to the length it was decoded from. */
  readonly elastic: boolean
  readonly code: number
}

/** Formats in which some struct is longer or shorter than in the one before. */
export const FORMATS: readonly WireFormat[] = [
  { minor: 3, setxattrExt: false },
  { minor: 8, setxattrExt: false },
  { minor: 11, setxattrExt: false },
  { minor: 15, setxattrExt: false },
  { minor: 22, setxattrExt: false },
  { minor: 45, setxattrExt: false },
  { minor: 45, setxattrExt: true },
]

/** Every request, every reply (both, where the request decides between two) and every notification. */
export const KINDS: readonly Kind[] = allKinds()

function allKinds(): Kind[] {
  const kinds: Kind[] = []
  const add = (shape: Shape, name: Kind['name'], code: number, parts: readonly Part[], sizeZero = false) => {
    const elastic = parts.some((part) => part.kind === 'struct' && part.elastic === true)
    kinds.push({ shape, name, sizeZero, parts, elastic, code })
  }
  for (const [name, row] of Object.entries(OPCODES) as [OpcodeName, OpcodeRow][]) {
    add('request', name, row.code, row.in)
    add('reply', name, row.code, row.out)
    if (row.outIfSizeZero !== undefined) add('reply', name, row.code, row.outIfSizeZero, true)
  }
  for (const [name, row] of Object.entries(NOTIFICATIONS) as [NotifyName, NotifyRow][]) {
    add('notification', name, row.code, row.out)
  }
  return kinds
}

/** What a person would call it. */
export function titleOf(kind: Kind): string {
  return `${kind.name} ${kind.shape}${kind.sizeZero ? ' (size 0)' : ''}`
}

export function decodeKind(codec: MessageCodec, kind: Kind, message: MessageBuffer, start: number, end: number): Value {
  if (kind.shape === 'request') return { ...codec.decodeRequest(message, start, end) }
  if (kind.shape === 'notification') return { ...codec.decodeNotification(message, start, end) }
  return codec.decodeReply(message, start, end, kind.name as OpcodeName, kind.sizeZero) as unknown as Value
}

/** Encodes what an arbitrary gave, or what decoding gave. */
export function encodeKind(
  codec: MessageCodec,
  kind: Kind,
  message: MessageBuffer,
  start: number,
  value: Value,
  headOnly = false,
): number {
  if (kind.shape === 'request') return codec.encodeRequest(message, start, value as never, headOnly)
  if (kind.shape === 'notification') return codec.encodeNotification(message, start, value as never, headOnly)
  const header = value['header'] as { error: number; unique: never } | undefined
  if (header === undefined) return codec.encodeReply(message, start, value as never, headOnly, kind.sizeZero)
  if (header.error !== 0) return codec.encodeOutHeader(message, start, header.unique, -header.error, 0)
  const reply = { ...value, unique: header.unique }
  return codec.encodeReply(message, start, reply as never, headOnly, kind.sizeZero)
}

/** What decoding `value`, encoded in `len` bytes, must give. */
export function decodedForm(kind: Kind, value: Value, len: number): Value {
  if (kind.shape === 'request') {
    const extensions = value['extensions'] as Uint8Array | undefined
    const total_extlen = (extensions?.length ?? 0) / 8
    return { ...value, header: { ...(value['header'] as Value), len, opcode: kind.code, total_extlen } }
  }
  if (kind.shape === 'notification') return { ...value, header: { len, error: kind.code, unique: 0 } }
  const { unique, ...rest } = value
  return { ...rest, ok: true, header: { len, error: 0, unique } }
}

/** Random input for encoding one kind of message, with every length and count as it has to be. */
export function arbitraryOf(kind: Kind, wire: WireFormat): fc.Arbitrary<Value> {
  const counted = kind.parts.find((part) => part.kind === 'counted-text')
  const required: Record<string, fc.Arbitrary<unknown>> = {}
  const optional: Record<string, fc.Arbitrary<unknown>> = {}
  if (kind.shape === 'request') {
    required['op'] = fc.constant(kind.name)
    required['header'] = REQUEST_HEADER
    optional['extensions'] = fc.uint8Array({ minLength: 1, maxLength: 3 }).map((units) => repeat(units, 8))
  } else if (kind.shape === 'reply') {
    required['op'] = fc.constant(kind.name)
    required['unique'] = scalar('u64:any')
  } else {
    required['notification'] = fc.constant(kind.name)
  }
  for (const part of kind.parts) {
    if (part.kind === 'ignored') optional['body'] = fc.uint8Array({ minLength: 1, maxLength: 40 })
    else required[part.key] = partValue(part, wire)
  }
  if (counted !== undefined) optional['terminator'] = fc.integer({ min: 1, max: 255 })
  const all = { ...required, ...optional }
  const requiredKeys = Object.keys(required)
  return fc.record(all, { requiredKeys, noNullPrototype: true }).map((value) => consistent(kind.parts, value))
}

function partValue(part: Exclude<Part, { kind: 'ignored' }>, wire: WireFormat): fc.Arbitrary<unknown> {
  switch (part.kind) {
    case 'struct':
      return structValue(part.struct, structSize(part, wire))
    case 'text':
      return part.component ? nameText('component') : nameText('text')
    case 'counted-text':
      return nameText('text')
    case 'bytes':
      return fc.uint8Array({ maxLength: 80 })
    case 'array':
      return fc.array(structValue(part.struct, part.struct.size), { maxLength: 6 })
    case 'node-ids':
      return fc.array(scalar('u64'), { maxLength: 8 })
  }
}

/** Any value of a struct, of which the first `size` bytes are on the wire; what is not reads as 0. */
export function structValue(layout: StructLayout, size: number, exact = false): fc.Arbitrary<Value> {
  const fields = layout.fields.map((field) => {
    const left = size - field.offset
    const { type, count } = field
    if (typeof type === 'object') return [field.name, structValue(type, left, exact)]
    if (type === 'bytes') {
      const there = field.size <= left
      const bytes = fc.uint8Array({ minLength: field.size, maxLength: field.size })
      return [field.name, there ? bytes : fc.constant(new Uint8Array(field.size))]
    }
    const step = scalarSize(type)
    const item = (i: number) => ((i + 1) * step <= left ? scalar(type, exact) : fc.constant(0))
    if (count === undefined) return [field.name, item(0)]
    return [field.name, fc.tuple(...Array.from({ length: count }, (_, i) => item(i)))]
  }) as [string, fc.Arbitrary<unknown>][]
  return fc.record(Object.fromEntries(fields), { noNullPrototype: true })
}

const U64_BIG = fc.bigInt({ min: 2n ** 53n, max: 2n ** 64n - 1n })
const I64_BIG = fc.oneof(
  fc.bigInt({ min: 2n ** 53n, max: 2n ** 63n - 1n }),
  fc.bigInt({ min: -(2n ** 63n), max: -(2n ** 53n) }),
)

/** Any value that the field shows; the two ends and their neighbours more often than not. */
export function scalar(type: Scalar, exact = false): fc.Arbitrary<number | bigint> {
  switch (type) {
    case 'u16':
      return fc.integer({ min: 0, max: 0xffff })
    case 'u32':
      return fc.oneof(
        fc.integer({ min: 0, max: 0xffff_ffff }),
        fc.constantFrom(0, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff),
      )
    case 'i32':
      return fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff })
    case 'u64':
      return exact
        ? scalar('u64:any')
        : fc.oneof(fc.maxSafeNat(), fc.constantFrom(0, 1, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1))
    case 'i64':
      return exact ? scalar('i64:any') : safeInteger
    case 'u64:signed':
      // In its exact form it is shown as the header has it: without a sign.
      return exact ? scalar('u64:any') : safeInteger
    case 'u64:any':
      return fc.oneof({ arbitrary: scalar('u64'), weight: 3 }, { arbitrary: U64_BIG, weight: 1 })
    case 'i64:any':
      return fc.oneof({ arbitrary: safeInteger, weight: 3 }, { arbitrary: I64_BIG, weight: 1 })
  }
}

const EDGES = [-1, 0, 1, 2 ** 32 - 1, 2 ** 32, -(2 ** 32), -(2 ** 32) - 1, 2 ** 53 - 1, 1 - 2 ** 53]
const safeInteger = fc.oneof(fc.maxSafeInteger(), fc.constantFrom(...EDGES))

const REQUEST_HEADER = fc.record(
  {
    unique: scalar('u64:any'),
    nodeid: scalar('u64'),
    uid: scalar('u32'),
    gid: scalar('u32'),
    pid: scalar('u32'),
    padding: scalar('u16'),
  },
  { noNullPrototype: true },
)

/** Any string that the wire can hold: plain ones, Unicode, and bytes that are not UTF-8. */
function nameText(kind: 'text' | 'component'): fc.Arbitrary<string> {
  const minLength = kind === 'component' ? 1 : 0
  const allowed = (byte: number) => (byte === 0 || (kind === 'component' && byte === 0x2f) ? 0x41 : byte)
  const bytes = fc.uint8Array({ minLength, maxLength: 40 })
  const ascii = bytes.map((raw) => decodeName(raw.map((byte) => allowed(byte & 0x7f))))
  const any = bytes.map((raw) => decodeName(raw.map(allowed)))
  const unicode = fc
    .string({ minLength, maxLength: 20, unit: 'binary' })
    .map((text) => decodeName(Buffer.from(text).map(allowed)))
  return fc.oneof(ascii, any, unicode)
}

/** Sets the fields that say how much of another part there is. */
function consistent(parts: readonly Part[], value: Value): Value {
  for (const part of parts) {
    const ref = refOf(part)
    if (ref !== undefined) (value[ref.struct] as Value)[ref.field] = lengthOf(value[part.key])
  }
  return value
}

/** The field that says how long a part is. */
export function refOf(part: Part): FieldRef | undefined {
  if (part.kind === 'array' || part.kind === 'node-ids') return part.count
  if (part.kind === 'counted-text') return part.length
  return part.kind === 'bytes' && part.length !== 'rest' ? part.length : undefined
}

/** In items, or in bytes on the wire. */
function lengthOf(value: unknown): number {
  if (typeof value !== 'string') return (value as { length: number }).length
  // A lone surrogate stands for one byte, where Node would write the three of a replacement character.
  return Array.from(value).reduce((sum, c) => sum + (/^[\udc80-\udcff]$/u.test(c) ? 1 : Buffer.byteLength(c)), 0)
}

function repeat(units: Uint8Array, times: number): Uint8Array {
  return Uint8Array.from({ length: units.length * times }, (_, i) => (units[i % units.length]! + i) & 0xff)
}
