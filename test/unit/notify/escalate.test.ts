import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Random, fromEnvironment } from '../../helpers/random.js'
import { DIR, FILE, known, node, ROOT, settle } from './harness.js'

/* Too much stands in line: something coarser is sent that covers it, and everybody hears of it. */

test('of a file: one invalidation of all of it, ranges and stored bytes alike', async () => {
  const { port, notify, engine } = known({ maxQueuedPerKey: 4 })
  const first = notify.invalInode(FILE, { offset: 0, length: 1 })
  await settle()
  const all = [0, 2, 4, 6].map((page) => notify.invalInode(FILE, { offset: page * 10_000, length: 1 }))
  assert.equal(engine.stats().queued, 4)
  all.push(notify.store(FILE, 50, Buffer.from('bytes')))
  assert.equal(engine.stats().queued, 1)
  await port.answerAll()
  assert.deepEqual(port.texts, ['INVAL_INODE 3 0+1', 'INVAL_INODE 3 0+end'])
  assert.equal((await first).outcome, 'applied')
  for (const { outcome } of await Promise.all(all)) assert.equal(outcome, 'escalated')
  assert.deepEqual([engine.stats().codes.INVAL_INODE.escalated, engine.stats().queued], [5, 0])
})

test('of a directory that was listed: its lock is waited for all the same', async () => {
  const { port, notify, coherence } = known({ maxQueuedPerKey: 2 })
  const all = [notify.invalInode(DIR)]
  await settle()
  coherence.listings.begin(DIR)
  for (const page of [0, 2, 4]) all.push(notify.invalInode(DIR, { offset: page * 10_000, length: 1 }))
  await port.answerAll()
  assert.deepEqual(port.texts, ['INVAL_INODE 2 0+end', 'INVAL_ENTRY 2 .', 'INVAL_INODE 2 0+end'])
  await Promise.all(all)
})

test('of names: INC_EPOCH at once, and the listing of the directory once its lock was had', async () => {
  const { port, notify } = known({ maxQueuedPerKey: 3 })
  const first = notify.invalEntry(DIR, 'held')
  await settle()
  const all = ['a', 'b', 'c'].map((name) => notify.invalEntry(DIR, name))
  all.push(notify.delete(DIR, FILE, 'd'))
  assert.deepEqual(port.texts, ['INVAL_ENTRY 2 held', 'INC_EPOCH'])
  await port.answerAll()
  assert.deepEqual(port.texts.slice(2), ['INVAL_ENTRY 2 .', 'INVAL_INODE 2 0+end'])
  assert.equal((await first).outcome, 'applied')
  for (const { outcome } of await Promise.all(all)) assert.equal(outcome, 'escalated')
})

test('of names: those who asked hear of it if INC_EPOCH is refused, and nobody else does', async () => {
  const { port, notify } = known({ maxQueuedPerKey: 3 })
  port.results.set('INC_EPOCH', 'ENOMEM')
  const first = notify.invalEntry(DIR, 'held')
  await settle()
  const all = ['a', 'b', 'c', 'd'].map((name) => notify.invalEntry(DIR, name))
  const refused = all.map((each) => assert.rejects(each, { code: 'ENOMEM', notification: 'INC_EPOCH' }))
  await port.answerAll()
  // An unhandled rejection would fail the test as well.
  await Promise.all(refused)
  assert.equal((await first).outcome, 'applied')
})

test('of names, when the connection has just ended: nothing is cached, and nobody fails', async () => {
  const { port, notify, engine } = known({ maxQueuedPerKey: 3 })
  port.results.set('INC_EPOCH', 'ENODEV')
  const all = ['held', 'a', 'b', 'c', 'd'].map((name) => notify.invalEntry(DIR, name))
  engine.end()
  for (const { outcome } of await Promise.all(all)) assert.equal(outcome, 'not-cached')
})

test('a reply that was computed before promises nothing after names were escalated', () => {
  const { notify, coherence } = known({ maxQueuedPerKey: 1 })
  const { races } = coherence
  const began = races.enter()
  for (const name of ['held', 'a', 'b']) void notify.invalEntry(DIR, name)
  assert.ok(races.namesTouchedSince(node(99), began) && races.nodeTouchedSince(node(99), began))
  races.leave()
})

test('without INC_EPOCH the newest is refused, and the others go on', async () => {
  const { port, notify } = known({ maxQueuedPerKey: 2 }, { minorLimit: 43 })
  const first = notify.invalEntry(DIR, 'held')
  await settle()
  const sent = [first, notify.invalEntry(DIR, 'a'), notify.invalEntry(DIR, 'b')]
  await assert.rejects(notify.invalEntry(DIR, 'c'), { code: 'ENOBUFS', node: DIR })
  await port.answerAll()
  for (const { outcome } of await Promise.all(sent)) assert.equal(outcome, 'applied')
  assert.deepEqual(port.texts, ['INVAL_ENTRY 2 held', 'INVAL_ENTRY 2 a', 'INVAL_ENTRY 2 b'])
})

test('the bound of all lines together makes each of them shorter', async () => {
  const { port, notify, engine, coherence } = known({ maxQueued: 20 })
  const nodes = Array.from({ length: 5 }, (_, i) => node(10 + i))
  const all: Promise<unknown>[] = []
  for (const each of nodes) {
    coherence.known.add(each, DIR, false)
    all.push(notify.invalInode(each, { offset: 0, length: 1 }))
  }
  await settle()
  for (const each of nodes) {
    for (let i = 1; i < 5; i += 1) all.push(notify.invalInode(each, { offset: i * 10_000, length: 1 }))
  }
  assert.equal(engine.stats().queued, 20)
  all.push(notify.invalInode(nodes[0]!, { offset: 900_000, length: 1 }))
  assert.equal(engine.stats().queued, 5)
  await port.answerAll()
  await Promise.all(all)
})

test('retrievals are never dropped for invalidations', async () => {
  const { port, notify, engine } = known({ maxQueuedPerKey: 3 })
  const first = notify.invalInode(FILE)
  await settle()
  const bytes = notify.retrieve(FILE, 0, 4)
  for (let i = 0; i < 5; i += 1) void notify.store(FILE, i * 10, Buffer.from('x'))
  await port.answer('INVAL_INODE')
  assert.deepEqual(port.held, ['RETRIEVE 3 0+4', 'INVAL_INODE 3 0+end'])
  await port.answer()
  const { fuse_notify_retrieve_out } = port.sent.at(1)!.message as {
    fuse_notify_retrieve_out?: { notify_unique: number }
  }
  engine.answered(fuse_notify_retrieve_out!.notify_unique, 0, Buffer.from('data'))
  assert.equal(Buffer.from(await bytes).toString(), 'data')
  await port.answerAll()
  await first
})

/* Random calls and answers: everybody is told, in the order of each key, and what was told to be dropped is dropped. */
test('nobody is left waiting, and what is sent last of each key covers all', async (t) => {
  const seed = fromEnvironment('NOTIFY_SEED', Date.now() % 2 ** 31)
  t.diagnostic(`NOTIFY_SEED=${seed}`)
  const random = new Random(seed)
  const { port, notify, engine, coherence } = known({ maxQueuedPerKey: 6, maxQueued: 20 }, {}, 3)
  const nodes = [ROOT, DIR, FILE, node(4), node(5)]
  for (const each of nodes.slice(3)) coherence.known.add(each, DIR, false)
  const all: Promise<unknown>[] = []
  /** By node, how many messages had been sent when it was last called about. */
  const lastCall = new Map<number, number>()
  for (let i = 0; i < 5000; i += 1) {
    const each = random.pick(nodes)
    const before = port.sent.length
    // Some turns are over at once, and some go on for a while.
    if (random.below(4) === 0) await settle()
    switch (random.below(7)) {
      case 0:
        all.push(notify.invalInode(each, { offset: random.below(50) * 100, length: 1 + random.below(200) }))
        lastCall.set(each, before)
        break
      case 1:
        all.push(notify.store(each, random.below(5000), new Uint8Array(1 + random.below(9))))
        lastCall.set(each, before)
        break
      case 2:
        all.push(notify.invalEntry(each, `n${random.below(6)}`, { expireOnly: random.below(2) === 0 }))
        break
      case 3:
        all.push(notify.delete(each, FILE, `n${random.below(6)}`))
        break
      case 4:
        coherence.listings.begin(each)
        break
      default:
        if (port.waiting.length > 0) port.take(random.pick(port.at), random.pick([undefined, undefined, 'ENOENT']))
    }
    const { waiting, queued } = engine.stats()
    assert.ok(waiting <= 3 && queued <= 20 + 2 * nodes.length, `${waiting} ${queued}`)
  }
  await port.answerAll()
  await settle()
  await Promise.all(all)
  for (const [each, before] of lastCall) {
    const later = port.texts.slice(before).some((text) => new RegExp(`^(INVAL_INODE|STORE) ${each} `).test(text))
    assert.ok(later, `nothing was sent of node ${each} after the last call`)
  }
  assert.deepEqual([engine.stats().waiting, engine.stats().queued], [0, 0])
})
