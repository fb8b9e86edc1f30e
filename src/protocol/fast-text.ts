import { asciiString } from '../base/ascii.js'
import { readCountedText, readText, writeText } from './text.js'

/*
 * The strings of messages for the compiled codec: plain ASCII, which nearly every name is, in as few passes as it takes.
 * Whatever is not plain goes to text.ts, which knows every rule and makes every error.
 */

const SLASH = 0x2f

/**
 * The string at `start`, which ends with NUL at `nul` (see `endOfText`).
 * @throws ProtocolError if it is to be a component and is not one
 */
export function readFastText(bytes: Uint8Array, start: number, nul: number, component: boolean, field: string): string {
  let seen = start === nul ? 0x80 : 0
  for (let i = start; i < nul; i += 1) {
    const byte = bytes[i]!
    seen |= byte === SLASH && component ? 0x80 : byte
  }
  return seen < 0x80 ? asciiString(bytes, start, nul) : readText(bytes, start, nul, component, field)
}

/** The string in `bytes[start..end)`. @throws ProtocolError if it has a NUL inside */
export function readFastCountedText(bytes: Uint8Array, start: number, end: number, field: string): string {
  for (let i = start; i < end; i += 1) {
    const byte = bytes[i]!
    if (byte === 0 || byte >= 0x80) return readCountedText(bytes, start, end, field)
  }
  return asciiString(bytes, start, end)
}

/** As `writeText`. */
export function writeFastText(
  bytes: Uint8Array,
  start: number,
  text: string,
  component: boolean,
  field: string,
  terminator = 0,
): number {
  const { length } = text
  if (length === 0 || start + length >= bytes.length) return writeText(bytes, start, text, component, field, terminator)
  for (let i = 0; i < length; i += 1) {
    const unit = text.charCodeAt(i)
    if (unit === 0 || unit >= 0x80 || (unit === SLASH && component)) {
      return writeText(bytes, start, text, component, field, terminator)
    }
    bytes[start + i] = unit
  }
  bytes[start + length] = terminator
  return start + length + 1
}
