import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DIR, FILE, harness, known, node, ROOT, settle, stateOf } from './harness.js'

/* ENOENT for a node that the kernel was given: it is about to install it. Listings that are on their way. */

const BARRIER = 'INVAL_ENTRY 2 .'

test('a node that the kernel was given and does not know yet: wait for the directory, and send it again', async () => {
  const { port, notify, engine } = known()
  const sent = notify.invalInode(FILE)
  await port.answer('INVAL_INODE', 'ENOENT')
  assert.deepEqual([port.at, port.held], [[BARRIER], [BARRIER, 'INVAL_INODE 3 0+end']])
  await port.answer(BARRIER, 'ENOENT')
  assert.deepEqual(port.held, ['INVAL_INODE 3 0+end'])
  assert.equal(await stateOf(sent), 'pending')
  await port.answer()
  assert.equal((await sent).outcome, 'applied')
  const { barriers, retries, codes } = engine.stats()
  assert.deepEqual([barriers, retries, codes.INVAL_INODE.sent, codes.INVAL_ENTRY.sent], [1, 1, 1, 0])
})

test('so it is for bytes to be stored, and for attributes alone, which are sent on the spot first', async () => {
  const { port, notify } = known()
  const stored = notify.store(FILE, 0, Buffer.from('abc'))
  await port.answer('STORE', 'ENOENT')
  await port.answer(BARRIER, 'ENOENT')
  await port.answer('STORE')
  assert.equal((await stored).outcome, 'applied')
  port.results.set('INVAL_INODE', 'ENOENT')
  const attributes = notify.invalInode(FILE, { attributesOnly: true })
  await settle()
  assert.deepEqual(port.at, [BARRIER])
  await port.answer(BARRIER, 'ENOENT')
  assert.deepEqual(port.held, ['INVAL_INODE 3 attributes'])
  await port.answer()
  assert.equal((await attributes).outcome, 'applied')
})

test('a kernel that says so again and again is believed', async () => {
  const { port, notify, engine } = known()
  const sent = notify.invalInode(FILE)
  await port.answerAll('ENOENT')
  assert.equal((await sent).outcome, 'not-cached')
  assert.deepEqual(port.texts, ['INVAL_INODE 3 0+end', BARRIER, 'INVAL_INODE 3 0+end', BARRIER, 'INVAL_INODE 3 0+end'])
  assert.equal(engine.stats().codes.INVAL_INODE.notCached, 1)
})

test('a node that was never given, or taken back, is not sent at all; the root is never in doubt', async () => {
  const { port, notify, coherence } = known()
  coherence.forget(FILE, 1)
  for (const { outcome } of await Promise.all([
    notify.invalInode(FILE),
    notify.store(FILE, 0, Buffer.from('x')),
    notify.invalEntry(node(77), 'x'),
    notify.delete(node(77), FILE, 'x'),
    notify.prune([FILE, node(77)]),
  ])) {
    assert.equal(outcome, 'not-cached')
  }
  assert.equal((await notify.retrieve(FILE, 0, 10)).length, 0)
  assert.deepEqual(port.texts, [])
  const root = notify.invalInode(ROOT)
  await port.answer('', 'ENOENT')
  assert.equal((await root).outcome, 'not-cached')
  assert.equal(port.sent.length, 1)
})

test('the others of the same key wait for the second try', async () => {
  const { port, notify } = known()
  void notify.invalInode(FILE)
  await settle()
  const next = notify.store(FILE, 0, Buffer.from('x'))
  await port.answer('INVAL_INODE', 'ENOENT')
  assert.deepEqual(port.at, [BARRIER])
  await port.answer(BARRIER, 'ENOENT')
  assert.deepEqual([port.at, port.held], [['INVAL_INODE 3 0+end'], ['INVAL_INODE 3 0+end', 'STORE 3 0+1']])
  await port.answerAll()
  assert.equal((await next).outcome, 'applied')
})

test('of a chain, the one that the kernel does not know yet and all behind it are sent again, in order', async () => {
  const { port, notify, engine } = known()
  const done: string[] = []
  const all = [
    notify.store(FILE, 0, Buffer.from('a')),
    notify.store(FILE, 1, Buffer.from('bb')),
    notify.invalInode(FILE, { offset: 1, length: 1 }),
    notify.store(FILE, 2, Buffer.from('ccc')),
  ]
  for (const [i, each] of all.entries()) void each.then(() => done.push('abcd'[i]!))
  await settle()
  const chain = ['STORE 3 0+1', 'STORE 3 1+2', 'INVAL_INODE 3 1+1', 'STORE 3 2+3']
  assert.deepEqual([port.held, port.at], [chain, chain.slice(0, 1)])
  await port.answer('STORE 3 0')
  assert.deepEqual(done, ['a'])
  await port.answer('STORE 3 1', 'ENOENT')
  // The kernel has the node by now, and takes the others: too early, and the last of them not at all.
  await port.answer('INVAL_INODE')
  void notify.store(FILE, 9, Buffer.from('later'))
  await port.answer('STORE 3 2', 'ENOENT')
  assert.deepEqual(done, ['a'])
  const again = [BARRIER, ...chain.slice(1), 'STORE 3 9+5']
  assert.deepEqual([port.held, port.at], [again, [BARRIER]])
  await port.answer(BARRIER, 'ENOENT')
  for (const expected of again.slice(1)) {
    assert.deepEqual(port.at, [expected])
    await port.answer()
  }
  assert.deepEqual(port.texts, [...chain, ...again])
  assert.deepEqual(done, ['a', 'b', 'c', 'd'])
  for (const { outcome } of await Promise.all(all)) assert.equal(outcome, 'applied')
  const { barriers, retries, codes, waiting, queued } = engine.stats()
  assert.deepEqual([barriers, retries, codes.STORE.sent, codes.INVAL_INODE.sent, waiting, queued], [1, 1, 4, 1, 0, 0])
})

test('a directory that was listed: its lock first, then the listing', async () => {
  const { port, notify, coherence } = known()
  coherence.listings.begin(DIR)
  const first = notify.invalInode(DIR)
  await settle()
  assert.deepEqual([port.at, port.held], [[BARRIER], [BARRIER, 'INVAL_INODE 2 0+end']])
  await port.answerAll('ENOENT')
  await first
  const { length } = port.sent
  void notify.invalInode(DIR)
  await settle()
  assert.deepEqual(port.texts.slice(length), ['INVAL_INODE 2 0+end'], 'nothing was listed since')
})

test('whoever else waits for the lock of a listed directory, it is waited for until they have it', async () => {
  const { port, notify, coherence } = known()
  coherence.listings.begin(DIR)
  void notify.invalInode(FILE)
  await port.answer('INVAL_INODE 3', 'ENOENT')
  assert.deepEqual(port.at, [BARRIER])
  // The answer to READDIR is not applied yet: the barrier stands behind it.
  void notify.invalInode(DIR)
  await settle()
  assert.deepEqual(port.at, [BARRIER, BARRIER])
})

test('a listing that began behind the barrier is not covered by it', async () => {
  const { port, notify, coherence } = known()
  coherence.listings.begin(DIR)
  void notify.invalInode(DIR)
  await settle()
  coherence.listings.begin(DIR)
  await port.answerAll('ENOENT')
  void notify.invalInode(DIR)
  await settle()
  assert.deepEqual(port.at, [BARRIER])
})

test('what is merged with one that needs no barrier brings its own', async () => {
  const { port, notify, coherence } = known()
  const all = [notify.invalInode(DIR)]
  await settle()
  all.push(notify.invalInode(DIR))
  coherence.listings.begin(DIR)
  all.push(notify.invalInode(DIR))
  await port.answer('INVAL_INODE 2')
  assert.deepEqual([port.at, port.held], [[BARRIER], [BARRIER, 'INVAL_INODE 2 0+end']])
  await port.answerAll('ENOENT')
  await Promise.all(all)
})

test('so it does if the other waits for the directory above, since a directory that was listed is known', async () => {
  const { port, notify, coherence } = known()
  const first = notify.invalInode(DIR)
  await settle()
  port.take('INVAL_INODE 2', 'ENOENT')
  coherence.listings.begin(DIR)
  const second = notify.invalInode(DIR)
  await settle()
  assert.deepEqual(port.held, [BARRIER, 'INVAL_INODE 2 0+end'])
  await port.answerAll()
  await Promise.all([first, second])
})

test('a filesystem that never asked for push caching costs the kernel nothing', async () => {
  const { port, notify } = harness()
  await notify.invalInode(FILE)
  assert.deepEqual(port.texts, [])
})
