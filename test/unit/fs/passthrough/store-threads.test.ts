import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { Worker } from 'node:worker_threads'
import { storeMemory } from '#src/fs/passthrough/store/layout.js'
import { NodeStore } from '#src/fs/passthrough/store/node-store.js'
import { fromEnvironment } from '../../../helpers/random.js'

const THREADS = 4
const STEPS = 20_000
const seed = fromEnvironment('FUSEWIRE_SEED', Math.floor(Math.random() * 2 ** 32))

test('threads that use one store at once do not get into each other’s way', { timeout: 60_000 }, async () => {
  console.log(`FUSEWIRE_SEED=${seed}`)
  const memory = storeMemory(1 << 20)
  const store = new NodeStore(memory, () => undefined)
  store.setRoot({ inoLow: 1, inoHigh: 1, dev: 1, birth: 0 })
  const results = await Promise.all(
    Array.from({ length: THREADS }, async (_, i) => {
      const workerData = { memory, seed: seed + i, firstFd: 10 + i * STEPS, steps: STEPS }
      const worker = new Worker(new URL('store-worker.js', import.meta.url), { workerData })
      const [result] = (await once(worker, 'message')) as [{ opened: number; closed: number[] }]
      return result
    }),
  )
  assert.deepEqual(store.counts(), { nodes: 1, handles: 0, nameBytes: 0 })
  const closed = results.flatMap((result) => result.closed)
  assert.equal(
    closed.length,
    results.reduce((sum, { opened }) => sum + opened, 0),
  )
  assert.equal(new Set(closed).size, closed.length, 'a descriptor was closed twice')
})
