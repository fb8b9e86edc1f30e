import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import type { MessageBuffer } from '#src/protocol/message.js'
import { O } from '#src/sys/constants.js'
import type { Fd } from '#src/sys/fd.js'
import { read, write } from '#src/sys/io.js'
import { libc } from '#src/sys/libc.js'
import { setStatusFlags } from '#src/sys/open.js'
import { socketPair } from '#src/sys/scm-rights.js'
import { DeviceTransport } from '#src/transport/device.js'
import { PENDING, WORKED, type Loop } from '#src/transport/device-source.js'
import type { Received } from '#src/transport/transport.js'

/* The device transport without a device: a socket has one message at a time, and is read and written all the same. */

const skip = process.platform !== 'linux' && 'needs Linux'
const stats = { turns: 0, settles: 0, sleeps: 0, spins: 0, spinHits: 0 }
const loop: Loop = {
  stats,
  add: () => undefined,
  update: () => undefined,
  remove: () => undefined,
  close: () => undefined,
}
const CALLS = ['read', 'write', 'readv', 'writev', 'poll', 'epoll_wait', 'epoll_ctl', 'mmap', 'sched_yield'] as const

/** Counts the calls of the C library, by name, while `action` runs. */
function counted(action: () => void): Record<string, number> {
  const native = libc() as unknown as Record<string, (...args: number[]) => number>
  const counts: Record<string, number> = {}
  const originals = CALLS.map((name) => [name, native[name]!] as const)
  for (const [name, original] of originals) {
    native[name] = (...args) => {
      counts[name] = (counts[name] ?? 0) + 1
      return original(...args)
    }
  }
  try {
    action()
  } finally {
    for (const [name, original] of originals) native[name] = original
  }
  return counts
}

function transport(t: TestContext, receive: (message: MessageBuffer, end: number) => Received) {
  const [near, peer] = socketPair()
  setStatusFlags(near.number, O.RDWR | O.NONBLOCK)
  const ended: (Error | undefined)[] = []
  const made = new DeviceTransport(near, loop)
  made.start({ receive, ended: (error) => ended.push(error) })
  t.after(() => {
    made.close()
    peer.close()
  })
  return { transport: made, peer, ended }
}

/** All that is there to be read. */
function readAll(peer: Fd, length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  for (let at = 0; at < length;) at += read(peer.number, bytes.subarray(at))
  return bytes
}

const REQUEST = new Uint8Array(80).fill(7)

test('a request is one read, and its reply one write; nothing else, and no memory', { skip }, (t) => {
  const { transport: device, peer } = transport(t, () => {
    device.send(device.borrow(), 120)
    return 'done'
  })
  const one = () => {
    write(peer.number, REQUEST)
    assert.equal(device.pump(1), WORKED | 4)
    readAll(peer, 120)
  }
  one()
  for (let i = 0; i < 100; i += 1) {
    write(peer.number, REQUEST)
    assert.deepEqual(
      counted(() => device.pump(1)),
      { read: 1, write: 1 },
    )
    readAll(peer, 120)
  }
  assert.deepEqual(
    counted(() => device.pump(64)),
    { read: 1 },
  )
})

test('a payload of any length follows its message in the same call', { skip }, (t) => {
  const { transport: device, peer } = transport(t, () => 'done')
  for (const length of [0, 1, 64, 65, 4096, 4097, 100_000]) {
    const payload = Uint8Array.from({ length }, (_, i) => i % 251)
    const message = device.borrow()
    message.bytes.fill(9, 0, 16)
    const counts = counted(() => assert.equal(device.send(message, 16, payload), 0))
    // Short ones are copied; so are those that V8 may still move.
    assert.deepEqual(counts, length <= 4096 ? { write: 1 } : { writev: 1 })
    const got = readAll(peer, 16 + length)
    assert.deepEqual(got.subarray(0, 16), new Uint8Array(16).fill(9))
    assert.deepEqual(got.subarray(16), payload)
  }
})

test('a buffer that is kept is not used again before it is released', { skip }, (t) => {
  const got: MessageBuffer[] = []
  const { transport: device, peer } = transport(t, (message) => {
    got.push(message)
    return 'kept'
  })
  const next = () => {
    write(peer.number, REQUEST)
    assert.equal(device.pump(64), WORKED | PENDING)
    return got.at(-1)!
  }
  const [first, second] = [next(), next()]
  assert.notEqual(first, second)
  assert.deepEqual(first.bytes.subarray(0, 80), REQUEST)
  device.release(first)
  assert.equal(next(), first)
})

test('after the end nothing is written, and its number is not used', { skip }, (t) => {
  const { transport: device, ended } = transport(t, () => 'done')
  const message = device.borrow()
  device.close()
  assert.deepEqual(
    counted(() => assert.equal(device.send(message, 16), -19)),
    { mmap: 1 },
  )
  device.close()
  assert.deepEqual(ended, [undefined])
})
