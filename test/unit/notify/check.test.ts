import assert from 'node:assert/strict'
import { test } from 'node:test'
import { UnsupportedError } from '#src/base/errors.js'
import type { Notifier } from '#src/notify/notifier.js'
import { NotifyError } from '#src/notify/result.js'
import { DIR, FILE, known, node, settle } from './harness.js'

/* What makes no sense is refused before anything is sent, and so is what was not negotiated. */

const BYTES = new Uint8Array(10)
const BAD_NODES = [0, -1, 1.5, NaN, Infinity, 2 ** 53].map(node)
const MALFORMED: readonly (readonly [string, (n: Notifier) => Promise<unknown>])[] = [
  ...BAD_NODES.flatMap((bad): (readonly [string, (n: Notifier) => Promise<unknown>])[] => [
    [`invalInode of ${bad}`, (n) => n.invalInode(bad)],
    [`invalEntry in ${bad}`, (n) => n.invalEntry(bad, 'x')],
    [`store to ${bad}`, (n) => n.store(bad, 0, BYTES)],
    [`retrieve of ${bad}`, (n) => n.retrieve(bad, 0, 1)],
    [`delete in ${bad}`, (n) => n.delete(bad, FILE, 'x')],
    [`delete of ${bad}`, (n) => n.delete(DIR, bad, 'x')],
    [`prune of ${bad}`, (n) => n.prune([FILE, bad])],
  ]),
  ...[-1, 0.5, NaN, Infinity, 2 ** 53].flatMap((bad): (readonly [string, (n: Notifier) => Promise<unknown>])[] => [
    [`invalInode from ${bad}`, (n) => n.invalInode(FILE, { offset: bad })],
    [`store at ${bad}`, (n) => n.store(FILE, bad, BYTES)],
    [`retrieve from ${bad}`, (n) => n.retrieve(FILE, bad, 1)],
    [`retrieve of ${bad} bytes`, (n) => n.retrieve(FILE, 0, bad)],
    [`poll ${bad}`, (n) => n.poll(bad)],
  ]),
  ...[-1, 0.5, NaN].map(
    (bad) => [`invalInode of ${bad} bytes`, (n: Notifier) => n.invalInode(FILE, { length: bad })] as const,
  ),
  ['a range past the last byte', (n) => n.invalInode(FILE, { offset: 2 ** 53 - 2, length: 10 })],
  ['bytes past the last byte', (n) => n.store(FILE, 2 ** 53 - 5, BYTES)],
  ['attributes alone, with a range', (n) => n.invalInode(FILE, { attributesOnly: true, offset: 0 })],
  ['more than 1 GiB', (n) => n.retrieve(FILE, 0, 2 ** 30 + 1)],
  ...['', 'a/b', '/', 'a\0', '\ud800'].flatMap((bad): (readonly [string, (n: Notifier) => Promise<unknown>])[] => [
    [`the name ${JSON.stringify(bad)}`, (n) => n.invalEntry(DIR, bad)],
    [`the name ${JSON.stringify(bad)} deleted`, (n) => n.delete(DIR, FILE, bad)],
  ]),
]

for (const [what, call] of MALFORMED) {
  test(`${what}: EINVAL, and nothing is sent`, async () => {
    const { port, notify } = known()
    await assert.rejects(call(notify), (error) => error instanceof NotifyError && error.code === 'EINVAL')
    assert.deepEqual(port.texts, [])
  })
}

test('a name may be as long as the connection allows, counted in bytes, and not longer', async () => {
  const { port, notify, kernel } = known()
  assert.equal(kernel.maxNameBytes, 4095)
  const longest = `${'ü'.repeat(2047)}x`
  const sent = notify.invalEntry(DIR, longest)
  await port.answerAll()
  await sent
  const { length } = port.sent
  await assert.rejects(notify.invalEntry(DIR, `${longest}x`), { code: 'ENAMETOOLONG', node: DIR })
  await assert.rejects(notify.delete(DIR, FILE, 'ü'.repeat(2048)), { code: 'ENAMETOOLONG' })
  assert.equal(port.sent.length, length)
  const short = known({}, { maxWrite: 4096 })
  assert.equal(short.kernel.maxNameBytes, 1024)
  await assert.rejects(short.notify.invalEntry(DIR, 'x'.repeat(1025)), { code: 'ENAMETOOLONG' })
})

test('a name that is no UTF-8 goes out with the bytes that it came in with', async () => {
  const { port, notify } = known()
  const sent = notify.invalEntry(DIR, 'a\udcffb')
  await port.answerAll()
  await sent
  assert.deepEqual(port.texts, ['INVAL_ENTRY 2 a\udcffb'])
})

test('no bytes at all are attributes alone, since the wire has no way to say so', async () => {
  const { port, notify } = known()
  await notify.invalInode(FILE, { offset: 5, length: 0 })
  assert.deepEqual(port.texts, ['INVAL_INODE 3 attributes'])
})

const SINCE: readonly (readonly [number, (n: Notifier) => Promise<unknown>])[] = [
  [11, (n) => n.poll(1)],
  [12, (n) => n.invalInode(FILE)],
  [12, (n) => n.invalEntry(DIR, 'x')],
  [15, (n) => n.store(FILE, 0, BYTES)],
  [15, (n) => n.retrieve(FILE, 0, 1)],
  [18, (n) => n.delete(DIR, FILE, 'x')],
  [38, (n) => n.invalEntry(DIR, 'x', { expireOnly: true })],
  [40, (n) => n.resend()],
  [44, (n) => n.incEpoch()],
  [45, (n) => n.prune([FILE])],
]

for (const [minor, call] of SINCE) {
  test(`${call.toString().replace(/.*=> n./, '')} needs 7.${minor}`, async () => {
    const before = known({}, { minorLimit: minor - 1 })
    await assert.rejects(call(before.notify), (error: Error) => {
      return error instanceof UnsupportedError && error.message.includes(`7.${minor - 1}`)
    })
    assert.deepEqual(before.port.texts, [])
    const since = known({}, { minorLimit: minor })
    void call(since.notify)
    await settle()
    assert.equal(since.port.sent.length, 1)
  })
}
