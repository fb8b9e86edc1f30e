import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FILE, known, settle, stateOf, type FakePort } from './harness.js'

/* RETRIEVE and its answers, which come as requests of their own. */

/** Numbers and ranges of what was asked for. */
function asked(port: FakePort) {
  return port.sent.flatMap(({ message }) => {
    if (message.notification !== 'RETRIEVE') return []
    const { notify_unique, offset, size } = message.fuse_notify_retrieve_out
    return [{ unique: Number(notify_unique), offset, size }]
  })
}

const content = (offset: number, size: number) => Uint8Array.from({ length: size }, (_, i) => (offset + i) % 251)

test('what is longer than one answer is put together from pieces, each of whole pages but the first', async () => {
  const { port, notify, engine } = known({}, { maxWrite: 8192 })
  const bytes = notify.retrieve(FILE, 100, 20_000)
  const pieces = asked(port)
  assert.deepEqual(
    pieces.map(({ offset, size }) => [offset, size]),
    [
      [100, 8092],
      [8192, 8192],
      [16_384, 3716],
    ],
  )
  // In any order.
  for (const { unique, offset, size } of pieces.toReversed()) engine.answered(unique, offset, content(offset, size))
  assert.deepEqual(await bytes, content(100, 20_000))
})

test('numbers are even, and are none that a request can have', () => {
  const { port, notify } = known({}, { maxWrite: 4096 })
  void notify.retrieve(FILE, 0, 30_000)
  const numbers = asked(port).map(({ unique }) => unique)
  assert.equal(new Set(numbers).size, 8)
  for (const number of numbers) assert.ok(number % 2 === 0 && number >= 2 ** 32 && number < 2 ** 53)
})

test('a few pieces at a time, and none behind the first short one', async () => {
  const { port, notify, engine } = known({}, { maxWrite: 4096 })
  const bytes = notify.retrieve(FILE, 0, 1_000_000)
  const first = asked(port)
  assert.equal(first.length, 8)
  for (const { unique, offset, size } of first) engine.answered(unique, offset, content(offset, size))
  await settle()
  const second = asked(port).slice(8)
  assert.equal(second.length, 8)
  // The third is short; what comes behind it is behind a hole.
  for (const [i, { unique, offset, size }] of second.entries()) {
    engine.answered(unique, offset, content(offset, i === 2 ? 10 : size))
  }
  assert.deepEqual(await bytes, content(0, 10 * 4096 + 10))
  assert.equal(asked(port).length, 16)
})

test('an answer that nobody asked for, or a second one, changes nothing', async () => {
  const { port, notify, engine } = known()
  const bytes = notify.retrieve(FILE, 0, 4)
  const { unique } = asked(port)[0]!
  engine.answered(unique + 2, 0, Buffer.from('nobo'))
  engine.answered(7, 0, Buffer.from('nobo'))
  assert.equal(await stateOf(bytes), 'pending')
  engine.answered(unique, 0, Buffer.from('this'))
  engine.answered(unique, 0, Buffer.from('that'))
  assert.equal(Buffer.from(await bytes).toString(), 'this')
})

test('more bytes than asked for are cut off, and those of another place are none', async () => {
  const { port, notify, engine } = known()
  const long = notify.retrieve(FILE, 0, 4)
  engine.answered(asked(port)[0]!.unique, 0, Buffer.from('too long'))
  assert.equal(Buffer.from(await long).toString(), 'too ')
  const other = notify.retrieve(FILE, 8, 4)
  engine.answered(asked(port)[1]!.unique, 0, Buffer.from('xxxx'))
  assert.equal((await other).length, 0)
})

test('without an answer it ends in time, and a late answer finds nobody', async () => {
  const { port, notify, engine, clock } = known()
  const bytes = notify.retrieve(FILE, 0, 4, { timeoutMs: 50 })
  const others = notify.retrieve(FILE, 0, 4, { timeoutMs: Infinity })
  clock.advance(49)
  assert.equal(await stateOf(bytes), 'pending')
  clock.advance(1)
  await assert.rejects(bytes, { code: 'ERR_NOTIFY_TIMEOUT', message: /node 3.* 50 ms/ })
  engine.answered(asked(port)[0]!.unique, 0, Buffer.from('late'))
  clock.advance(1e9)
  assert.equal(await stateOf(others), 'pending')
  engine.answered(asked(port)[1]!.unique, 0, Buffer.from('fine'))
  assert.equal(Buffer.from(await others).toString(), 'fine')
  assert.equal(clock.pending, 0)
})

test('the time counts also while it stands in line', async () => {
  const { port, notify, clock } = known()
  const inval = notify.invalInode(FILE)
  const bytes = notify.retrieve(FILE, 0, 4)
  clock.advance(10_000)
  await assert.rejects(bytes, { code: 'ERR_NOTIFY_TIMEOUT' })
  await port.answerAll()
  await inval
})

test('what the kernel does not have is empty; what it refuses is an error', async () => {
  const { port, notify } = known()
  port.results.set('RETRIEVE', 'ENOENT')
  assert.equal((await notify.retrieve(FILE, 0, 4)).length, 0)
  port.results.set('RETRIEVE', 'EINVAL')
  await assert.rejects(notify.retrieve(FILE, 0, 4), { code: 'EINVAL', message: /no regular file/ })
  port.results.set('RETRIEVE', 'ENOTCONN')
  await assert.rejects(notify.retrieve(FILE, 0, 4), { code: 'ENOTCONN', message: /aborted/ })
})

test('the end of the connection ends it', async () => {
  const { notify, engine } = known()
  const bytes = notify.retrieve(FILE, 0, 4)
  engine.end()
  await assert.rejects(bytes, { code: 'ERR_MOUNT_ENDED' })
})
