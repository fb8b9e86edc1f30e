import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DIR, FILE, settle } from './harness.js'
import { sessionHarness } from './session-harness.js'

/* Pages that the kernel fills with something that nobody told it: what the notifier tells it then on its own. */

const entry = { node: FILE, attr: { mode: 0o100644 } }
const GETATTR = { op: 'GETATTR', fuse_getattr_in: { getattr_flags: 0, fh: 0 } } as never
const LOOKUP = { op: 'LOOKUP', name: 'f' } as never

function write(offset: number, length: number, write_flags = 0) {
  const fuse_write_in = { fh: 0, offset, size: length, write_flags, lock_owner: 0, flags: 0 }
  return { op: 'WRITE', fuse_write_in, data: new Uint8Array(length) } as never
}

/** A session whose kernel has the file. */
function session() {
  const made = sessionHarness({
    lookup: () => entry,
    getattr: () => ({ attr: entry.attr }),
    write: ({ data }) => data.length,
  })
  made.ask(LOOKUP, DIR)
  return made
}

for (const [what, request, about] of [
  ['GETATTR', GETATTR, FILE],
  ['LOOKUP', LOOKUP, DIR],
] as const) {
  test(`bytes stored while ${what} gave attributes: their last page is dropped, which may have zeros in it`, async () => {
    const { ask, notify, port, session: made } = session()
    const stored = notify.store(FILE, 0, new Uint8Array(5000))
    await settle()
    ask(request, about)
    await port.answer('STORE')
    assert.deepEqual(port.held, ['INVAL_INODE 3 4999+1'])
    await port.answer('INVAL_INODE')
    assert.equal((await stored).outcome, 'applied')
    assert.equal(made.stats().notify?.codes.STORE.sent, 1)
  })
}

test('not if they end with a page, if no attributes were given, or if those of another file were', async () => {
  const { ask, notify, port } = session()
  void notify.store(FILE, 4096, new Uint8Array(4096))
  await settle()
  ask(GETATTR, FILE)
  await port.answer('STORE')
  void notify.store(FILE, 0, new Uint8Array(10))
  await settle()
  ask(GETATTR, 77)
  await port.answer('STORE')
  ask(GETATTR, FILE)
  await settle()
  assert.deepEqual(port.held, [])
})

test('a write while pages are dropped or stored to, or soon after: its own bytes are read again', async () => {
  const { ask, notify, port, clock } = session()
  void notify.invalInode(FILE)
  await settle()
  ask(write(100, 50), FILE)
  await settle()
  await port.answer('INVAL_INODE')
  assert.deepEqual(port.held, ['INVAL_INODE 3 100+50'])
  await port.answer('INVAL_INODE')
  clock.advance(1001)
  void notify.store(FILE, 0, new Uint8Array(4096))
  await settle()
  await port.answer('STORE')
  clock.advance(1000)
  ask(write(7, 3), FILE)
  await settle()
  assert.deepEqual(port.held, ['INVAL_INODE 3 7+3'])
  await port.answerAll()
  clock.advance(1001)
  ask(write(7, 3), FILE)
  await settle()
  assert.deepEqual(port.held, [])
})

test('nothing is dropped for the sake of other files, of attributes, or of what comes out of the page cache itself', async () => {
  const { ask, notify, port } = session()
  void notify.invalInode(FILE)
  await settle()
  await port.answer('INVAL_INODE')
  ask(write(0, 10), 77)
  await settle()
  ask(write(0, 10, 1), FILE)
  await settle()
  assert.deepEqual(port.held, [])
  const other = session()
  await other.notify.invalInode(FILE, { attributesOnly: true })
  other.ask(write(0, 10), FILE)
  await settle()
  assert.deepEqual(other.port.held, [])
})
