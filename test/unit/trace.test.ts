import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FileHandle, NodeId, Unique } from '#src/base/ids.js'
import { MessageCodec } from '#src/protocol/codec.js'
import { messageBuffer, type MessageBuffer, type RequestInput } from '#src/protocol/message.js'
import { MessageTrace } from '#src/trace.js'
import type { TraceEvent } from '#src/trace-reader.js'
import { TracedTransport } from '#src/transport/trace.js'
import type { Receiver, Transport } from '#src/transport/transport.js'

/* The trace of a mount, on a transport that goes nowhere. */

const header = (unique: number) => ({ unique: unique as Unique, nodeid: 1 as NodeId, uid: 0, gid: 0, pid: 7 })
const codec = new MessageCodec()

function traced() {
  let receiver: Receiver | undefined
  const passed: string[] = []
  const inner: Transport = {
    start: (given) => (receiver = given),
    borrow: () => messageBuffer(4096),
    send: (_message, end, payload) => {
      passed.push(`send ${end}${payload === undefined ? '' : ` and ${payload.length}`}`)
      return -2
    },
    release: () => passed.push('release'),
    close: () => passed.push('close'),
  }
  const transport = new TracedTransport(inner)
  transport.start({
    receive: (_message, end) => {
      passed.push(`receive ${end}`)
      return 'kept'
    },
    ended: (error) => passed.push(`ended ${error?.message}`),
  })
  const rx = (request: RequestInput) => {
    const message = messageBuffer(4096)
    return receiver!.receive(message, codec.encodeRequest(message, 0, request))
  }
  const tx = (write: (message: MessageBuffer) => number, payload?: Uint8Array) => {
    const message = transport.borrow()
    return transport.send(message, write(message), payload)
  }
  return { transport, trace: new MessageTrace(transport), passed, rx, tx, ended: (e?: Error) => receiver!.ended(e) }
}

const lookup = (unique: number, name: string) => ({ op: 'LOOKUP', header: header(unique), name }) as const
const enoent = (unique: number) => (message: MessageBuffer) => codec.encodeOutHeader(message, 0, unique as Unique, 2, 0)
const lines = (events: readonly TraceEvent[]) => events.map(({ line }) => line)

test('everything is passed on, with a tap and without', () => {
  const { transport, passed, rx, tx, ended } = traced()
  const all = () => {
    assert.equal(rx(lookup(2, 'a')), 'kept')
    assert.equal(tx(enoent(2)), -2)
    assert.equal(tx(enoent(4), new Uint8Array(3)), -2)
    transport.release(messageBuffer(16))
    ended(new Error('over'))
    transport.close()
    return passed.splice(0)
  }
  const plain = all()
  assert.deepEqual(plain, ['receive 42', 'send 16', 'send 16 and 3', 'release', 'ended over', 'close'])
  transport.tap = { received: () => undefined, sending: () => undefined, notifying: () => () => undefined }
  assert.deepEqual(all(), plain)
})

test('requests, replies and notifications become lines; a reply says how long it took', () => {
  const { trace, rx, tx } = traced()
  const events: TraceEvent[] = []
  trace.listen((event) => events.push(event))
  rx(lookup(2, 'a'))
  tx(enoent(2))
  tx((message) =>
    codec.encodeNotification(message, 0, {
      notification: 'STORE',
      fuse_notify_store_out: { nodeid: 3 as NodeId, offset: 0, size: 2 },
      data: new Uint8Array(2),
    }),
  )
  assert.deepEqual(lines(events), ['rx 2: LOOKUP n1 "a" pid 7', 'tx 2: ENOENT', 'tx notify STORE n3 [0 +2] 2B'])
  const [request, reply, notification] = events
  assert.equal(reply!.tookMs, reply!.timeMs - request!.timeMs)
  assert.deepEqual([request!.tookMs, notification!.tookMs], [undefined, undefined])
})

test('GETXATTR with and without a size have different replies', () => {
  const { trace, rx, tx } = traced()
  const events: TraceEvent[] = []
  trace.listen((event) => events.push(event))
  rx({ op: 'GETXATTR', header: header(2), fuse_getxattr_in: { size: 0 }, name: 'user.a' })
  tx((message) =>
    codec.encodeReply(message, 0, { op: 'GETXATTR', unique: 2 as Unique, fuse_getxattr_out: { size: 9 } }, false, true),
  )
  rx({ op: 'GETXATTR', header: header(4), fuse_getxattr_in: { size: 100 }, name: 'user.a' })
  tx((message) => codec.encodeReply(message, 0, { op: 'GETXATTR', unique: 4 as Unique, value: new Uint8Array(9) }))
  assert.deepEqual(lines(events), [
    'rx 2: GETXATTR n1 "user.a" pid 7',
    'tx 2: OK size 9',
    'rx 4: GETXATTR n1 size 100 "user.a" pid 7',
    'tx 4: OK 9B',
  ])
})

test('a message whose data are elsewhere is shown as one', () => {
  const { trace, rx, tx } = traced()
  const events: TraceEvent[] = []
  trace.listen((event) => events.push(event))
  const fuse_read_in = { fh: 1 as FileHandle, offset: 0, size: 9, read_flags: 0, lock_owner: 0n, flags: 0 }
  rx({ op: 'READ', header: header(2), fuse_read_in })
  tx((message) => codec.encodeOutHeader(message, 0, 2 as Unique, 0, 9), new Uint8Array(9))
  assert.deepEqual(lines(events), ['rx 2: READ n1 fh 1 [0 +9] pid 7', 'tx 2: OK 9B'])
})

test('the reply to a request from before the trace has what can be told without the request', () => {
  const { trace, tx, rx } = traced()
  rx(lookup(2, 'a'))
  const events: TraceEvent[] = []
  trace.listen((event) => events.push(event))
  tx(enoent(2))
  tx((message) => codec.encodeOutHeader(message, 0, 4 as Unique, 0, 128) + 128)
  assert.deepEqual(lines(events), ['tx 2: ENOENT', 'tx 4: OK 128B'])
  assert.deepEqual(
    events.map(({ tookMs }) => tookMs),
    [undefined, undefined],
  )
})

test('messages that nobody could read are shown as what they are', () => {
  const { transport, trace } = traced()
  const events: TraceEvent[] = []
  trace.listen((event) => events.push(event))
  transport.receive(messageBuffer(16), 16)
  const odd = messageBuffer(64)
  odd.view.setUint32(0, 40, true)
  odd.view.setUint32(4, 9999, true)
  odd.view.setBigUint64(16, 2n ** 60n, true)
  transport.receive(odd, 40)
  assert.match(events[0]!.line, /^rx malformed request, 16 bytes: /)
  assert.match(events[1]!.line, /^rx malformed request 0, 40 bytes: .*9999 is not an opcode/)
})

test('a reader gets what comes while it reads, and nothing is done when it has left', async () => {
  const { transport, trace, rx } = traced()
  rx(lookup(2, 'before'))
  assert.equal(transport.tap, undefined)
  const reader = trace.read()
  rx(lookup(4, 'kept'))
  const next = reader.next().then(() => reader.next())
  await Promise.resolve()
  rx(lookup(6, 'waited for'))
  assert.equal((await next).value?.line, 'rx 6: LOOKUP n1 "waited for" pid 7')
  for await (const { line } of (rx(lookup(8, 'last')), reader)) {
    assert.equal(line, 'rx 8: LOOKUP n1 "last" pid 7')
    break
  }
  assert.equal(transport.tap, undefined)
  assert.deepEqual(await reader.next(), { value: undefined, done: true })
})

test('what a slow reader does not take is lost and counted, and readers do not disturb one another', async () => {
  const { trace, rx } = traced()
  const slow = trace.read({ maxEvents: 2 })
  const other = trace.read()
  for (let i = 1; i <= 5; i += 1) rx(lookup(2 * i, `${i}`))
  const seen: (readonly [string, number])[] = []
  const take = async () => {
    const { value } = await slow.next()
    seen.push([/"(.)"/.exec(value!.line)![1]!, value!.lost])
  }
  await take()
  await take()
  rx(lookup(12, '6'))
  rx(lookup(14, '7'))
  await take()
  await take()
  assert.deepEqual(seen, [
    ['1', 0],
    ['2', 0],
    ['6', 3],
    ['7', 0],
  ])
  trace.end()
  const all: TraceEvent[] = []
  for await (const event of other) all.push(event)
  assert.deepEqual(
    all.map(({ lost }) => lost),
    [0, 0, 0, 0, 0, 0, 0],
  )
})

test('the end of the mount ends readers, once they have what there is', async () => {
  const { trace, rx } = traced()
  const reader = trace.read()
  rx(lookup(2, 'a'))
  trace.end()
  assert.equal((await reader.next()).done, false)
  assert.equal((await reader.next()).done, true)
  const waiting = trace.read()
  const next = waiting.next()
  trace.end()
  assert.equal((await next).done, true)
})
