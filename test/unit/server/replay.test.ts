import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FileHandle, NodeId, Unique } from '#src/base/ids.js'
import type { Request } from '#src/protocol/message.js'
import type { FileSystem } from '#src/server/filesystem.js'
import { Replay, type Replayed } from '#src/server/replay.js'
import { SetattrRequest } from '#src/server/requests/attr.js'
import { MkdirRequest, MknodRequest, NameRequest, RenameRequest } from '#src/server/requests/name.js'
import type { Entry } from '#src/server/results.js'

/* What the helper is told, and nobody else. */

const PASSWORD = '.password'
const [ROOT, DIR, OTHER] = [1 as NodeId, 2 as NodeId, 3 as NodeId]
const HELPER = 700
const host = {
  signal: () => new AbortController().signal,
  afterReply: () => undefined,
  pollHandle: (kh: number) => ({ kh, wake: () => assert.fail() }),
}
const at = (name: string, parent = DIR) => ({ parent, name })

function header(nodeid: NodeId, pid = HELPER) {
  return { len: 0, opcode: 0, unique: 2 as Unique, nodeid, uid: 1000, gid: 100, pid, total_extlen: 0, padding: 0 }
}

function message(op: string, nodeid: NodeId, more: object, pid = HELPER): Request {
  return { op, header: header(nodeid, pid), ...more } as unknown as Request
}

function replaying(held: readonly string[] = []) {
  const calls: string[] = []
  const fs: FileSystem = {
    lookup: ({ name }) => {
      calls.push(`lookup ${name}`)
      return { node: 50 as NodeId, attr: { mode: 0o100600 } }
    },
    getattr: ({ node, pid }) => {
      calls.push(`getattr ${node} of ${pid}`)
      return { attr: { mode: 0o100600, size: 5 } }
    },
    forget: ({ node, nlookup }) => void calls.push(`forget ${node} ${nlookup}`),
    setattr: () => assert.fail('setattr'),
    mknod: () => assert.fail('mknod'),
    mkdir: () => assert.fail('mkdir'),
    unlink: () => assert.fail('unlink'),
    rmdir: () => assert.fail('rmdir'),
    rename: () => assert.fail('rename'),
  }
  const replay = new Replay({ fs, password: PASSWORD, isHeld: ({ name }) => held.includes(name) })
  replay.answers(message('LOOKUP', ROOT, { name: PASSWORD }))
  const lookup = (name: string, parent = DIR) =>
    replay.lookup(new NameRequest(host, { op: 'LOOKUP', header: header(parent), name })) as Entry
  const make = (name: string, parent = DIR) => {
    const fuse_mknod_in = { mode: 0o100644, rdev: 0, umask: 0, padding: 0 }
    return replay.mknod(new MknodRequest(host, { op: 'MKNOD', header: header(parent), fuse_mknod_in, name }))
  }
  const makeDirectory = (name: string) =>
    replay.mkdir(
      new MkdirRequest(host, { op: 'MKDIR', header: header(DIR), fuse_mkdir_in: { mode: 0, umask: 0 }, name }),
    )
  const unlink = (name: string) => replay.unlink(new NameRequest(host, { op: 'UNLINK', header: header(DIR), name }))
  const rmdir = (name: string) => replay.rmdir(new NameRequest(host, { op: 'RMDIR', header: header(DIR), name }))
  const rename = (oldname: string, newname: string) => {
    const fuse_rename_in = { newdir: OTHER }
    replay.rename(new RenameRequest(host, { op: 'RENAME', header: header(DIR), fuse_rename_in, oldname, newname }))
  }
  return { replay, calls, lookup, make, makeDirectory, unlink, rmdir, rename }
}

const ABSENT = { code: 'ENOENT' }
const REFUSED = { code: 'EPERM' }
const create: Replayed = { is: 'create', at: at('x') }
const remove: Replayed = { is: 'remove', at: at('x'), isDirectory: false }
const rename: Replayed = { is: 'rename', at: at('x'), to: at('y', OTHER), isDirectory: true }

test('it answers whoever knows the password, and nobody else; and of those what has to do with names and attributes', () => {
  const { replay } = replaying()
  assert.equal(replay.pid, HELPER)
  for (const op of ['LOOKUP', 'SETATTR', 'MKNOD', 'MKDIR', 'UNLINK', 'RMDIR', 'RENAME', 'RENAME2']) {
    assert.equal(replay.answers(message(op, DIR, { name: 'x' })), replay, op)
    assert.equal(replay.answers(message(op, DIR, { name: 'x' }, 701)), undefined, op)
  }
  for (const op of ['GETATTR', 'ACCESS', 'OPEN', 'STATFS']) {
    assert.equal(replay.answers(message(op, DIR, {})), undefined, op)
  }
  // Not in the root, and not if nobody knows who it is.
  assert.equal(replay.answers(message('LOOKUP', DIR, { name: PASSWORD }, 701)), undefined)
  replay.answers(message('LOOKUP', ROOT, { name: PASSWORD }, 0))
  assert.equal(replay.pid, HELPER)
})

test('by the password the helper knows the mount: nobody else answers so', () => {
  const { lookup, calls } = replaying()
  assert.throws(() => lookup(PASSWORD, ROOT), { code: 'EALREADY' })
  assert.deepEqual(calls, [])
})

test('a name that was made is absent to it, and then made, without a word to the filesystem', () => {
  for (const directory of [false, true]) {
    const { replay, lookup, make, makeDirectory, calls } = replaying()
    replay.begin(create)
    assert.equal(lookup('other').node, 50)
    assert.equal(lookup('x', OTHER).node, 50, 'the same name in another directory')
    assert.throws(() => lookup('x'), ABSENT)
    const { node, attr, entryTimeoutMs, attrTimeoutMs } = directory ? makeDirectory('x') : make('x')
    assert.ok(replay.isStandIn(node))
    assert.deepEqual([entryTimeoutMs, attrTimeoutMs, attr.mode >> 12], [0, 0, directory ? 4 : 8])
    assert.deepEqual(calls, ['lookup other', 'lookup x'])
    assert.throws(() => make('x'), REFUSED, 'once')
    assert.equal(lookup('x').node, 50)
  }
})

test('a name that is gone is there for it, as a stand-in, and then taken away', () => {
  const { replay, lookup, unlink, rmdir, calls } = replaying()
  replay.begin(remove)
  const { node, attr, entryTimeoutMs } = lookup('x')
  assert.ok(replay.isStandIn(node))
  assert.deepEqual([attr.mode >> 12, attr.uid, entryTimeoutMs], [8, 1000, 0])
  unlink('x')
  assert.throws(() => unlink('x'), REFUSED)
  replay.begin({ ...remove, isDirectory: true })
  assert.equal(lookup('x').attr.mode >> 12, 4)
  assert.throws(() => unlink('x'), REFUSED, 'a directory')
  replay.begin({ ...remove, isDirectory: true })
  lookup('x')
  rmdir('x')
  assert.deepEqual(calls, [])
})

test('of a rename the old name is there and the new one is not', () => {
  const { replay, lookup, rename: renameThem, calls } = replaying()
  replay.begin(rename)
  assert.equal(lookup('x').attr.mode >> 12, 4)
  assert.throws(() => lookup('y', OTHER), ABSENT)
  renameThem('x', 'y')
  assert.throws(() => renameThem('x', 'y'), REFUSED)
  assert.deepEqual(calls, [])
})

test('what the kernel has already stays as it is: it is told the truth, and nothing comes of it', () => {
  const { replay, lookup, make, unlink, rename: renameThem } = replaying(['x'])
  replay.begin(create)
  assert.equal(lookup('x').node, 50)
  assert.ok(replay.wasHeld)
  assert.throws(() => make('x'), REFUSED)
  replay.begin(remove)
  assert.ok(!replay.wasHeld)
  assert.equal(lookup('x').node, 50)
  assert.throws(() => unlink('x'), REFUSED)
  replay.begin(rename)
  lookup('x')
  assert.throws(() => renameThem('x', 'y'), REFUSED)
  const target = replaying(['y'])
  target.replay.begin(rename)
  target.lookup('x')
  assert.equal(target.lookup('y', OTHER).node, 50)
  assert.throws(() => target.rename('x', 'y'), REFUSED)
})

test('what the kernel takes without asking for it is not taken: it may be there again', () => {
  const { replay, unlink, rename: renameThem } = replaying()
  replay.begin(remove)
  assert.throws(() => unlink('x'), REFUSED)
  replay.begin(rename)
  assert.throws(() => renameThem('x', 'y'), REFUSED)
})

test('times that are set change nothing, and are answered with the attributes as they are', () => {
  const { replay, calls } = replaying()
  const setattr = () => {
    const fuse_setattr_in = { valid: 0x20, fh: 0 as FileHandle, mtime: 0, mtimensec: 0 }
    return replay.setattr(
      new SetattrRequest(host, { op: 'SETATTR', header: header(9 as NodeId), fuse_setattr_in } as never),
    )
  }
  assert.throws(setattr, REFUSED)
  replay.begin({ is: 'touch' })
  assert.deepEqual(setattr(), { attr: { mode: 0o100600, size: 5 } })
  assert.deepEqual(calls, [`getattr 9 of ${HELPER}`])
  replay.end()
  assert.throws(setattr, REFUSED)
})

test('the filesystem hears nothing of stand-ins that are forgotten', () => {
  const { replay, lookup, calls } = replaying()
  replay.begin(remove)
  const { node } = lookup('x')
  replay.forget({ node, nlookup: 1 })
  replay.forget({ node: 50 as NodeId, nlookup: 2 })
  assert.deepEqual(calls, ['forget 50 2'])
})
