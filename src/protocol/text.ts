import { decodeName, encodedNameLength, encodeNameInto } from '../base/name.js'
import { ProtocolError } from '../base/errors.js'

/*
 * Strings inside messages, in the encoding of base/name.ts. Errors name the part (`field`) and where it is; the codec
 * that called adds the message.
 */

const NUL = 0
const SLASH = 0x2f

/** Where the NUL is that ends the string at `start`. @throws ProtocolError if there is none before `end` */
export function endOfText(bytes: Uint8Array, start: number, end: number, field: string): number {
  for (let i = start; i < end; i += 1) if (bytes[i] === NUL) return i
  throw new ProtocolError('text', field, start, 'has no NUL at its end')
}

/** The string in `bytes[start..end)`. @throws ProtocolError if it is to be a component and is not one */
export function readText(bytes: Uint8Array, start: number, end: number, component: boolean, field: string): string {
  if (component) checkComponent(bytes, start, end, field)
  return decodeName(bytes, start, end)
}

/** The string in `bytes[start..end)`, whose length the message says elsewhere, so that it could hold a NUL. */
export function readCountedText(bytes: Uint8Array, start: number, end: number, field: string): string {
  refuseNul(bytes, start, end, field)
  return decodeName(bytes, start, end)
}

/**
 * Writes `text` and a terminator (NUL unless given) at `start`; returns where it ended.
 * @throws ProtocolError if it does not fit, has a NUL or a surrogate that stands for no byte, or is to be a component
 *   (not empty, no '/') and is not one
 */
export function writeText(
  bytes: Uint8Array,
  start: number,
  text: unknown,
  component: boolean,
  field: string,
  terminator = NUL,
): number {
  if (typeof text !== 'string') throw new ProtocolError('text', field, start, `${String(text)} is not a string`)
  const length = encodedNameLength(text)
  if (length < 0) throw new ProtocolError('text', field, start, 'has a surrogate that stands for no byte')
  if (start + length + 1 > bytes.length) throw noRoom(field, start, length + 1, bytes.length)
  const end = encodeNameInto(text, bytes, start)
  refuseNul(bytes, start, end, field)
  if (component) checkComponent(bytes, start, end, field)
  bytes[end] = terminator
  return end + 1
}

/** How many bytes of UTF-8 (and escapes) `text` has. @throws ProtocolError if it has none */
export function textLength(text: string, field: string): number {
  const length = encodedNameLength(text)
  if (length < 0) throw new ProtocolError('text', field, 0, 'has a surrogate that stands for no byte')
  return length
}

export function noRoom(field: string, start: number, needed: number, capacity: number): ProtocolError {
  return new ProtocolError('buffer', field, start, `needs ${needed} bytes, ${Math.max(0, capacity - start)} are left`)
}

function refuseNul(bytes: Uint8Array, start: number, end: number, field: string): void {
  for (let i = start; i < end; i += 1) {
    if (bytes[i] === NUL) throw new ProtocolError('text', field, start, 'has a NUL inside')
  }
}

function checkComponent(bytes: Uint8Array, start: number, end: number, field: string): void {
  if (start === end) throw new ProtocolError('text', field, start, 'is empty')
  for (let i = start; i < end; i += 1) {
    if (bytes[i] === SLASH) throw new ProtocolError('text', field, start, "has a '/'")
  }
}
