import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Generation, NodeId } from '#src/base/ids.js'
import { Dentries } from '#src/client/cache/dentries.js'
import { Inodes } from '#src/client/cache/inodes.js'
import { PageBudget } from '#src/client/cache/page-budget.js'
import { Dentry, type CachedAttr } from '#src/client/objects.js'

function make(limit = 1000) {
  const forgotten: string[] = []
  const inodes = new Inodes(new PageBudget(16), (nodeid, nlookup) => forgotten.push(`${nodeid}x${nlookup}`))
  const dentries = new Dentries(inodes, limit)
  const inode = (id: number, generation = 0, mode = 0o100644) => {
    const found = inodes.obtain(id as NodeId, generation as Generation, { mode, nlink: 1 } as CachedAttr, false)
    found.nlookup += 1
    return found
  }
  const root = new Dentry(undefined, '', inode(1, 0, 0o040755))
  root.isHashed = true
  root.refs = 1
  const add = (parent: Dentry, name: string, id?: number, mode?: number) => {
    const made = dentries.add(parent, name, id === undefined ? undefined : inode(id, 0, mode))
    dentries.release(made)
    return made
  }
  return { dentries, inodes, inode, root, add, forgotten }
}

const DIRECTORY = 0o040755

test('an unused name stays; dropping it forgets the object with all its lookups', () => {
  const { dentries, inode, root, add, forgotten } = make()
  const f = add(root, 'f', 2)
  inode(2)
  assert.equal(dentries.find(root, 'f'), f)
  assert.deepEqual(forgotten, [])
  dentries.invalidate(f)
  assert.equal(dentries.find(root, 'f'), undefined)
  assert.deepEqual(forgotten, ['2x2'])
})

test('what is in use goes on, unfound, and is forgotten after its last user', () => {
  const { dentries, root, add, forgotten } = make()
  const d = add(root, 'd', 2, DIRECTORY)
  const f = add(d, 'f', 3)
  add(d, 'g', 4)
  dentries.hold(f)
  dentries.invalidate(d)
  assert.deepEqual(forgotten, ['4x1'])
  assert.equal(dentries.find(d, 'f'), f)
  assert.equal(d.isHashed, false)
  dentries.release(f)
  assert.deepEqual(forgotten, ['4x1'])
  dentries.prune(d)
  assert.deepEqual(forgotten, ['4x1', '3x1', '2x1'])
})

test('a very deep tree is dropped without recursion', () => {
  const { dentries, root, add, forgotten } = make(100_000)
  let at = root
  for (let i = 2; i < 20_002; i += 1) at = add(at, 'd', i, DIRECTORY)
  dentries.invalidate(dentries.find(root, 'd')!)
  assert.equal(forgotten.length, 20_000)
})

test('pruning goes upwards as far as nobody uses what is left', () => {
  const { dentries, root, add, forgotten } = make()
  const d = add(root, 'd', 2, DIRECTORY)
  const e = add(d, 'e', 3, DIRECTORY)
  const f = add(e, 'f', 4)
  add(d, 'other', 5)
  dentries.pruneUpwards(f)
  assert.deepEqual(forgotten, ['4x1', '3x1'])
  assert.equal(dentries.find(root, 'd'), d)
})

test('an object with several names is kept by each', () => {
  const { dentries, root, add, forgotten } = make()
  const [a, b] = [add(root, 'a', 2), add(root, 'b', 2)]
  dentries.invalidate(a)
  assert.deepEqual(forgotten, [])
  dentries.invalidate(b)
  assert.deepEqual(forgotten, ['2x2'])
})

test('a removed name is negative, unless others use it', () => {
  const { dentries, root, add, forgotten } = make()
  const f = dentries.hold(add(root, 'f', 2))
  dentries.delete(f)
  assert.equal(dentries.find(root, 'f')!.inode, undefined)
  assert.deepEqual(forgotten, ['2x1'])
  const g = dentries.hold(dentries.hold(add(root, 'g', 3)))
  dentries.delete(g)
  assert.equal(dentries.find(root, 'g'), undefined)
  assert.equal(g.inode!.nodeid, 3)
})

test('moving and exchanging names', () => {
  const { dentries, root, add, forgotten } = make()
  const d = add(root, 'd', 2, DIRECTORY)
  const [a, b] = [add(root, 'a', 3), add(d, 'b', 4)]
  dentries.exchange(a, b)
  assert.deepEqual([dentries.find(root, 'a'), dentries.find(d, 'b')], [b, a])
  dentries.exchange(a, b)
  dentries.move(a, d, 'b')
  assert.deepEqual([dentries.find(root, 'a'), dentries.find(d, 'b')], [undefined, a])
  assert.deepEqual(forgotten, ['4x1'])
  dentries.invalidate(a)
  dentries.invalidate(d)
  assert.deepEqual(forgotten, ['4x1', '3x1', '2x1'])
})

test('a node id that comes with another generation or type is another object; the old one is bad', () => {
  const { inodes, inode } = make()
  const old = inode(7)
  old.refs += 1
  const fresh = inode(7, 1)
  assert.deepEqual([old === fresh, old.isBad, inodes.get(7 as NodeId) === fresh], [false, true, true])
  old.refs -= 1
  inodes.settle(old)
  assert.equal(inodes.get(7 as NodeId), fresh)
})

test('too many unused names: the least recently used go', () => {
  const { dentries, root, add, forgotten } = make(3)
  for (let i = 2; i < 5; i += 1) add(root, `f${i}`, i)
  const kept = dentries.find(root, 'f2')!
  dentries.release(dentries.hold(kept))
  add(root, 'f5', 5)
  assert.deepEqual(forgotten, ['3x1'])
  assert.equal(dentries.find(root, 'f2'), kept)
})
