import assert from 'node:assert/strict'
import * as nodeFs from 'node:fs'
import * as nodePromises from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { memfs } from 'memfs'
import { errnoName } from '#src/base/errno.js'
import type { NodeFsLike } from '#src/fs/node/api.js'
import { fromNodeFs } from '#src/fs/node/from-node-fs.js'
import type { NodeFileSystem } from '#src/fs/node/node-file-system.js'
import type { NodeFsOptions } from '#src/fs/node/options.js'
import type { ReplyOf } from '#src/protocol/message.js'
import type { OpcodeName } from '#src/protocol/opcodes.js'
import { privateDirectory } from '../../../helpers/directory.js'
import { FakeSession } from '../../../helpers/fake-session.js'

/* fromNodeFs without a kernel: requests are delivered to a session, and its replies are looked at. */

const FILE = 0o100644

function served(source: NodeFsLike, options: NodeFsOptions = {}) {
  const fs = fromNodeFs(source, options) as NodeFileSystem
  const fake = new FakeSession(fs, { readdirplus: true, readdirplusAuto: false })
  fake.init()
  const call = async <Op extends OpcodeName>(op: Op, nodeid: number, parts: object = {}): Promise<ReplyOf<Op>> => {
    const { unique } = fake.deliver({
      op,
      ...parts,
      header: { nodeid, uid: process.getuid!(), gid: process.getgid!() },
    })
    while (fake.sentFor(unique) === undefined) await new Promise(setImmediate)
    return fake.last(op, false, unique)
  }
  /** The reply, or the name of its errno. */
  const ok = async <Op extends OpcodeName>(op: Op, nodeid: number, parts: object = {}) => {
    const reply = await call(op, nodeid, parts)
    assert.ok(reply.ok, `${op}: ${errnoName(-reply.header.error)}`)
    return reply as Extract<ReplyOf<Op>, { ok: true }>
  }
  const fails = async (op: OpcodeName, nodeid: number, parts: object = {}) => {
    const { header } = await call(op, nodeid, parts)
    return errnoName(-header.error) ?? 'no error'
  }
  const lookup = async (parent: number, name: string) => (await ok('LOOKUP', parent, { name })).fuse_entry_out.nodeid
  const attr = async (node: number) => {
    const { fuse_attr_out } = await ok('GETATTR', node, { fuse_getattr_in: { getattr_flags: 0, fh: 0 } })
    return fuse_attr_out.attr
  }
  const open = async (node: number, flags = 0) => {
    return (await ok('OPEN', node, { fuse_open_in: { flags, open_flags: 0 } })).fuse_open_out.fh
  }
  const read = async (node: number, fh: number) => {
    const fuse_read_in = { fh, offset: 0, size: 100, read_flags: 0, lock_owner: 0, flags: 0 }
    return Buffer.from((await ok('READ', node, { fuse_read_in })).data).toString()
  }
  const write = async (node: number, fh: number, text: string) => {
    const data = Buffer.from(text)
    const fuse_write_in = { fh, offset: 0, size: data.length, write_flags: 0, lock_owner: 0, flags: 0 }
    return (await ok('WRITE', node, { fuse_write_in, data })).fuse_write_out.size
  }
  const release = async (node: number, fh: number) => {
    await ok('RELEASE', node, { fuse_release_in: { fh, flags: 0, release_flags: 0, lock_owner: 0 } })
  }
  const rename = async (parent: number, oldname: string, newdir: number, newname: string) => {
    await ok('RENAME', parent, { fuse_rename_in: { newdir }, oldname, newname })
  }
  const forget = (nodeid: number, nlookup: number) =>
    fake.deliver({ op: 'FORGET', header: { nodeid }, fuse_forget_in: { nlookup } })
  return { fs, fake, ok, fails, lookup, attr, open, read, write, release, rename, forget }
}

function memory() {
  const { fs } = memfs({ '/d/e/f': 'in f', '/g': 'in g' })
  return fs
}

test('whatever has promises, is promises, or has functions that block', async (t) => {
  const directory = privateDirectory(t)
  nodeFs.writeFileSync(join(directory, 'g'), 'in g')
  const mem = memory()
  const { promises: _none, ...onlySync } = nodeFs
  for (const [source, options] of [
    [nodeFs, { root: directory }],
    [nodeFs, { root: directory, api: 'sync' }],
    [nodePromises, { root: directory }],
    [onlySync, { root: directory }],
    [mem, {}],
    [mem, { api: 'sync' }],
    [mem.promises, {}],
  ] as const) {
    const { lookup, open, read, release, fs } = served(source, options)
    const node = await lookup(1, 'g')
    const fh = await open(node)
    assert.equal(await read(node, fh), 'in g')
    await release(node, fh)
    assert.equal(fs.usage.handles, 0)
  }
})

test('what is no fs is refused, with the function that is missing', () => {
  assert.throws(() => fromNodeFs({} as NodeFsLike), { name: 'TypeError', message: /\(promises\): it has no lstat\(\)/ })
  const { openSync: _open, promises: _promises, ...half } = nodeFs
  assert.throws(() => fromNodeFs(half), { message: /\(sync\): it has no openSync\(\)/ })
  assert.throws(() => fromNodeFs({ promises: nodePromises }, { api: 'sync' }), { message: /it has no lstatSync\(\)/ })
})

test('what an fs cannot do is ENOSYS, and what Node cannot do says so', async () => {
  const { lstat, readdir, open } = memory().promises
  const small = served({ lstat, readdir, open })
  assert.equal(await small.fails('MKDIR', 1, { fuse_mkdir_in: { mode: 0o755, umask: 0 }, name: 'new' }), 'ENOSYS')
  assert.equal(await small.fails('STATFS', 1), 'ENOSYS')
  const whole = served(memory())
  assert.equal(
    await whole.fails('MKNOD', 1, { fuse_mknod_in: { mode: 0o10644, rdev: 0, umask: 0 }, name: 'p' }),
    'EPERM',
  )
  const rename2 = { fuse_rename2_in: { newdir: 1, flags: 1 }, oldname: 'g', newname: 'h' }
  assert.equal(await whole.fails('RENAME2', 1, rename2), 'EINVAL')
  assert.deepEqual([small.fake.errors, whole.fake.errors], [[], []])
})

test('lookups are counted: when all are forgotten, nothing is kept', async () => {
  const { fs, lookup, forget, ok } = served(memory())
  const d = await lookup(1, 'd')
  assert.equal(await lookup(1, 'd'), d)
  const e = await lookup(d, 'e')
  const f = await lookup(e, 'f')
  const { fuse_open_out } = await ok('OPENDIR', e, { fuse_open_in: { flags: 0, open_flags: 0 } })
  const readIn = { fh: fuse_open_out.fh, size: 4096, read_flags: 0, lock_owner: 0, flags: 0 }
  const { entries } = await ok('READDIRPLUS', e, { fuse_read_in: { ...readIn, offset: 0 } })
  assert.ok(entries.length > 0)
  await ok('RELEASEDIR', e, { fuse_release_in: { fh: fuse_open_out.fh, flags: 0, release_flags: 0, lock_owner: 0 } })
  assert.deepEqual(fs.usage, { nodes: 4, names: 4, handles: 0 })
  // The directories first: they are kept for the path of what is below.
  forget(d, 2)
  forget(e, 1)
  assert.deepEqual(fs.usage, { nodes: 2, names: 4, handles: 0 })
  // One by LOOKUP, one by READDIRPLUS.
  forget(f, 2)
  assert.deepEqual(fs.usage, { nodes: 1, names: 1, handles: 0 })
  assert.equal((await ok('LOOKUP', 1, { name: 'absent' })).fuse_entry_out.nodeid, 0)
  assert.deepEqual(fs.usage, { nodes: 1, names: 1, handles: 0 })
})

test('a node is the same wherever it is moved, and whatever is above it', async () => {
  const { lookup, attr, open, read, release, rename } = served(memory())
  const d = await lookup(1, 'd')
  const f = await lookup(await lookup(d, 'e'), 'f')
  await rename(1, 'd', 1, 'x')
  assert.equal((await attr(f)).size, 4)
  const fh = await open(f)
  assert.equal(await read(f, fh), 'in f')
  await rename(d, 'e', 1, 'y')
  await release(f, fh)
  assert.equal(await lookup(await lookup(1, 'y'), 'f'), f)
})

test('two names of one file are one node', async () => {
  const { ok, lookup, attr } = served(memory())
  const g = await lookup(1, 'g')
  const linked = await ok('LINK', 1, { fuse_link_in: { oldnodeid: g }, newname: 'h' })
  assert.equal(linked.fuse_entry_out.nodeid, g)
  assert.equal(linked.fuse_entry_out.attr.nlink, 2)
  assert.equal(await lookup(1, 'h'), g)
  await ok('UNLINK', 1, { name: 'g' })
  assert.equal((await attr(g)).nlink, 1)
})

test('a file that others replace is another node, and the old one is stale', async (t) => {
  const root = privateDirectory(t)
  nodeFs.writeFileSync(join(root, 'a'), 'old')
  const { lookup, attr, fails } = served(nodeFs, { root })
  const old = await lookup(1, 'a')
  assert.equal((await attr(old)).size, 3)
  nodeFs.writeFileSync(join(root, 'b'), 'newer')
  nodeFs.renameSync(join(root, 'b'), join(root, 'a'))
  assert.equal(await fails('GETATTR', old, { fuse_getattr_in: { getattr_flags: 0, fh: 0 } }), 'ESTALE')
  const found = await lookup(1, 'a')
  assert.notEqual(found, old)
  assert.equal((await attr(found)).size, 5)
})

for (const [name, source] of [
  ['node:fs', nodeFs],
  ['memfs', undefined],
] as const) {
  test(`a file without a name works on as long as it is open: ${name}`, async (t) => {
    const root = source === undefined ? '/' : privateDirectory(t)
    const fs = source ?? memory()
    const { ok, fails, attr, open, read, write, release, forget, fs: nodes } = served(fs, { root })
    const createIn = { flags: 0o102, mode: FILE, umask: 0, open_flags: 0 }
    const made = await ok('CREATE', 1, { fuse_create_in: createIn, name: 'new' })
    const { nodeid } = made.fuse_entry_out
    const { fh } = made.fuse_open_out
    assert.equal(await write(nodeid, fh, 'some text'), 9)
    await ok('UNLINK', 1, { name: 'new' })
    const after = await attr(nodeid)
    assert.deepEqual([after.nlink, after.size], [0, 9])
    const again = await open(nodeid)
    assert.notEqual(again, fh)
    await release(nodeid, fh)
    assert.equal(await read(nodeid, again), 'some text')
    const setattrIn = { fh: 0, lock_owner: 0, atime: 0, mtime: 0, ctime: 0, atimensec: 0, mtimensec: 0, ctimensec: 0 }
    const sized = { ...setattrIn, valid: 8, size: 4, mode: 0, uid: 0, gid: 0 }
    assert.equal((await ok('SETATTR', nodeid, { fuse_setattr_in: sized })).fuse_attr_out.attr.size, 4)
    await release(nodeid, again)
    // Now there is no way to it; what stat(2) showed last stays until it is forgotten.
    assert.equal(await fails('OPEN', nodeid, { fuse_open_in: { flags: 0, open_flags: 0 } }), 'ENOENT')
    assert.equal((await attr(nodeid)).nlink, 0)
    forget(nodeid, 1)
    assert.deepEqual(nodes.usage, { nodes: 1, names: 1, handles: 0 })
  })
}

test('no name leads out of the root, nor does a link at its end', async (t) => {
  const outside = privateDirectory(t)
  const root = join(outside, 'root')
  nodeFs.mkdirSync(root)
  nodeFs.writeFileSync(join(outside, 'secret'), 'out of reach')
  nodeFs.symlinkSync('../secret', join(root, 'link'))
  nodeFs.writeFileSync(join(root, 'file'), 'in reach')
  const { lookup, fails, ok } = served(nodeFs, { root })
  for (const name of ['..', '.']) assert.equal(await fails('LOOKUP', 1, { name }), 'EINVAL')
  const link = await lookup(1, 'link')
  assert.equal(Buffer.from((await ok('READLINK', link)).target).toString(), '../secret')
  assert.equal(await fails('OPEN', link, { fuse_open_in: { flags: 0, open_flags: 0 } }), 'ELOOP')
  // Not even if others put a link there at the last moment.
  const node = await lookup(1, 'file')
  nodeFs.rmSync(join(root, 'file'))
  nodeFs.symlinkSync('../secret', join(root, 'file'))
  assert.equal(await fails('OPEN', node, { fuse_open_in: { flags: 1, open_flags: 0 } }), 'ELOOP')
})

test('names are bytes with node:fs, and text with others', async (t) => {
  const root = privateDirectory(t)
  const bytes = served(nodeFs, { root })
  const mkdirIn = { fuse_mkdir_in: { mode: 0o755, umask: 0 } }
  await bytes.ok('MKDIR', 1, { ...mkdirIn, name: 'caf\udce9' })
  await bytes.ok('SYMLINK', 1, { name: 'l', target: '\udcff' })
  assert.deepEqual(nodeFs.readdirSync(root, 'latin1').toSorted(), ['caf\xe9', 'l'])
  const link = await bytes.lookup(1, 'l')
  assert.deepEqual([...(await bytes.ok('READLINK', link)).target], [0xff])
  const text = served(memory())
  assert.equal(await text.fails('MKDIR', 1, { ...mkdirIn, name: 'caf\udce9' }), 'EILSEQ')
  assert.equal(await text.fails('SYMLINK', 1, { name: 'l', target: '\udcff' }), 'EILSEQ')
  await text.ok('MKDIR', 1, { ...mkdirIn, name: 'café' })
})

test('read-only: nothing is changed', async () => {
  const source = memory()
  const before = JSON.stringify(source.readdirSync('/'))
  const { fails, lookup, open, read } = served(source, { readOnly: true })
  const g = await lookup(1, 'g')
  const setattrIn = { valid: 1, fh: 0, size: 0, lock_owner: 0, mode: 0o600, uid: 0, gid: 0 }
  const times = { atime: 0, mtime: 0, ctime: 0, atimensec: 0, mtimensec: 0, ctimensec: 0 }
  for (const [op, parts, node] of [
    ['MKDIR', { fuse_mkdir_in: { mode: 0, umask: 0 }, name: 'a' }, 1],
    ['MKNOD', { fuse_mknod_in: { mode: FILE, rdev: 0, umask: 0 }, name: 'a' }, 1],
    ['SYMLINK', { name: 'a', target: 'b' }, 1],
    ['LINK', { fuse_link_in: { oldnodeid: g }, newname: 'a' }, 1],
    ['UNLINK', { name: 'g' }, 1],
    ['RMDIR', { name: 'd' }, 1],
    ['RENAME', { fuse_rename_in: { newdir: 1 }, oldname: 'g', newname: 'a' }, 1],
    ['CREATE', { fuse_create_in: { flags: 2, mode: FILE, umask: 0, open_flags: 0 }, name: 'a' }, 1],
    ['OPEN', { fuse_open_in: { flags: 1, open_flags: 0 } }, g],
    ['OPEN', { fuse_open_in: { flags: 0o1000, open_flags: 0 } }, g],
    ['SETATTR', { fuse_setattr_in: { ...setattrIn, ...times } }, g],
  ] as const) {
    assert.equal(await fails(op, node, parts), 'EROFS', op)
  }
  assert.equal(await read(g, await open(g)), 'in g')
  assert.equal(JSON.stringify(source.readdirSync('/')), before)
})

test('an error with the code of an errno is an answer; any other is EIO and reported', async () => {
  const source = memory()
  let error: unknown
  const promises = { ...source.promises, lstat: async () => Promise.reject(error) }
  const { fails, fake } = served({ promises })
  error = Object.assign(new Error('not today'), { code: 'EACCES' })
  assert.equal(await fails('LOOKUP', 1, { name: 'g' }), 'EACCES')
  error = Object.assign(new TypeError('a fault'), { code: 'ERR_INVALID_ARG_TYPE' })
  assert.equal(await fails('LOOKUP', 1, { name: 'g' }), 'EIO')
  assert.deepEqual(fake.errors, [{ error, request: 'LOOKUP' }])
})

test('while a name is moved no path is put together from the old one', async () => {
  const source = memory()
  let moved!: () => void
  const log: string[] = []
  const promises = {
    ...source.promises,
    rename: async (from: string, to: string) => {
      log.push('rename begins')
      await new Promise<void>((resolve) => (moved = resolve))
      await source.promises.rename(from, to)
      log.push('rename ends')
    },
    lstat: async (path: string, options: { bigint: true }) => {
      log.push(`lstat ${path}`)
      return source.promises.lstat(path, options)
    },
  }
  const { lookup, rename, attr } = served({ promises })
  const d = await lookup(1, 'd')
  const e = await lookup(d, 'e')
  log.length = 0
  const renaming = rename(1, 'd', 1, 'x')
  await new Promise(setImmediate)
  const looking = attr(e)
  await new Promise(setImmediate)
  assert.deepEqual(log, ['rename begins'])
  moved()
  await renaming
  await looking
  assert.deepEqual(log, ['rename begins', 'rename ends', 'lstat /x/e'])
})

test('at the end all files are closed', async (t) => {
  const root = privateDirectory(t)
  for (const name of ['a', 'b']) nodeFs.writeFileSync(join(root, name), '')
  const before = nodeFs.readdirSync('/proc/self/fd').length
  const { fake, fs, lookup, open } = served(nodeFs, { root })
  for (const name of ['a', 'b']) await open(await lookup(1, name))
  assert.equal(nodeFs.readdirSync('/proc/self/fd').length, before + 2)
  fake.session.ended(undefined)
  await fake.session.closed
  assert.equal(nodeFs.readdirSync('/proc/self/fd').length, before)
  assert.equal(fs.usage.handles, 0)
})

test('timeouts are those of the options', () => {
  const { mountDefaults } = fromNodeFs(memory(), {
    entryTimeoutMs: 5,
    attrTimeoutMs: 6,
    negativeTimeoutMs: 7,
    keepCache: true,
  })
  const { init: _init, ...rest } = mountDefaults!
  assert.deepEqual(rest, {
    defaultPermissions: true,
    entryTimeoutMs: 5,
    attrTimeoutMs: 6,
    negativeTimeoutMs: 7,
    keepCache: true,
  })
})
