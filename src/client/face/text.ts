import { wrongValue } from './argument-errors.js'

/* Text from bytes and back, in the encodings of Node, without Node. */

/** How text is encoded. Upper case is taken as well. */
export type Encoding =
  | 'utf8'
  | 'utf-8'
  | 'utf16le'
  | 'utf-16le'
  | 'ucs2'
  | 'ucs-2'
  | 'latin1'
  | 'binary'
  | 'ascii'
  | 'hex'
  | 'base64'
  | 'base64url'

interface Codec {
  decode(this: void, bytes: Uint8Array): string
  encode(this: void, text: string): Uint8Array
}

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const BASE64URL = `${BASE64.slice(0, 62)}-_`

const utf8: Codec = {
  // A byte order mark is a character, as for Node.
  decode: (bytes) => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes),
  encode: (text) => new TextEncoder().encode(text),
}

const utf16: Codec = {
  decode: (bytes) => fromUnits(bytes.length >> 1, (i) => bytes[2 * i]! | (bytes[2 * i + 1]! << 8)),
  encode(text) {
    const bytes = new Uint8Array(text.length * 2)
    for (let i = 0; i < text.length; i += 1) {
      const unit = text.charCodeAt(i)
      bytes[2 * i] = unit
      bytes[2 * i + 1] = unit >> 8
    }
    return bytes
  },
}

const latin1: Codec = {
  decode: (bytes) => fromUnits(bytes.length, (i) => bytes[i]!),
  encode: (text) => Uint8Array.from({ length: text.length }, (_, i) => text.charCodeAt(i)),
}

const ascii: Codec = { ...latin1, decode: (bytes) => fromUnits(bytes.length, (i) => bytes[i]! & 0x7f) }

const hex: Codec = {
  decode: (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(''),
  encode(text) {
    // Up to the first pair that is none.
    const pairs = /^(?:[\da-f]{2})*/i.exec(text)![0]
    return Uint8Array.from({ length: pairs.length / 2 }, (_, i) => Number.parseInt(pairs.slice(2 * i, 2 * i + 2), 16))
  },
}

const CODECS: Readonly<Record<Encoding, Codec>> = {
  utf8,
  'utf-8': utf8,
  utf16le: utf16,
  'utf-16le': utf16,
  ucs2: utf16,
  'ucs-2': utf16,
  latin1,
  binary: latin1,
  ascii,
  hex,
  base64: { decode: (bytes) => toBase64(bytes, BASE64, true), encode: fromBase64 },
  base64url: { decode: (bytes) => toBase64(bytes, BASE64URL, false), encode: fromBase64 },
}

/** @throws TypeError ERR_INVALID_ARG_VALUE for an encoding that is none */
export function checkEncoding(encoding: unknown): void {
  codecOf(encoding)
}

/** @throws TypeError ERR_INVALID_ARG_VALUE for an encoding that is none */
export function decodeText(bytes: Uint8Array, encoding: Encoding): string {
  return codecOf(encoding).decode(bytes)
}

/** @throws TypeError ERR_INVALID_ARG_VALUE for an encoding that is none */
export function encodeText(text: string, encoding: Encoding): Uint8Array {
  return codecOf(encoding).encode(text)
}

function codecOf(encoding: unknown): Codec {
  const name = String(encoding).toLowerCase()
  if (!Object.hasOwn(CODECS, name)) throw wrongValue('the encoding', encoding, 'is none that is known')
  return CODECS[name as Encoding]
}

/** As many arguments as a call may have everywhere. */
const MOST_ARGUMENTS = 8192

function fromUnits(count: number, unitAt: (index: number) => number): string {
  let text = ''
  for (let start = 0; start < count; start += MOST_ARGUMENTS) {
    const length = Math.min(MOST_ARGUMENTS, count - start)
    text += String.fromCharCode(...Array.from({ length }, (_, i) => unitAt(start + i)))
  }
  return text
}

function toBase64(bytes: Uint8Array, alphabet: string, pads: boolean): string {
  let text = ''
  for (let i = 0; i < bytes.length; i += 3) {
    const bits = (bytes[i]! << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0)
    const count = Math.min(3, bytes.length - i) + 1
    for (let digit = 0; digit < count; digit += 1) text += alphabet[(bits >> (18 - 6 * digit)) & 63]!
    if (pads) text += '='.repeat(4 - count)
  }
  return text
}

/** Either alphabet, up to the padding; what belongs to neither is passed over. */
function fromBase64(text: string): Uint8Array {
  const bytes: number[] = []
  let bits = 0
  let count = 0
  for (const character of text) {
    if (character === '=') break
    const digit = Math.max(BASE64.indexOf(character), BASE64URL.indexOf(character))
    if (digit < 0) continue
    bits = ((bits << 6) | digit) & 0xffffff
    count += 6
    if (count < 8) continue
    count -= 8
    bytes.push((bits >> count) & 0xff)
  }
  return Uint8Array.from(bytes)
}
