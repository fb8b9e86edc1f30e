import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FileHandle } from '#src/base/ids.js'
import { deadlocks, LockList, type Lock } from '#src/fs/memory/locks.js'
import { fromEnvironment, Random } from '../../../helpers/random.js'

const [READ, WRITE, NONE] = [0, 1, 2]

function lock(owner: number, type: number, start = 0, end = Infinity): Lock {
  return { owner, type, start, end, fh: owner as FileHandle, pid: owner }
}

const never = new AbortController().signal

/** Whether a promise is settled once all that is due has run. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false
  const note = () => (settled = true)
  void promise.then(note, note)
  await new Promise(setImmediate)
  return settled
}

test('a range is split, joined and replaced as its owner says; others see what is in the way', () => {
  const list = new LockList()
  list.apply(lock(1, WRITE, 0, 99))
  list.apply(lock(1, NONE, 40, 49))
  list.apply(lock(1, READ, 60, 69))
  const at = (byte: number) => list.conflict(lock(2, READ, byte, byte))
  assert.deepEqual([at(39)?.end, at(40), at(49), at(50)?.start, at(59)?.end], [39, undefined, undefined, 50, 59])
  assert.equal(at(60), undefined)
  assert.equal(list.conflict(lock(2, WRITE, 65, 65))?.type, READ)
  assert.deepEqual([at(70)?.start, at(70)?.end], [70, 99])
  list.apply(lock(1, WRITE, 40, 69))
  assert.deepEqual([at(0)?.start, at(99)?.end, at(50)?.start], [0, 99, 0])
})

test('random ranges agree with a lock for each byte', () => {
  const seed = fromEnvironment('FUSEWIRE_SEED', Math.floor(Math.random() * 2 ** 32))
  const random = new Random(seed)
  const list = new LockList()
  const bytes = [1, 2, 3].map(() => Array.from({ length: 30 }, () => NONE))
  for (let i = 0; i < 5000; i += 1) {
    const owner = 1 + random.below(3)
    const start = random.below(30)
    const wanted = lock(owner, random.below(3), start, start + random.below(30 - start))
    const isFree = [1, 2, 3].every(
      (other) =>
        other === owner ||
        bytes[other - 1]!.slice(wanted.start, wanted.end + 1).every(
          (type) => type === NONE || (type === READ && wanted.type === READ),
        ),
    )
    if (wanted.type !== NONE) assert.equal(list.conflict(wanted) === undefined, isFree, `seed ${seed}, step ${i}`)
    if (wanted.type !== NONE && !isFree) continue
    list.apply(wanted)
    bytes[owner - 1]!.fill(wanted.type, wanted.start, wanted.end + 1)
  }
})

test('those who wait get it in their order, and readers together', async () => {
  const list = new LockList()
  list.apply(lock(1, WRITE))
  const order: number[] = []
  const wait = (owner: number, type: number) => list.wait(lock(owner, type), never).then(() => order.push(owner))
  const all = [wait(2, READ), wait(3, WRITE), wait(4, READ)]
  list.dropOwner(1)
  await Promise.all([all[0], all[2]])
  assert.deepEqual(order, [2, 4])
  list.dropHandle(2 as FileHandle)
  assert.equal(list.hasWaiters, true)
  list.dropHandle(4 as FileHandle)
  await all[1]
  assert.deepEqual(order, [2, 4, 3])
  assert.equal(list.hasWaiters, false)
})

test('a lock that becomes weaker lets others go on', async () => {
  const list = new LockList()
  list.apply(lock(1, WRITE))
  const waiting = list.wait(lock(2, READ), never)
  list.apply(lock(1, READ))
  await waiting
})

test('who gives up gets EINTR, and leaves nothing behind', async () => {
  const list = new LockList()
  const controller = new AbortController()
  list.apply(lock(1, WRITE))
  const waiting = list.wait(lock(2, WRITE), controller.signal)
  assert.equal(await isSettled(waiting), false)
  controller.abort()
  await assert.rejects(waiting, { code: 'EINTR' })
  assert.equal(list.hasWaiters, false)
  list.dropOwner(1)
  assert.equal(list.conflict(lock(3, WRITE)), undefined)
  await assert.rejects(list.wait(lock(3, WRITE), controller.signal), { code: 'EINTR' })
})

test('an abort after the lock was had changes nothing', async () => {
  const list = new LockList()
  const controller = new AbortController()
  list.apply(lock(1, WRITE))
  const waiting = list.wait(lock(2, WRITE), controller.signal)
  list.dropOwner(1)
  await waiting
  controller.abort()
  assert.equal(list.conflict(lock(3, READ))?.owner, 2)
})

test('to wait in a circle, over several files, is found; a chain is none', () => {
  const lists = [new LockList(), new LockList(), new LockList()] as const
  for (const [i, list] of lists.entries()) list.apply(lock(i + 1, WRITE))
  void lists[1].wait(lock(1, WRITE), never)
  void lists[2].wait(lock(2, WRITE), never)
  assert.equal(deadlocks(lists[0], lock(3, WRITE), lists), true)
  assert.equal(deadlocks(lists[0], lock(4, WRITE), lists), false)
})
