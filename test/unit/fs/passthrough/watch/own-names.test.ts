import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { NodeId } from '#src/base/ids.js'
import { OwnNames } from '#src/fs/passthrough/watch/own-names.js'
import { Pending } from '#src/fs/passthrough/watch/pending.js'
import { IN } from '#src/sys/constants.js'
import type { InotifyEvent } from '#src/sys/inotify.js'

/* What is taken for our own doing, and what is told. Watch N is of node N. */

const node = (number: number) => number as NodeId
const event = (watch: number, mask: number, name: string, cookie = 0): InotifyEvent => ({ watch, mask, cookie, name })
const others = (own: OwnNames, ...events: InotifyEvent[]) => own.others(events, ({ watch }) => node(watch))

test('exactly what was expected is ours, and is expected once', () => {
  const own = new OwnNames()
  const made = event(1, IN.CREATE | IN.ISDIR, 'a')
  own.expect(node(1), 'a', IN.CREATE)
  assert.deepEqual(others(own, made), [])
  assert.deepEqual(others(own, made), [made])
})

test('an event that does not come is not waited for', () => {
  const own = new OwnNames()
  own.expect(node(1), 'a', IN.CREATE)
  assert.deepEqual(others(own), [])
  const made = event(1, IN.CREATE, 'a')
  assert.deepEqual(others(own, made), [made])
})

test('the same name in another directory, and another kind, are of others', () => {
  const own = new OwnNames()
  own.expect(node(1), 'a', IN.CREATE)
  const elsewhere = event(2, IN.CREATE, 'a')
  assert.deepEqual(others(own, elsewhere), [elsewhere])
  own.expect(node(1), 'a', IN.CREATE)
  const gone = event(1, IN.DELETE, 'a')
  assert.deepEqual(others(own, gone), [gone])
})

test('in doubt everything about the name is told', () => {
  const own = new OwnNames()
  const events = [event(1, IN.CREATE, 'a'), event(1, IN.DELETE, 'a'), event(1, IN.CREATE, 'a')]
  own.expect(node(1), 'a', IN.CREATE)
  assert.deepEqual(others(own, ...events), events)
})

test('a rename is in doubt where either of its names is', () => {
  const own = new OwnNames()
  const [from, to] = [event(1, IN.MOVED_FROM, 'a', 7), event(2, IN.MOVED_TO, 'b', 7)]
  own.expectRename(node(1), 'a', node(2), 'b')
  assert.deepEqual(others(own, from, to), [])
  const before = event(1, IN.MOVED_TO, 'a', 6)
  own.expectRename(node(1), 'a', node(2), 'b')
  assert.deepEqual(others(own, before, from, to), [before, from, to])
})

test('what waits to be told: halves of a rename are one, and what happens again is told once', () => {
  const pending = new Pending()
  pending.named(node(1), 'a', false, 7)
  pending.named(node(2), 'b', true, 7)
  pending.named(node(1), 'alone', false, 8)
  pending.named(node(1), 'new', true, 0)
  pending.named(node(1), 'new', true, 0)
  pending.modified(node(5), true)
  pending.modified(node(5), false)
  pending.modified(node(5), true)
  const { changes, gap } = pending.take()
  assert.equal(gap, false)
  assert.deepEqual(changes, [
    { is: 'renamed', from: { parent: 1, name: 'a' }, to: { parent: 2, name: 'b' } },
    { is: 'removed', parent: 1, name: 'alone' },
    { is: 'created', parent: 1, name: 'new' },
    { is: 'modified', node: 5, attributesOnly: false },
  ])
  assert.ok(pending.isEmpty)
})

test('what is too much to keep is a gap', () => {
  const pending = new Pending()
  for (let i = 0; i < 70_000; i += 1) pending.named(node(1), `n${i}`, true, 0)
  const { changes, gap } = pending.take()
  assert.equal(gap, true)
  assert.ok(changes.length < 70_000)
  assert.deepEqual(pending.take(), { changes: [], gap: false })
})
