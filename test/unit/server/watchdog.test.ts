import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { NodeId } from '#src/base/ids.js'
import type { Work } from '#src/notify/job.js'
import type { Unanswered } from '#src/server/inflight.js'
import type { Stall } from '#src/server/stall.js'
import { Watchdog, type WatchdogOptions, type WaitingJob } from '#src/server/watchdog.js'
import type { Request } from '#src/protocol/message.js'
import { FakeClock } from '../../helpers/fake-clock.js'
import { requestOf } from '../../helpers/requests.js'

const [DIRECTORY, FILE, OTHER] = [1, 2, 3] as NodeId[] as [NodeId, NodeId, NodeId]
const READ = { fuse_read_in: { offset: 0, size: 4096 } }
const ALL: Work = { notification: 'INVAL_INODE', node: FILE, offset: 0, length: Infinity }

function setUp(options: Partial<WatchdogOptions> = {}) {
  const clock = new FakeClock()
  const requests: Unanswered[] = []
  const jobs: WaitingJob[] = []
  const stalls: Stall[] = []
  let now = 0
  const watchdog = new Watchdog(
    { clock, unanswered: () => requests, waiting: () => jobs },
    { afterMs: 1000, onStall: (stall) => stalls.push(stall), ...options },
  )
  return {
    clock,
    watchdog,
    requests,
    jobs,
    stalls,
    comes: (request: Request) => {
      requests.push({ request, since: clock.now(), began: now })
      watchdog.poke()
    },
    waits: (work: Work, behind?: NodeId) => {
      jobs.push({ work, since: clock.now(), asked: (now += 1), behind })
      watchdog.poke()
    },
  }
}

test('a request that nobody answers is told of once, with its name and age', () => {
  const { clock, comes, stalls } = setUp()
  comes(requestOf('LOOKUP', DIRECTORY, { name: 'x' }, 34))
  clock.advance(999)
  assert.equal(stalls.length, 0)
  clock.advance(1)
  assert.deepEqual(
    stalls.map(({ message }) => message),
    [
      "LOOKUP of 'x' in node 1 (unique 34 by process 77, 1.0 s ago) is not answered: its handler has neither returned nor thrown",
    ],
  )
  assert.equal(stalls[0]!.notification, undefined)
  clock.advance(60_000)
  assert.equal(stalls.length, 1)
})

test('each is told of when it is due, whenever it came', () => {
  const { clock, comes, requests, stalls } = setUp()
  comes(requestOf('GETATTR', FILE))
  clock.advance(600)
  comes(requestOf('GETATTR', OTHER))
  requests.shift()
  clock.advance(400)
  assert.equal(stalls.length, 0, 'the first was answered')
  clock.advance(599)
  assert.equal(stalls.length, 0)
  clock.advance(11)
  assert.deepEqual(
    stalls.map(({ requests: [request] }) => request?.node),
    [OTHER],
  )
})

test('no timer runs while nothing is in flight', () => {
  const { clock, comes, requests, watchdog } = setUp()
  assert.equal(clock.pending, 0)
  comes(requestOf('GETATTR', FILE))
  comes(requestOf('GETATTR', FILE))
  assert.equal(clock.pending, 1)
  requests.length = 0
  clock.advance(1000)
  assert.equal(clock.pending, 0)
  comes(requestOf('GETATTR', FILE))
  watchdog.stop()
  assert.equal(clock.pending, 0)
  watchdog.poke()
  assert.equal(clock.pending, 0)
})

test('a notification is told of with the request that holds it, and others are not blamed', () => {
  const { clock, comes, waits, stalls } = setUp()
  comes(requestOf('READ', OTHER, READ, 4))
  comes(requestOf('GETATTR', FILE, {}, 6))
  waits(ALL)
  clock.advance(500)
  comes(requestOf('READ', FILE, READ, 8))
  clock.advance(500)
  const stall = stalls.find(({ notification }) => notification !== undefined)
  assert.deepEqual(
    stall?.requests.map(({ unique }) => unique),
    [8],
  )
  assert.match(
    stall.message,
    /^INVAL_INODE of node 2, from byte 0 has waited in the kernel for 1\.0 s, for the answer to READ/,
  )
  assert.equal(stall.isAwaitedWithin, false, 'the request is younger than what it holds: its handler cannot await that')
  clock.advance(5000)
  assert.equal(stalls.filter(({ requests }) => requests.some(({ unique }) => unique === 8)).length, 1)
})

test('a handler that awaits the notification that waits for its request is recognised', () => {
  const { clock, comes, waits, stalls } = setUp()
  comes(requestOf('LOOKUP', DIRECTORY, { name: 'a' }, 4))
  clock.advance(10)
  waits({ notification: 'INVAL_ENTRY', node: DIRECTORY, name: 'b' })
  clock.advance(1010)
  const stall = stalls.find(({ notification }) => notification !== undefined)
  assert.equal(stall?.isAwaitedWithin, true)
  assert.match(stall.message, /INVAL_ENTRY of 'b' in node 1 .* LOOKUP of 'a' in node 1 .*req\.afterReply\(\)/)
})

test('a request that is overdue is told of with the younger notification that waits for it', () => {
  const { clock, comes, waits, stalls } = setUp()
  comes(requestOf('READ', FILE, READ))
  clock.advance(500)
  waits(ALL)
  clock.advance(10_000)
  assert.equal(stalls.length, 1)
  assert.match(stalls[0]!.message, /INVAL_INODE .* for 0\.5 s, for the answer to READ .* 1\.0 s ago/)
})

test('with two requests that can hold it, the shape is another', () => {
  const { clock, comes, waits, stalls } = setUp()
  comes(requestOf('LOOKUP', DIRECTORY, {}, 4))
  comes(requestOf('READDIR', DIRECTORY, {}, 6))
  waits({ notification: 'DELETE', node: DIRECTORY, name: 'b', child: FILE })
  clock.advance(1000)
  const stall = stalls.find(({ notification }) => notification !== undefined)
  assert.deepEqual([stall?.requests.length, stall?.isAwaitedWithin], [2, false])
  assert.match(stall!.message, /DELETE of 'b' \(node 2\) in node 1/)
  assert.doesNotMatch(stall!.message, /afterReply/)
})

test('an unusual holder is named only if there is no usual one', () => {
  const { clock, comes, waits, stalls } = setUp()
  comes(requestOf('GETATTR', DIRECTORY, {}, 4))
  waits({ notification: 'INVAL_ENTRY', node: DIRECTORY, name: 'b' })
  clock.advance(1000)
  assert.deepEqual(
    stalls[0]?.requests.map(({ op }) => op),
    ['GETATTR'],
  )
})

test('a notification behind a barrier waits for the directory', () => {
  const { clock, comes, waits, stalls } = setUp()
  comes(requestOf('READDIR', DIRECTORY, {}, 4))
  waits(ALL, DIRECTORY)
  clock.advance(1000)
  assert.match(stalls[0]!.message, /^INVAL_INODE of node 2, from byte 0 \(first, the lock of node 1\)/)
  assert.deepEqual(
    stalls[0]!.requests.map(({ op }) => op),
    ['READDIR'],
  )
})

test('where no request in flight can hold it, that is said', () => {
  const { clock, waits, stalls } = setUp()
  waits({ ...ALL, offset: 8192, length: 100 })
  clock.advance(1000)
  assert.match(stalls[0]!.message, /^INVAL_INODE of node 2, 100 bytes at 8192 .* not read yet/)
})

test('SETLKW may wait for as long as it takes', () => {
  const { clock, comes, stalls } = setUp()
  comes(requestOf('SETLKW', FILE))
  clock.advance(60_000)
  assert.equal(stalls.length, 0)
})

test('a notification that waits for too long aborts, once', () => {
  const aborts: Stall[] = []
  for (const afterMs of [1000, Infinity, 9000]) {
    aborts.length = 0
    const abort = (stall: Stall) => aborts.push(stall)
    const { clock, comes, waits } = setUp({ afterMs, abortAfterMs: 3000, abort })
    comes(requestOf('READ', FILE, READ, 8))
    clock.advance(10_000)
    assert.equal(aborts.length, 0, 'a request alone does not')
    waits(ALL)
    clock.advance(2999)
    assert.equal(aborts.length, 0)
    clock.advance(20)
    clock.advance(10_000)
    assert.equal(aborts.length, 1)
    assert.match(aborts[0]!.message, /READ of node 2/)
  }
})
