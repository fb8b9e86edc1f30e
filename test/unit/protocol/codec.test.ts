import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ProtocolError } from '#src/base/errors.js'
import type { FileHandle, NodeId, Unique } from '#src/base/ids.js'
import { MessageCodec } from '#src/protocol/codec.js'
import { messageBuffer, type MessageBuffer, type RequestInput } from '#src/protocol/message.js'

/* What is malformed is refused with the name of the message, the field and the byte, by both codecs alike. */

const codecs = [new MessageCodec(), new MessageCodec(undefined, { interpreted: true })]
const header = { unique: 2 as Unique, nodeid: 1 as NodeId, uid: 0, gid: 0, pid: 0 }
const fh = 0 as FileHandle
const write = { fh, offset: 0, size: 3, write_flags: 0, lock_owner: 0, flags: 0 }
const entry = { parent: 1 as NodeId, namelen: 1, flags: 0 }

const lookup = requestBytes({ op: 'LOOKUP', header, name: 'abc' })
const writing = requestBytes({ op: 'WRITE', header, fuse_write_in: write, data: new Uint8Array(3) })
const mkdir = requestBytes({ op: 'MKDIR', header, fuse_mkdir_in: { mode: 0, umask: 0 }, name: 'd' })
const forgets = requestBytes({
  op: 'BATCH_FORGET',
  header: { ...header, nodeid: 0 as NodeId },
  fuse_batch_forget_in: { count: 1 },
  fuse_forget_one: [{ nodeid: 5 as NodeId, nlookup: 1 }],
})
const inval = notifyBytes((codec, message) =>
  codec.encodeNotification(message, 0, { notification: 'INVAL_ENTRY', fuse_notify_inval_entry_out: entry, name: 'x' }),
)
const prune = notifyBytes((codec, message) => {
  const fuse_notify_prune_out = { count: 2 }
  const nodeid = [2 as NodeId, 3 as NodeId]
  return codec.encodeNotification(message, 0, { notification: 'PRUNE', fuse_notify_prune_out, nodeid })
})

const decodeRequest = (codec: MessageCodec, m: MessageBuffer) => codec.decodeRequest(m, 0, m.bytes.length)
const decodeNotification = (codec: MessageCodec, m: MessageBuffer) => codec.decodeNotification(m, 0, m.bytes.length)
const decodeReply = (codec: MessageCodec, m: MessageBuffer) => codec.decodeReply(m, 0, m.bytes.length, 'READ')

type Decode = (codec: MessageCodec, message: MessageBuffer) => unknown
type Case = readonly [what: string, bytes: Uint8Array, decode: Decode, subject: string, field: string, offset: number]

const refused: readonly Case[] = [
  ['less than a header', lookup.slice(0, 39), decodeRequest, 'request', 'fuse_in_header.size', 0],
  ['a length word that is too big', patch(lookup, 0, 45), decodeRequest, 'request', 'fuse_in_header.len', 0],
  ['a message that is cut', lookup.slice(0, 42), decodeRequest, 'request', 'fuse_in_header.len', 0],
  ['an unknown opcode', patch(lookup, 4, 999), decodeRequest, 'request', 'fuse_in_header.opcode', 4],
  ['a node id past 2^53', patch(lookup, 20, 0x20_0000), decodeRequest, 'request', 'fuse_in_header.nodeid', 16],
  ['more extensions than bytes', patch(lookup, 36, 9), decodeRequest, 'LOOKUP', 'fuse_in_header.total_extlen', 36],
  ['a name without NUL', patch(lookup, 40, 0x64636261), decodeRequest, 'LOOKUP', 'name', 40],
  ["a name with '/'", patch(lookup, 40, 0x00632f61), decodeRequest, 'LOOKUP', 'name', 40],
  ['an empty name', resized(lookup, 41, [0]), decodeRequest, 'LOOKUP', 'name', 40],
  ['bytes behind the name', patch(lookup, 40, 0x00620061), decodeRequest, 'LOOKUP', 'end', 42],
  ['a struct that is cut', resized(mkdir, 46, []), decodeRequest, 'MKDIR', 'fuse_mkdir_in.size', 40],
  ['less data than announced', patch(writing, 56, 4), decodeRequest, 'WRITE', 'fuse_write_in.size', 80],
  ['data of 4 GiB announced', patch(writing, 56, 0xffff_ffff), decodeRequest, 'WRITE', 'fuse_write_in.size', 80],
  ['more data than announced', patch(writing, 56, 2), decodeRequest, 'WRITE', 'end', 82],
  ['an offset past 2^53', patch(writing, 52, 0x20_0000), decodeRequest, 'WRITE', 'fuse_write_in.offset', 48],
  [
    '2^32 - 1 records',
    patch(forgets, 40, 0xffff_ffff),
    decodeRequest,
    'BATCH_FORGET',
    'fuse_batch_forget_in.count',
    48,
  ],
  ['a record past 2^53', patch(forgets, 52, 0x20_0000), decodeRequest, 'BATCH_FORGET', 'fuse_forget_one.nodeid', 48],
  ['a positive error', reply(1, 5), decodeReply, 'READ', 'fuse_out_header.error', 4],
  ['an error past 511', reply(-512, 0), decodeReply, 'READ', 'fuse_out_header.error', 4],
  ['an error with a body', reply(-2, 5), decodeReply, 'READ', 'end', 16],
  ['a reply in place of it', patch(inval, 8, 2), decodeNotification, 'notification', 'fuse_out_header.unique', 8],
  ['an unknown code', patch(inval, 4, 10), decodeNotification, 'notification', 'fuse_out_header.error', 4],
  [
    'a longer name announced',
    patch(inval, 24, 2),
    decodeNotification,
    'INVAL_ENTRY',
    'fuse_notify_inval_entry_out.namelen',
    32,
  ],
  ['a shorter name announced', patch(inval, 24, 0), decodeNotification, 'INVAL_ENTRY', 'end', 33],
  ['a NUL inside a name', patch(inval, 32, 0, 1), decodeNotification, 'INVAL_ENTRY', 'name', 32],
  ['more nodes announced', patch(prune, 16, 3), decodeNotification, 'PRUNE', 'fuse_notify_prune_out.count', 32],
  ['a node past 2^53', patch(prune, 44, 0x20_0000), decodeNotification, 'PRUNE', 'nodeid', 40],
]

for (const [what, bytes, decode, subject, field, offset] of refused) {
  test(`refuses ${what}`, () => {
    for (const codec of codecs) {
      assert.deepEqual(
        refusal(() => decode(codec, messageBuffer(bytes))),
        { subject, field, offset },
      )
    }
  })
}

test('says where in the message, also when the message is not at the start of its buffer', () => {
  const message = messageBuffer(200)
  message.bytes.set(patch(writing, 56, 4), 100)
  for (const codec of codecs) {
    const failure = refusal(() => codec.decodeRequest(message, 100, 100 + writing.length))
    assert.deepEqual(failure, { subject: 'WRITE', field: 'fuse_write_in.size', offset: 80 })
  }
})

test('refuses to write what is no message', () => {
  const message = messageBuffer(128)
  const encode = (request: object) =>
    codecs.map((codec) => refusal(() => codec.encodeRequest(message, 0, request as never)))
  const same = (failures: { subject: string; field: string }[], subject: string, field: string) => {
    assert.deepEqual(failures[0], failures[1])
    assert.deepEqual([failures[0]!.subject, failures[0]!.field], [subject, field])
  }
  same(encode({ op: 'LOOKUP', header, name: '' }), 'LOOKUP', 'name')
  same(encode({ op: 'LOOKUP', header, name: 'a/b' }), 'LOOKUP', 'name')
  same(encode({ op: 'LOOKUP', header, name: 'a\0b' }), 'LOOKUP', 'name')
  same(encode({ op: 'LOOKUP', header, name: '\ud800' }), 'LOOKUP', 'name')
  same(encode({ op: 'LOOKUP', header, name: 'x'.repeat(88) }), 'LOOKUP', 'name')
  same(encode({ op: 'LOOKUP', header: { ...header, uid: -1 }, name: 'x' }), 'LOOKUP', 'fuse_in_header.uid')
  same(encode({ op: 'LOOKUP', header: { ...header, nodeid: 2 ** 53 }, name: 'x' }), 'LOOKUP', 'fuse_in_header.nodeid')
  same(encode({ op: 'WRITE', header, fuse_write_in: write, data: new Uint8Array(2) }), 'WRITE', 'fuse_write_in.size')
  same(encode({ op: 'WRITE', header, fuse_write_in: write, data: 'abc' }), 'WRITE', 'data')
  same(encode({ op: 'LOOKUP', header, name: 'x', extensions: new Uint8Array(7) }), 'LOOKUP', 'extensions')
})

test('a name ends with any byte in a notification, which is kept, as the kernel does not look at it', () => {
  const odd = patch(inval, 33, 0x21, 1)
  for (const codec of codecs) {
    const decoded = codec.decodeNotification(messageBuffer(odd), 0, odd.length)
    assert.ok(decoded.notification === 'INVAL_ENTRY')
    assert.equal(decoded.terminator, 0x21)
    const again = messageBuffer(odd.length)
    codec.encodeNotification(again, 0, decoded)
    assert.deepEqual(again.bytes, odd)
  }
})

test('a head alone counts the data that is to follow it, and copies none of it', () => {
  for (const codec of codecs) {
    const message = messageBuffer(new Uint8Array(90).fill(0xee))
    const request: RequestInput = { op: 'WRITE', header, fuse_write_in: write, data: new Uint8Array(3) }
    assert.equal(codec.encodeRequest(message, 0, request, true), 80)
    assert.equal(message.view.getUint32(0, true), 83)
    assert.equal(message.bytes[80], 0xee)
  }
})

test('the header of a reply can be written before a body that is in its place', () => {
  const message = messageBuffer(32)
  assert.equal(new MessageCodec().encodeOutHeader(message, 0, 8 as Unique, 0, 5), 16)
  const { header: read } = new MessageCodec().decodeReply(message, 0, 21, 'READ')
  assert.deepEqual(read, { len: 21, error: 0, unique: 8 })
})

function requestBytes(request: RequestInput): Uint8Array {
  const message = messageBuffer(256)
  return message.bytes.slice(0, new MessageCodec().encodeRequest(message, 0, request))
}

function notifyBytes(encode: (codec: MessageCodec, message: MessageBuffer) => number): Uint8Array {
  const message = messageBuffer(256)
  return message.bytes.slice(0, encode(new MessageCodec(), message))
}

function reply(error: number, bodyLength: number): Uint8Array {
  const message = messageBuffer(16 + bodyLength)
  message.view.setUint32(0, 16 + bodyLength, true)
  message.view.setInt32(4, error, true)
  message.view.setUint32(8, 2, true)
  return message.bytes
}

/** A copy with another number of 4 bytes, or of one, at `offset`. */
function patch(bytes: Uint8Array, offset: number, value: number, size: 1 | 4 = 4): Uint8Array {
  const { view, bytes: copy } = messageBuffer(bytes.slice())
  if (size === 1) view.setUint8(offset, value)
  else view.setUint32(offset, value, true)
  return copy
}

/** A copy of `length` bytes whose last ones are `tail`, with its length word set right. */
function resized(bytes: Uint8Array, length: number, tail: readonly number[]): Uint8Array {
  const copy = bytes.slice(0, length)
  copy.set(tail, length - tail.length)
  return patch(copy, 0, length)
}

function refusal(run: () => unknown): { subject: string; field: string; offset: number } {
  try {
    run()
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error
    return { subject: error.subject, field: error.field, offset: error.offset }
  }
  return assert.fail('nothing was refused')
}
