import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FileSystem } from '#src/server/filesystem.js'
import { DIR, FILE, ROOT, settle } from './harness.js'
import { sessionHarness } from './session-harness.js'

/* The content of a file that nobody has open is dropped and stored on the spot; of all others it may have to wait. */

const S_IFREG = 0o100000
const S_IFLNK = 0o120000
const LOOKUP = { op: 'LOOKUP', name: 'f' } as never
const OPEN = { op: 'OPEN', fuse_open_in: { flags: 0, open_flags: 0 } } as never
const RELEASE = { op: 'RELEASE', fuse_release_in: { fh: 0, flags: 0, release_flags: 0, lock_owner: 0 } } as never
const CREATE = {
  op: 'CREATE',
  fuse_create_in: { flags: 0, mode: S_IFREG, umask: 0, open_flags: 0 },
  name: 'f',
} as never

function session({ mode = S_IFREG | 0o644, hasOpen = true } = {}) {
  const entry = { node: FILE, attr: { mode, size: 8192 } }
  const fs: FileSystem = { lookup: () => entry, create: () => ({ entry }), release: () => undefined }
  if (hasOpen) fs.open = () => ({})
  const made = sessionHarness(fs)
  made.ask(LOOKUP, DIR)
  const { notify, port } = made
  /** Whether the next invalidation, and the next bytes stored, go out at once. */
  const areDirect = async () => {
    const before = port.sent.length
    void notify.invalInode(FILE)
    await port.answerAll()
    void notify.store(FILE, 0, new Uint8Array(4096))
    await port.answerAll()
    await settle()
    return port.sent.slice(before).map(({ isDirect }) => isDirect)
  }
  return { ...made, areDirect }
}

test('of a file that nobody has open: at once, also when it was open', async () => {
  const { ask, areDirect } = session()
  assert.deepEqual(await areDirect(), [true, true])
  ask(OPEN, FILE)
  ask(OPEN, FILE)
  assert.deepEqual(await areDirect(), [false, false])
  ask(RELEASE, FILE)
  assert.deepEqual(await areDirect(), [false, false])
  ask(RELEASE, FILE)
  assert.deepEqual(await areDirect(), [true, true])
})

test('of one that was created, and is open with that', async () => {
  const { ask, areDirect } = session()
  ask(CREATE, DIR)
  assert.deepEqual(await areDirect(), [false, false])
  ask(RELEASE, FILE)
  assert.deepEqual(await areDirect(), [true, true])
})

test('not where files are opened without a word', async () => {
  const { ask, areDirect } = session({ hasOpen: false })
  ask(OPEN, FILE)
  assert.deepEqual(await areDirect(), [false, false])
})

test('not of a link, whose content is read without being opened', async () => {
  const { areDirect } = session({ mode: S_IFLNK | 0o777 })
  assert.deepEqual(await areDirect(), [false, false])
})

test('not while something waits, for an unmount may wait for that', async () => {
  const { notify, port } = session()
  void notify.invalEntry(ROOT, 'other')
  await settle()
  assert.equal(port.held.length, 1)
  void notify.invalInode(FILE)
  await settle()
  assert.deepEqual(
    port.sent.map(({ isDirect }) => isDirect),
    [false, false],
  )
})

test('not much at once, which would hold up requests', async () => {
  const { notify, port } = session()
  void notify.store(FILE, 0, new Uint8Array(65_536))
  await settle()
  assert.equal(port.sent.at(-1)!.isDirect, false)
})
