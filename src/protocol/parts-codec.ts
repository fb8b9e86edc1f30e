import type { WireFormat } from './version.js'
import type { MessageBuffer } from './message.js'
import type { FieldRef, Part } from './parts.js'
import { ProtocolError } from '../base/errors.js'
import { noRoom } from './text.js'

/** Which header a message has, and what its decoded form starts with. */
export type Shape = 'request' | 'reply' | 'notification'

/** Reads and writes one kind of message. */
export interface PartsCodec {
  /**
   * The decoded message: `tag` (the name from the table) and `header`, then the parts in `[at, end)`, with nothing left.
   * @throws ProtocolError whose offset counts from the start of the buffer
   */
  readonly decode: (message: MessageBuffer, at: number, end: number, tag: string, header: object) => object
  /**
   * Writes the message `value`, header and parts, from `start` on; returns where it ends. With `headOnly` a trailing run
   * of bytes is checked and counted, but not copied: its sender hands it over separately.
   */
  readonly encode: (message: MessageBuffer, start: number, value: object, headOnly: boolean) => number
}

export interface PartsOptions {
  readonly shape: Shape
  /** The opcode or notification code, for the header. */
  readonly code: number
  readonly wire: WireFormat
  /** See `Variant.exact`. */
  readonly exact: boolean
}

/** `total_extlen` counts in these many bytes. */
export const EXTENSION_UNIT = 8

/** Writes the extensions of a request at `at`; returns where they end. */
export function writeExtensionArea(message: MessageBuffer, at: number, area: Uint8Array, headOnly: boolean): number {
  if (area.length % EXTENSION_UNIT !== 0) {
    throw new ProtocolError('message', 'extensions', at, `${area.length} bytes are no multiple of ${EXTENSION_UNIT}`)
  }
  if (headOnly && area.length > 0) {
    // The extensions belong behind the data, which somebody else is to write behind this head.
    throw new ProtocolError('message', 'extensions', at, 'cannot be written with the head alone')
  }
  return writeBytes(message, at, area, false, 'extensions')
}

/** Writes `bytes` at `at`; with `headOnly` does nothing. Returns where the message goes on. */
export function writeBytes(
  message: MessageBuffer,
  at: number,
  bytes: Uint8Array,
  headOnly: boolean,
  field: string,
): number {
  if (headOnly) return at
  if (at + bytes.length > message.bytes.length) throw noRoom(field, at, bytes.length, message.bytes.length)
  message.bytes.set(bytes, at)
  return at + bytes.length
}

/** How many bytes `headOnly` left out. */
export function trailingLength(parts: readonly Part[], value: object): number {
  const last = parts.at(-1)
  return last?.kind === 'bytes' ? (value as Record<string, Uint8Array>)[last.key]!.length : 0
}

/** How many bytes of the part's struct are on the wire. */
export function structSize(part: Extract<Part, { kind: 'struct' }>, wire: WireFormat): number {
  return part.size?.(wire) ?? part.struct.size
}

export function leftOver(at: number, end: number): ProtocolError {
  return new ProtocolError('message', 'end', at, `${end - at} bytes too many`)
}

/** The message ends before all that a field announces. */
export function doesNotFit(ref: FieldRef, at: number, announced: number, available: number): ProtocolError {
  const field = `${ref.struct}.${ref.field}`
  return new ProtocolError('message', field, at, `announces ${announced} bytes, ${Math.max(0, available)} are there`)
}

/** On encoding: the field does not say how much there is. */
export function countDiffers(ref: FieldRef, at: number, said: unknown, actual: number): ProtocolError {
  return new ProtocolError('message', `${ref.struct}.${ref.field}`, at, `is ${String(said)}, but there are ${actual}`)
}

export function notBytes(field: string, at: number): ProtocolError {
  return new ProtocolError('message', field, at, 'is not a Uint8Array')
}

/**
 * An elastic struct: what is there of it, at the start of as many zero bytes as it has. @throws ProtocolError if the
 * message is longer than the struct
 */
export function padded(message: MessageBuffer, at: number, end: number, size: number): DataView {
  if (end - at > size) throw leftOver(at + size, end)
  const bytes = new Uint8Array(size)
  bytes.set(message.bytes.subarray(at, end))
  return new DataView(bytes.buffer)
}
