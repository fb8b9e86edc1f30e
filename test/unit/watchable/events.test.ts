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
const modify = (node: NodeId): ReplayEvent => ({ is: 'modify', of: node })
const attrib = (node: NodeId): ReplayEvent => ({ is: 'attrib', of: node })

const anything = () => true

function queued(events: readonly ReplayEvent[], maxEvents = 100) {
  const queue = new EventQueue(maxEvents)
  for (const event of events) queue.push(event)
  const out: ReplayEvent[] = []
  for (let event = queue.shift(anything); event !== undefined; event = queue.shift(anything)) out.push(event)
  assert.equal(queue.size, 0)
  return { out, merged: queue.merged, dropped: queue.dropped }
}

test('what is modified again and again is told of once', () => {
  const { out, merged } = queued([modify(A), modify(B), modify(A), attrib(A), modify(A)])
  assert.deepEqual([out, merged], [[modify(A), modify(B)], 3])
})

test('who hears that content changed looks at attributes as well, but not the other way round', () => {
  assert.deepEqual(queued([attrib(A), modify(A), attrib(A)]), { out: [modify(A)], merged: 2, dropped: 0 })
  assert.deepEqual(queued([attrib(A), attrib(A)]).out, [attrib(A)])
})

test('a name that is modified is told of once as well', () => {
  const named = { is: 'modify', of: at('x') } as const
  assert.deepEqual(queued([named, modify(A), named]).out, [named, modify(A)])
})

test('names go first: what they bring is where the rest is found', () => {
  const events = [modify(A), move('x', 'y'), attrib(B), create('z')]
  assert.deepEqual(queued(events).out, [move('x', 'y'), create('z'), modify(A), attrib(B)])
})

test('what came and went was never there; what went and came is told of both', () => {
  assert.deepEqual(queued([create('x'), modify(A), remove('x')]), { out: [modify(A)], merged: 2, dropped: 0 })
  assert.deepEqual(queued([remove('x'), create('x')]).out, [remove('x'), create('x')])
  assert.deepEqual(queued([create('x'), remove('x'), create('x')]).out, [create('x')])
})

test('over a rename no names are merged: they mean something else behind it', () => {
  const events = [create('x'), move('x', 'y'), create('x'), remove('y')]
  assert.deepEqual(queued(events), { out: events, merged: 0, dropped: 0 })
  assert.equal(queued([move('a', 'b'), move('b', 'a')]).out.length, 2)
})

test('one that is on its way covers nothing that comes later', () => {
  const queue = new EventQueue(100)
  for (const event of [modify(A), create('x')]) {
    queue.push(event)
    assert.deepEqual(queue.shift(anything), event)
    queue.push(event)
    assert.deepEqual([queue.size, queue.merged], [1, 0])
    queue.clear()
  }
})

test('those that must not go yet are overtaken, unless none may go', () => {
  const queue = new EventQueue(100)
  const directory = { ...move('d', 'e'), isDirectory: true }
  for (const event of [create('a'), move('b', 'c'), create('d'), directory]) queue.push(event)
  assert.deepEqual([...queue.directoryMoves()], [directory])
  assert.deepEqual(
    queue.shift((event) => event.is === 'move'),
    move('b', 'c'),
  )
  assert.deepEqual(
    queue.shift(() => false),
    create('a'),
  )
  assert.deepEqual(queue.shift(anything), create('d'))
})

test('what finds no room is dropped and counted', () => {
  const { out, dropped } = queued([create('a'), modify(A), modify(A), create('c'), modify(B), create('a')], 2)
  assert.deepEqual([out.length, dropped], [2, 2])
})
