import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ROOT_ID, type NodeId } from '#src/base/ids.js'
import { NodeTable } from '#src/server/node-table.js'
import { fromEnvironment, Random } from '../../helpers/random.js'

const root = { name: 'root' }
const stale = { code: 'ESTALE' }

test('the root is known from the start, and never forgotten', () => {
  const table = new NodeTable(root)
  assert.equal(table.get(ROOT_ID), root)
  assert.equal(table.lookup(root), ROOT_ID)
  assert.equal(table.forget(ROOT_ID, 1), undefined)
  assert.equal(table.forget(ROOT_ID, 0), undefined)
  assert.equal(table.get(ROOT_ID), root)
  assert.equal(table.size, 1)
})

test('an object keeps its number until every lookup is taken back', () => {
  const table = new NodeTable<object>(root)
  const object = {}
  const node = table.lookup(object)
  assert.notEqual(node, ROOT_ID)
  assert.equal(table.lookup(object), node)
  assert.equal(table.add(object), node)
  assert.equal(table.lookups(node), 2)
  assert.equal(table.forget(node, 1), undefined)
  assert.equal(table.get(node), object)
  assert.equal(table.forget(node, 1), object)
  assert.throws(() => table.get(node), stale)
  assert.throws(() => table.forget(node, 1), stale)
  assert.equal(table.nodeOf(object), undefined)
  assert.equal(table.lookups(node), 0)
})

test('what is added is no lookup, and is taken away with 0', () => {
  const table = new NodeTable<object>(root)
  const object = {}
  const node = table.add(object)
  assert.equal(table.lookups(node), 0)
  assert.equal(table.nodeOf(object), node)
  assert.equal(table.forget(node, 0), object)
  assert.equal(table.size, 1)
  table.lookup(object)
  assert.equal(table.forget(table.add(object), 0), undefined, 'one that is looked up stays')
})

test('to forget more than was counted is a fault, and changes nothing', () => {
  const table = new NodeTable<object>(root)
  const object = {}
  const node = table.lookup(object)
  assert.throws(() => table.forget(node, 2), RangeError)
  assert.equal(table.forget(node, 1), object)
})

test('numbers that name nothing are stale', () => {
  const table = new NodeTable<object>(root)
  for (const node of [0, 2, -1, 2 ** 53 - 1]) assert.throws(() => table.get(node as NodeId), stale)
})

test('random use: no number twice at once, no pair of number and generation ever again', () => {
  const seed = fromEnvironment('FUSEWIRE_SEED', Math.floor(Math.random() * 2 ** 32))
  const random = new Random(seed)
  const table = new NodeTable<object>(root)
  const counts = new Map<object, number>()
  const pairs = new Map<string, object>()
  for (let i = 0; i < 20_000; i += 1) {
    const object = counts.size === 0 || random.below(3) === 0 ? {} : random.pick([...counts.keys()].slice(0, 50))
    const node = table.lookup(object)
    counts.set(object, (counts.get(object) ?? 0) + 1)
    const pair = `${node} ${table.generation(node)}`
    assert.equal(pairs.get(pair) ?? object, object, `seed ${seed}, step ${i}: ${pair} named another object`)
    pairs.set(pair, object)
    if (random.below(2) === 0) continue
    const [victim, count] = random.pick([...counts].slice(0, 50))
    const nlookup = 1 + random.below(count)
    const gone = table.forget(table.nodeOf(victim)!, nlookup)
    assert.equal(gone, nlookup === count ? victim : undefined, `seed ${seed}, step ${i}`)
    if (nlookup === count) counts.delete(victim)
    else counts.set(victim, count - nlookup)
  }
  assert.equal(table.size, counts.size + 1)
  const known = new Map([...table].map(([node, object]) => [object, table.lookups(node)]))
  known.delete(root)
  assert.deepEqual(known, counts)
  assert.ok(Math.max(...[...table].map(([node]) => node)) < pairs.size, 'numbers are used again')
})
