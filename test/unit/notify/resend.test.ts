import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FuseError } from '#src/base/errors.js'
import type { NodeId, Unique } from '#src/base/ids.js'
import type { FileSystem } from '#src/server/filesystem.js'
import type { Entry } from '#src/server/results.js'
import { settle } from './harness.js'
import { Held, sessionHarness } from './session-harness.js'

/* After RESEND what was read and not answered comes again under another number, and only that one is taken. */

const LOOKUP = { op: 'LOOKUP', name: 'x' } as never
const entry = { node: 5 as NodeId, attr: { mode: 0o100644 } }
const again = (unique: Unique) => (BigInt(unique) | (1n << 63n)) as Unique

function held(): { held: Held; fs: FileSystem } {
  const handler = new Held()
  return { held: handler, fs: { lookup: () => handler.hold(entry) } }
}

test('a handler that is at work is not called again, and answers under the new number', async () => {
  const { held: handler, fs } = held()
  const { ask, notify, answers } = sessionHarness(fs)
  const unique = ask(LOOKUP, 1)
  await notify.resend()
  ask(LOOKUP, 1, again(unique))
  await notify.resend()
  ask(LOOKUP, 1, again(unique))
  await handler.release()
  assert.equal(handler.calls, 1)
  assert.deepEqual(
    answers.map((answer) => answer.unique),
    [again(unique)],
  )
})

test('one that this server never saw is handled, once, however often it comes again', async () => {
  const { held: handler, fs } = held()
  const { ask, notify, answers } = sessionHarness(fs)
  ask(LOOKUP, 1, again(8 as Unique))
  await notify.resend()
  ask(LOOKUP, 1, again(8 as Unique))
  await handler.release()
  assert.equal(handler.calls, 1)
  assert.deepEqual(
    answers.map(({ unique }) => unique),
    [again(8 as Unique)],
  )
})

test('a handler that ends before its request has come again waits for the new number', async () => {
  const { held: handler, fs } = held()
  const { ask, notify, answers } = sessionHarness(fs)
  const unique = ask(LOOKUP, 1)
  await notify.resend()
  await handler.release()
  assert.equal(answers.length, 0, 'the kernel would not take the old number any more')
  ask(LOOKUP, 1, again(unique))
  await settle()
  assert.equal(handler.calls, 1)
  assert.deepEqual(
    answers.map((answer) => answer.unique),
    [again(unique)],
  )
})

test('a synchronous handler may send it too, and is called once', async () => {
  let calls = 0
  const { ask, notify, answers } = sessionHarness({
    lookup(): Entry {
      calls += 1
      void notify.resend()
      if (calls === 1) throw new FuseError('EACCES')
      return entry
    },
  })
  const unique = ask(LOOKUP, 1)
  ask(LOOKUP, 1, again(unique))
  await settle()
  assert.equal(calls, 1)
  assert.deepEqual(
    answers.map((answer) => [answer.unique, answer.errno]),
    [[again(unique), 13]],
  )
})

test('what does not come again, since its caller is gone, does not stay', async () => {
  const { held: handler, fs } = held()
  const { ask, notify, answers, clock } = sessionHarness(fs)
  const unique = ask(LOOKUP, 1)
  await notify.resend()
  await handler.release()
  clock.advance(60_000)
  await settle()
  assert.deepEqual(
    answers.map((answer) => answer.unique),
    [unique],
  )
  assert.equal(clock.pending, 0)
})

test('what is notified while an answer waits for its number counts for it', async () => {
  const { held: handler, fs } = held()
  const { ask, notify, reply } = sessionHarness(fs)
  const unique = ask(LOOKUP, 1)
  await notify.resend()
  await handler.release()
  void notify.invalInode(entry.node)
  ask(LOOKUP, 1, again(unique))
  await settle()
  assert.equal(reply('LOOKUP').fuse_entry_out.attr_valid, 0)
})

test('INTERRUPT finds the request by either number', async () => {
  let aborted = false
  const { ask, notify } = sessionHarness({
    lookup: (req) =>
      new Promise((_resolve, reject) => {
        req.signal.addEventListener('abort', () => {
          aborted = true
          reject(new FuseError('EINTR'))
        })
      }),
  })
  const unique = ask(LOOKUP, 1)
  await notify.resend()
  ask(LOOKUP, 1, again(unique))
  ask({ op: 'INTERRUPT', fuse_interrupt_in: { unique: again(unique) } } as never, 0, (Number(unique) + 1) as Unique)
  await settle()
  assert.ok(aborted)
})
