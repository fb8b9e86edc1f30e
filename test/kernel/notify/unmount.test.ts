import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { abortConnection } from '#src/kernel/fusectl.js'
import { cannotMount } from '../../helpers/needs.js'
import { O } from '../../helpers/posix/constants.js'
import type { Client } from './client/client.js'
import { LANES, Scripted, type Call } from './scripted.js'

/* Notifications while the mount goes away: each is settled, and the server never stands still. */

const options = { skip: cannotMount(), timeout: 30_000 }

/** A mount where a READ is held, and a notification waits for it. */
async function waitingMount(t: TestContext, via: (typeof LANES)[number]) {
  const server = await Scripted.start(t, { via })
  const client = await server.client()
  const node = await server.file('f', 'content')
  const fd = await client.call('open', server.at('f'), O.RDONLY)
  const hold = await server.hold('read', { node })
  const reading = client.call('pread', fd, 10, 0)
  await hold.arrived()
  const call = server.notify('invalInode', node)
  await server.blocked()
  await waits(server, call)
  return { server, client, node, hold, reading, call }
}

async function waits(server: Scripted, call: Call): Promise<void> {
  assert.equal((await server.notifyStats()).waiting, 1)
  assert.ok(!call.isSettled())
}

/** Every kind of notification; none may hold up the server. */
function allOf(server: Scripted, node: number): Call[] {
  const n = node as never
  return [
    server.notify('invalInode', n, { attributesOnly: true }),
    server.notify('prune', [n]),
    server.notify('poll', 1),
    server.notify('resend'),
    server.notify('incEpoch'),
    server.notify('invalEntry', 1 as never, 'f'),
    server.notify('store', n, 0, Buffer.from('x')),
    server.notify('delete', 1 as never, n, 'f'),
    server.notify('invalInode', n),
  ]
}

async function gone(client: Client): Promise<void> {
  const end = new Promise((resolve) => client.process.once('exit', resolve))
  client.process.kill('SIGKILL')
  await end
}

for (const via of LANES) {
  test(`plain, with nothing in use: what comes after is settled at once (${via})`, options, async (t) => {
    const server = await Scripted.start(t, { via })
    const client = await server.client()
    const node = await server.file('f', 'content')
    await client.call('readFile', server.at('f'))
    // Some are on their way while it is unmounted.
    const during = Array.from({ length: 50 }, () => allOf(server, node)).flat()
    await server.ask('unmount')
    assert.equal(await server.ended, 'unmounted')
    for (const { settled } of [...during, ...allOf(server, node)]) await settled
    const { waiting, queued } = await server.notifyStats()
    assert.deepEqual([waiting, queued], [0, 0])
  })

  test(`plain, while a notification waits: busy, and nothing changes (${via})`, options, async (t) => {
    const { server, hold, reading, call } = await waitingMount(t, via)
    await assert.rejects(server.ask('unmount'), /files there are open/)
    await waits(server, call)
    await hold.release()
    assert.equal((await reading).toString(), 'content')
    assert.equal(((await call.settled) as { outcome: string }).outcome, 'applied')
  })

  test(`lazy, while a notification waits and its caller is killed: the server goes on (${via})`, options, async (t) => {
    const { server, client, node, hold, call } = await waitingMount(t, via)
    await server.ask('unmount', 'lazy')
    // The last user goes: the kernel begins the final unmount, which waits for the notification, and others wait for it.
    const end = gone(client)
    const others = allOf(server, node)
    for (let i = 0; i < 5; i += 1) await server.notifyStats()
    assert.ok(!call.isSettled())
    await hold.release()
    await end
    await call.settled
    for (const { settled } of others)
      await settled.catch((error: { code: string }) => assert.equal(error.code, 'EINVAL'))
    assert.equal(await server.ended, 'unmounted')
  })

  test(`forced: what waits is settled (${via})`, options, async (t) => {
    const { server, node, reading, call } = await waitingMount(t, via)
    const behind = allOf(server, node)
    await server.ask('unmount', 'force')
    await call.settled
    for (const { settled } of behind) await settled
    await assert.rejects(reading)
    assert.equal(await server.ended, 'unmounted')
    const { waiting, queued } = await server.notifyStats()
    assert.deepEqual([waiting, queued], [0, 0])
  })

  test(
    `aborted by somebody else: what waits is settled, and the end is told as what it is (${via})`,
    options,
    async (t) => {
      const { server, node, reading, call } = await waitingMount(t, via)
      const behind = allOf(server, node)
      abortConnection(server.connection)
      await call.settled
      for (const { settled } of behind) await settled
      await assert.rejects(reading)
      assert.match(await server.ended, /ECONNABORTED/)
    },
  )

  test(
    `a server that is killed while a notification waits is gone once the connection is aborted (${via})`,
    options,
    async (t) => {
      const { server, reading } = await waitingMount(t, via)
      const exit = new Promise((resolve) => server.process.once('exit', resolve))
      server.process.kill('SIGKILL')
      abortConnection(server.connection)
      await exit
      await assert.rejects(reading)
    },
  )
}
