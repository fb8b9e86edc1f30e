import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { NodeId } from '#src/base/ids.js'
import { EventQueue, type ReplayEvent } from '#src/watchable/events.js'

/* Events that wait: as few as will do, in order. */

const [A, B] = [7 as NodeId, 8 as NodeId]
const at = (name: string) => ({ parent: 1 as NodeId, name })
const create = (name: string): ReplayEvent => ({ is: 'create', at: at(name) })
const remove = (name: string): ReplayEvent => ({ is: 'delete', at: at(name), isDirectory: false })
const move = (from: string, to: string): ReplayEvent => ({ is: 'move', at: at(from), to: at(to), isDirectory: false })
const modify = (node: NodeId): ReplayEvent => ({ is: 'modify', node })
const attrib = (node: NodeId): ReplayEvent => ({ is: 'attrib', node })

function queued(events: readonly ReplayEvent[], maxEvents = 100) {
  const queue = new EventQueue(maxEvents)
  for (const event of events) queue.push(event)
  const out: ReplayEvent[] = []
  for (let event = queue.shift(); event !== undefined; event = queue.shift()) out.push(event)
  assert.equal(queue.size, 0)
  return { out, merged: queue.merged, dropped: queue.dropped }
}

test('what is modified again and again is told of once', () => {
  const { out, merged } = queued([modify(A), modify(B), modify(A), attrib(A), modify(A)])
  assert.deepEqual([out, merged], [[modify(A), modify(B)], 3])
})

test('attributes that change first do not hide that content changes later', () => {
  assert.deepEqual(queued([attrib(A), modify(A), attrib(A)]).out, [attrib(A), modify(A)])
})

test('what came and went was never there; what went and came is told of both', () => {
  assert.deepEqual(queued([create('x'), modify(A), remove('x')]), { out: [modify(A)], merged: 2, dropped: 0 })
  assert.deepEqual(queued([remove('x'), create('x')]).out, [remove('x'), create('x')])
  assert.deepEqual(queued([create('x'), remove('x'), create('x')]).out, [create('x')])
})

test('over a rename nothing is merged: names mean something else behind it', () => {
  const events = [create('x'), move('x', 'y'), create('x'), remove('y')]
  assert.deepEqual(queued(events), { out: events, merged: 0, dropped: 0 })
  assert.equal(queued([move('a', 'b'), move('b', 'a')]).out.length, 2)
})

test('one that is on its way covers nothing that comes later', () => {
  const queue = new EventQueue(100)
  queue.push(modify(A))
  assert.deepEqual(queue.shift(), modify(A))
  queue.push(modify(A))
  assert.deepEqual([queue.size, queue.merged], [1, 0])
})

test('what finds no room is dropped and counted', () => {
  const { out, dropped } = queued([create('a'), create('b'), create('c'), create('a')], 2)
  assert.deepEqual([out.length, dropped], [2, 1])
})
