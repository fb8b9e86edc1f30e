import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DIR, FILE, known, node, ROOT, settle, stateOf } from './harness.js'

/* Which way a notification goes, and in which order. */

test('what never waits is sent on the spot, the rest without holding up the thread', async () => {
  const { port, notify } = known()
  await Promise.all([notify.poll(7), notify.resend(), notify.incEpoch(), notify.prune([DIR, FILE])])
  await notify.invalInode(FILE, { attributesOnly: true })
  assert.deepEqual(port.texts, ['POLL 7', 'RESEND', 'INC_EPOCH', 'PRUNE 2 3', 'INVAL_INODE 3 attributes'])
  assert.ok(port.sent.every(({ isDirect }) => isDirect))
  const waiting = [
    notify.invalInode(FILE),
    notify.invalEntry(DIR, 'a'),
    notify.store(node(3), 0, Buffer.from('xyz')),
    notify.delete(DIR, FILE, 'b'),
  ]
  await settle()
  assert.deepEqual(
    port.sent.slice(5).map(({ isDirect }) => isDirect),
    [false, false, false, false],
  )
  await port.answerAll()
  for (const { outcome } of await Promise.all(waiting)) assert.equal(outcome, 'applied')
})

test('while anything waits, what looks for an inode goes the same way; what takes spin locks alone does not', async () => {
  const { port, notify } = known()
  const first = notify.invalInode(FILE)
  await settle()
  const others = [notify.invalInode(DIR, { attributesOnly: true }), notify.prune([DIR]), notify.retrieve(ROOT, 0, 1)]
  const free = [notify.poll(1), notify.resend(), notify.incEpoch()]
  await settle()
  assert.deepEqual(
    port.sent.map(({ text, isDirect }) => `${text}${isDirect ? '' : ' behind'}`),
    [
      'INVAL_INODE 3 0+end behind',
      'POLL 1',
      'RESEND',
      'INC_EPOCH',
      'INVAL_INODE 2 attributes behind',
      'PRUNE 2 behind',
      'RETRIEVE 1 0+1 behind',
    ],
  )
  await Promise.all(free)
  await port.answerAll('ENOENT')
  assert.equal((await first).outcome, 'not-cached')
  await Promise.all(others)
  await notify.invalInode(DIR, { attributesOnly: true })
  assert.ok(port.sent.at(-1)!.isDirect)
})

test('of one key one is taken at a time, in order; different keys side by side', async () => {
  const { port, notify } = known()
  const done: string[] = []
  const post = (name: string, promise: Promise<unknown>) => promise.then(() => done.push(name))
  void post('inval', notify.invalInode(FILE, { offset: 0, length: 10 }))
  void post('store', notify.store(FILE, 0, Buffer.from('new')))
  void post('name a', notify.invalEntry(FILE, 'a'))
  void post('name b', notify.invalEntry(FILE, 'b'))
  void post('of another', notify.invalInode(DIR))
  await settle()
  assert.deepEqual(port.at, ['INVAL_INODE 3 0+10', 'INVAL_ENTRY 3 a', 'INVAL_INODE 2 0+end'])
  const chains = ['INVAL_INODE 3 0+10', 'STORE 3 0+3', 'INVAL_ENTRY 3 a', 'INVAL_ENTRY 3 b', 'INVAL_INODE 2 0+end']
  assert.deepEqual(port.held, chains)
  void post('later', notify.store(FILE, 3, Buffer.from('newer')))
  await port.answer('INVAL_INODE 2')
  await port.answer('INVAL_ENTRY')
  assert.deepEqual(port.at, ['INVAL_INODE 3 0+10', 'INVAL_ENTRY 3 b'])
  await port.answer('INVAL_INODE 3')
  assert.deepEqual(port.held, ['STORE 3 0+3', 'INVAL_ENTRY 3 b'], 'the later one waits for the whole chain')
  await port.answerAll()
  assert.deepEqual(port.texts, [...chains, 'STORE 3 3+5'])
  assert.deepEqual(done, ['of another', 'name a', 'inval', 'store', 'name b', 'later'])
})

test('counts what is with the peer and what stands behind it, for whatever reason', async () => {
  const { port, notify, engine, coherence } = known({}, {}, 4)
  const nodes = Array.from({ length: 10 }, (_, i) => node(10 + i))
  for (const each of nodes) coherence.known.add(each, DIR, false)
  const all = [...nodes.map((each) => notify.invalInode(each)), notify.store(nodes[0]!, 0, Buffer.from('x'))]
  const counts = () => [engine.stats().waiting, engine.stats().queued]
  assert.deepEqual(counts(), [0, 11])
  await settle()
  assert.deepEqual(counts(), [4, 7])
  await port.answer()
  assert.deepEqual(counts(), [4, 6])
  await port.answerAll()
  assert.deepEqual(counts(), [0, 0])
  await Promise.all(all)
})

test('a key with much to say does not hold up those that had no room', async () => {
  const { port, notify, coherence } = known({}, {}, 2)
  coherence.known.add(node(10), DIR, false)
  coherence.known.add(node(11), DIR, false)
  void notify.invalInode(DIR)
  void notify.invalInode(FILE)
  void notify.invalInode(node(10))
  void notify.invalInode(node(11))
  await settle()
  for (let i = 0; i < 5; i += 1) void notify.store(FILE, i, Buffer.from('x'))
  await port.answer('INVAL_INODE 3')
  await port.answer('INVAL_INODE 10')
  // DIR is stuck. The two others that stood there first come before the second of FILE.
  assert.deepEqual(port.held, ['INVAL_INODE 2 0+end', 'INVAL_INODE 11 0+end'])
  await port.answer('INVAL_INODE 11')
  assert.deepEqual(port.held, ['INVAL_INODE 2 0+end', 'STORE 3 0+1'])
})

test('what is sent is flushed by itself', async () => {
  const { port, notify } = known()
  void notify.invalInode(FILE)
  void notify.invalEntry(DIR, 'x')
  await settle()
  assert.deepEqual([port.sent.length, port.unflushed, port.flushes], [2, 0, 1])
})

test('of a long burst the beginning is sent before its end', async () => {
  const { port, notify, coherence } = known()
  for (let i = 0; i < 40; i += 1) {
    coherence.known.add(node(10 + i), DIR, false)
    void notify.invalInode(node(10 + i))
  }
  assert.deepEqual([port.sent.length, port.unflushed, port.flushes], [32, 0, 1])
  await settle()
  assert.deepEqual([port.at.length, port.unflushed, port.flushes], [40, 0, 2])
})

test('of one key no more than 256 are with the kernel, the others come when it has taken all of those', async () => {
  const { port, notify } = known()
  const all = Array.from({ length: 300 }, (_, i) => notify.store(FILE, i, Buffer.from('x')))
  await settle()
  assert.deepEqual([port.held.length, port.at], [256, ['STORE 3 0+1']])
  for (let i = 0; i < 255; i += 1) await port.answer()
  assert.deepEqual(port.held, ['STORE 3 255+1'])
  await port.answer()
  assert.deepEqual([port.held.length, port.at], [44, ['STORE 3 256+1']])
  await port.answerAll()
  assert.deepEqual(
    port.texts,
    all.map((_, i) => `STORE 3 ${i}+1`),
  )
  for (const { outcome } of await Promise.all(all)) assert.equal(outcome, 'applied')
})

for (const where of ['with the kernel', 'about to be sent']) {
  test(`when the connection ends everything that waits is settled (${where}), and what comes later at once`, async () => {
    const { port, notify, engine } = known({}, {}, 2)
    const waiting = [notify.invalInode(FILE), notify.store(FILE, 0, Buffer.from('x')), notify.invalEntry(DIR, 'a')]
    const noRoom = notify.invalEntry(ROOT, 'b')
    const retrieving = notify.retrieve(FILE, 0, 10)
    if (where === 'with the kernel') await settle()
    assert.equal(engine.stats().waiting, where === 'with the kernel' ? 2 : 0)
    engine.end()
    for (const { outcome } of await Promise.all([...waiting, noRoom])) assert.equal(outcome, 'not-cached')
    await assert.rejects(retrieving, { code: 'ERR_MOUNT_ENDED' })
    await assert.rejects(notify.retrieve(FILE, 0, 10), { code: 'ERR_MOUNT_ENDED' })
    assert.equal((await notify.invalInode(FILE)).outcome, 'not-cached')
    const { length } = port.sent
    // Results that come late change nothing.
    await port.answerAll()
    assert.equal(port.sent.length, length)
    assert.deepEqual([engine.stats().waiting, engine.stats().queued], [0, 0])
  })
}

test('a device that is gone has nothing cached; any other errno is an error with its name', async () => {
  for (const errno of ['ENODEV', 'ENOTCONN', 'EPERM'] as const) {
    const { port, notify } = known()
    const sent = notify.invalInode(FILE)
    await port.answer('', errno)
    assert.equal((await sent).outcome, 'not-cached')
  }
  const { port, notify, engine } = known()
  const sent = notify.delete(DIR, FILE, 'f')
  await settle()
  port.take('', 'ENOTEMPTY')
  await assert.rejects(sent, { name: 'NotifyError', code: 'ENOTEMPTY', notification: 'DELETE', node: DIR })
  port.results.set('POLL', 'ENOMEM')
  await assert.rejects(notify.poll(1), { code: 'ENOMEM', node: undefined })
  const { codes } = engine.stats()
  assert.deepEqual([codes.DELETE.failed, codes.POLL.failed], [1, 1])
})

test('the time that one took is told and kept', async () => {
  const { port, notify, engine, clock } = known()
  const sent = notify.invalInode(FILE)
  clock.advance(250)
  assert.equal(await stateOf(sent), 'pending')
  await port.answer()
  assert.deepEqual(await sent, { outcome: 'applied', waitedMs: 250 })
  assert.equal(engine.stats().longestWaitMs, 250)
})
