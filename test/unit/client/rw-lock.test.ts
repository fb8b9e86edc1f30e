import assert from 'node:assert/strict'
import { test } from 'node:test'
import { exclusiveAll, RwLock } from '#src/client/cache/rw-lock.js'

/** Takes the lock, notes when it has it, and gives it back when told. */
function taker(lock: RwLock, log: string[]) {
  return (name: string, mode: 'shared' | 'exclusive') => {
    let done: () => void = () => undefined
    const until = new Promise<void>((resolve) => {
      done = resolve
    })
    const ended = lock[mode](async () => {
      log.push(name)
      await until
    })
    return { done, ended }
  }
}

const turn = () => new Promise(setImmediate)

test('many share it, one has it alone, and who waits for it alone keeps later ones out', async () => {
  const lock = new RwLock()
  const log: string[] = []
  const take = taker(lock, log)
  const [a, b] = [take('a', 'shared'), take('b', 'shared')]
  const c = take('c', 'exclusive')
  const d = take('d', 'shared')
  await turn()
  assert.deepEqual(log, ['a', 'b'])
  assert.deepEqual([lock.state, lock.waiting], ['shared', 2])
  a.done()
  await turn()
  assert.deepEqual(log, ['a', 'b'])
  b.done()
  await turn()
  assert.deepEqual(log, ['a', 'b', 'c'])
  assert.equal(lock.state, 'exclusive')
  c.done()
  d.done()
  await Promise.all([c.ended, d.ended])
  assert.deepEqual(log, ['a', 'b', 'c', 'd'])
  assert.equal(lock.state, 'free')
})

test('what throws gives the lock back', async () => {
  const lock = new RwLock()
  await assert.rejects(lock.exclusive(async () => Promise.reject(new Error('no'))))
  assert.equal(lock.state, 'free')
})

test('several locks are taken in order, each once', async () => {
  const [a, b] = [new RwLock(), new RwLock()]
  await exclusiveAll([a, b, a], async () => {
    assert.deepEqual([a.state, b.state], ['exclusive', 'exclusive'])
  })
  assert.deepEqual([a.state, b.state], ['free', 'free'])
  assert.equal(await exclusiveAll([], async () => 5), 5)
})
