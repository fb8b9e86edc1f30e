import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import * as protocol from '#src/protocol/index.js'
import { arbitraryOf, encodeKind, FORMATS, KINDS, titleOf } from '../../helpers/messages.js'
import { fromEnvironment } from '../../helpers/random.js'

const seed = fromEnvironment('PROPERTY_SEED', 20260801)
const DIRECTION = { request: 'rx', reply: 'tx', notification: 'tx' } as const
/** Printable, in one line. */
const LINE = /^[rt]x [^\p{C}\u2028\u2029]+$/u

for (const wire of FORMATS) {
  const describer = new protocol.Describer(wire)
  const codec = new protocol.MessageCodec(wire)

  test(`every kind of message has its line in minor ${wire.minor}, SETXATTR_EXT ${wire.setxattrExt}`, () => {
    for (const kind of KINDS) {
      const message = protocol.messageBuffer(2048)
      const property = fc.property(arbitraryOf(kind, wire), (value) => {
        const end = encodeKind(codec, kind, message, 0, value)
        const line = describeAny(describer, kind, message, end)
        assert.match(line, LINE)
        assert.ok(!line.includes('malformed'), `${titleOf(kind)}: ${line}`)
        if (kind.shape === 'request') assert.match(line, new RegExp(String.raw`^rx \d+: ${kind.name}( |$)`, 'u'))
        if (kind.shape === 'reply') assert.match(line, /^tx \d+: OK( |$)/u)
        if (kind.shape === 'notification') assert.match(line, new RegExp(`^tx notify ${kind.name}( |$)`, 'u'))
      })
      fc.assert(property, { seed, numRuns: 5 })
    }
  })

  test(`any cut and any byte changed still gives one line in minor ${wire.minor}, ${wire.setxattrExt}`, () => {
    for (const kind of KINDS) {
      const message = protocol.messageBuffer(2048)
      const byte = fc.record({ at: fc.nat(2047), value: fc.nat(255) })
      const property = fc.property(
        arbitraryOf(kind, wire),
        fc.nat(2048),
        byte,
        (value, cut, { at, value: changed }) => {
          const end = encodeKind(codec, kind, message, 0, value)
          assert.match(describeAny(describer, kind, message, cut % (end + 1)), LINE)
          message.bytes[at % end] = changed
          assert.match(describeAny(describer, kind, message, end), LINE)
        },
      )
      fc.assert(property, { seed, numRuns: 5 })
    }
  })
}

function describeAny(
  describer: protocol.Describer,
  { shape, name, sizeZero }: (typeof KINDS)[number],
  message: protocol.MessageBuffer,
  end: number,
): string {
  if (shape === 'request') return describer.request(DIRECTION[shape], message, 0, end)
  if (shape === 'notification') return describer.notification(DIRECTION[shape], message, 0, end)
  return describer.reply(DIRECTION[shape], message, 0, end, name as protocol.OpcodeName, sizeZero)
}

test('a range that lies outside of the buffer is malformed, whatever it is', () => {
  const describer = new protocol.Describer()
  const message = protocol.messageBuffer(64)
  for (const [start, end] of [
    [-1, 30],
    [0, 65],
    [60, 80],
    [70, 90],
    [40, 20],
  ] as const) {
    assert.match(describer.request('rx', message, start, end), /^rx malformed request/u)
    assert.match(describer.reply('tx', message, start, end, 'READ'), /^tx malformed reply/u)
    assert.match(describer.notification('tx', message, start, end), /^tx malformed notification/u)
    assert.match(describer.fromServer('tx', message, start, end, 'READ'), /^tx malformed reply/u)
  }
})
