import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ChangeQueue } from '#src/server/change-queue.js'

const change = (path: string) => ({ is: 'created', path }) as const

test('what is told waits for its reader, in order', async () => {
  const queue = new ChangeQueue(new AbortController().signal)
  queue.tell(change('a'), change('b'))
  queue.tell(change('c'))
  const reader = queue[Symbol.asyncIterator]()
  assert.deepEqual((await reader.next()).value, { changes: ['a', 'b', 'c'].map(change), gap: false })
  const next = reader.next()
  queue.tell(change('d'))
  assert.deepEqual((await next).value, { changes: [change('d')], gap: false })
})

test('more than there is room for is a gap, and nothing of it is told', async () => {
  const queue = new ChangeQueue(new AbortController().signal, 2)
  queue.tell(change('a'), change('b'))
  queue.tell(change('c'))
  queue.tell(change('d'))
  const reader = queue[Symbol.asyncIterator]()
  assert.deepEqual((await reader.next()).value, { changes: [change('d')], gap: true })
})

test('it ends when it is aborted, and fails with the reason once all is told', async () => {
  const ending = new AbortController()
  const queue = new ChangeQueue(ending.signal)
  const next = queue[Symbol.asyncIterator]().next()
  ending.abort()
  assert.equal((await next).done, true)
  const failing = new ChangeQueue(new AbortController().signal)
  failing.tell(change('a'))
  failing.fail(new Error('the source is gone'))
  const reader = failing[Symbol.asyncIterator]()
  assert.deepEqual((await reader.next()).value, { changes: [change('a')], gap: false })
  await assert.rejects(reader.next(), /the source is gone/)
})
