import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeName, encodedNameLength, encodeName, encodeNameInto } from '#src/base/name.js'
import { Random } from '../../helpers/random.js'

const fatal = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Comes back as it was; is what TextDecoder says where that takes it, and has an escape where it does not. */
function check(bytes: Uint8Array): void {
  const name = decodeName(bytes)
  assert.deepEqual(encodeName(name), bytes)
  assert.equal(encodedNameLength(name), bytes.length)
  let plain: string | undefined
  try {
    plain = fatal.decode(bytes)
  } catch {
    assert.match(name, /[\udc80-\udcff]/u)
    return
  }
  assert.equal(name, plain)
}

test('every sequence of one or two bytes survives the round trip, and has a string of its own', () => {
  const names = new Set<string>()
  for (let a = 0; a < 256; a += 1) {
    check(Uint8Array.of(a))
    names.add(decodeName(Uint8Array.of(a)))
    for (let b = 0; b < 256; b += 1) {
      check(Uint8Array.of(a, b))
      names.add(decodeName(Uint8Array.of(a, b)))
    }
  }
  assert.equal(names.size, 256 + 65536)
})

test('random bytes survive the round trip', () => {
  const random = new Random(20260801)
  for (let i = 0; i < 20_000; i += 1) {
    // Half of them from the bytes that sequences are made of.
    const byte =
      i & 1 ? () => random.pick([0x41, 0x80, 0xa0, 0xbf, 0xc3, 0xe0, 0xe2, 0xed, 0xf0, 0xf4]) : () => random.next()
    check(Uint8Array.from({ length: random.below(24) }, byte))
  }
})

test('every code point is what TextEncoder and TextDecoder say', () => {
  const encoder = new TextEncoder()
  for (let point = 0; point <= 0x10ffff; point += point < 0x11000 ? 1 : 251) {
    if (point >= 0xd800 && point <= 0xdfff) continue
    const text = String.fromCodePoint(point)
    const bytes = encoder.encode(text)
    if (decodeName(bytes) !== text || Buffer.compare(encodeName(text)!, bytes) !== 0) {
      assert.fail(`U+${point.toString(16)}`)
    }
  }
})

test('what looks like UTF-8 and is not becomes one escape a byte', () => {
  const sequences = {
    'overlong /, two bytes': [0xc0, 0xaf],
    'overlong /, three bytes': [0xe0, 0x80, 0xaf],
    'overlong /, four bytes': [0xf0, 0x80, 0x80, 0xaf],
    'overlong U+07FF': [0xe0, 0x9f, 0xbf],
    'overlong U+FFFF': [0xf0, 0x8f, 0xbf, 0xbf],
    'surrogate U+D800': [0xed, 0xa0, 0x80],
    'surrogate U+DFFF': [0xed, 0xbf, 0xbf],
    'past U+10FFFF': [0xf4, 0x90, 0x80, 0x80],
    'lead byte F5': [0xf5, 0x80, 0x80, 0x80],
    'truncated, two bytes': [0xc3],
    'truncated, three bytes': [0xe2, 0x82],
    'truncated, four bytes': [0xf0, 0x9f, 0x98],
    'a lone continuation': [0xbf],
  }
  for (const [what, bytes] of Object.entries(sequences)) {
    const escapes = bytes.map((byte) => String.fromCharCode(0xdc00 + byte)).join('')
    assert.equal(decodeName(Uint8Array.from(bytes)), escapes, what)
    check(Uint8Array.from(bytes))
  }
  assert.equal(decodeName(Uint8Array.of(0xe2, 0x82, 0x41)), '\udce2\udc82A')
})

test('a range ends a sequence, and nothing outside of it is read or written', () => {
  const euro = Uint8Array.of(0x41, 0xe2, 0x82, 0xac, 0x42)
  assert.equal(decodeName(euro, 1, 4), '€')
  assert.equal(decodeName(euro, 1, 3), '\udce2\udc82')
  assert.equal(decodeName(euro, 2, 2), '')
  const room = new Uint8Array(7).fill(0xee)
  assert.equal(encodeNameInto('a€', room, 1), 5)
  assert.deepEqual([...room], [0xee, 0x61, 0xe2, 0x82, 0xac, 0xee, 0xee])
})

test('pairs are one code point, and a surrogate that stands for no byte is refused', () => {
  assert.deepEqual([...encodeName('😀')!], [0xf0, 0x9f, 0x98, 0x80])
  // A high surrogate pairs with what would otherwise be an escape.
  assert.equal(encodedNameLength('\ud83d\udc80'), 4)
  for (const name of [
    '\ud800',
    '\udbff',
    '\udc00',
    '\udc7f',
    '\udd00',
    '\udfff',
    'a\ud83d',
    '\ud83da',
    '\ud800\ud800',
  ]) {
    assert.equal(encodedNameLength(name), -1, JSON.stringify(name))
    assert.equal(encodeName(name), undefined)
  }
  assert.deepEqual([...encodeName('\udc80\udcff')!], [0x80, 0xff])
})
