import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ROOT_ID, type FileHandle, type NodeId } from '#src/base/ids.js'
import { MemoryFileSystem } from '#src/fs/memory/memory-file-system.js'
import type { MemoryFileSystemOptions } from '#src/fs/memory/options.js'
import { messageBuffer } from '#src/protocol/message.js'
import { readDirentsPlus } from '#src/protocol/dirent.js'
import { Caller } from './caller.js'

function make(options: MemoryFileSystemOptions = {}) {
  const fs = new MemoryFileSystem(options)
  return { fs, caller: new Caller(fs) }
}

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString()

test('a file without a name lives while the kernel knows it, and then gives its space back', () => {
  const { fs, caller } = make()
  const { node, fh } = caller.create('f')
  caller.write(node, fh, 0, Buffer.from('still here'))
  caller.call('UNLINK', ROOT_ID, { name: 'f' })
  assert.equal(text(caller.read(node, fh, 0, 100)), 'still here')
  assert.equal(caller.attributes(node).attr.nlink, 0)
  caller.release(node, fh)
  assert.equal(fs.usage.bytes, 4096)
  caller.forget(node, 1)
  assert.deepEqual(fs.usage, { bytes: 0, inodes: 1, knownNodes: 1, handles: 0 })
  assert.throws(() => caller.attributes(node), { code: 'ESTALE' })
})

test('what is forgotten and has a name is found again, as another generation of its number', () => {
  const { caller } = make()
  const { node, fh, entry } = caller.create('f')
  caller.release(node, fh)
  caller.forget(node, 1)
  const again = caller.lookup('f')
  assert.equal(again.nodeid, node)
  assert.notEqual(again.generation, entry.generation)
  assert.equal(again.attr.ino, entry.attr.ino)
})

test('a new mount forgets what the old one knew, and keeps what has a name', () => {
  const { fs, caller } = make()
  const kept = caller.create('kept')
  const gone = caller.create('gone')
  for (const { node, fh } of [kept, gone]) caller.write(node, fh, 0, Buffer.from('data'))
  caller.call('UNLINK', ROOT_ID, { name: 'gone' })
  const lock = { owner: 1, lk: { start: 0, end: 10, type: 1, pid: 1 }, lk_flags: 0 }
  caller.call('SETLK', kept.node, { fuse_lk_in: { fh: kept.fh, ...lock } })
  fs.init()
  assert.deepEqual(fs.usage, { bytes: 4096, inodes: 2, knownNodes: 1, handles: 0 })
  const { nodeid } = caller.lookup('kept')
  const fh = caller.call('OPEN', nodeid, { fuse_open_in: { flags: 2, open_flags: 0 } }).fuse_open_out.fh
  assert.equal(text(caller.read(nodeid, fh, 0, 10)), 'data')
  caller.call('SETLK', nodeid, { fuse_lk_in: { fh, ...lock, owner: 2 } })
})

test('no more objects than the limit, and what fails takes none', () => {
  const { fs, caller } = make({ inodeLimit: 3 })
  caller.create('a')
  assert.throws(() => caller.create('x'.repeat(256)), { code: 'ENAMETOOLONG' })
  assert.throws(() => caller.mkdir('a'), { code: 'EEXIST' })
  caller.mkdir('d')
  assert.throws(() => caller.mkdir('e'), { code: 'ENOSPC' })
  assert.equal(caller.lookup('e').nodeid, 0)
  assert.equal(fs.usage.inodes, 3)
  caller.forget(caller.lookup('d').nodeid, 2)
  caller.call('RMDIR', ROOT_ID, { name: 'd' })
  caller.mkdir('e')
})

test('statfs tells the limits and what is left', () => {
  const { caller } = make({ sizeLimitBytes: 100 * 4096 + 5, inodeLimit: 10 })
  const { node, fh } = caller.create('f')
  caller.write(node, fh, 0, new Uint8Array(4097))
  const { st } = caller.call('STATFS', ROOT_ID, {}).fuse_statfs_out
  assert.deepEqual([st.blocks, st.bfree, st.bavail, st.files, st.ffree, st.frsize], [100, 98, 98, 10, 8, 4096])
})

test('set-id bits: attributes are not kept, and a write by one without privileges takes them away', () => {
  const { caller } = make()
  const { node, fh, entry } = caller.create('f', 0o6755)
  assert.deepEqual([entry.attr_valid, entry.entry_valid], [0, 5])
  caller.write(node, fh, 0, Buffer.from('x'))
  assert.equal(caller.attributes(node).attr.mode, 0o106755)
  caller.write(node, fh, 0, Buffer.from('x'), 4)
  const after = caller.attributes(node)
  assert.deepEqual([after.attr.mode, after.attr_valid], [0o100755, 5])
  const other = caller.create('g', 0o6744)
  caller.write(other.node, other.fh, 0, Buffer.from('x'), 4)
  assert.equal(caller.attributes(other.node).attr.mode, 0o102744, 'set-group-id without execution is no set-id bit')
})

test('atime moves once after each change and once a day, and not with O_NOATIME', () => {
  let nowMs = 1000
  const { caller } = make({ nowMs: () => nowMs })
  const { node, fh } = caller.create('f')
  caller.write(node, fh, 0, Buffer.from('data'))
  const readAt = (ms: number, flags = 0) => {
    nowMs = ms
    caller.read(node, fh, 0, 4, flags)
    const { attr } = caller.attributes(node)
    return attr.atime * 1000 + attr.atimensec / 1e6
  }
  assert.equal(readAt(5500, 0o1000000), 1000)
  assert.equal(readAt(5500), 5500)
  assert.equal(readAt(9000), 5500)
  nowMs = 10_000
  caller.write(node, fh, 0, Buffer.from('x'))
  assert.equal(readAt(11_000), 11_000)
  assert.equal(readAt(11_000 + 86_399_000), 11_000)
  assert.equal(readAt(11_000 + 86_400_000), 11_000 + 86_400_000)
})

test('CREATE of a name that exists opens it, and with O_EXCL it is EEXIST', () => {
  const { fs, caller } = make()
  const { node, fh } = caller.create('f')
  caller.write(node, fh, 0, Buffer.from('data'))
  const open = (flags: number) => {
    const fuse_create_in = { flags, mode: 0o100600, umask: 0, open_flags: 0 }
    return caller.call('CREATE', ROOT_ID, { fuse_create_in, name: 'f' }).fuse_entry_out
  }
  assert.throws(() => open(0o302), { code: 'EEXIST' })
  assert.deepEqual([open(0o102).nodeid, open(0o102).attr.size, open(0o1102).attr.size], [node, 4, 0])
  assert.equal(fs.usage.handles, 4)
  caller.mkdir('d')
  const fuse_create_in = { flags: 2, mode: 0o100600, umask: 0, open_flags: 0 }
  assert.throws(() => caller.call('CREATE', ROOT_ID, { fuse_create_in, name: 'd' }), { code: 'EEXIST' })
})

test('READDIRPLUS counts what it lists, but not the dots, nor what did not fit', () => {
  const { fs, caller } = make()
  for (const name of ['one', 'two', 'three']) {
    const { node, fh } = caller.create(name)
    caller.release(node, fh)
    caller.forget(node, 1)
  }
  const fh = caller.call('OPENDIR', ROOT_ID, { fuse_open_in: { flags: 0, open_flags: 0 } }).fuse_open_out.fh
  const list = (offset: number, size: number) => {
    const fuse_read_in = { fh, offset, size, read_flags: 0, lock_owner: 0, flags: 0 }
    const { entries } = caller.call('READDIRPLUS', ROOT_ID, { fuse_read_in })
    return readDirentsPlus(messageBuffer(entries), 0, entries.length)
  }
  const first = list(0, 4 * 160)
  assert.deepEqual(
    first.map(({ name }) => name),
    ['.', '..', 'one', 'two'],
  )
  assert.deepEqual(
    first.slice(0, 2).map(({ entry }) => entry.nodeid),
    [0, 0],
  )
  assert.equal(fs.usage.knownNodes, 3)
  const rest = list(Number(first.at(-1)!.off), 4096)
  assert.deepEqual(
    rest.map(({ name }) => name),
    ['three'],
  )
  assert.equal(list(Number(rest[0]!.off), 4096).length, 0)
  for (const { entry } of [...first.slice(2), ...rest]) caller.forget(entry.nodeid, 1)
  assert.equal(fs.usage.knownNodes, 1)
})

test('what waits for a lock is answered when it is given up: by unlocking, FLUSH, and RELEASE', async () => {
  const { caller } = make()
  const { node, fh } = caller.create('f')
  const lk = (owner: number, type: number, through: FileHandle, flags = 0) => ({
    fuse_lk_in: { fh: through, owner, lk: { start: 0, end: 2n ** 63n - 1n, type, pid: owner }, lk_flags: flags },
  })
  const open = () => caller.call('OPEN', node, { fuse_open_in: { flags: 2, open_flags: 0 } }).fuse_open_out.fh
  const release = { flags: 0, release_flags: 0, lock_owner: 0 }
  const ways: [number, () => void][] = [
    [0, () => caller.call('SETLK', node, lk(1, 2, fh))],
    [0, () => caller.call('FLUSH', node, { fuse_flush_in: { fh, lock_owner: 1 } })],
    [0, () => caller.call('RELEASE', node, { fuse_release_in: { fh: other, ...release } })],
    [1, () => caller.call('RELEASE', node, { fuse_release_in: { fh: other, ...release } })],
  ]
  let other = open()
  for (const [flags, giveUp] of ways) {
    caller.call('SETLK', node, lk(1, 1, other, flags))
    assert.throws(() => caller.call('SETLK', node, lk(2, 0, fh, flags)), { code: 'EAGAIN' })
    const unique = caller.send('SETLKW', node, lk(2, 0, fh, flags))
    await new Promise(setImmediate)
    assert.equal(caller.reply('SETLKW', unique), undefined)
    giveUp()
    await new Promise(setImmediate)
    assert.notEqual(caller.reply('SETLKW', unique), undefined)
    caller.call('SETLK', node, lk(2, 2, fh, flags))
    other = open()
  }
})

test('INTERRUPT ends the wait for a lock with EINTR', async () => {
  const { caller } = make()
  const { node, fh } = caller.create('f')
  const lk = (owner: number) => ({
    fuse_lk_in: { fh, owner, lk: { start: 0, end: 9, type: 1, pid: owner }, lk_flags: 0 },
  })
  caller.call('SETLK', node, lk(1))
  const unique = caller.send('SETLKW', node, lk(2))
  caller.send('INTERRUPT', 0 as NodeId, { fuse_interrupt_in: { unique } })
  await new Promise(setImmediate)
  assert.throws(() => caller.reply('SETLKW', unique), { code: 'EINTR' })
})

test('requests of the wrong kind of object are refused', () => {
  const { caller } = make()
  const directory = caller.mkdir('d')
  const { node, fh } = caller.create('f')
  assert.throws(() => caller.read(directory, fh, 0, 1), { code: 'EISDIR' })
  assert.throws(() => caller.call('READLINK', node, {}), { code: 'EINVAL' })
  assert.throws(() => caller.lookup('x', node), { code: 'ENOTDIR' })
  assert.throws(() => caller.call('LINK', ROOT_ID, { fuse_link_in: { oldnodeid: directory }, newname: 'l' }), {
    code: 'EPERM',
  })
  assert.throws(() => caller.call('UNLINK', ROOT_ID, { name: 'd' }), { code: 'EISDIR' })
  assert.throws(() => caller.call('RMDIR', ROOT_ID, { name: 'f' }), { code: 'ENOTDIR' })
  assert.throws(() => caller.call('UNLINK', ROOT_ID, { name: 'absent' }), { code: 'ENOENT' })
})
