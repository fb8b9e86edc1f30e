import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Hostile } from '../helpers/hostile.js'
import { isPending, pair, settled } from '../helpers/pair.js'

/* INIT, replies that are not as they should be, interrupts, the end. */

const BASIC = { mask: 0x7ff }

test('calls wait until INIT is answered; numbers go up by two from 2', async () => {
  const h = new Hostile(false)
  const asking = h.client.fs.stat('/', BASIC)
  assert.equal(await isPending(asking), true)
  assert.deepEqual(
    h.requests.map(({ op, header }) => [op, header.unique]),
    [['INIT', 2]],
  )
  h.client.abort()
  await assert.rejects(asking, { code: 'ENOTCONN' })
  await assert.rejects(h.client.ready)
})

test('an INIT that is refused, or of another major, refuses everything', async () => {
  for (const major of [6, 8]) {
    const h = new Hostile({ major })
    await assert.rejects(h.client.fs.stat('/', BASIC), { code: 'ECONNREFUSED', syscall: 'stat' })
    await assert.rejects(h.client.fs.readFile('/f'), { code: 'ECONNREFUSED' })
    await assert.rejects(h.client.ready, { code: 'ERR_UNSUPPORTED' })
    assert.equal(h.requests.length, 1)
  }
  const h = new Hostile(false)
  await settled()
  assert.equal(await h.raw(2, -71), 0)
  await assert.rejects(h.client.fs.stat('/', BASIC), { code: 'ECONNREFUSED' })
})

test('INIT may be answered by a body of any length; more than 64 bytes refuse it', async () => {
  for (const length of [24, 64]) {
    const h = new Hostile(false)
    await settled()
    const body = new Uint8Array(length)
    const view = new DataView(body.buffer)
    view.setUint32(0, 7, true)
    view.setUint32(4, length === 24 ? 22 : 45, true)
    assert.equal(await h.raw(2, 0, body), 0)
    assert.equal((await h.client.ready).maxWrite, 4096)
  }
  const h = new Hostile(false)
  await settled()
  assert.equal(await h.raw(2, 0, new Uint8Array(72)), -22)
  await assert.rejects(h.client.fs.stat('/', BASIC), { code: 'ECONNREFUSED' })
})

/** A server that has one GETATTR of the root, and what the client makes of it. */
async function asked() {
  const h = new Hostile()
  const asking = h.client.fs.stat('/', BASIC)
  asking.catch(() => undefined)
  await settled()
  const request = h.requests.find(({ op }) => op === 'GETATTR')!
  return { h, asking, unique: Number(request.header.unique) }
}

test('what leaves a request pending: a wrong length, an error that is none, an unknown number', async () => {
  const { h, asking, unique } = await asked()
  assert.equal(await h.bytes(new Uint8Array(15)), -22)
  assert.equal(await h.raw(unique, 0, new Uint8Array(104), 119), -22)
  assert.equal(await h.raw(unique, 5), -22)
  assert.equal(await h.raw(unique, -512), -22)
  assert.equal(await h.raw(unique + 2, -5), -2)
  assert.equal(await h.raw(2, -5), -2)
  assert.equal(await isPending(asking), true)
  assert.equal(await h.raw(unique, -511), 0)
  await assert.rejects(asking, { errno: -511 })
  assert.equal(await h.raw(unique, -5), -2)
})

for (const [title, error, length] of [
  ['an error with a body', -2, 8],
  ['too short a body', 0, 103],
  ['too long a body', 0, 105],
  ['no body', 0, 0],
] as const) {
  test(`${title} is refused, and EIO to the caller`, async () => {
    const { h, asking, unique } = await asked()
    assert.equal(await h.raw(unique, error, new Uint8Array(length)), -22)
    await assert.rejects(asking, { code: 'EIO' })
  })
}

test('an interrupted call tells the server once, and goes on until it is answered', async () => {
  const p = pair()
  p.server.add('/f', '')
  await p.client.ready
  const hold = p.hold('LOOKUP')
  const controller = new AbortController()
  const fs = p.client.fsFor({ signal: controller.signal })
  const asking = fs.stat('/f', BASIC)
  await hold.request
  controller.abort()
  await settled()
  const requests = p.requests()
  const lookup = requests.find(({ op }) => op === 'LOOKUP')!
  const interrupts = requests.filter(({ op }) => op === 'INTERRUPT')
  assert.equal(interrupts.length, 1)
  assert.equal(interrupts[0]!.header.unique, Number(lookup.header.unique) + 1)
  assert.equal(await isPending(asking), true)
  hold.release()
  await asking
  await assert.rejects(fs.stat('/other', BASIC), { code: 'EINTR' })
  assert.deepEqual(p.log(), [])
})

test('answers to INTERRUPT: EAGAIN asks for another, ENOSYS for none ever', async () => {
  const h = new Hostile()
  const interrupts = () => h.requests.filter(({ op }) => op === 'INTERRUPT').length
  const ask = async () => {
    const controller = new AbortController()
    const asking = h.client.fsFor({ signal: controller.signal }).stat('/', BASIC)
    asking.catch(() => undefined)
    await settled()
    controller.abort()
    await settled()
    return Number(h.requests.findLast(({ op }) => op === 'GETATTR')!.header.unique)
  }
  const first = await ask()
  assert.equal(interrupts(), 1)
  assert.equal(await h.raw(first + 1, -11), 0)
  await settled()
  assert.equal(interrupts(), 2)
  assert.equal(await h.raw(first + 1, 0, new Uint8Array(4)), -22)
  assert.equal(await h.raw(first + 1, -38), 0)
  assert.equal(await h.raw(first, -4), 0)
  assert.equal(await h.raw(first + 1, -11), -2)
  await ask()
  assert.equal(interrupts(), 2)
})

test('an abort fails what is under way with ECONNABORTED, cached reads and what comes later with ENOTCONN', async () => {
  const p = pair()
  p.server.openFlags = { keepCache: true }
  p.server.add('/f', new Uint8Array(200_000))
  p.server.add('/g', '')
  const file = await p.fs.open('/f')
  await file.read(new Uint8Array(10), 0, 10, 0)
  p.hold('LOOKUP')
  p.hold('READ')
  const lookup = p.fs.stat('/g', BASIC)
  const read = file.read(new Uint8Array(10), 0, 10, 150_000)
  lookup.catch(() => undefined)
  read.catch(() => undefined)
  await settled()
  p.client.abort()
  await assert.rejects(lookup, { code: 'ECONNABORTED' })
  await assert.rejects(read, { code: 'ENOTCONN' })
  await assert.rejects(p.fs.mkdir('/new'), { code: 'ENOTCONN' })
  assert.equal((await file.read(new Uint8Array(10), 0, 10, 0)).bytesRead, 10)
  assert.equal((await p.fs.stat('/f', { mask: 0x200 })).size, 200_000)
  await p.client.closed
})

test('a request that is too old aborts the connection', async () => {
  const h = new Hostile({}, { requestTimeoutSeconds: 20 })
  const asking = h.client.fs.stat('/', BASIC)
  asking.catch(() => undefined)
  await settled()
  h.clock.advance(15_000)
  assert.equal(await isPending(asking), true)
  h.clock.advance(15_000)
  await assert.rejects(asking, { code: 'ECONNABORTED' })
  await assert.rejects(h.client.closed)
})

test('background requests are bounded: RELEASE waits its turn, others do not', async () => {
  const p = pair({ init: { maxBackground: 2 } })
  for (let i = 0; i < 5; i += 1) p.server.add(`/f${i}`, '')
  const files = await Promise.all([0, 1, 2, 3, 4].map((i) => p.fs.open(`/f${i}`)))
  const holds = [0, 1].map(() => p.hold('RELEASE'))
  p.log()
  for (const file of files) await file.close()
  await settled()
  assert.equal(p.log().filter((line) => line === 'RELEASE').length, 2)
  await p.fs.stat('/f0')
  assert.equal(p.client.inspect().backgroundRequests, 5)
  for (const hold of holds) hold.release()
  await settled()
  assert.equal(p.log().filter((line) => line === 'RELEASE').length, 3)
})

test('closing tells a block-device server of the end', async () => {
  const p = pair({ blockDevice: true })
  p.server.destroy = () => undefined
  await p.client.ready
  p.log()
  await p.client.close()
  assert.deepEqual(p.log(), ['SYNCFS', 'DESTROY'])
  await p.client.closed
  await assert.rejects(p.fs.stat('/', BASIC), { code: 'ENOTCONN' })
})
