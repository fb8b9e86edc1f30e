import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { NodeId } from '#src/base/ids.js'
import { isPending, pair, settled } from '../helpers/pair.js'

/* WRITEBACK_CACHE: the client owns size and times, and sends what was written later. */

const init = { writebackCache: true }

test('a write returns at once; closing sends data, times and FLUSH, in this order', async () => {
  const p = pair({ init })
  p.server.add('/f', '')
  const file = await p.fs.open('/f', 'r+')
  p.log()
  await file.write('hello')
  assert.deepEqual(p.log(), ['GETXATTR security.capability'])
  assert.equal((await file.stat()).size, 5)
  p.log()
  await file.close()
  await settled()
  assert.deepEqual(p.log(), ['WRITE 0+5 cache', 'SETATTR 0x460', 'FLUSH', 'RELEASE'])
})

test('fsync: data, times, FSYNC', async () => {
  const p = pair({ init })
  p.server.add('/f', '')
  const file = await p.fs.open('/f', 'r+')
  await file.write('hello')
  p.log()
  await file.sync()
  assert.deepEqual(p.log(), ['WRITE 0+5 cache', 'SETATTR 0x460', 'FSYNC'])
  await file.sync()
  assert.deepEqual(p.log(), ['FSYNC'])
})

test('what is written goes out by itself after a while', async () => {
  const p = pair({ init, writebackMs: 5000 })
  p.server.add('/f', '')
  const file = await p.fs.open('/f', 'r+')
  await file.write('hello')
  p.log()
  p.clock.advance(4999)
  await settled()
  assert.deepEqual(p.log(), [])
  p.clock.advance(1)
  await settled()
  assert.deepEqual(p.log(), ['WRITE 0+5 cache'])
})

test('neighbours go in one WRITE, cut at the size', async () => {
  const p = pair({ init })
  p.server.add('/f', '')
  const file = await p.fs.open('/f', 'r+')
  await file.write(new Uint8Array(10_000), 0, 10_000, 0)
  await file.write(new Uint8Array(100), 0, 100, 40_960)
  p.log()
  await file.sync()
  assert.deepEqual(p.log().slice(0, 2), ['WRITE 0+12288 cache', 'WRITE 40960+100 cache'])
})

test('a partial write to a page that is not there reads it first', async () => {
  const p = pair({ init })
  p.server.openFlags = { keepCache: true }
  p.server.add('/f', 'abcdefgh')
  const file = await p.fs.open('/f', 'r+')
  p.log()
  await file.write('XY', 2)
  assert.deepEqual(p.log(), ['GETXATTR security.capability', 'READ 0+4096'])
  await file.close()
  assert.equal(Buffer.from(p.server.find('/f')!.data).toString(), 'abXYefgh')
})

test('the server’s size and times do not count; those of an object that is looked up afresh do', async () => {
  const p = pair({ init })
  const f = p.server.add('/f', 'abc')
  await p.fs.stat('/f')
  f.data = Buffer.from('changed')
  assert.equal((await p.fs.stat('/f', { sync: 'force' })).size, 3)
  const parent = 1 as NodeId
  const out = { parent, namelen: 1, flags: 0 }
  await p.notify({ notification: 'INVAL_ENTRY', fuse_notify_inval_entry_out: out, name: 'f' })
  assert.equal((await p.fs.stat('/f')).size, 7)
})

test('an error of a late WRITE is told once', async () => {
  const p = pair({ init })
  p.server.add('/f', '')
  const file = await p.fs.open('/f', 'r+')
  await file.write('hello')
  p.server.errors.set('write', 'ENOSPC')
  await assert.rejects(file.sync(), { code: 'ENOSPC', syscall: 'fsync' })
  await file.sync()
  await file.write('again')
  await assert.rejects(file.close(), { code: 'ENOSPC', syscall: 'close' })
})

test('chmod waits for what is dirty; a truncate holds WRITEs up and crops them', async () => {
  const p = pair({ init })
  p.server.add('/f', '')
  const file = await p.fs.open('/f', 'r+')
  await file.write(new Uint8Array(8192))
  p.log()
  await file.chmod(0o600)
  assert.deepEqual(p.log(), ['WRITE 0+8192 cache', 'SETATTR 0x460', 'SETATTR 0x401'])
  await file.write(new Uint8Array(8192).fill(1), 0, 8192, 0)
  p.log()
  const hold = p.hold('SETATTR')
  const truncating = file.truncate(100)
  await hold.request
  const ino = p.server.find('/f')!.id as NodeId
  const range = { ino, off: 0, len: 0 }
  const invalidating = p.notify({ notification: 'INVAL_INODE', fuse_notify_inval_inode_out: range })
  assert.equal(await isPending(invalidating), true)
  assert.equal(
    p.log().some((line) => line.startsWith('WRITE')),
    false,
  )
  hold.release()
  await truncating
  assert.equal(await invalidating, 0)
  assert.deepEqual(p.server.find('/f')!.data, new Uint8Array(100).fill(1))
})

test('NOFLUSH does not count', async () => {
  const p = pair({ init })
  p.server.openFlags = { noflush: true }
  p.server.add('/f', '')
  const file = await p.fs.open('/f', 'r+')
  await file.write('x')
  p.log()
  await file.close()
  assert.deepEqual(p.log().slice(0, 3), ['WRITE 0+1 cache', 'SETATTR 0x460', 'FLUSH'])
})
