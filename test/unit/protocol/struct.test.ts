import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ProtocolError } from '#src/base/errors.js'
import type { NodeId, Unique } from '#src/base/ids.js'
import { MessageCodec } from '#src/protocol/codec.js'
import { messageBuffer } from '#src/protocol/message.js'
import { fuse_mkdir_in } from '#src/protocol/structs/name.js'
import { fuse_init_in, fuse_init_out } from '#src/protocol/structs/init.js'
import { fuse_open_out } from '#src/protocol/structs/file.js'

/* What the compiled and the interpreted codec of a struct must agree on where it is easy not to. */

const refusal = { subject: 'fuse_mkdir_in', field: 'umask', offset: 12 }
const wrongNumbers = [1n, -1, 1.5, 2 ** 32, Number.NaN, '7', undefined, null]

test('a value that is no number of the field is refused by both codecs, at the same place', () => {
  const view = new DataView(new ArrayBuffer(64))
  for (const mode of wrongNumbers) {
    const errors = [fuse_mkdir_in, fuse_mkdir_in.interpreted()].map((codec) =>
      failureOf(() => codec.encode(view, 8, { mode: 0, umask: mode as number })),
    )
    assert.deepEqual(errors, [refusal, refusal])
  }
})

test('signed and 16-bit fields refuse what does not fit them, in both codecs', () => {
  const view = new DataView(new ArrayBuffer(64))
  const open = { fh: 0, open_flags: 0 } as Parameters<typeof fuse_open_out.encode>[2]
  for (const backing_id of [2 ** 31, -(2 ** 31) - 1, 3n as unknown as number]) {
    for (const codec of [fuse_open_out, fuse_open_out.interpreted()]) {
      assert.throws(() => codec.encode(view, 0, { ...open, backing_id }), ProtocolError)
    }
  }
  const out = fuse_init_out.decode(view, 0, 64)
  for (const codec of [fuse_init_out, fuse_init_out.interpreted()]) {
    assert.throws(() => codec.encode(view, 0, { ...out, max_pages: 65_536 }), ProtocolError)
    assert.throws(() => codec.encode(view, 0, { ...out, max_pages: 1n as unknown as number }), ProtocolError)
  }
})

test('a short form that ends inside an array holds the items that fit, in both codecs', () => {
  const unused = Array.from({ length: 11 }, (_, i) => i + 1)
  const value = { major: 7, minor: 45, max_readahead: 0, flags: 0, flags2: 0, unused }
  const written = [fuse_init_in.variant({ size: 24 }), fuse_init_in.interpreted({ size: 24 })].map((codec) => {
    const view = new DataView(new ArrayBuffer(64))
    codec.encode(view, 0, value)
    assert.deepEqual(codec.decode(view, 0, 24).unused, [1, ...Array<number>(10).fill(0)])
    return Buffer.from(view.buffer).toString('hex')
  })
  assert.equal(written[0], written[1])
  assert.equal(written[0]!.slice(40), `01000000${'00'.repeat(40)}`)
})

test('a head alone cannot be followed by data and carry extensions too', () => {
  const header = { unique: 2 as Unique, nodeid: 1 as NodeId, uid: 0, gid: 0, pid: 0 }
  const fuse_write_in = { fh: 0, offset: 0, size: 1, write_flags: 0, lock_owner: 0, flags: 0 }
  const request = { op: 'WRITE', header, fuse_write_in, data: new Uint8Array(1), extensions: new Uint8Array(8) }
  const encode = () => new MessageCodec().encodeRequest(messageBuffer(256), 0, request as never, true)
  assert.throws(encode, (error) => error instanceof ProtocolError && error.field === 'extensions')
})

function failureOf(run: () => void): object {
  try {
    run()
  } catch (error) {
    if (error instanceof ProtocolError) return { subject: error.subject, field: error.field, offset: error.offset }
    throw error
  }
  return {}
}
