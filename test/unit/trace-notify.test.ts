import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { NodeId } from '#src/base/ids.js'
import { MessageCodec } from '#src/protocol/codec.js'
import { messageBuffer, type MessageBuffer } from '#src/protocol/message.js'
import { MessageTrace } from '#src/trace.js'
import { TracedNotifyPort } from '#src/trace-notify.js'
import type { TraceEvent } from '#src/trace-reader.js'
import { TracedTransport } from '#src/transport/trace.js'
import type { Transport } from '#src/transport/transport.js'
import { FakePort } from './notify/harness.js'

/* What the trace shows of notifications: that they were sent, and how that ended. */

const codec = new MessageCodec()
const nowhere: Transport = {
  start: () => undefined,
  borrow: () => messageBuffer(4096),
  send: () => 0,
  release: () => undefined,
  close: () => undefined,
}

function traced() {
  const transport = new TracedTransport(nowhere)
  const inner = new FakePort()
  const port = new TracedNotifyPort(inner, transport)
  const taken: (readonly [object, number])[] = []
  port.onTaken = (token, result) => taken.push([token, result])
  const trace = new MessageTrace(transport)
  const events: TraceEvent[] = []
  const listen = () => trace.listen((event) => events.push(event))
  const sendWaiting = (encode: (message: MessageBuffer) => number, token: object, payload?: Uint8Array) => {
    const message = port.borrow()!
    port.sendWaiting(message, encode(message), payload, token, false)
    port.flush()
  }
  return { inner, port, taken, trace, events, listen, sendWaiting }
}

const entry = (name: string) => (message: MessageBuffer) =>
  codec.encodeNotification(message, 0, {
    notification: 'INVAL_ENTRY',
    fuse_notify_inval_entry_out: { parent: 1 as NodeId, namelen: name.length, flags: 0 },
    name,
  })
const store = (message: MessageBuffer) =>
  codec.encodeNotification(
    message,
    0,
    {
      notification: 'STORE',
      fuse_notify_store_out: { nodeid: 3 as NodeId, offset: 0, size: 2 },
      data: new Uint8Array(2),
    },
    true,
  )
const epoch = (message: MessageBuffer) => codec.encodeNotification(message, 0, { notification: 'INC_EPOCH' })

test('one that the kernel makes wait ends with its result and its time, in whatever order they end', async () => {
  const { inner, events, listen, sendWaiting, taken } = traced()
  listen()
  const [first, second] = [{}, {}]
  sendWaiting(entry('a: OK'), first)
  sendWaiting(store, second, new Uint8Array(2))
  assert.deepEqual(
    events.map(({ line }) => line),
    ['tx notify INVAL_ENTRY n1 "a: OK"', 'tx notify STORE n3 [0 +2] 2B'],
  )
  const began = performance.now()
  while (performance.now() - began < 20) await new Promise(setImmediate)
  inner.take('STORE', 'ENOENT')
  inner.take('INVAL_ENTRY')
  assert.deepEqual(
    events.slice(2).map(({ direction, line }) => `${direction}: ${line}`),
    ['rx: rx notify STORE n3 [0 +2] 2B: ENOENT', 'rx: rx notify INVAL_ENTRY n1 "a: OK": OK'],
  )
  assert.deepEqual(taken, [
    [second, -2],
    [first, 0],
  ])
  const [sentEntry, sentStore, storeEnd, entryEnd] = events
  assert.equal(storeEnd!.tookMs, storeEnd!.timeMs - sentStore!.timeMs)
  assert.equal(entryEnd!.tookMs, entryEnd!.timeMs - sentEntry!.timeMs)
  assert.ok(storeEnd!.tookMs >= 20)
})

test('one that cannot wait ends at once, with its result', () => {
  const { inner, port, events, listen } = traced()
  listen()
  assert.equal(port.send(epoch(port.scratch)), 0)
  inner.results.set('INC_EPOCH', 'EINVAL')
  assert.equal(port.send(epoch(port.scratch)), -22)
  assert.deepEqual(
    events.map(({ line }) => line),
    ['tx notify INC_EPOCH', 'rx notify INC_EPOCH: OK', 'tx notify INC_EPOCH', 'rx notify INC_EPOCH: EINVAL'],
  )
})

test('of one that was sent before the trace began nothing is shown; all is passed on with a trace and without', () => {
  const { inner, events, listen, sendWaiting, taken } = traced()
  sendWaiting(entry('before'), {})
  listen()
  inner.take('INVAL_ENTRY')
  assert.deepEqual([events.length, taken.length], [0, 1])
})
