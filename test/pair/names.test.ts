import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { NodeId } from '#src/base/ids.js'
import { isPending, pair, settled } from '../helpers/pair.js'

/* Dentries: when a name is looked up, what counts as a lookup, what FORGET takes back. */

const BASIC = { mask: 0x7ff }

test('a name is looked up again when it has expired; the object stays', async () => {
  const p = pair()
  p.server.entryTimeoutMs = 100
  const f = p.server.add('/f', 'abc')
  await p.fs.stat('/f', BASIC)
  await p.fs.stat('/f', BASIC)
  assert.deepEqual(p.log(), ['LOOKUP f'])
  p.clock.advance(101)
  await p.fs.stat('/f', BASIC)
  assert.deepEqual(p.log(), ['LOOKUP f'])
  assert.equal(p.server.lookups.get(f.id), 2)
})

test('a name that is gone, or another object now, costs two LOOKUPs', async () => {
  const p = pair()
  p.server.entryTimeoutMs = 0
  const f = p.server.add('/f', 'abc')
  await p.fs.stat('/f', BASIC)
  p.server.root.children.delete('f')
  p.log()
  await assert.rejects(p.fs.stat('/f', BASIC), { code: 'ENOENT' })
  assert.deepEqual(p.log(), ['LOOKUP f', 'LOOKUP f'])
  await settled()
  assert.equal(p.server.lookups.get(f.id), 0)
  p.server.add('/g', 'x')
  await p.fs.stat('/g', BASIC)
  p.server.root.children.delete('g')
  const other = p.server.add('/g', 'y')
  p.log()
  assert.equal((await p.fs.stat('/g', BASIC)).ino, other.id)
  assert.deepEqual(p.log(), ['LOOKUP g', 'LOOKUP g'])
  await settled()
  // One of the two was a revalidation, and was taken back.
  assert.equal(p.server.lookups.get(other.id), 1)
})

test('ENOENT is not cached, node 0 is, for as long as it says', async () => {
  const p = pair()
  await assert.rejects(p.fs.stat('/no'), { code: 'ENOENT' })
  await assert.rejects(p.fs.stat('/no'), { code: 'ENOENT' })
  assert.deepEqual(p.log(), ['LOOKUP no', 'LOOKUP no'])
  p.server.negativeTimeoutMs = 50
  await assert.rejects(p.fs.stat('/never'), { code: 'ENOENT' })
  await assert.rejects(p.fs.stat('/never'), { code: 'ENOENT' })
  assert.deepEqual(p.log(), ['LOOKUP never'])
  p.clock.advance(51)
  await assert.rejects(p.fs.stat('/never'), { code: 'ENOENT' })
  assert.deepEqual(p.log(), ['LOOKUP never'])
})

test('O_CREAT trusts a negative entry; O_EXCL, mkdir, symlink, link and the target of a rename do not', async () => {
  const p = pair()
  p.server.negativeTimeoutMs = Infinity
  p.server.add('/x', '')
  const negative = async (name: string) => {
    await assert.rejects(p.fs.stat(name), { code: 'ENOENT' })
    p.log()
  }
  await negative('/a')
  await (await p.fs.open('/a', 'w')).close()
  assert.deepEqual(p.log()[0], 'CREATE a')
  await negative('/b')
  await (await p.fs.open('/b', 'wx')).close()
  assert.deepEqual(p.log().slice(0, 2), ['LOOKUP b', 'CREATE b'])
  await negative('/c')
  await p.fs.mkdir('/c')
  assert.deepEqual(p.log(), ['LOOKUP c', 'MKDIR c'])
  await negative('/d')
  await p.fs.symlink('x', '/d')
  assert.deepEqual(p.log(), ['LOOKUP d', 'SYMLINK d'])
  await p.fs.stat('/x', BASIC)
  await negative('/e')
  await p.fs.link('/x', '/e')
  assert.deepEqual(p.log(), ['LOOKUP e', 'LINK e'])
  await negative('/g')
  await p.fs.rename('/x', '/g')
  assert.deepEqual(p.log(), ['LOOKUP g', 'RENAME x g'])
})

test('what exists is asked for again by O_EXCL and mkdir, not by unlink', async () => {
  const p = pair()
  p.server.add('/f', '')
  await p.fs.stat('/f', BASIC)
  p.log()
  await assert.rejects(p.fs.open('/f', 'wx'), { code: 'EEXIST' })
  await assert.rejects(p.fs.mkdir('/f'), { code: 'EEXIST' })
  assert.deepEqual(p.log(), ['LOOKUP f', 'LOOKUP f'])
  await p.fs.unlink('/f')
  assert.deepEqual(p.log(), ['UNLINK f'])
  await assert.rejects(p.fs.stat('/f'), { code: 'ENOENT' })
  assert.deepEqual(p.log(), ['LOOKUP f'])
})

test('one name is looked up once, however many ask at a time', async () => {
  const p = pair()
  p.server.add('/f', '')
  const hold = p.hold('LOOKUP')
  const asking = [1, 2, 3].map(() => p.fs.stat('/f', BASIC))
  await hold.request
  await settled()
  assert.deepEqual(p.log(), ['LOOKUP f'])
  hold.release()
  await Promise.all(asking)
  assert.deepEqual(p.log(), [])
})

test('without PARALLEL_DIROPS first lookups of a directory come one at a time', async () => {
  for (const [parallelDirectoryOps, expected] of [
    [false, ['LOOKUP a']],
    [true, ['LOOKUP a', 'LOOKUP b']],
  ] as const) {
    const p = pair({ init: { parallelDirectoryOps } })
    p.server.add('/a', '')
    p.server.add('/b', '')
    await p.client.ready
    const hold = p.hold('LOOKUP')
    const asking = [p.fs.stat('/a', BASIC), p.fs.stat('/b', BASIC)]
    await hold.request
    await settled()
    assert.deepEqual(p.log(), expected)
    hold.release()
    await Promise.all(asking)
  }
})

test('an unlinked file that is open stays until it is closed', async () => {
  const p = pair()
  const f = p.server.add('/f', 'still here')
  const file = await p.fs.open('/f')
  await p.fs.unlink('/f')
  assert.equal(await file.readFile('utf8'), 'still here')
  assert.equal((await file.stat()).nlink, 0)
  await settled()
  assert.equal(p.server.lookups.get(f.id), 1)
  await file.close()
  await settled()
  assert.equal(p.server.lookups.get(f.id), 0)
})

test('a directory tree that is dropped is forgotten in one message', async () => {
  const p = pair()
  p.server.add('/d/e/f', 'x')
  p.server.add('/d/g', 'x')
  await p.fs.stat('/d/e/f', BASIC)
  await p.fs.stat('/d/g', BASIC)
  p.requests()
  const name = 'd'
  const parent = 1 as NodeId
  const fuse_notify_inval_entry_out = { parent, namelen: 1, flags: 0 }
  assert.equal(await p.notify({ notification: 'INVAL_ENTRY', fuse_notify_inval_entry_out, name }), 0)
  await settled()
  assert.deepEqual(
    p.requests().map(({ op }) => op),
    ['BATCH_FORGET'],
  )
  assert.deepEqual([...p.server.lookups.values()], [0, 0, 0, 0])
})

test('names that nobody uses go when there are too many', async () => {
  const p = pair({ maxDentries: 10 })
  for (let i = 0; i < 50; i += 1) p.server.add(`/f${i}`, '')
  for (let i = 0; i < 50; i += 1) await p.fs.stat(`/f${i}`, BASIC)
  await settled()
  const { dentries } = p.client.inspect()
  assert.ok(dentries.length <= 11, `${dentries.length} names`)
  assert.equal([...p.server.lookups.values()].filter((count) => count > 0).length, dentries.length)
})

test('links are followed up to 40, and not out of the filesystem', async () => {
  const p = pair()
  p.server.add('/d/f', 'found')
  p.server.add('/link', { to: 'd' })
  p.server.add('/absolute', { to: '/d/f' })
  p.server.add('/up', { to: '../../d/f' })
  p.server.add('/circle', { to: 'circle' })
  p.server.add('/dangling', { to: 'nothing' })
  assert.equal(await p.fs.readFile('/link/f', 'utf8'), 'found')
  assert.equal(await p.fs.readFile('/absolute', 'utf8'), 'found')
  assert.equal(await p.fs.readFile('/up', 'utf8'), 'found')
  assert.equal(await p.fs.realpath('/link/../link/f'), '/d/f')
  await assert.rejects(p.fs.stat('/circle'), { code: 'ELOOP' })
  await assert.rejects(p.fs.open('/circle'), { code: 'ELOOP' })
  await assert.rejects(p.fs.stat('/dangling'), { code: 'ENOENT' })
  assert.equal((await p.fs.lstat('/circle')).isSymbolicLink(), true)
  await p.fs.writeFile('/dangling', 'made')
  assert.equal(await p.fs.readFile('/nothing', 'utf8'), 'made')
  await assert.rejects(p.fs.stat('/d/f/'), { code: 'ENOTDIR' })
  await assert.rejects(p.fs.stat('/d/f/x'), { code: 'ENOTDIR' })
})

test('a name that is too long costs no request', async () => {
  const p = pair()
  p.server.add('/f', '')
  await p.fs.stat('/f', BASIC)
  p.log()
  await assert.rejects(p.fs.stat(`/${'x'.repeat(4095)}`), { code: 'ENAMETOOLONG' })
  assert.deepEqual(p.log(), [])
})

test('a change in a directory waits for a first lookup in it, not for a lookup that revalidates', async () => {
  const p = pair()
  p.server.entryTimeoutMs = 0
  p.server.add('/f', '')
  const first = p.hold('LOOKUP')
  const looking = p.fs.stat('/f', BASIC)
  await first.request
  const making = p.fs.mkdir('/d')
  assert.equal(await isPending(making), true)
  first.release()
  await Promise.all([looking, making])
  const again = p.hold('LOOKUP')
  const revalidating = p.fs.stat('/f', BASIC)
  await again.request
  await p.fs.mkdir('/e')
  again.release()
  await revalidating
})
