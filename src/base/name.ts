/*
 * File names are bytes on Linux, strings in TypeScript. Valid UTF-8 becomes the string it says. Every byte that is not
 * part of valid UTF-8 becomes one lone surrogate, U+DC80 for 0x80 to U+DCFF for 0xFF, and becomes that byte again on
 * the way back (the convention of Python's `surrogateescape`). So every byte string has exactly one string, every such
 * string has exactly one byte string, and a name that is not UTF-8 survives the round trip through a `Map` or a `===`.
 */

const ESCAPE = 0xdc00

/** The string for `bytes[start..end)`, as above. */
export function decodeName(bytes: Uint8Array, start = 0, end: number = bytes.length): string {
  let text = ''
  for (let i = start; i < end;) {
    const byte = bytes[i]!
    if (byte < 0x80) {
      text += String.fromCharCode(byte)
      i += 1
      continue
    }
    const length = sequenceLength(bytes, i, end)
    text += length === 0 ? String.fromCharCode(ESCAPE + byte) : String.fromCodePoint(codePoint(bytes, i, length))
    i += length || 1
  }
  return text
}

/** How many bytes `encodeName` writes for `name`, or -1 if it has a surrogate that stands for no byte. */
export function encodedNameLength(name: string): number {
  let length = 0
  for (let i = 0; i < name.length; i += 1) {
    const unit = name.charCodeAt(i)
    if (unit < 0x80) length += 1
    else if (unit < 0x800) length += 2
    else if (unit < 0xd800 || unit > 0xdfff) length += 3
    else if (isPair(name, i)) {
      length += 4
      i += 1
    } else if (isEscape(unit)) length += 1
    else return -1
  }
  return length
}

/**
 * Writes `name` at `bytes[start]` and returns where it ended. The caller has asked {@link encodedNameLength}, made room
 * for that many bytes and refused a name that cannot be encoded.
 */
export function encodeNameInto(name: string, bytes: Uint8Array, start: number): number {
  let at = start
  for (let i = 0; i < name.length; i += 1) {
    const unit = name.charCodeAt(i)
    if (unit < 0x80) {
      bytes[at++] = unit
    } else if (unit < 0x800) {
      bytes[at++] = 0xc0 | (unit >> 6)
      bytes[at++] = 0x80 | (unit & 0x3f)
    } else if (isPair(name, i)) {
      const point = name.codePointAt(i)!
      i += 1
      bytes[at++] = 0xf0 | (point >> 18)
      bytes[at++] = 0x80 | ((point >> 12) & 0x3f)
      bytes[at++] = 0x80 | ((point >> 6) & 0x3f)
      bytes[at++] = 0x80 | (point & 0x3f)
    } else if (isEscape(unit)) {
      bytes[at++] = unit & 0xff
    } else {
      bytes[at++] = 0xe0 | (unit >> 12)
      bytes[at++] = 0x80 | ((unit >> 6) & 0x3f)
      bytes[at++] = 0x80 | (unit & 0x3f)
    }
  }
  return at
}

/** The bytes of `name`, or undefined if it has a surrogate that stands for no byte. */
export function encodeName(name: string): Uint8Array | undefined {
  const length = encodedNameLength(name)
  if (length < 0) return undefined
  const bytes = new Uint8Array(length)
  encodeNameInto(name, bytes, 0)
  return bytes
}

/** The surrogates that {@link decodeName} makes. */
function isEscape(unit: number): boolean {
  return unit >= ESCAPE + 0x80 && unit <= ESCAPE + 0xff
}

function isPair(name: string, index: number): boolean {
  const unit = name.charCodeAt(index)
  if (unit < 0xd800 || unit > 0xdbff) return false
  const next = name.charCodeAt(index + 1)
  return next >= 0xdc00 && next <= 0xdfff
}

/**
 * The length of the valid UTF-8 sequence that starts at `index` with a byte of 0x80 or above, or 0 if there is none.
 * The bounds of the second byte rule out overlong forms, surrogates and code points past U+10FFFF (Unicode, table 3-7).
 */
function sequenceLength(bytes: Uint8Array, index: number, end: number): number {
  const lead = bytes[index]!
  const length = lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0
  if (length === 0 || index + length > end) return 0
  const low = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80
  const high = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf
  const second = bytes[index + 1]!
  if (second < low || second > high) return 0
  for (let i = index + 2; i < index + length; i += 1) {
    if ((bytes[i]! & 0xc0) !== 0x80) return 0
  }
  return length
}

function codePoint(bytes: Uint8Array, index: number, length: number): number {
  let point = bytes[index]! & (0x7f >> length)
  for (let i = index + 1; i < index + length; i += 1) point = (point << 6) | (bytes[i]! & 0x3f)
  return point
}
