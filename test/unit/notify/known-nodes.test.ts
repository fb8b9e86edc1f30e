import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import type { NodeId } from '#src/base/ids.js'
import { KnownNodes } from '#src/notify/known-nodes.js'

interface Row {
  count: number
  parent: NodeId
  directory: boolean
}

/** The same with a Map. */
class Model {
  readonly rows = new Map<NodeId, Row>()

  add(node: NodeId, parent: NodeId, directory: boolean): void {
    if (node < 2) return
    this.rows.set(node, { count: (this.rows.get(node)?.count ?? 0) + 1, parent, directory })
  }

  forget(node: NodeId, nlookup: number): void {
    const row = this.rows.get(node)
    if (row === undefined) return
    row.count -= nlookup
    if (row.count <= 0) this.rows.delete(node)
  }
}

/** Few of each kind, so that the same come again: small ones, some that differ above 32 bits alone, and the largest. */
const nodeId = fc
  .oneof(
    fc.integer({ min: 0, max: 200 }),
    fc.integer({ min: 0, max: 40 }).map((high) => high * 2 ** 32 + 7),
    fc.integer({ min: 0, max: 20 }).map((less) => Number.MAX_SAFE_INTEGER - less),
    fc.integer({ min: 0, max: 60 }).map((page) => 0x7f00_0000_0000 + page * 4096),
  )
  .map((id) => id as NodeId)

const step = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('add' as const), node: nodeId, parent: nodeId, dir: fc.boolean() }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('forget' as const), node: nodeId, times: fc.integer({ min: 1, max: 3 }) }),
  },
)

test('knows what a Map would know, whatever comes and goes', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 600, size: 'max' }), (steps) => {
      const known = new KnownNodes()
      const model = new Model()
      for (const each of steps) {
        if (each.do === 'add') {
          known.add(each.node, each.parent, each.dir)
          model.add(each.node, each.parent, each.dir)
        } else {
          known.forget(each.node, each.times)
          model.forget(each.node, each.times)
        }
        assert.equal(known.size, model.rows.size)
      }
      for (const { node } of steps) {
        const row = model.rows.get(node)
        assert.equal(known.count(node), row?.count ?? 0)
        assert.equal(known.parentOf(node), row?.parent)
        assert.equal(known.has(node), row !== undefined || node === 1)
        assert.equal(known.isKnownDirectory(node), row?.directory === true || node === 1)
      }
    }),
    { numRuns: 300 },
  )
})

test('grows and shrinks, and loses nothing on the way', () => {
  const known = new KnownNodes()
  const count = 20_000
  const nodes = Array.from({ length: count }, (_, i) => (2 + i * 3) as NodeId)
  for (const node of nodes) known.add(node, 1 as NodeId, false)
  assert.equal(known.size, count)
  for (const [i, node] of nodes.entries()) {
    known.forget(node, 1)
    assert.ok(!known.has(node))
    if (i % 997 === 0) for (const rest of nodes.slice(i + 1)) assert.ok(known.has(rest))
  }
  assert.equal(known.size, 0)
})
