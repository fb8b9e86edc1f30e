import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attrOf, keyOf, nodeTime } from '#src/fs/node/attributes.js'
import { isForWriting, openFlags } from '#src/fs/node/flags.js'
import { Gate } from '#src/fs/node/gate.js'
import { listDirectory, Listing, type FoundEntry } from '#src/fs/node/listing.js'
import { Paths } from '#src/fs/node/paths.js'
import { Tree, TreeNode } from '#src/fs/node/tree.js'
import type { Attr } from '#src/server/results.js'

/* The parts of fromNodeFs, each by itself. */

const file: Attr = { mode: 0o100644 }
const directory: Attr = { mode: 0o40755 }

function made() {
  const known = new Set<TreeNode>()
  const root = new TreeNode(undefined, directory)
  const tree = new Tree(root, (node) => known.has(node))
  const find = (parent: TreeNode, name: string, key: string | undefined, attr: Attr) => {
    const node = tree.found(parent, name, key, attr)
    known.add(node)
    return node
  }
  const forget = (node: TreeNode) => {
    known.delete(node)
    tree.prune(node)
  }
  return { root, tree, find, forget }
}

test('renaming a directory moves what is below, known or not', () => {
  const { root, tree, find, forget } = made()
  const a = find(root, 'a', '0:1', directory)
  const b = find(a, 'b', '0:2', directory)
  const c = find(b, 'c', '0:3', file)
  // The kernel forgets directories first, now and then.
  forget(b)
  tree.move(root, 'a', root, 'x')
  assert.deepEqual(tree.names(c), ['x', 'b', 'c'])
  const y = find(root, 'y', '0:4', directory)
  tree.move(a, 'b', y, 'z')
  assert.deepEqual(tree.names(c), ['y', 'z', 'c'])
  for (const node of [c, a, y]) forget(node)
  assert.equal(tree.size, 1)
})

test('names of one file are one node; the last name that goes leaves it without a path', () => {
  const { root, tree, find, forget } = made()
  const linked = { ...file, nlink: 2 }
  const one = find(root, 'one', '0:1', linked)
  assert.equal(find(root, 'two', '0:1', linked), one)
  tree.remove(root, 'one')
  assert.deepEqual([tree.names(one), one.last.nlink], [['two'], 1])
  tree.remove(root, 'two')
  assert.throws(() => tree.names(one), { code: 'ENOENT' })
  assert.equal(one.last.nlink, 0)
  // Its number is used again for something else.
  assert.notEqual(find(root, 'three', '0:1', linked), one)
  forget(one)
})

test('another object at a name is another node, and so is one of another type', () => {
  const { root, tree, find } = made()
  const first = find(root, 'a', '0:1', file)
  assert.equal(find(root, 'a', '0:1', { ...file, size: 9 }), first)
  assert.equal(first.last.size, 9)
  const second = find(root, 'a', '0:2', file)
  assert.notEqual(second, first)
  assert.throws(() => tree.names(first), { code: 'ENOENT' })
  assert.notEqual(find(root, 'a', '0:2', directory), second)
  // Without numbers the name is all there is to tell them by.
  const named = find(root, 'b', undefined, { ...file, nlink: 5 })
  assert.equal(find(root, 'b', undefined, file), named)
  assert.notEqual(find(root, 'c', undefined, { ...file, nlink: 5 }), named)
})

test('a name that replaces another', () => {
  const { root, tree, find } = made()
  const [a, b] = [find(root, 'a', '0:1', file), find(root, 'b', '0:2', file)]
  tree.move(root, 'a', root, 'b')
  assert.deepEqual([tree.names(a), root.children.size], [['b'], 1])
  assert.throws(() => tree.names(b), { code: 'ENOENT' })
  // What nobody knows may be moved as well.
  tree.move(root, 'unknown', root, 'b')
  assert.throws(() => tree.names(a), { code: 'ENOENT' })
})

test('a listing keeps its cookies while names come and go', () => {
  const listing = new Listing()
  assert.ok(listing.isStale(0) && listing.isStale(5))
  listing.update(['a', 'b', 'c'])
  assert.ok(listing.isStale(0) && !listing.isStale(5))
  const [a, b, c] = listing.behind(2, 9)
  listing.update(['new', 'c', 'a'])
  assert.deepEqual(listing.behind(2, 9).slice(0, 2), [a, c])
  assert.deepEqual(
    listing.behind(b!.cookie, 9).map(({ name }) => name),
    ['c', 'new'],
  )
  assert.deepEqual(listing.behind(a!.cookie, 1), [c])
  // A name that comes again is a new one.
  listing.update(['b', 'a'])
  assert.ok(listing.behind(2, 9).find(({ name }) => name === 'b')!.cookie > b!.cookie)
})

test('a listing goes on behind names that have vanished, and looks at no more than there is room for', async () => {
  const names = Array.from({ length: 300 }, (_, i) => `name${i}`)
  const looked: string[] = []
  const added: string[] = []
  const source = {
    names: async () => names,
    itself: async () => directory,
    above: directory,
    entry: async (name: string): Promise<FoundEntry | undefined> => {
      looked.push(name)
      return Number(name.slice(4)) < 200 ? undefined : { attr: file, key: undefined }
    },
  }
  const listing = new Listing()
  const record = 160
  await listDirectory(
    listing,
    source,
    { offset: 0, size: 12 * record, headSize: 152 },
    (name) => added.push(name) <= 12,
  )
  assert.deepEqual(added.slice(0, 3), ['.', '..', 'name200'])
  assert.ok(looked.length <= 200 + 12, `${looked.length} were looked at`)
})

test('paths stay below their root', () => {
  const paths = new Paths('/top/', false)
  assert.deepEqual([paths.path([]), paths.path(['a', 'b'])], ['/top', '/top/a/b'])
  assert.equal(new Paths('/', false).path([]), '/')
  for (const name of ['', '.', '..', 'a/b', '/', 'a\0b'])
    assert.throws(() => paths.checkName(name), { code: 'EINVAL' }, name)
  for (const name of ['...', '..a', 'a'.repeat(255), 'ä'.repeat(127)]) paths.checkName(name)
  for (const name of ['a'.repeat(256), 'ä'.repeat(128), '語'.repeat(86)]) {
    assert.throws(() => paths.checkName(name), { code: 'ENAMETOOLONG' })
  }
})

test('bytes that are no text are Buffers where they may be, and EILSEQ where not', () => {
  const bytes = new Paths('/r', true)
  assert.deepEqual(bytes.path(['a\udcff']), Buffer.from('/r/a\xff', 'latin1'))
  assert.equal(bytes.path(['ä']), '/r/ä')
  assert.equal(bytes.name(Buffer.from([0xff])), '\udcff')
  const text = new Paths('/r', false)
  assert.throws(() => text.path(['a\udcff']), { code: 'EILSEQ' })
  assert.throws(() => bytes.path(['\ud800']), { code: 'EILSEQ' })
  assert.deepEqual(text.listed(['.', '..', 'a', '\ud800', 'ä', '']), ['a', 'ä'])
})

test('attributes, times before 1970 among them, with bigints or without', () => {
  const stats = { mode: 0o100644, size: 5, nlink: 1, uid: 2, gid: 3, ino: 7n, dev: 1n }
  const exact = attrOf({
    ...stats,
    atimeMs: 0n,
    mtimeMs: 0n,
    ctimeMs: 0n,
    atimeNs: -1n,
    mtimeNs: 1_500_000_000n,
    ctimeNs: -1_500_000_000n,
  })
  assert.deepEqual([exact.atime, exact.atimensec, exact.mtime, exact.mtimensec], [-1, 999_999_999, 1, 500_000_000])
  assert.deepEqual([exact.ctime, exact.ctimensec, exact.ino, exact.size], [-2, 500_000_000, 7n, 5])
  const coarse = attrOf({ ...stats, ino: 0, atimeMs: -0.5, mtimeMs: 1500.25, ctimeMs: 0 })
  assert.deepEqual([coarse.atime, coarse.atimensec, coarse.mtime, coarse.mtimensec], [-1, 999_500_000, 1, 500_250_000])
  assert.equal('ino' in coarse, false)
  const times = { atimeMs: 0, mtimeMs: 0, ctimeMs: 0 }
  assert.deepEqual([keyOf({ ...stats, ...times }), keyOf({ ...stats, ...times, ino: 0n })], ['1:7', undefined])
})

test('times for Node: seconds, or a Date before 1970', () => {
  assert.equal(nodeTime('now', 1500), 1.5)
  assert.equal(nodeTime({ sec: 2, nsec: 250_000_000 }, 0), 2.25)
  assert.deepEqual(nodeTime({ sec: -2, nsec: 500_000_000 }, 0), new Date(-1500))
})

test('flags of open, by the numbers of the fs', () => {
  const constants = { O_CREAT: 0x200, O_EXCL: 0x800, O_APPEND: 8, O_NOFOLLOW: 0x100 }
  // O_RDWR | O_CREAT | O_EXCL | O_APPEND | O_DIRECT
  assert.equal(openFlags(0o2 | 0o100 | 0o200 | 0o2000 | 0o40000, constants), 2 | 0x200 | 0x800 | 8 | 0x100)
  assert.equal(openFlags(0o1 | 0o1000, {}), 0o1001)
  assert.deepEqual([0, 1, 2, 0o1000].map(isForWriting), [false, true, true, true])
})

test('the gate: many at a time, or one alone, in order', async () => {
  const gate = new Gate()
  const log: string[] = []
  const ends = new Map<string, () => void>()
  const work = (name: string) => async () => {
    log.push(name)
    await new Promise<void>((end) => ends.set(name, end))
    return name
  }
  const turn = async () => new Promise(setImmediate)
  const all = [
    gate.share(work('a')),
    gate.share(work('b')),
    gate.alone(work('C')),
    gate.share(work('d')),
    gate.share(work('e')),
    gate.alone(work('F')),
  ]
  for (const [end, expected] of [
    [undefined, 'ab'],
    ['a', 'ab'],
    ['b', 'abC'],
    ['C', 'abCde'],
    ['e', 'abCde'],
    ['d', 'abCdeF'],
  ] as const) {
    ends.get(end ?? '')?.()
    await turn()
    assert.equal(log.join(''), expected)
  }
  ends.get('F')!()
  assert.deepEqual(await Promise.all(all), ['a', 'b', 'C', 'd', 'e', 'F'])
  // One that fails lets the others in.
  await assert.rejects(
    gate.alone(async () => Promise.reject(new Error('failed'))),
    /failed/,
  )
  assert.equal(await gate.alone(async () => 'next'), 'next')
})
