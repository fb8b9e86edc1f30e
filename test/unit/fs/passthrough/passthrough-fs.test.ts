import assert from 'node:assert/strict'
import { closeSync, fstatSync, linkSync, mkdirSync, openSync } from 'node:fs'
import { readFileSync, renameSync, statSync, unlinkSync, writeFileSync } from 'node:fs'
import { test, type TestContext } from 'node:test'
import { ROOT_ID } from '#src/base/ids.js'
import passthrough from '#src/fs/passthrough/module.js'
import type { PassthroughOptions } from '#src/fs/passthrough/options.js'
import { PassthroughFileSystem } from '#src/fs/passthrough/passthrough-fs.js'
import { privateDirectory } from '../../../helpers/directory.js'
import { Asker } from './asking.js'

const skip = process.platform !== 'linux' && 'needs Linux'
const NOTHING = { nodes: 1, handles: 0, nameBytes: 0 }

function serve(t: TestContext, source = privateDirectory(t), options: PassthroughOptions = {}) {
  const fs = new PassthroughFileSystem(source, options)
  t.after(() => fs.close())
  return { fs, source, ask: new Asker(fs) }
}

test('a source that is not there, or no directory, is told in one line', { skip }, (t) => {
  const source = privateDirectory(t)
  writeFileSync(`${source}/file`, '')
  const wrong = (path: string, code: string) =>
    assert.throws(() => new PassthroughFileSystem(path), { code, path, message: /^E\w+: [^\n]*$/ })
  wrong(`${source}/none`, 'ENOENT')
  wrong(`${source}/file`, 'ENOTDIR')
  assert.throws(() => new PassthroughFileSystem(source, { maxNodes: 0 }), RangeError)
  assert.throws(() => new PassthroughFileSystem(source, { maxDirectories: 1 }), RangeError)
})

test('hard links are one node, counted for each lookup, and forgotten with the last', { skip }, (t) => {
  const { fs, source, ask } = serve(t)
  writeFileSync(`${source}/a`, 'text')
  linkSync(`${source}/a`, `${source}/b`)
  const [a, b] = [ask.lookup(ROOT_ID, 'a'), ask.lookup(ROOT_ID, 'b')]
  assert.equal(a.node, b.node)
  assert.equal(a.attr.nlink, 2)
  // It was seen as b last; by that name it is gone, by the other it is found again.
  unlinkSync(`${source}/b`)
  assert.throws(() => ask.attr(a.node), { code: 'ESTALE' })
  assert.equal(ask.lookup(ROOT_ID, 'a').node, a.node)
  assert.equal(ask.attr(a.node).nlink, 1)
  fs.forget({ node: a.node, nlookup: 2 })
  assert.equal(fs.counts.nodes, 2)
  fs.forget({ node: a.node, nlookup: 1 })
  assert.deepEqual(fs.counts, NOTHING)
})

test('a directory stays known as long as something in it is', { skip }, (t) => {
  const { fs, source, ask } = serve(t)
  mkdirSync(`${source}/d/e`, { recursive: true })
  writeFileSync(`${source}/d/e/file`, 'text')
  const [d, e] = [ask.walk('d'), ask.lookup(ask.walk('d'), 'e').node]
  const file = ask.lookup(e, 'file').node
  // As when another thread reads the FORGET of the file later than that of its directory.
  fs.forget({ node: d, nlookup: 2 })
  fs.forget({ node: e, nlookup: 1 })
  assert.equal(ask.contentOf(file), 'text')
  fs.forget({ node: file, nlookup: 1 })
  assert.deepEqual(fs.counts, NOTHING)
})

test('what is opened stays usable when its name is gone, by its handle and by its node', { skip }, (t) => {
  const { fs, source, ask } = serve(t)
  const { node, fh } = ask.create(ROOT_ID, 'f')
  writeFileSync(`${source}/f`, 'text')
  ask.ask('unlink', { parent: ROOT_ID, name: 'f' })
  assert.equal(ask.text(fh), 'text')
  assert.equal(ask.attr(node).nlink, 0)
  ask.ask('setattr', { node, mode: 0o100600 })
  assert.equal(ask.attr(node).mode, 0o100600)
  assert.equal(ask.contentOf(node), 'text')
  ask.release(fh)
  assert.throws(() => ask.attr(node), { code: 'ESTALE' })
  fs.forget({ node, nlookup: 1 })
  assert.deepEqual(fs.counts, NOTHING)
})

test('what loses its last name keeps a descriptor until it is forgotten, if nobody has it open', { skip }, (t) => {
  const { fs, source, ask } = serve(t)
  for (const name of ['a', 'b', 'c']) writeFileSync(`${source}/${name}`, name)
  mkdirSync(`${source}/d`)
  const nodes = ['a', 'b', 'd'].map((name) => ask.walk(name))
  ask.walk('c')
  ask.ask('unlink', { parent: ROOT_ID, name: 'a' })
  ask.ask('rename', { parent: ROOT_ID, name: 'c', newParent: ROOT_ID, newName: 'b', flags: 0 })
  ask.ask('rmdir', { parent: ROOT_ID, name: 'd' })
  assert.deepEqual(
    nodes.map((node) => ask.attr(node).nlink),
    [0, 0, 0],
  )
  assert.deepEqual(ask.ask('lookup', { parent: nodes[2]!, name: 'x' }), { node: 0 })
  assert.equal(fs.counts.handles, 3)
  for (const node of nodes) fs.forget({ node, nlookup: 1 })
  assert.deepEqual([fs.counts.handles, fs.counts.nodes], [0, 2])
})

test('an entry for which a listing has no room is no lookup', { skip }, (t) => {
  const { fs, source, ask } = serve(t)
  for (const name of ['a', 'b']) writeFileSync(`${source}/${name}`, '')
  const { fh } = ask.ask('opendir', { node: ROOT_ID, flags: 0 })
  const listing = { node: ROOT_ID, fh: fh as never, offset: 0, size: 4096, addName: () => true }
  let room = 1
  ask.ask('readdirplus', { ...listing, add: () => room-- > 0 })
  assert.equal(fs.counts.nodes, 2)
  ask.release(fh)
})

test('closing twice closes nothing of others', { skip }, (t) => {
  const fs = new PassthroughFileSystem(privateDirectory(t))
  fs.close()
  const path = `${privateDirectory(t)}/f`
  writeFileSync(path, 'text')
  const fd = openSync(path, 'r')
  fs.close()
  assert.equal(fstatSync(fd).size, 4)
  closeSync(fd)
  assert.throws(() => new Asker(fs).attr(ROOT_ID), { code: 'ERR_FD_CLOSED' })
})

test('renames on the mount take what is below along; those on the host are found out', { skip }, (t) => {
  const { source, ask } = serve(t)
  mkdirSync(`${source}/d/e`, { recursive: true })
  mkdirSync(`${source}/x`)
  writeFileSync(`${source}/d/e/file`, 'text')
  const [e, file, x] = [ask.walk('d/e'), ask.walk('d/e/file'), ask.walk('x')]
  ask.ask('rename', { parent: ask.walk('d'), name: 'e', newParent: x, newName: 'moved', flags: 0 })
  assert.equal(ask.contentOf(file), 'text')
  ask.ask('rename', { parent: x, name: 'moved', newParent: ROOT_ID, newName: 'd', flags: 2 })
  assert.equal(ask.contentOf(file), 'text')
  assert.equal(ask.walk('d'), e)

  renameSync(`${source}/d/file`, `${source}/d/other`)
  assert.throws(() => ask.open(file), { code: 'ESTALE' })
  assert.equal(ask.lookup(e, 'other').node, file)
  assert.equal(ask.contentOf(file), 'text')
  assert.deepEqual(ask.ask('lookup', { parent: e, name: 'file' }), { node: 0 })
})

test('an append goes to the end that the host has, another write where it is told to', { skip }, (t) => {
  const { source, ask } = serve(t)
  const O_APPEND = 0o2000
  const { fh } = ask.create(ROOT_ID, 'log', 2 | O_APPEND)
  const write = (text: string, offset: number, flags: number, writeback = false) =>
    ask.ask('write', { fh: fh as never, data: Buffer.from(text), offset, flags, writeback, killSuidgid: false })
  assert.equal(write('one ', 0, O_APPEND), 4)
  writeFileSync(`${source}/log`, 'theirs ', { flag: 'a' })
  const long = 'two '.repeat(50)
  assert.equal(write(long, 4, O_APPEND), 200)
  assert.equal(readFileSync(`${source}/log`, 'utf8'), `one theirs ${long}`)
  assert.equal(write('ONE', 0, 0), 3)
  assert.equal(write('T', 4, O_APPEND, true), 1)
  assert.equal(readFileSync(`${source}/log`, 'utf8'), `ONE Theirs ${long}`)
  ask.release(fh)
})

test('the time of birth is told', { skip }, (t) => {
  const { source, ask } = serve(t)
  writeFileSync(`${source}/f`, '')
  const { mask, btime, btimensec } = ask.ask('statx', { node: ask.walk('f') })
  const { birthtimeMs } = statSync(`${source}/f`)
  if (mask !== 0xfff) return t.skip('this filesystem does not know it')
  assert.ok(Math.abs(btime! * 1000 + btimensec! / 1e6 - birthtimeMs) < 1)
})

test('several isolates serve one mount: nodes and handles of one are good in the other', { skip }, (t) => {
  const source = privateDirectory(t)
  const shared = PassthroughFileSystem.share({ maxNodes: 1000 })
  const one = serve(t, source, { shared })
  const other = new Asker(passthrough({ source, options: { shared } }))
  t.after(() => other.fs.close())
  mkdirSync(`${source}/d`)

  const { node, fh } = one.ask.create(one.ask.walk('d'), 'f')
  assert.equal(other.walk('d/f'), node)
  other.ask('write', { fh: fh as never, data: Buffer.from('text'), offset: 0, flags: 2 })
  assert.equal(one.ask.text(fh), 'text')
  assert.equal(other.attr(node).size, 4)
  one.ask.ask('unlink', { parent: one.ask.walk('d'), name: 'f' })
  assert.equal(other.attr(node).nlink, 0)
  other.release(fh)
  assert.throws(() => one.ask.attr(node), { code: 'ESTALE' })
  other.fs.forget({ node, nlookup: 2 })
  assert.equal(one.fs.counts.nodes, 2)
  one.fs.forget({ node: one.ask.walk('d'), nlookup: 4 })
  assert.deepEqual(other.fs.counts, NOTHING)

  assert.throws(() => new PassthroughFileSystem('/', { shared }), { code: 'ERR_SOURCE' })
  assert.throws(() => passthrough({}), TypeError)
})
