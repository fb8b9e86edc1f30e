import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ROOT_ID, type NodeId } from '#src/base/ids.js'
import { MemoryFileSystem } from '#src/fs/memory/memory-file-system.js'
import { Caller } from './caller.js'

/* rename without the kernel, which keeps most of the wrong ones from a filesystem. */

const [NOREPLACE, EXCHANGE, WHITEOUT] = [1, 2, 4]

/** Root with directories a (with a/sub) and b, and files a/f, g. */
function tree() {
  const fs = new MemoryFileSystem()
  const caller = new Caller(fs)
  const [a, b] = [caller.mkdir('a'), caller.mkdir('b')]
  const sub = caller.mkdir('sub', 0o755, a)
  const f = caller.create('f', 0o644, a).node
  const g = caller.create('g').node
  const rename = (parent: NodeId, oldname: string, newdir: NodeId, newname: string, flags = 0) =>
    caller.call('RENAME2', parent, { fuse_rename2_in: { newdir, flags }, oldname, newname })
  const nlink = (node: NodeId) => caller.attributes(node).attr.nlink
  const find = (name: string, parent: NodeId) => caller.lookup(name, parent).nodeid
  return { fs, caller, a, b, sub, f, g, rename, nlink, find }
}

test('a directory moves with its link to the parent', () => {
  const { a, b, sub, rename, nlink, find } = tree()
  rename(a, 'sub', b, 'moved')
  assert.deepEqual([nlink(a), nlink(b), nlink(sub)], [2, 3, 2])
  assert.deepEqual([find('sub', a), find('moved', b)], [0, sub])
})

test('a directory cannot come to lie in itself, by rename or by exchange', () => {
  const { a, sub, g, rename } = tree()
  assert.throws(() => rename(ROOT_ID, 'a', a, 'x'), { code: 'EINVAL' })
  assert.throws(() => rename(ROOT_ID, 'a', sub, 'x'), { code: 'EINVAL' })
  assert.throws(() => rename(a, 'sub', ROOT_ID, 'a', EXCHANGE), { code: 'EINVAL' })
  assert.throws(() => rename(ROOT_ID, 'a', a, 'sub', EXCHANGE), { code: 'EINVAL' })
  assert.throws(() => rename(ROOT_ID, 'g', g, 'x'), { code: 'ENOTDIR' })
})

test('what is replaced must be of the kind, and an empty directory', () => {
  const { a, b, sub, rename, nlink } = tree()
  assert.throws(() => rename(ROOT_ID, 'b', ROOT_ID, 'a'), { code: 'ENOTEMPTY' })
  assert.throws(() => rename(ROOT_ID, 'b', ROOT_ID, 'g'), { code: 'ENOTDIR' })
  assert.throws(() => rename(ROOT_ID, 'g', ROOT_ID, 'b'), { code: 'EISDIR' })
  assert.throws(() => rename(ROOT_ID, 'absent', ROOT_ID, 'b'), { code: 'ENOENT' })
  rename(ROOT_ID, 'b', a, 'sub')
  assert.deepEqual([nlink(ROOT_ID), nlink(a), nlink(b), nlink(sub)], [3, 3, 2, 0])
  assert.throws(() => rename(ROOT_ID, 'g', sub, 'x'), { code: 'ENOENT' })
})

test('between two names of one file it does nothing', () => {
  const { caller, g, rename, nlink } = tree()
  caller.call('LINK', ROOT_ID, { fuse_link_in: { oldnodeid: g }, newname: 'h' })
  rename(ROOT_ID, 'g', ROOT_ID, 'h')
  assert.equal(nlink(g), 2)
})

test('a file that is replaced and not known any more gives its space back', () => {
  const { fs, caller, f, rename, a } = tree()
  const { inodes } = fs.usage
  caller.forget(f, 1)
  rename(ROOT_ID, 'g', a, 'f')
  assert.equal(fs.usage.inodes, inodes - 1)
})

test('flags: NOREPLACE, EXCHANGE of a file and a directory, and what does not go together', () => {
  const { a, sub, g, rename, nlink, find } = tree()
  assert.throws(() => rename(ROOT_ID, 'g', a, 'f', NOREPLACE), { code: 'EEXIST' })
  assert.throws(() => rename(ROOT_ID, 'g', a, 'absent', EXCHANGE), { code: 'ENOENT' })
  for (const flags of [NOREPLACE | EXCHANGE, WHITEOUT | EXCHANGE, 8]) {
    assert.throws(() => rename(ROOT_ID, 'g', a, 'f', flags), { code: 'EINVAL' })
  }
  rename(ROOT_ID, 'g', a, 'sub', EXCHANGE)
  assert.deepEqual([find('g', ROOT_ID), find('sub', a)], [sub, g])
  assert.deepEqual([nlink(ROOT_ID), nlink(a)], [5, 2])
})

test('a whiteout stays in the old place, and none is made if the rename fails', () => {
  const { fs, caller, a, g, rename, find } = tree()
  const { inodes } = fs.usage
  assert.throws(() => rename(ROOT_ID, 'g', ROOT_ID, 'b', WHITEOUT), { code: 'EISDIR' })
  assert.equal(fs.usage.inodes, inodes)
  rename(ROOT_ID, 'g', a, 'g', WHITEOUT)
  const { attr } = caller.lookup('g')
  assert.deepEqual([attr.mode & 0o170000, attr.rdev, attr.nlink], [0o020000, 0, 1])
  assert.equal(find('g', a), g)
})
