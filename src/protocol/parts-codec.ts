import type { WireFormat } from './version.js'
import type { MessageBuffer } from './message.js'
import type { FieldRef, Part } from './parts.js'
import { ProtocolError } from '../base/errors.js'

/** What a decoded message starts with, before its parts. */
export type Shape = 'request' | 'reply' | 'notification'

/** Reads and writes the parts of one kind of message. */
export interface PartsCodec {
  /**
   * The decoded message: `tag` (the name from the table) and `header`, then the parts in `[at, end)`, with nothing left.
   * @throws ProtocolError whose offset counts from the start of the buffer
   */
  readonly decode: (message: MessageBuffer, at: number, end: number, tag: string, header: object) => object
  /**
   * Writes the parts of `value` from `at` on; returns where they end. With `headOnly` a trailing run of bytes is checked
   * and counted, but not copied: its sender hands it over separately.
   */
  readonly encode: (message: MessageBuffer, at: number, value: object, headOnly: boolean) => number
}

export interface PartsOptions {
  readonly shape: Shape
  readonly wire: WireFormat
  /** See `Variant.exact`. */
  readonly exact: boolean
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
