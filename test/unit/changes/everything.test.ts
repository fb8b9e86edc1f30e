import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { NodeId } from '#src/base/ids.js'
import { DIR, FILE, harness, OTHER, ROOT, SUB } from './harness.js'

/* Everything is to be asked for again; and what becomes of the verbs where the kernel lacks a notification. */

type Harness = Awaited<ReturnType<typeof harness>>

function seen(h: Harness): Harness {
  h.lookup(ROOT, 'd')
  h.lookup(DIR, 'f', 'g', 's', 'missing')
  h.read(FILE)
  h.opendir(DIR)
  h.readdir(DIR)
  return h
}

async function sent(h: Harness, options = {}): Promise<string[]> {
  const result = h.changes.everything(options)
  await h.flow()
  await result
  return h.port.texts
}

test('names at once, what is in nobody’s use is forgotten, and the rest node by node', async () => {
  const h = seen(await harness())
  h.open(FILE)
  assert.deepEqual((await sent(h)).toSorted(), [
    'INC_EPOCH',
    'INVAL_ENTRY 2 .',
    'INVAL_INODE 1 attributes',
    'INVAL_INODE 2 0+end',
    'INVAL_INODE 3 0+end',
    'INVAL_INODE 4 attributes',
    'INVAL_INODE 6 attributes',
    'PRUNE 2 4 6',
  ])
  assert.equal(h.port.texts[0], 'INC_EPOCH')
})

test('what the kernel gives back when it is made to forget costs nothing more', async () => {
  const h = seen(await harness())
  const result = h.changes.everything()
  await Promise.resolve()
  for (const node of [OTHER, SUB]) h.forget(node)
  await h.flow()
  await result
  assert.ok(!h.port.texts.some((text) => /INVAL_INODE (4|6)/.test(text)), h.port.texts.join())
})

test('content that is right stays, listings do not', async () => {
  const texts = await sent(seen(await harness()), { keepData: true })
  assert.ok(texts.includes('INVAL_INODE 3 attributes') && texts.includes('INVAL_INODE 2 0+end'))
  assert.ok(!texts.some((text) => text.startsWith('PRUNE')))
})

test('afterwards names that did not exist are held no more', async () => {
  const h = seen(await harness())
  await sent(h)
  const change = await h.sentFor(() => h.changes.created('d/missing'))
  assert.deepEqual(change.sent, ['INVAL_INODE 2 attributes'])
})

test('without INC_EPOCH and PRUNE: each name', async () => {
  const h = seen(await harness({ supports: { incEpoch: false, prune: false } }))
  const texts = await sent(h)
  for (const name of ['f', 'g', 's', 'missing']) assert.ok(texts.includes(`INVAL_ENTRY 2 ${name}`), name)
  assert.ok(texts.includes('INVAL_ENTRY 1 d'))
  assert.ok(texts.includes('INVAL_INODE 3 0+end'))
  assert.ok(!texts.some((text) => /INC_EPOCH|PRUNE/.test(text)))
})

test('many nodes: in portions, with turns for requests in between', async () => {
  const h = await harness()
  h.lookup(ROOT, 'd')
  for (let i = 0; i < 3000; i += 1) {
    h.fs.names.set(`2/n${i}`, (100 + i) as NodeId)
    h.lookup(DIR, `n${i}`)
    h.read((100 + i) as NodeId)
  }
  let most = 0
  const progress = { isDone: false }
  void h.changes.everything().then(() => (progress.isDone = true))
  while (!progress.isDone) {
    await new Promise(setImmediate)
    most = Math.max(most, h.port.waiting.length)
    while (h.port.waiting.length > 0) h.port.take()
  }
  assert.ok(most <= 256, `${most} at a time`)
  assert.ok(h.turns() >= 3000 / 256)
})

test('more names in one go than are worth it: all at once', async () => {
  const h = await harness()
  h.lookup(ROOT, 'd')
  const all = Array.from({ length: 300 }, (_, i) => `missing ${i}`)
  h.lookup(DIR, ...all.slice(0, 250))
  const result = h.changes.batch((batch) => all.forEach((name) => batch.created(DIR, name)))
  await h.flow()
  assert.equal((await result).outcome, 'applied')
  assert.equal(h.port.sent.length, 251)
  h.lookup(DIR, ...all)
  const again = h.changes.batch((batch) => all.forEach((name) => batch.created(DIR, name)))
  await h.flow()
  assert.equal((await again).outcome, 'escalated')
  assert.deepEqual(h.port.texts.slice(251), ['INC_EPOCH', 'INVAL_INODE 2 attributes'])
})

test('without DELETE, STORE and FUSE_EXPIRE_ONLY: what does the same, but for watchers, pages and objects that stay', async () => {
  const h = seen(await harness({ supports: { delete: false, store: false, expireOnly: false } }))
  h.later(3000)
  assert.deepEqual((await h.sentFor(() => h.changes.modified('d/f', { data: Buffer.from('new') }))).sent, [
    'INVAL_INODE 3 0+3',
  ])
  assert.deepEqual((await h.sentFor(() => h.changes.created('d/g'))).sent, [
    'INVAL_ENTRY 2 .',
    'INVAL_ENTRY 2 g',
    'INVAL_INODE 2 0+end',
    'INVAL_INODE 4 attributes',
  ])
  h.fs.names.delete('2/g')
  assert.deepEqual((await h.sentFor(() => h.changes.removed('d/g'))).sent, [
    'INVAL_ENTRY 2 g',
    'INVAL_INODE 2 attributes',
    'INVAL_INODE 4 attributes',
  ])
})

test('two names of one file, removed one after the other: the second is its end', async () => {
  const h = await harness()
  h.fs.links.set(FILE, 2)
  h.fs.names.set('2/h', FILE)
  h.lookup(ROOT, 'd')
  h.lookup(DIR, 'f', 'h')
  for (const name of ['f', 'h']) h.fs.names.delete(`2/${name}`)
  const { sent } = await h.sentFor(() =>
    h.changes.batch((batch) => ['f', 'h'].forEach((name) => batch.removed(DIR, name))),
  )
  assert.deepEqual(sent, [
    'DELETE 2 h was 3',
    'INVAL_ENTRY 2 f',
    'INVAL_INODE 2 attributes',
    'INVAL_INODE 3 attributes',
  ])
})
