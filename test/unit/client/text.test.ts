import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeText, encodeText, type Encoding } from '#src/client/face/text.js'
import { fromEnvironment, Random } from '../../helpers/random.js'

/* Text and bytes as Node's Buffer has them. */

const ENCODINGS: readonly Encoding[] = ['utf8', 'utf16le', 'latin1', 'ascii', 'hex', 'base64', 'base64url']

test('random bytes become the same text', () => {
  const random = new Random(fromEnvironment('FUSEWIRE_SEED', Date.now() >>> 0))
  for (let i = 0; i < 300; i += 1) {
    const bytes = Uint8Array.from({ length: random.below(40) }, () => random.below(256))
    for (const encoding of ENCODINGS) {
      const text = Buffer.from(bytes).toString(encoding)
      assert.equal(decodeText(bytes, encoding), text, `${encoding} of ${Buffer.from(bytes).toString('hex')}`)
      // And that text becomes the same bytes again.
      const again = Buffer.from(text, encoding)
      assert.deepEqual(Buffer.from(encodeText(text, encoding)), again, `${text} in ${encoding}`)
    }
  }
})

test('long texts too', () => {
  const bytes = Uint8Array.from({ length: 100_001 }, (_, i) => i * 31)
  for (const encoding of ENCODINGS) {
    assert.equal(decodeText(bytes, encoding), Buffer.from(bytes).toString(encoding), encoding)
  }
})

test('what is no text in an encoding ends it, or is passed over', () => {
  const cases: readonly (readonly [string, Encoding])[] = [
    ['0a1', 'hex'],
    ['0axx1b', 'hex'],
    ['YQ==YQ', 'base64'],
    ['Y Q\n=', 'base64'],
    ['a-_b', 'base64'],
    ['a+/b', 'base64url'],
    ['\ud800', 'utf8'],
    ['\u0100', 'latin1'],
  ]
  for (const [text, encoding] of cases) {
    assert.deepEqual(Buffer.from(encodeText(text, encoding)), Buffer.from(text, encoding), text)
  }
})

test('an encoding that is none is refused, a name of every object too', () => {
  for (const encoding of ['klingon', 'constructor', '']) {
    assert.throws(() => decodeText(new Uint8Array(1), encoding as Encoding), { code: 'ERR_INVALID_ARG_VALUE' })
  }
})
