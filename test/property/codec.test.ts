import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { MessageCodec } from '#src/protocol/codec.js'
import { Guarded } from '../helpers/guarded.js'
import { arbitraryOf, decodedForm, decodeKind, encodeKind, FORMATS, KINDS, titleOf } from '../helpers/messages.js'
import { fromEnvironment } from '../helpers/random.js'

const seed = fromEnvironment('PROPERTY_SEED', 20260801)
const numRuns = fromEnvironment('PROPERTY_RUNS', 15)
console.log(`PROPERTY_SEED=${seed} PROPERTY_RUNS=${numRuns}`)

const CAPACITY = 2048

for (const wire of FORMATS) {
  const name = `minor ${wire.minor}${wire.setxattrExt ? ' with SETXATTR_EXT' : ''}`
  const compiled = new MessageCodec(wire)
  const exact = new MessageCodec(wire, { exact: true })
  const interpreted = new MessageCodec(wire, { interpreted: true })
  for (const kind of KINDS) {
    test(`${titleOf(kind)}, ${name}: what was encoded decodes to the same, in every codec`, () => {
      const property = fc.property(arbitraryOf(kind, wire), fc.nat(7), (value, odd) => {
        const there = new Guarded(CAPACITY, 0xa5, odd)
        const { message, start } = there
        const end = encodeKind(compiled, kind, message, start, value)
        there.check(end)
        const len = end - start
        assert.equal(message.view.getUint32(start, true), len)

        const other = new Guarded(CAPACITY, 0x5a, 7 - odd)
        const otherEnd = encodeKind(interpreted, kind, other.message, other.start, value)
        other.check(otherEnd)
        const same = Buffer.compare(
          message.bytes.subarray(start, end),
          other.message.bytes.subarray(other.start, otherEnd),
        )
        assert.equal(same, 0, 'compiled and interpreted bytes differ')

        const expected = decodedForm(kind, value, len)
        assert.deepEqual(decodeKind(compiled, kind, message, start, end), expected)
        assert.deepEqual(decodeKind(interpreted, kind, other.message, other.start, otherEnd), expected)
        assert.equal(encodeKind(exact, kind, message, start, decodeKind(exact, kind, message, start, end)), end)
      })
      fc.assert(property, { seed, numRuns })
    })
  }
}

test('with headOnly the data is counted and checked, and not copied', () => {
  const wire = FORMATS.at(-1)!
  const codecs = [new MessageCodec(wire), new MessageCodec(wire, { interpreted: true })]
  for (const kind of KINDS) {
    const last = kind.parts.at(-1)
    const property = fc.property(arbitraryOf(kind, wire), (value) => {
      const { extensions: _, ...plain } = value
      for (const codec of codecs) {
        const whole = new Guarded(CAPACITY, 0)
        const end = encodeKind(codec, kind, whole.message, whole.start, plain)
        const head = new Guarded(CAPACITY, 0)
        const headEnd = encodeKind(codec, kind, head.message, head.start, plain, true)
        head.check(headEnd)
        const data = last?.kind === 'bytes' ? (plain[last.key] as Uint8Array) : new Uint8Array(0)
        assert.equal(headEnd + data.length, end)
        const joined = Buffer.concat([head.message.bytes.subarray(head.start, headEnd), data])
        assert.equal(Buffer.compare(joined, whole.message.bytes.subarray(whole.start, end)), 0, titleOf(kind))
      }
    })
    fc.assert(property, { seed, numRuns })
  }
})
