import assert from 'node:assert/strict'
import { once } from 'node:events'
import { open, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { umountSync } from '#src/sys/mount.js'
import { cannotMount } from '../helpers/needs.js'
import { serve } from '../helpers/served.js'

/* The device transport and the reactor under a real kernel: the server is a process of its own, see servers/toy.ts. */

const options = { skip: cannotMount(), timeout: 30_000 }

interface Counts {
  readonly ticks: number
  readonly requests: number
  readonly reactor: { readonly turns: number; readonly sleeps: number; readonly spins: number }
  readonly cpu: { readonly user: number; readonly system: number }
}

async function toy(t: TestContext) {
  const served = await serve(t, 'toy')
  return { ...served, counts: async () => (await served.ask()) as Counts }
}

test('requests are answered, at once or a turn of the loop later', options, async (t) => {
  const { path } = await toy(t)
  assert.equal((await stat(join(path, 'f'))).size, 1 << 20)
  await assert.rejects(stat(join(path, 'g')), { code: 'ENOENT' })
  const file = await open(join(path, 'f'))
  try {
    for (const [position, length] of [
      [0, 100],
      [8192, 65_536],
      [(1 << 20) - 10, 100],
    ] as const) {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(length), 0, length, position)
      assert.equal(bytesRead, Math.min(length, (1 << 20) - position))
      for (let i = 0; i < bytesRead; i += 1) assert.equal(buffer[i], (position + i) % 251)
    }
  } finally {
    await file.close()
  }
})

test(
  'timers of the server stay alive under full load, and the loop gets a turn only when it is due',
  options,
  async (t) => {
    const { path, counts } = await toy(t)
    await stat(join(path, 'f'))
    const before = await counts()
    const start = performance.now()
    while (performance.now() - start < 1000) {
      await Promise.all(Array.from({ length: 8 }, () => stat(join(path, 'f'))))
    }
    const elapsedMs = performance.now() - start
    const after = await counts()
    const requests = after.requests - before.requests
    const ticks = after.ticks - before.ticks
    assert.ok(requests > 500, `${requests} requests`)
    // A 10 ms timer in a busy process, on a machine that others use too: half of its ticks prove that it is not starved.
    assert.ok(ticks > elapsedMs / 20, `${ticks} ticks in ${elapsedMs} ms`)
    assert.ok(after.reactor.turns - before.reactor.turns < requests / 2, JSON.stringify({ before, after }))
  },
)

test('an idle mount neither spins nor wakes up, whatever went before', options, async (t) => {
  const { path, counts } = await toy(t)
  for (let i = 0; i < 500; i += 1) await stat(join(path, 'f'))
  await sleep(100)
  const before = await counts()
  await sleep(1000)
  const after = await counts()
  assert.equal(after.reactor.spins, before.reactor.spins)
  assert.equal(after.requests, before.requests)
  const cpuMs = (after.cpu.user + after.cpu.system - before.cpu.user - before.cpu.system) / 1000
  // The server's own 10 ms timer fires a hundred times; spinning would take most of the second.
  assert.ok(cpuMs < 200, `${cpuMs} ms of CPU in a second`)
})

test('unmounting ends the server in order', options, async (t) => {
  const { path, server } = await toy(t)
  await stat(join(path, 'f'))
  const said = once(server, 'message')
  const left = once(server, 'exit')
  umountSync(path, 0)
  assert.deepEqual((await said)[0], { ended: 'ordinarily' })
  assert.equal((await left)[0], 0)
})
