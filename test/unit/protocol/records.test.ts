import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as protocol from '#src/protocol/index.js'
import { golden, toGolden } from '../../helpers/golden.js'

/* Directory records and extensions, against what a real kernel took and sent. */

const listings = golden.vectors.filter((v) => v.direction === 'reply' && 'entries' in v.decoded)

for (const vector of listings.filter((v) => v.session !== 'rejects')) {
  test(`${vector.name} is read and written back`, () => {
    const message = protocol.messageBuffer(Buffer.from(vector.hex, 'hex'))
    const end = message.bytes.length
    const again = protocol.messageBuffer(new Uint8Array(end).fill(0xff))
    again.bytes.set(message.bytes.subarray(0, 16))
    if (vector.op === 'READDIR') {
      const entries = protocol.readDirents(message, 16, end)
      assert.deepEqual(
        toGolden(entries.map((e) => ({ ...e, namelen: Buffer.byteLength(e.name) }))),
        vector.decoded['entries'],
      )
      const writer = new protocol.DirentWriter(again, 16, end)
      assert.ok(entries.every((entry) => writer.add(entry)) && !writer.add(entries[0]!))
    } else {
      const entries = protocol.readDirentsPlus(message, 16, end)
      const shown = entries.map(({ entry, ...e }) => ({ entry_out: entry, ...e, namelen: Buffer.byteLength(e.name) }))
      assert.deepEqual(toGolden(shown), vector.decoded['entries'])
      const writer = new protocol.DirentPlusWriter(again, 16, end)
      assert.ok(entries.every((entry) => writer.add(entry)) && !writer.add(entries[0]!))
    }
    assert.equal(Buffer.from(again.bytes).toString('hex'), vector.hex)
  })
}

test('listings that the kernel does not take are refused, and a last record that is cut is ignored', () => {
  const read = (name: string) => {
    const message = protocol.messageBuffer(Buffer.from(golden.vectors.find((v) => v.name === name)!.hex, 'hex'))
    return protocol.readDirentsPlus(message, 16, message.bytes.length)
  }
  assert.throws(() => read('rejects/dirent-slash/READDIRPLUS/reply'), protocol.ProtocolError)
  assert.throws(() => read('rejects/dirent-empty/READDIRPLUS/reply'), protocol.ProtocolError)
  assert.deepEqual(read('rejects/dirent-cut/READDIRPLUS/reply'), [])
})

test('a name that cannot be one is not written', () => {
  const writer = new protocol.DirentWriter(protocol.messageBuffer(8192), 0, 8192)
  for (const name of ['', 'a/b', 'a\0', 'x'.repeat(4096), '\ud800']) {
    assert.throws(() => writer.add({ ino: 1, off: 1, type: protocol.DT.REG, name }), protocol.ProtocolError)
  }
  assert.equal(writer.at, 0)
})

for (const vector of golden.vectors.filter((v) => 'extensions' in v.decoded)) {
  test(`the extensions of ${vector.name} are read and written back`, () => {
    const message = protocol.messageBuffer(Buffer.from(vector.hex, 'hex'))
    const area = new protocol.MessageCodec().decodeRequest(message, 0, message.bytes.length).extensions!
    const extensions = protocol.readExtensions(area)
    assert.deepEqual(
      extensions.map((e) => e.kind),
      (vector.decoded['extensions'] as { kind: string }[]).map((e) => e.kind),
    )
    assert.deepEqual(Buffer.from(protocol.writeExtensions(extensions)), Buffer.from(area))
  })
}

test('extensions of every kind survive the round trip, and any cut is refused', () => {
  const extensions: protocol.Extension[] = [
    { kind: 'secctx', contexts: [{ name: 'security.selinux', context: Uint8Array.of(1, 2, 3) }] },
    { kind: 'suppGroups', groups: [7, 0xffff_ffff, 9] },
    { kind: 'unknown', type: 99, data: new Uint8Array(8) },
  ]
  const area = protocol.writeExtensions(extensions)
  assert.deepEqual(protocol.readExtensions(area), extensions)
  const boundaries = new Set([0, 40, 64])
  for (let end = 1; end < area.length; end += 1) {
    if (!boundaries.has(end))
      assert.throws(() => protocol.readExtensions(area.subarray(0, end)), protocol.ProtocolError, String(end))
  }
})

test('iovecs and xattr names', () => {
  const iovecs = [{ base: 4096, len: 4 }]
  assert.deepEqual(protocol.readIoctlIovecs(protocol.writeIoctlIovecs(iovecs)), iovecs)
  assert.throws(() => protocol.readIoctlIovecs(new Uint8Array(17)), protocol.ProtocolError)
  const names = ['user.a', 'user.\udcff']
  assert.deepEqual(protocol.readXattrNames(protocol.writeXattrNames(names)), names)
  assert.throws(() => protocol.readXattrNames(Uint8Array.of(0x61)), protocol.ProtocolError)
})
