import assert from 'node:assert/strict'
import { parentPort, workerData } from 'node:worker_threads'
import { ROOT_ID, type NodeId } from '#src/base/ids.js'
import type { StoreMemory } from '#src/fs/passthrough/store/layout.js'
import { NodeStore, Place } from '#src/fs/passthrough/store/node-store.js'
import { Random } from '../../../helpers/random.js'
import { bytesOf } from './store-model.js'

/* One of several threads that use one store at once: looks up, opens, borrows, moves and forgets at random. */

const { memory, seed, firstFd, steps } = workerData as {
  memory: StoreMemory
  seed: number
  firstFd: number
  steps: number
}
const random = new Random(seed)
const closed: number[] = []
const store = new NodeStore(memory, (fd) => closed.push(fd))
const held = new Map<NodeId, { file: number; lookups: number }>()
const place = new Place()
const fds: number[] = []
let nextFd = firstFd

for (let i = 0; i < steps; i += 1) {
  const file = random.below(3000)
  const { node } = store.lookUp({ inoLow: file, inoHigh: 0, dev: 9, birth: 0 }, ROOT_ID, bytesOf(`file ${file}`))
  const known = held.get(node)
  // A node that this thread holds cannot have become another file, nor can another file have become it.
  assert.equal(known?.file ?? file, file)
  held.set(node, { file, lookups: (known?.lookups ?? 0) + 1 })
  store.read(node, place)
  assert.equal(place.inoLow, file)
  switch (random.below(6)) {
    case 0:
      store.open(node, nextFd)
      fds.push(nextFd)
      nextFd += 1
      break
    case 1: {
      const fd = store.borrow(node)
      if (fd >= 0) store.giveBack(fd)
      break
    }
    case 2:
      store.move(ROOT_ID, bytesOf(`file ${file}`), ROOT_ID, bytesOf(`file ${random.below(3000)}`))
      break
    case 3:
      store.close(fds.pop() ?? -1)
      break
    default: {
      const [other, { lookups }] = random.pick([...held].slice(0, 20))
      store.forget(other, lookups)
      held.delete(other)
    }
  }
}
for (const fd of fds) store.close(fd)
for (const [node, { lookups }] of held) store.forget(node, lookups)
parentPort?.postMessage({ opened: nextFd - firstFd, closed })
