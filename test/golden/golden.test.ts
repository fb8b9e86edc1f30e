import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Unique } from '#src/base/ids.js'
import { ProtocolError } from '#src/base/errors.js'
import { MessageCodec } from '#src/protocol/codec.js'
import { messageBuffer, type MessageBuffer, type NotificationInput, type ReplyInput } from '#src/protocol/message.js'
import { opcodeName, type OpcodeName } from '#src/protocol/opcodes.js'
import { CURRENT_FORMAT, type WireFormat } from '#src/protocol/version.js'
import { golden, toGolden, type Json, type Vector } from '../helpers/golden.js'

/*
 * Every message that a real kernel sent or was sent: decodes to the fields that the golden file says, and encodes back to
 * the same bytes. What the kernel refused for its form is refused here too.
 */

const byName = new Map(golden.vectors.map((vector) => [vector.name, vector]))
const interpreted = [false, true]

for (const vector of golden.vectors) {
  test(vector.name, () => {
    for (const walk of interpreted) check(vector, new MessageCodec(wireOf(vector), { exact: true, interpreted: walk }))
  })
}

test('a node id that is no safe integer is refused by name, not rounded', () => {
  const wide = byName.get('main/open-wide/OPEN/request')!
  const message = messageBuffer(Buffer.from(wide.hex, 'hex'))
  const refused = (error: unknown) => error instanceof ProtocolError && error.field === 'fuse_in_header.nodeid'
  assert.throws(() => new MessageCodec().decodeRequest(message, 0, message.bytes.length), refused)
})

function check(vector: Vector, codec: MessageCodec): void {
  const message = messageBuffer(Buffer.from(vector.hex, 'hex'))
  if (isMalformed(vector)) {
    assert.throws(() => decode(vector, codec, message), ProtocolError)
    return
  }
  const decoded = decode(vector, codec, message)
  assertShows(comparable(decoded), expected(vector), vector.name)
  const again = messageBuffer(message.bytes.length)
  const end = encode(vector, codec, again, decoded)
  assert.equal(Buffer.from(again.bytes.subarray(0, end)).toString('hex'), vector.hex)
}

/** Refused by the kernel for its form alone, and so by the codec. */
function isMalformed(vector: Vector): boolean {
  const header = vector.decoded['header'] as { len: number; error?: number } | undefined
  if (header === undefined || header.len !== vector.hex.length / 2) return true
  if (vector.direction === 'reply' && (header.error! > 0 || header.error! < -511)) return true
  if (/with a body|without a body|not have a body|instead of 0|too long: every later/.test(vector.note ?? '')) {
    return vector.result !== 'accepted'
  }
  const ignored = vector.notification === 'RESEND' || vector.notification === 'INC_EPOCH'
  return 'body' in vector.decoded && !ignored
}

function decode(vector: Vector, codec: MessageCodec, message: MessageBuffer): Record<string, unknown> {
  const end = message.bytes.length
  if (vector.direction === 'request') return { ...codec.decodeRequest(message, 0, end) }
  if (vector.direction === 'notification') return { ...codec.decodeNotification(message, 0, end) }
  return { ...codec.decodeReply(message, 0, end, opOf(vector), sizeZero(vector)) }
}

function encode(vector: Vector, codec: MessageCodec, message: MessageBuffer, decoded: Record<string, unknown>): number {
  if (vector.direction === 'request') return codec.encodeRequest(message, 0, decoded as never)
  if (vector.direction === 'notification') {
    return codec.encodeNotification(message, 0, decoded as unknown as NotificationInput)
  }
  const header = decoded['header'] as { unique: Unique; error: number }
  if (header.error !== 0) return codec.encodeOutHeader(message, 0, header.unique, -header.error, 0)
  const reply = { ...decoded, unique: header.unique } as unknown as ReplyInput
  return codec.encodeReply(message, 0, reply, false, sizeZero(vector))
}

/**
 * `actual` has all that is `expected`. What it has beyond that (fields that an older minor does not send, empty data) is
 * zero or empty.
 */
function assertShows(actual: Json | undefined, expected: Json | undefined, where: string): void {
  if (expected === undefined) {
    assert.ok(isEmpty(actual), `${where} is not there, and shown as ${JSON.stringify(actual)}`)
  } else if (isObject(actual) && isObject(expected)) {
    for (const key of new Set([...Object.keys(actual), ...Object.keys(expected)])) {
      assertShows(actual[key], expected[key], `${where}: ${key}`)
    }
  } else {
    assert.deepEqual(actual, expected, where)
  }
}

function isObject(value: Json | undefined): value is Record<string, Json> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isEmpty(value: Json | undefined): boolean {
  if (Array.isArray(value)) return value.every(isEmpty)
  return isObject(value) ? Object.values(value).every(isEmpty) : value === 0 || value === ''
}

/** Without what the codec adds to the parts, and what the file adds to them. */
function comparable(decoded: Record<string, unknown>): Json {
  const { op: _op, ok: _ok, notification: _n, extensions: _x, entries: _e, terminator: _t, ...rest } = decoded
  return toGolden(rest)
}

function expected(vector: Vector): Json {
  const { extensions: _x, entries: _e, targetText: _t, ...rest } = vector.decoded
  return rest
}

function opOf(vector: Vector): OpcodeName {
  return vector.op as OpcodeName
}

/** Whether the request of a reply asked for a size of 0. */
function sizeZero(vector: Vector): boolean {
  const request = byName.get(vector.request ?? '')
  const size = (request?.decoded['fuse_getxattr_in'] as { size: number } | undefined)?.size
  return size === 0
}

function wireOf(vector: Vector): WireFormat {
  const setxattrExt = golden.sessions[vector.session]!.replyFlags?.includes('SETXATTR_EXT') ?? false
  const init = golden.vectors.find((v) => v.session === vector.session && v.op === 'INIT' && v.direction === 'reply')
  const named = (init?.decoded['fuse_init_out'] as { minor: number } | undefined)?.minor ?? CURRENT_FORMAT.minor
  if (vector !== init) return { minor: named, setxattrExt }
  // A reply to INIT has the length that its sender chose, whatever minor it names: write it with the same length.
  const length = vector.hex.length / 2 - 16
  return { minor: length <= 8 ? 4 : length <= 24 ? 22 : 45, setxattrExt }
}

test('every vector names an opcode of the table', () => {
  for (const vector of golden.vectors) {
    if (vector.direction === 'request') {
      const { opcode } = vector.decoded['header'] as { opcode: number }
      assert.equal(opcodeName(opcode), vector.op)
    }
  }
})
