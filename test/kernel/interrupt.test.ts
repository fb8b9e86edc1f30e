import assert from 'node:assert/strict'
import { test } from 'node:test'
import { F, LOCK_TYPE, O } from '../helpers/posix.js'
import { cannotMount } from '../helpers/needs.js'
import { eventually, quiet, serveRobust } from '../helpers/robust.js'

/* Signals that hit a caller: when its request is read, before, and after; and what the call then returns. */

const options = { skip: cannotMount(), timeout: 30_000 }

test(
  'a signal during a request aborts its signal, and the EINTR of the handler is what the call returns',
  options,
  async (t) => {
    const { path, heard, counts, agent, connection } = await serveRobust(t)
    const client = await agent()
    const fd = await client.call('open', `${path}/patient-1`, O.RDONLY, 0)
    const reading = client.call('read', fd, 100)
    await heard('reading patient-1')
    client.interrupt()
    await heard('aborted patient-1')
    await assert.rejects(reading, { code: 'EINTR' })
    await quiet(connection)
    assert.equal((await counts()).inFlight, 0)
  },
)

test('a signal that comes before the handler asks for it is not lost', options, async (t) => {
  const { path, heard, release, agent } = await serveRobust(t)
  const client = await agent()
  const fd = await client.call('open', `${path}/late-1`, O.RDONLY, 0)
  const reading = client.call('read', fd, 100)
  await heard('reading late-1')
  client.interrupt()
  // INTERRUPT goes before all requests: once this is answered, it was read.
  const other = await agent()
  await other.call('stat', `${path}/slow-1`)
  release()
  await heard('aborted late-1')
  await assert.rejects(reading, { code: 'EINTR' })
})

test('a signal that comes before the request is read aborts the signal as soon as it is', options, async (t) => {
  const { path, heard, agent } = await serveRobust(t)
  const [first, second] = [await agent(), await agent()]
  const busy = await first.call('open', `${path}/busy-1`, O.RDONLY, 0)
  const fd = await second.call('open', `${path}/patient-2`, O.RDONLY, 0)
  const blocking = first.call('read', busy, 100)
  await heard('reading busy-1')
  // The server's thread is busy for 400 ms, in which neither the request nor its signal is read.
  const reading = second.call('read', fd, 100)
  await new Promise((resolve) => setTimeout(resolve, 100))
  second.interrupt()
  await heard('reading patient-2')
  await heard('aborted patient-2')
  await assert.rejects(reading, { code: 'EINTR' })
  await blocking
})

test('a request whose caller is killed before it is read never comes', options, async (t) => {
  const { path, heard, counts, agent, connection } = await serveRobust(t)
  const [first, second] = [await agent(), await agent()]
  const busy = await first.call('open', `${path}/busy-1`, O.RDONLY, 0)
  const fd = await second.call('open', `${path}/patient-2`, O.RDONLY, 0)
  const blocking = first.call('read', busy, 100)
  await heard('reading busy-1')
  const reading = second.call('read', fd, 100)
  await new Promise((resolve) => setTimeout(resolve, 100))
  await Promise.all([second.kill(), assert.rejects(reading, /ended/)])
  await blocking
  await quiet(connection)
  // That of the first; that of the second was released with its process.
  assert.deepEqual([(await counts()).inFlight, (await counts()).handles], [0, 1])
})

test('a signal after the answer is nobody’s concern', options, async (t) => {
  const { path, counts, agent } = await serveRobust(t)
  const client = await agent()
  const fd = await client.call('open', `${path}/slow-1`, O.RDONLY, 0)
  for (let i = 0; i < 50; i += 1) {
    const reading = client.call('pread', fd, 100, 0)
    client.interrupt()
    // Slow files do not look at their signals: whenever it comes, the answer is the file's.
    assert.equal((await reading).toString(), 'this is slow-1\n')
  }
  assert.deepEqual([(await counts()).inFlight, (await counts()).errors], [0, 0])
})

test('a lock that is waited for is asked for again after a signal, and is had in the end', options, async (t) => {
  const { path, heard, counts, release, agent } = await serveRobust(t, { init: { posixLocks: true } })
  const [holder, waiter] = [await agent(), await agent()]
  const lock = { type: LOCK_TYPE.WRITE, start: 0, length: 0 }
  const held = await holder.call('open', `${path}/slow-1`, O.RDWR, 0)
  await holder.call('lockRecord', held, F.SETLK, lock)
  const fd = await waiter.call('open', `${path}/slow-1`, O.RDWR, 0)
  const waiting = waiter.call('lockRecord', fd, F.SETLKW, lock)
  await heard('waiting slow-1')
  const { locked } = await counts()
  for (let i = 0; i < 3; i += 1) {
    waiter.interrupt()
    await heard('aborted slow-1')
    // EINTR to SETLKW makes the kernel restart the call, where the signal has SA_RESTART: SETLKW comes again.
    await heard('waiting slow-1')
  }
  assert.equal((await counts()).locked, locked + 3)
  await holder.call('lockRecord', held, F.SETLK, { ...lock, type: LOCK_TYPE.NONE })
  release()
  await waiting
  assert.equal((await counts()).inFlight, 0)
})

test('clients that are killed while they wait are gone once their handlers give up', options, async (t) => {
  const { path, heard, counts, agent, connection } = await serveRobust(t)
  const clients = await Promise.all(Array.from({ length: 4 }, async () => agent()))
  for (const [index, client] of clients.entries()) {
    const fd = await client.call('open', `${path}/patient-${index}`, O.RDONLY, 0)
    client.call('read', fd, 100).catch(() => undefined)
    await heard(`reading patient-${index}`)
  }
  assert.equal((await counts()).inFlight, 4)
  await Promise.all(clients.map(async (client) => client.kill()))
  for (const index of clients.keys()) await heard(`aborted patient-${index}`)
  await quiet(connection)
  await eventually(
    async () => (await counts()).handles === 0,
    () => 'handles',
  )
  assert.deepEqual([(await counts()).inFlight, (await counts()).buffers], [0, 0])
})
