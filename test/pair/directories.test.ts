import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { NodeId } from '#src/base/ids.js'
import { pair, settled, type Pair } from '../helpers/pair.js'

/* Listings: READDIR, READDIRPLUS, and the cache. */

const BASIC = { mask: 0x7ff }
const cached = { keepCache: true, cacheDir: true }

function many(p: Pair, count: number, directory = '/d') {
  for (let i = 0; i < count; i += 1) p.server.add(`${directory}/name-${i}`, `${i}`)
}

const list = async (p: Pair) => {
  await p.fs.readdir('/d')
  await settled()
  return p.log().filter((line) => line.startsWith('READDIR'))
}

test('a listing ends with an empty answer, and goes on at the last cookie', async () => {
  const p = pair()
  many(p, 3)
  assert.deepEqual(await list(p), ['READDIR 0', 'READDIR 5'])
  many(p, 1000)
  assert.equal((await p.fs.readdir('/d')).length, 1000)
})

test('entries have their types, and a directory handle can be iterated', async () => {
  const p = pair()
  p.server.add('/d/f', '')
  p.server.add('/d/sub', null)
  p.server.add('/d/l', { to: 'f' })
  const kinds: string[] = []
  for await (const entry of await p.fs.opendir('/d')) {
    kinds.push(`${entry.name} ${entry.isFile()} ${entry.isDirectory()} ${entry.isSymbolicLink()}`)
  }
  assert.deepEqual(kinds, ['f true false false', 'sub false true false', 'l false false true'])
  await settled()
  assert.equal(p.log().at(-1), 'RELEASEDIR')
  const typed = await p.fs.readdir('/d', { withFileTypes: true })
  assert.deepEqual(
    typed.map(({ name, parentPath }) => `${parentPath}/${name}`),
    ['/d/f', '/d/sub', '/d/l'],
  )
})

test('READDIRPLUS fills the caches; each entry counts as a lookup, "." and ".." do not', async () => {
  const p = pair({ init: { readdirplus: true, readdirplusAuto: false } })
  many(p, 3)
  assert.deepEqual(await list(p), ['READDIRPLUS 0', 'READDIRPLUS 5'])
  assert.deepEqual([...p.server.lookups.values()], [1, 1, 1, 1])
  await p.fs.stat('/d/name-1', BASIC)
  assert.deepEqual(p.log(), [])
  assert.deepEqual(await list(p), ['READDIRPLUS 0', 'READDIRPLUS 5'])
  assert.deepEqual([...p.server.lookups.values()], [1, 2, 2, 2])
})

test('READDIRPLUS_AUTO: at the start, and after an entry was looked up', async () => {
  const p = pair({ init: { readdirplus: true, readdirplusAuto: true } })
  many(p, 600)
  assert.deepEqual(
    (await list(p)).map((line) => line.split(' ')[0]),
    ['READDIRPLUS', 'READDIR', 'READDIR'],
  )
  const directory = await p.fs.opendir('/d')
  for (let entry = await directory.read(); entry !== null; entry = await directory.read()) {
    await p.fs.stat(`/d/${entry.name}`, BASIC)
  }
  await directory.close()
  assert.ok(
    p
      .log()
      .filter((line) => line.startsWith('READDIR'))
      .every((line) => line.startsWith('READDIRPLUS')),
  )
})

test('an entry that READDIRPLUS shows as another object replaces the one that was known', async () => {
  const p = pair({ init: { readdirplus: true, readdirplusAuto: false } })
  many(p, 1)
  const old = p.server.find('/d/name-0')!
  await p.fs.stat('/d/name-0', BASIC)
  p.server.find('/d')!.children.delete('name-0')
  const fresh = p.server.add('/d/name-0', 'fresh')
  await p.fs.readdir('/d')
  p.log()
  assert.equal((await p.fs.stat('/d/name-0', BASIC)).ino, fresh.id)
  // The old object was dropped meanwhile: attributes of new ones are not trusted then.
  assert.deepEqual(p.log(), ['GETATTR'])
  await settled()
  assert.equal(p.server.lookups.get(old.id), 0)
})

test('CACHE_DIR keeps the listing until the directory is seen to change', async () => {
  const p = pair()
  p.server.opendirFlags = cached
  many(p, 3)
  assert.deepEqual(await list(p), ['READDIR 0', 'READDIR 5'])
  assert.deepEqual(await list(p), [])
  assert.equal((await p.fs.readdir('/d')).length, 3)
  await p.fs.writeFile('/d/new', '')
  assert.deepEqual(await list(p), ['READDIR 0', 'READDIR 6'])
  assert.deepEqual(await list(p), [])
  await p.fs.unlink('/d/new')
  assert.deepEqual(await list(p), ['READDIR 0', 'READDIR 5'])
})

test('CACHE_DIR without KEEP_CACHE is of no use', async () => {
  const p = pair()
  p.server.opendirFlags = { cacheDir: true }
  many(p, 3)
  await list(p)
  assert.deepEqual(await list(p), ['READDIR 0', 'READDIR 5'])
})

test('INVAL_INODE drops the listing, attributes alone do not', async () => {
  for (const [off, expected] of [
    [0, ['READDIR 0', 'READDIR 5']],
    [-1, []],
  ] as const) {
    const p = pair()
    p.server.opendirFlags = cached
    many(p, 3)
    await list(p)
    const ino = p.server.find('/d')!.id as NodeId
    await p.notify({ notification: 'INVAL_INODE', fuse_notify_inval_inode_out: { ino, off, len: 0 } })
    assert.deepEqual(await list(p), expected)
  }
})

test('a changed mtime counts once somebody has asked; with AUTO_INVAL_DATA that is the listing itself', async () => {
  for (const [autoInvalidateData, expected] of [
    [false, []],
    [true, ['READDIR 0', 'READDIR 6']],
  ] as const) {
    const p = pair({ init: { autoInvalidateData } })
    p.server.opendirFlags = cached
    p.server.attrTimeoutMs = 10
    many(p, 3)
    await list(p)
    const d = p.server.find('/d')!
    p.server.add('/d/another', '')
    d.mtime = 5
    p.clock.advance(11)
    assert.deepEqual(await list(p), expected)
    await p.fs.stat('/d', { ...BASIC, sync: 'force' })
    p.log()
    assert.deepEqual(await list(p), autoInvalidateData ? [] : ['READDIR 0', 'READDIR 6'])
  }
})

test('ENOSYS to OPENDIR: the client opens, and caches, by itself', async () => {
  const p = pair()
  p.server.errors.set('opendir', 'ENOSYS')
  many(p, 2)
  await p.fs.readdir('/d')
  await p.fs.readdir('/d')
  await settled()
  assert.deepEqual(p.log(), ['LOOKUP d', 'OPENDIR', 'READDIR 0', 'READDIR 4'])
})

test('a listing that is too long is not cached, and one without an end is an error', async () => {
  const p = pair({ maxListingBytes: 1000, maxEntries: 100 })
  p.server.opendirFlags = cached
  many(p, 50)
  assert.equal((await list(p)).length, 2)
  assert.equal((await list(p)).length, 2)
  p.server.readdir = (req) => {
    for (let i = 0; req.add(`endless-${i}`, 1, 0o100000, 1); i += 1);
  }
  await assert.rejects(p.fs.readdir('/d'), { code: 'EOVERFLOW', syscall: 'scandir' })
})

test('trees are made and removed', async () => {
  const p = pair()
  assert.equal(await p.fs.mkdir('/a/b/c', { recursive: true }), '/a')
  assert.equal(await p.fs.mkdir('/a/b/c', { recursive: true }), undefined)
  await p.fs.writeFile('/a/b/f', 'x')
  await assert.rejects(p.fs.rmdir('/a'), { code: 'ENOTEMPTY' })
  await assert.rejects(p.fs.rm('/a'), { code: 'ERR_FS_EISDIR' })
  await p.fs.rm('/a', { recursive: true })
  await p.fs.rm('/a', { force: true })
  assert.deepEqual(await p.fs.readdir('/'), [])
})
