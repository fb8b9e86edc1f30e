import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as protocol from '#src/protocol/index.js'
import { golden } from '../../helpers/golden.js'

const describer = new protocol.Describer()
function describe(name: string): string {
  const vector = golden.vectors.find((v) => v.name === name)!
  const message = protocol.messageBuffer(Buffer.from(vector.hex, 'hex'))
  const end = message.bytes.length
  if (vector.direction === 'request') return describer.request('rx', message, 0, end)
  if (vector.direction === 'notification') return describer.notification('tx', message, 0, end)
  return describer.reply('tx', message, 0, end, vector.op as protocol.OpcodeName)
}

test('every message is one line, whatever it holds', () => {
  for (const { name } of golden.vectors) assert.match(describe(name), /^[rt]x [^\n\r]+$/u)
})

test('every opcode and every notification has its name in the line', () => {
  for (const { name, direction, op, decoded } of golden.vectors.filter((v) => v.direction === 'request')) {
    if (decoded['header'] !== undefined) assert.ok(describe(name).includes(`: ${op}`), `${direction} ${describe(name)}`)
  }
})

test('lines', () => {
  const bytes = protocol.messageBuffer(256)
  const header = { unique: 12 as protocol.Unique, nodeid: protocol.ROOT_ID, uid: 0, gid: 0, pid: 55 }
  const end = codecEnd({ op: 'LOOKUP', header, name: 'hel"lo\n\udcff' })
  assert.equal(describer.request('rx', bytes, 0, end), String.raw`rx 12: LOOKUP n1 "hel\"lo\u{a}\xff" pid 55`)
  new protocol.MessageCodec().encodeOutHeader(bytes, 0, header.unique, 2, 0)
  assert.equal(describer.reply('tx', bytes, 0, 16, 'LOOKUP'), 'tx 12: ENOENT')
  const store = { nodeid: 3 as protocol.NodeId, offset: 0, size: 8 }
  const input = { notification: 'STORE', fuse_notify_store_out: store, data: new Uint8Array(8) } as const
  const stop = new protocol.MessageCodec().encodeNotification(bytes, 0, input)
  assert.equal(describer.notification('tx', bytes, 0, stop), 'tx notify STORE n3 [0 +8] 8B')
  assert.match(describer.request('rx', bytes, 0, 7), /^rx malformed request, 7 bytes: /u)

  function codecEnd(request: protocol.RequestInput): number {
    return new protocol.MessageCodec().encodeRequest(bytes, 0, request)
  }
})

test('flags by name, and the rest in hexadecimal', () => {
  assert.equal(protocol.flagNames(protocol.FOPEN_FLAGS, 0x102), 'KEEP_CACHE|0x100')
  assert.equal(protocol.flagNames(protocol.FOPEN_FLAGS, 0), '0')
})
