import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { NodeId } from '#src/base/ids.js'
import { pair, settled } from '../helpers/pair.js'

/* When attributes are asked for, and what becomes of those that come. */

const BASIC = { mask: 0x7ff }

test('attributes are asked for again when they expire, and not before', async () => {
  const p = pair()
  p.server.attrTimeoutMs = 1000
  p.server.add('/f', 'abc')
  await p.fs.stat('/f', BASIC)
  p.log()
  p.clock.advance(999)
  await p.fs.stat('/f', BASIC)
  assert.deepEqual(p.log(), [])
  p.clock.advance(2)
  await p.fs.stat('/f', BASIC)
  assert.deepEqual(p.log(), ['GETATTR'])
})

test('a zero time-out is expired at once', async () => {
  const p = pair()
  p.server.attrTimeoutMs = 0
  p.server.add('/f', 'abc')
  await p.fs.stat('/f', BASIC)
  await p.fs.stat('/f', BASIC)
  assert.deepEqual(p.log(), ['LOOKUP f', 'GETATTR', 'GETATTR'])
})

test('statx asks for the time of birth, until ENOSYS', async () => {
  const p = pair()
  p.server.add('/f', 'abc')
  assert.equal((await p.fs.stat('/f')).birthtimeMs, 7000)
  await p.fs.stat('/f')
  assert.deepEqual(p.log(), ['LOOKUP f', 'STATX'])
  const q = pair()
  q.server.errors.set('statx', 'ENOSYS')
  q.server.add('/f', 'abc')
  await q.fs.stat('/f')
  await q.fs.stat('/f')
  assert.deepEqual(q.log(), ['LOOKUP f', 'STATX'])
})

test('force asks in any case, never asks in none', async () => {
  const p = pair()
  const f = p.server.add('/f', 'abc')
  await p.fs.stat('/f', BASIC)
  f.data = Buffer.from('longer')
  await p.notify({ notification: 'INVAL_INODE', fuse_notify_inval_inode_out: { ino: f.id as NodeId, off: -1, len: 0 } })
  p.log()
  assert.equal((await p.fs.stat('/f', { ...BASIC, sync: 'never' })).size, 3)
  assert.deepEqual(p.log(), [])
  assert.equal((await p.fs.stat('/f', { ...BASIC, sync: 'force' })).size, 6)
  assert.equal((await p.fs.stat('/f', { ...BASIC, sync: 'force' })).size, 6)
  assert.deepEqual(p.log(), ['GETATTR', 'GETATTR'])
})

test('reading makes the access time stale: only who wants it asks', async () => {
  const p = pair()
  p.server.add('/f', 'abc')
  await p.fs.readFile('/f')
  p.log()
  await p.fs.stat('/f', { mask: 0x7ff & ~0x20 })
  assert.deepEqual(p.log(), [])
  await p.fs.stat('/f', BASIC)
  assert.deepEqual(p.log(), ['GETATTR'])
})

test('a reply that a notification overtakes is shown, not cached', async () => {
  const p = pair()
  const f = p.server.add('/f', 'abc')
  await p.fs.stat('/f', BASIC)
  const hold = p.hold('GETATTR')
  const asking = p.fs.stat('/f', { ...BASIC, sync: 'force' })
  await hold.request
  f.data = Buffer.from('changed since')
  await p.notify({ notification: 'INVAL_INODE', fuse_notify_inval_inode_out: { ino: f.id as NodeId, off: -1, len: 0 } })
  hold.release()
  assert.equal((await asking).size, 3)
  p.log()
  assert.equal((await p.fs.stat('/f', BASIC)).size, 13)
  assert.deepEqual(p.log(), ['GETATTR'])
})

test('and without the notification it is cached', async () => {
  const p = pair()
  const f = p.server.add('/f', 'abc')
  await p.fs.stat('/f', BASIC)
  const hold = p.hold('GETATTR')
  const asking = p.fs.stat('/f', { ...BASIC, sync: 'force' })
  await hold.request
  f.data = Buffer.from('changed since')
  hold.release()
  await asking
  p.log()
  assert.equal((await p.fs.stat('/f', BASIC)).size, 3)
  assert.deepEqual(p.log(), [])
})

test('a reply of another type makes the object bad for good', async () => {
  const p = pair()
  const f = p.server.add('/f', 'abc')
  const file = await p.fs.open('/f')
  f.mode = 0o040755
  await assert.rejects(p.fs.stat('/f', { ...BASIC, sync: 'force' }), { code: 'EIO' })
  await assert.rejects(file.stat(), { code: 'EIO' })
  await assert.rejects(file.read(new Uint8Array(1)), { code: 'EIO' })
  await assert.rejects(file.close(), { code: 'EIO' })
  await settled()
  assert.equal(p.log().at(-1), 'RELEASE')
})

test('a node id that comes back with another generation is another object', async () => {
  const p = pair()
  p.server.entryTimeoutMs = 0
  const f = p.server.add('/f', 'abc')
  const file = await p.fs.open('/f')
  f.generation = 1
  p.log()
  assert.equal((await p.fs.stat('/f', BASIC)).size, 3)
  assert.deepEqual(p.log(), ['LOOKUP f', 'LOOKUP f'])
  await assert.rejects(file.read(new Uint8Array(1)), { code: 'EIO' })
})

for (const [title, init, grown, sameSize] of [
  ['by default a changed size drops all pages, a changed mtime none', {}, 'fresh', 'old'],
  ['AUTO_INVAL_DATA drops them for a changed mtime too', { autoInvalidateData: true }, 'fresh', 'fresh'],
  ['EXPLICIT_INVAL_DATA keeps what is within the new size', { explicitInvalidateData: true }, 'old', 'old'],
] as const) {
  test(title, async () => {
    for (const [data, expected] of [
      ['XXXXXX', grown],
      ['XXX', sameSize],
    ] as const) {
      const p = pair({ init })
      p.server.openFlags = { keepCache: true }
      const f = p.server.add('/f', 'abc')
      await p.fs.readFile('/f')
      f.data = Buffer.from(data)
      f.mtime = 99
      await p.fs.stat('/f', { ...BASIC, sync: 'force' })
      p.log()
      const text = await p.fs.readFile('/f', 'utf8')
      assert.equal(text.slice(0, 3), expected === 'fresh' ? 'XXX' : 'abc', data)
    }
  })
}
