import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ROOT_ID, type NodeId } from '#src/base/ids.js'
import type { Key } from '#src/fs/passthrough/store/indexes.js'
import { storeMemory } from '#src/fs/passthrough/store/layout.js'
import { MAX_NAME } from '#src/fs/passthrough/store/name-arena.js'
import { NodeStore, Place } from '#src/fs/passthrough/store/node-store.js'
import { fromEnvironment, Random } from '../../../helpers/random.js'
import { bytesOf, StoreModel } from './store-model.js'

const seed = fromEnvironment('FUSEWIRE_SEED', Math.floor(Math.random() * 2 ** 32))
console.log(`FUSEWIRE_SEED=${seed}`)

const ROOT_KEY: Key = { inoLow: 2, inoHigh: 0, dev: 1, birth: 0 }
const keyOf = (file: number, birth = 0): Key => ({ inoLow: file * 7 + 100, inoHigh: file % 3, dev: 1, birth })

function newStore(maxNodes = 1 << 20) {
  const closed: number[] = []
  const memory = storeMemory(maxNodes)
  const store = new NodeStore(memory, (fd) => closed.push(fd))
  assert.ok(store.setRoot(ROOT_KEY))
  return { store, closed, memory }
}

test('random steps do what they do to a plain model', () => {
  for (let round = 0; round < 20; round += 1) {
    const roundSeed = (seed + round) >>> 0
    try {
      compare(new Random(roundSeed))
    } catch (error) {
      throw new Error(`seed ${roundSeed}`, { cause: error })
    }
  }
})

const FILES = 12
/** Some fill several blocks, and one is as long as a name can be. */
const NAMES = ['a', 'bb', 'name of 15 bytes', 'x'.repeat(255), 'y'.repeat(MAX_NAME), '\u{1f4be}']

function compare(random: Random): void {
  const { store, closed } = newStore()
  const model = new StoreModel(ROOT_ID)
  let nextFd = 3
  const someNode = () => random.pick([...model.nodes.keys()])
  const births: number[] = Array.from({ length: FILES }, () => 1)
  const steps: Record<string, () => void> = {
    lookUp() {
      const [file, parent, name] = [random.below(FILES), someNode(), random.pick(NAMES)]
      if (random.below(12) === 0) births[file] = random.below(3)
      const birth = births[file]!
      const known = model.find(file, birth)
      if (known === parent) return assert.throws(() => store.lookUp(keyOf(file, birth), parent, bytesOf(name)), /ELOOP/)
      const nowhere = random.below(10) === 0
      const { node: id } = nowhere
        ? store.lookUp(keyOf(file, birth), 0, undefined)
        : store.lookUp(keyOf(file, birth), parent, bytesOf(name))
      if (known === undefined) {
        assert.ok(!model.nodes.has(id), 'the node of another file')
        model.make(id, file, birth)
      } else assert.equal(id, known)
      model.nodes.get(id)!.lookups += 1
      if (!nowhere) model.put(id, parent, name)
    },
    forget() {
      const id = someNode()
      const count = 1 + random.below(3)
      store.forget(id, count)
      if (id !== ROOT_ID) model.nodes.get(id)!.lookups = Math.max(0, model.nodes.get(id)!.lookups - count)
    },
    clear() {
      const [parent, name] = [someNode(), random.pick(NAMES)]
      store.clear(parent, bytesOf(name))
      const id = model.at(parent, name)
      if (id !== 0) model.detach(id)
    },
    move() {
      const [parent, name, newParent, newName] = [someNode(), random.pick(NAMES), someNode(), random.pick(NAMES)]
      const id = model.at(parent, name)
      // A directory into itself: the host refuses that before the store hears of it.
      if (id === newParent) return
      store.move(parent, bytesOf(name), newParent, bytesOf(newName))
      const occupant = model.at(newParent, newName)
      if (id !== 0) model.put(id, newParent, newName)
      else if (occupant !== 0) model.detach(occupant)
    },
    exchange() {
      const [parent, name, newParent, newName] = [someNode(), random.pick(NAMES), someNode(), random.pick(NAMES)]
      const [one, other] = [model.at(parent, name), model.at(newParent, newName)]
      if (one === newParent || other === parent) return
      store.exchange(parent, bytesOf(name), newParent, bytesOf(newName))
      if (one === other) return
      if (one !== 0) model.detach(one)
      if (other !== 0) model.detach(other)
      if (one !== 0) model.put(one, newParent, newName)
      if (other !== 0) model.put(other, parent, name)
    },
    open() {
      const id = someNode()
      const pin = random.below(3) === 0
      if (pin) store.pin(id, nextFd)
      else store.open(id, nextFd)
      model.nodes.get(id)!.handles.unshift({ fd: nextFd, pin })
      nextFd += 1
    },
    close() {
      const node = model.nodes.get(someNode())!
      if (node.handles.length === 0) return
      const [handle] = node.handles.splice(random.below(node.handles.length), 1)
      store.close(handle!.fd)
      model.closed.push(handle!.fd)
    },
  }
  for (let i = 0; i < 300; i += 1) {
    random.pick(Object.values(steps))()
    model.reap()
    agree(store, model)
    assert.deepEqual(new Set(closed.splice(0)), new Set(model.closed.splice(0)))
  }
  for (const [id, { lookups, handles }] of model.nodes) {
    for (const { fd } of handles) store.close(fd)
    store.forget(id, lookups)
  }
  assert.deepEqual(store.counts(), { nodes: 1, handles: 0, nameBytes: 0 })
}

function agree(store: NodeStore, model: StoreModel): void {
  const place = new Place()
  for (const [id, node] of model.nodes) {
    store.read(id, place)
    if (id !== ROOT_ID) assert.deepEqual([place.inoLow, place.birth], [keyOf(node.file).inoLow, node.birth])
    assert.equal(place.parent, node.place?.parent ?? 0)
    assert.equal(Buffer.from(place.bytes.subarray(0, place.length)).toString(), node.place?.name ?? '')
    const fd = store.borrow(id)
    assert.equal(fd, node.handles[0]?.fd ?? -1)
    if (fd >= 0) store.giveBack(fd)
    for (const { fd } of node.handles) assert.equal(store.nodeOf(fd), id)
    for (const name of NAMES) assert.equal(store.at(id, bytesOf(name)), model.at(id, name))
  }
  assert.equal(store.counts().nodes, model.nodes.size)
}

test('many nodes are found again, each under its own number, and all can be forgotten', () => {
  const { store } = newStore()
  const count = 50_000
  const ids: NodeId[] = []
  for (let i = 0; i < count; i += 1) ids.push(store.lookUp(keyOf(i), ROOT_ID, bytesOf(`file ${i}`)).node)
  assert.equal(new Set(ids).size, count)
  for (let i = 0; i < count; i += 1) {
    assert.equal(store.at(ROOT_ID, bytesOf(`file ${i}`)), ids[i])
    assert.equal(store.lookUp(keyOf(i), ROOT_ID, bytesOf(`file ${i}`)).node, ids[i])
  }
  for (const id of ids) store.forget(id, 2)
  assert.deepEqual(store.counts(), { nodes: 1, handles: 0, nameBytes: 0 })
})

test('a number that is used again has another generation', () => {
  const { store } = newStore()
  const first = store.lookUp(keyOf(1), ROOT_ID, bytesOf('a'))
  store.forget(first.node, 1)
  const second = store.lookUp(keyOf(2), ROOT_ID, bytesOf('b'))
  assert.equal(second.node, first.node)
  assert.notEqual(second.generation, first.generation)
  assert.equal(store.generation(second.node), second.generation)
})

test('counts of lookups go past 32 bits', () => {
  const { store } = newStore()
  const { node } = store.lookUp(keyOf(1), ROOT_ID, bytesOf('a'))
  const many = 2 ** 33
  // A count can only be raised one at a time: what is looked at is that taking back more than 2^32 does not wrap.
  store.forget(node, many)
  assert.equal(store.counts().nodes, 1)
})

test('a full store says ENFILE and stays whole', () => {
  const { store } = newStore(10)
  for (let i = 0; i < 9; i += 1) store.lookUp(keyOf(i), ROOT_ID, bytesOf(String(i)))
  assert.throws(() => store.lookUp(keyOf(99), ROOT_ID, bytesOf('x')), { code: 'ENFILE' })
  store.forget(store.at(ROOT_ID, bytesOf('3')) as NodeId, 1)
  assert.ok(store.lookUp(keyOf(99), ROOT_ID, bytesOf('x')).node > 1)
})

test('what is not known is ESTALE, and harms nothing', () => {
  const { store, closed } = newStore()
  for (const node of [0, 2, -1, 1e9, 2 ** 52] as NodeId[]) {
    assert.throws(() => store.read(node, new Place()), { code: 'ESTALE' })
    assert.throws(() => store.open(node, 5), { code: 'ESTALE' })
    assert.equal(store.borrow(node), -1)
    store.forget(node, 1)
  }
  assert.throws(() => store.lookUp(keyOf(1), 7 as NodeId, bytesOf('a')), { code: 'ESTALE' })
  for (const fd of [-1, 5, 1e9, 2 ** 40]) store.close(fd)
  assert.deepEqual(closed, [])
  assert.equal(store.counts().nodes, 1)
})

test('a borrowed descriptor is closed when it is given back, not before', () => {
  const { store, closed } = newStore()
  const { node } = store.lookUp(keyOf(1), ROOT_ID, bytesOf('a'))
  store.open(node, 7)
  assert.deepEqual([store.borrow(node), store.borrow(node)], [7, 7])
  store.close(7)
  assert.equal(store.borrow(node), -1)
  store.giveBack(7)
  assert.deepEqual(closed, [])
  store.giveBack(7)
  assert.deepEqual(closed, [7])
  store.close(7)
  assert.deepEqual(closed, [7])
})

test('a second isolate sees what the first did, in memory that grew since', () => {
  const { store, memory } = newStore()
  const other = new NodeStore(memory, () => undefined)
  assert.ok(other.setRoot(ROOT_KEY))
  assert.ok(!other.setRoot(keyOf(5)))
  const ids = Array.from({ length: 5000 }, (_, i) => store.lookUp(keyOf(i), ROOT_ID, bytesOf(`file ${i}`)).node)
  const place = new Place()
  for (const [i, id] of ids.entries()) {
    other.read(id, place)
    assert.equal(place.inoLow, keyOf(i).inoLow)
    other.forget(id, 1)
  }
  assert.equal(store.counts().nodes, 1)
})
