import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DIR, FILE, settle } from './harness.js'
import { sessionHarness } from './session-harness.js'

/* Pages that the kernel fills with something that nobody told it: what the notifier tells it then on its own. */

const SIZE = 10_000
const entry = { node: FILE, attr: { mode: 0o100644, size: SIZE } }
const GETATTR = { op: 'GETATTR', fuse_getattr_in: { getattr_flags: 0, fh: 0 } } as never
const LOOKUP = { op: 'LOOKUP', name: 'f' } as never
const OPEN = { op: 'OPEN', fuse_open_in: { flags: 0, open_flags: 0 } } as never

function write(offset: number, length: number, write_flags = 0) {
  const fuse_write_in = { fh: 0, offset, size: length, write_flags, lock_owner: 0, flags: 0 }
  return { op: 'WRITE', fuse_write_in, data: new Uint8Array(length) } as never
}

/** A session whose kernel has the file, open. */
function session() {
  const made = sessionHarness({
    lookup: () => entry,
    getattr: () => ({ attr: entry.attr }),
    open: () => ({}),
    write: ({ data }) => data.length,
  })
  made.ask(LOOKUP, DIR)
  made.ask(OPEN, FILE)
  return made
}

/*
 * Stored bytes that end within a page have zeros behind them there, which are right at the end of the file alone; and the
 * kernel knows a new size only once somebody asks.
 */
for (const [what, request, about] of [
  ['GETATTR', GETATTR, FILE],
  ['LOOKUP', LOOKUP, DIR],
] as const) {
  test(`stored bytes that end before the file does: their last page is dropped when ${what} tells the size`, async () => {
    const { ask, notify, port } = session()
    const stored = notify.store(FILE, 0, new Uint8Array(5000))
    await settle()
    // While it is with the kernel, or later.
    ask(request, about)
    await port.answer('STORE')
    assert.deepEqual(port.held, ['INVAL_INODE 3 4999+1'])
    await port.answer('INVAL_INODE')
    assert.equal((await stored).outcome, 'applied')
    ask(request, about)
    await settle()
    assert.deepEqual(port.held, [])
  })
}

test('not if they end with the file or with a page, or begin within their last page', async () => {
  const { ask, notify, port } = session()
  for (const [offset, length] of [
    [4096, SIZE - 4096],
    [0, 4096],
    [4097, 100],
  ] as const) {
    void notify.store(FILE, offset, new Uint8Array(length))
    await port.answer('STORE')
    ask(GETATTR, FILE)
    await settle()
    assert.deepEqual(port.held, [], `${offset}+${length}`)
  }
})

test('nor if their page is dropped behind them; but it counts what is stored behind that', async () => {
  const { ask, notify, port } = session()
  void notify.store(FILE, 0, new Uint8Array(5000))
  void notify.invalInode(FILE, { offset: 4096, length: 1 })
  await port.answerAll()
  ask(GETATTR, FILE)
  await settle()
  assert.deepEqual(port.held, [])
  void notify.invalInode(FILE, { offset: 4096, length: 1 })
  void notify.store(FILE, 0, new Uint8Array(5000))
  await port.answerAll()
  ask(GETATTR, FILE)
  await settle()
  assert.deepEqual(port.held, ['INVAL_INODE 3 4999+1'])
})

test('bytes stored further on, with a gap: the page before the gap is dropped with them', async () => {
  const { notify, port } = session()
  void notify.store(FILE, 0, new Uint8Array(5000))
  await port.answer('STORE')
  const second = notify.store(FILE, 9000, new Uint8Array(10))
  await port.answer('STORE')
  assert.deepEqual(port.held, ['INVAL_INODE 3 4999+1'])
  await port.answer('INVAL_INODE')
  assert.equal((await second).outcome, 'applied')
})

test('bytes stored right behind leave no gap', async () => {
  const { ask, notify, port } = session()
  for (const offset of [0, 100, 200]) {
    void notify.store(FILE, offset, new Uint8Array(100))
    await port.answer('STORE')
    assert.deepEqual(port.held, [])
  }
  ask(GETATTR, FILE)
  await settle()
  assert.deepEqual(port.held, ['INVAL_INODE 3 299+1'])
})

test('a write behind stored bytes: the same', async () => {
  const { ask, notify, port, clock } = session()
  void notify.store(FILE, 0, new Uint8Array(5000))
  await port.answer('STORE')
  clock.advance(2001)
  ask(write(9000, 10), FILE)
  await settle()
  assert.deepEqual(port.held, ['INVAL_INODE 3 4999+1'])
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
  clock.advance(2001)
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
