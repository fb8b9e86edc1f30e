import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { findMount } from '#src/kernel/mountinfo.js'
import { cannotMount } from '../helpers/needs.js'
import { O } from '../helpers/posix.js'
import { fromEnvironment, Random } from '../helpers/random.js'
import { eventually, quiet, serveRobust } from '../helpers/robust.js'

/* A mount under load, with handlers that fail in every way and clients that are killed at any moment. */

const options = { skip: cannotMount(), timeout: 60_000 }
const STRESS = fileURLToPath(new URL('clients/stress.js', import.meta.url))
const CLIENTS = 6
const LOAD_MS = 6000

test(
  'clients come and are killed while handlers throw, reject and dawdle: nothing is left of them',
  options,
  async (t) => {
    const seed = fromEnvironment('FUSEWIRE_SEED', Math.floor(Math.random() * 2 ** 32))
    t.diagnostic(`seed ${seed}`)
    const random = new Random(seed)
    // Descriptors are counted, and one for this would come at some time.
    const { path, connection, counts, agent } = await serveRobust(t, { keepCpuAwake: false })
    const before = await counts()
    const running = new Set<ChildProcess>()
    t.after(() => {
      for (const client of running) client.kill('SIGKILL')
    })
    const faults: string[] = []
    let killed = 0
    const end = performance.now() + LOAD_MS
    const lane = async () => {
      while (performance.now() < end) {
        const client = spawn(process.execPath, [STRESS, path, String(random.next())], {
          stdio: ['ignore', 'pipe', 'pipe'],
        })
        running.add(client)
        client.stderr.on('data', (text: Buffer) => faults.push(text.toString()))
        const gone = once(client, 'exit')
        await Promise.race([once(client.stdout, 'data'), gone])
        // It has begun: now or later it is in the middle of something.
        await sleep(random.below(400))
        client.kill('SIGKILL')
        await gone
        running.delete(client)
        killed += 1
      }
    }
    await Promise.all(Array.from({ length: CLIENTS }, lane))
    assert.deepEqual(faults, [])
    assert.ok(killed > CLIENTS, `${killed} clients`)
    await quiet(connection)
    await eventually(
      async () => (await counts()).handles === 0,
      () => 'handles',
    )
    const after = await counts()
    assert.deepEqual([after.inFlight, after.buffers, after.descriptors], [0, 0, before.descriptors])
    assert.ok(after.errors > 0)
    // Whoever comes later finds nothing amiss.
    const client = await agent()
    assert.equal((await client.call('stat', `${path}/slow-99`)).size, 'this is slow-99\n'.length)
    await eventually(
      async () => {
        writeFileSync('/proc/sys/vm/drop_caches', '2')
        return (await counts()).lookups.length === 0
      },
      () => 'lookups',
    )
  },
)

test(
  'handlers that never answer keep their callers, even killed ones, until the mount is ended by force',
  options,
  async (t) => {
    const { path, counts, heard, tell, agent } = await serveRobust(t)
    const stuck = await Promise.all(Array.from({ length: 3 }, async () => agent()))
    for (const [index, client] of stuck.entries()) {
      const fd = await client.call('open', `${path}/never-${index}`, O.RDONLY, 0)
      client.call('read', fd, 100).catch(() => undefined)
      await heard(`reading never-${index}`)
    }
    const ends = stuck.map(async (client) => client.kill())
    // Others are served all the while.
    const other = await agent()
    for (let i = 0; i < 100; i += 1) await other.call('stat', `${path}/slow-${i}`)
    assert.deepEqual([stuck.map(({ ended }) => ended), (await counts()).inFlight], [[false, false, false], 3])
    tell({ unmount: 'force' })
    await Promise.all(ends)
    await heard('unmounted')
    assert.equal(findMount(path), undefined)
    assert.equal((await counts()).inFlight, 0)
  },
)
