import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { unite } from '#src/notify/line.js'
import type { Work } from '#src/notify/job.js'
import { DIR, FILE, known, settle } from './harness.js'

/* What is not with the kernel yet is merged with others of the same key where nothing gets lost by it. */

test('ranges that touch become one, with what lies between two of them kept', async () => {
  const { port, notify } = known()
  const range = (offset: number, length: number) => notify.invalInode(FILE, { offset, length })
  const first = range(0, 1)
  await settle()
  const all = [first, range(4096, 4096), range(8192, 100), range(100, 4000), range(1_000_000, 1)]
  await port.answer()
  assert.deepEqual(port.at, ['INVAL_INODE 3 100+8192'])
  await port.answerAll()
  assert.deepEqual(port.texts, ['INVAL_INODE 3 0+1', 'INVAL_INODE 3 100+8192', 'INVAL_INODE 3 1000000+1'])
  const outcomes = (await Promise.all(all)).map(({ outcome }) => outcome)
  assert.deepEqual(outcomes, ['applied', 'applied', 'merged', 'merged', 'applied'])
})

test('attributes alone are covered by any range, and a range covers what was for attributes alone', async () => {
  const { port, notify } = known()
  const first = notify.invalInode(FILE)
  await settle()
  const all = [
    first,
    notify.invalInode(FILE, { attributesOnly: true }),
    notify.invalInode(FILE, { offset: 10, length: 5 }),
    notify.invalInode(FILE, { attributesOnly: true }),
  ]
  await port.answerAll()
  assert.deepEqual(port.texts, ['INVAL_INODE 3 0+end', 'INVAL_INODE 3 10+5'])
  await Promise.all(all)
})

test('stored bytes between two invalidations stay between them', async () => {
  const { port, notify } = known()
  const first = notify.invalInode(FILE, { offset: 0, length: 1 })
  await settle()
  const all = [
    first,
    notify.invalInode(FILE, { offset: 0, length: 10 }),
    notify.store(FILE, 0, Buffer.from('new')),
    notify.invalInode(FILE, { offset: 0, length: 10 }),
  ]
  await port.answerAll()
  assert.deepEqual(port.texts.slice(1), ['INVAL_INODE 3 0+10', 'STORE 3 0+3', 'INVAL_INODE 3 0+10'])
  await Promise.all(all)
})

test('a name is dropped once; dropping covers expiring; what was deleted between stays between', async () => {
  const { port, notify } = known()
  const first = notify.invalEntry(DIR, 'first')
  await settle()
  const all = [
    first,
    notify.invalEntry(DIR, 'a', { expireOnly: true }),
    notify.invalEntry(DIR, 'b'),
    notify.invalEntry(DIR, 'a'),
    notify.invalEntry(DIR, 'b', { expireOnly: true }),
    notify.delete(DIR, FILE, 'a'),
    notify.invalEntry(DIR, 'a'),
    notify.invalEntry(DIR, 'a'),
  ]
  await port.answerAll()
  assert.deepEqual(port.texts.slice(1), ['INVAL_ENTRY 2 a', 'INVAL_ENTRY 2 b', 'DELETE 2 a was 3', 'INVAL_ENTRY 2 a'])
  const outcomes = (await Promise.all(all)).map(({ outcome }) => outcome)
  assert.deepEqual(outcomes.slice(3), ['merged', 'merged', 'applied', 'applied', 'merged'])
})

test('what is asked for in one go is merged before any of it is sent', async () => {
  const { port, notify } = known()
  const all = [notify.invalInode(FILE), notify.invalInode(FILE), notify.invalInode(FILE, { offset: 5, length: 5 })]
  all.push(notify.invalEntry(DIR, 'a', { expireOnly: true }), notify.invalEntry(DIR, 'a'))
  await port.answerAll()
  assert.deepEqual(port.texts, ['INVAL_INODE 3 0+end', 'INVAL_ENTRY 2 a'])
  const outcomes = (await Promise.all(all)).map(({ outcome }) => outcome)
  assert.deepEqual(outcomes, ['applied', 'merged', 'merged', 'applied', 'merged'])
})

test('a notification that is with the kernel already is never merged with', async () => {
  const { port, notify } = known()
  const first = notify.invalInode(FILE)
  await settle()
  const all = [first, notify.invalInode(FILE)]
  await port.answerAll()
  assert.equal(port.sent.length, 2)
  for (const { outcome } of await Promise.all(all)) assert.equal(outcome, 'applied')
})

test('what is merged into one that failed, fails; into one that was not there, was covered', async () => {
  const { port, notify } = known()
  const first = notify.invalEntry(DIR, 'x')
  await settle()
  const all = [first, notify.invalEntry(DIR, 'a'), notify.invalEntry(DIR, 'a')]
  await port.answer('', 'ENOENT')
  port.take('', 'ENOTDIR')
  assert.equal((await all[0]!).outcome, 'not-cached')
  for (const each of all.slice(1)) await assert.rejects(each, { code: 'ENOTDIR' })
})

/** Small numbers, so that ranges meet; undefined is attributes alone. */
const range = fc.option(
  fc.record({ offset: fc.nat(20), length: fc.oneof(fc.integer({ min: 1, max: 10 }), fc.constant(Infinity)) }),
  { nil: undefined },
)
const workOf = (each: { offset: number; length: number } | undefined): Work => ({
  notification: 'INVAL_INODE',
  node: FILE,
  ...each,
})

test('a union drops every byte that one of both drops, and no other', () => {
  const drops = ({ offset, length }: Work, at: number) => offset !== undefined && at >= offset && at < offset + length!
  fc.assert(
    fc.property(range, range, (a, b) => {
      const [one, two] = [workOf(a), workOf(b)]
      const union = unite(one, two)
      const gap = Array.from({ length: 60 }, (_, at) => at).filter(
        (at) => (union === undefined ? false : drops(union, at)) !== (drops(one, at) || drops(two, at)),
      )
      if (union !== undefined) assert.deepEqual(gap, [])
      else assert.ok(a!.offset > b!.offset + b!.length || b!.offset > a!.offset + a!.length)
    }),
  )
})
