import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { createConnection } from 'node:net'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { FuseWireError } from '#src/base/errors.js'
import { ControlClient } from '#src/control/client.js'
import type { ControlNotifier } from '#src/control/calls.js'
import { LineReader, MAX_LINE, PIECE_BYTES, type MountInfo } from '#src/control/messages.js'
import { openControl, type Control } from '#src/control/server.js'
import { privateDirectory } from '../../helpers/directory.js'
import { someStatus } from '../../helpers/status.js'

/* Both ends of a control socket, in one process; the notifier is a fake one that writes down what it is asked. */

const options = { skip: process.platform !== 'linux' && 'needs Linux', timeout: 10_000 }
const CONNECTION = 4_000_001
const APPLIED = { outcome: 'applied', waitedMs: 1.5 } as const
const INFO: MountInfo = {
  mountpoint: '/mnt',
  pid: 7,
  cache: 'none',
  requests: [
    { op: 'READ', unique: '9223372036854775810', node: 2, name: undefined, uid: 0, pid: 9, ageMs: 5 },
  ] as never,
  notifications: [{ notification: 'INVAL_INODE', node: 2, offset: 0, length: Infinity, ageMs: 4 }] as never,
}
const CONTENT = Buffer.alloc(3 * PIECE_BYTES + 10, 'abcdefg')

function fake() {
  const asked: unknown[] = []
  const note =
    (name: string) =>
    (...args: unknown[]) => {
      asked.push([name, ...args])
      return Promise.resolve(APPLIED)
    }
  const names = ['poll', 'invalInode', 'invalEntry', 'store', 'delete', 'resend', 'incEpoch', 'prune']
  const notify = Object.fromEntries(names.map((name) => [name, note(name)])) as unknown as ControlNotifier
  const retrieve = (_node: number, offset: number, length: number) => {
    asked.push(['retrieve', offset, length])
    return Promise.resolve(new Uint8Array(CONTENT.subarray(offset, offset + length)))
  }
  return { asked, target: { notify: { ...notify, retrieve }, info: () => INFO, status: () => someStatus() } }
}

/** A directory for the sockets of this test alone. */
function runtime(t: TestContext): string {
  const directory = privateDirectory(t)
  const before = process.env['XDG_RUNTIME_DIR']
  process.env['XDG_RUNTIME_DIR'] = directory
  t.after(() => {
    if (before === undefined) delete process.env['XDG_RUNTIME_DIR']
    else process.env['XDG_RUNTIME_DIR'] = before
  })
  return join(directory, 'fusewire')
}

async function both(t: TestContext): Promise<{ client: ControlClient; control: Control; asked: unknown[] }> {
  const { asked, target } = fake()
  const control = await openControl(target, CONNECTION)
  t.after(control.close)
  const client = await ControlClient.connect(CONNECTION)
  t.after(() => client[Symbol.dispose]())
  return { client, control, asked }
}

test('each notification reaches the notifier as it was asked for, and its outcome comes back', options, async (t) => {
  runtime(t)
  const { client, asked } = await both(t)
  assert.deepEqual(await client.poll(12), APPLIED)
  await client.invalInode(5)
  await client.invalInode(5, { offset: 4096, length: 10 })
  await client.invalInode(5, { offset: 1, length: Infinity })
  await client.invalInode(5, { attributesOnly: true })
  await client.invalEntry(1, 'name')
  // A byte that is no UTF-8, see src/base/name.ts.
  await client.invalEntry(1, 'a\udcffb\n', { expireOnly: true })
  await client.delete(1, 5, 'name')
  await client.resend()
  await client.incEpoch()
  await client.prune([3, 4])
  assert.deepEqual(asked, [
    ['poll', 12],
    ['invalInode', 5, { offset: 0, length: Infinity }],
    ['invalInode', 5, { offset: 4096, length: 10 }],
    ['invalInode', 5, { offset: 1, length: Infinity }],
    ['invalInode', 5, { attributesOnly: true }],
    ['invalEntry', 1, 'name', { expireOnly: false }],
    ['invalEntry', 1, 'a\udcffb\n', { expireOnly: true }],
    ['delete', 1, 5, 'name'],
    ['resend'],
    ['incEpoch'],
    ['prune', [3, 4]],
  ])
})

test('data go in pieces, whole and in order', options, async (t) => {
  runtime(t)
  const { client, asked } = await both(t)
  await client.store(5, 100, CONTENT.subarray(0, PIECE_BYTES + 1))
  await client.store(5, 7, new Uint8Array(0))
  const stored = asked as [string, number, number, Uint8Array][]
  assert.deepEqual(
    stored.map(([, , offset, data]) => [offset, data.length]),
    [
      [100, PIECE_BYTES],
      [100 + PIECE_BYTES, 1],
      [7, 0],
    ],
  )
  assert.ok(CONTENT.subarray(0, PIECE_BYTES).equals(stored[0]![3]))
  asked.length = 0
  assert.ok(CONTENT.equals(await client.retrieve(5, 0, 10 * PIECE_BYTES)))
  assert.equal(asked.length, 4, 'no more is asked for once a piece is not whole')
  assert.equal((await client.retrieve(5, 3, 4)).length, 4)
})

test('what is in flight comes over whole', options, async (t) => {
  runtime(t)
  const { client } = await both(t)
  const { requests, notifications } = await client.info()
  assert.equal(requests[0]!.unique, '9223372036854775810')
  assert.deepEqual([notifications[0]!.offset, notifications[0]!.length], [0, Infinity])
})

test('an error comes back with its code, and nonsense is refused', options, async (t) => {
  runtime(t)
  const { target } = fake()
  const failing = () => Promise.reject(new FuseWireError('ENOTEMPTY', 'something is in use'))
  const control = await openControl({ ...target, notify: { ...target.notify, delete: failing } }, CONNECTION)
  t.after(control.close)
  using client = await ControlClient.connect(CONNECTION)
  await assert.rejects(client.delete(1, 2, 'x'), { code: 'ENOTEMPTY', message: 'something is in use' })
  await assert.rejects(client.poll('x' as never), { code: 'ERR_CONTROL', message: 'handle must be a whole number' })
  await assert.rejects(client.prune('x' as never), { code: 'ERR_CONTROL' })
  const call = (client as unknown as { call: (name: string, fields: object) => Promise<unknown> }).call.bind(client)
  await assert.rejects(call('constructor', {}), { code: 'ERR_CONTROL', message: /no call 'constructor'/ })
  assert.deepEqual(await client.poll(1), APPLIED, 'it goes on')
})

test('who sends no JSON gets an error, and who sends too much is hung up on', options, async (t) => {
  runtime(t)
  const { control } = await both(t)
  const socket = createConnection(control.status.path!)
  t.after(() => socket.destroy())
  const heard = new Promise<string>((resolve) => socket.once('data', (data) => resolve(data.toString())))
  socket.write('hello\n')
  assert.match(await heard, /^\{"id":0,"error":\{"code":"ERR_CONTROL"/)
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  socket.on('error', () => undefined)
  socket.write('x'.repeat(MAX_LINE + 100_000))
  await closed
})

test('a mount that ends rejects the calls that wait, and takes its socket away', options, async (t) => {
  const directory = runtime(t)
  const { target } = fake()
  const never = () => new Promise<never>(() => undefined)
  const control = await openControl({ ...target, notify: { ...target.notify, poll: never } }, CONNECTION)
  using client = await ControlClient.connect(CONNECTION)
  const waiting = client.poll(1)
  await client.resend()
  control.close()
  await assert.rejects(waiting, { code: 'ERR_CONTROL', message: /hung up/ })
  await assert.rejects(client.resend(), { code: 'ERR_CONTROL' })
  assert.deepEqual(readdirSync(directory), [])
  await assert.rejects(ControlClient.connect(CONNECTION), { code: 'ERR_CONTROL', message: /no control socket/ })
})

test('only its owner may enter, and a directory that others may enter is refused', options, async (t) => {
  const directory = runtime(t)
  const { control } = await both(t)
  assert.equal(statSync(directory).mode & 0o777, 0o700)
  assert.equal(statSync(control.status.path!).mode & 0o777, 0o600)
  chmodSync(directory, 0o755)
  const { status } = await openControl(fake().target, CONNECTION + 1)
  assert.deepEqual([status.state, status.path], ['off', undefined])
  assert.match(status.reason, /must be a directory of this user's that nobody else may enter/)
})

test('what a killed server left behind is in nobody’s way', options, async (t) => {
  const directory = runtime(t)
  mkdirSync(directory, { mode: 0o700 })
  writeFileSync(join(directory, `${CONNECTION}.1.sock`), '')
  writeFileSync(join(directory, `${CONNECTION}0.1.sock`), '')
  const { client } = await both(t)
  assert.deepEqual(await client.poll(12), APPLIED)
  assert.deepEqual(readdirSync(directory).toSorted(), [`${CONNECTION}.${process.pid}.sock`, `${CONNECTION}0.1.sock`])
})

test('without a directory to be in, the status says what to do', options, async (t) => {
  runtime(t)
  process.env['XDG_RUNTIME_DIR'] = '/proc/nowhere'
  const { status } = await openControl(fake().target, CONNECTION)
  assert.deepEqual([status.state, status.reason], ['off', '/proc/nowhere/fusewire cannot be made'])
})

test('lines are cut wherever they arrive', () => {
  const lines: string[] = []
  const reader = new LineReader((line) => lines.push(line))
  for (const part of ['a', 'b\nc', '', 'd\n\ne\n', 'f']) assert.ok(reader.add(part))
  assert.deepEqual(lines, ['ab', 'cd', '', 'e'])
})
