import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { NodeId } from '#src/base/ids.js'
import { Pruner } from '#src/changes/pruner.js'
import { DIR, harness, ROOT } from './harness.js'

/* The number of nodes that the kernel holds is kept in bounds. */

async function pruning(maxNodes: number) {
  const h = await harness()
  const { notify, coherence, holdings } = h.context
  const pruner = new Pruner({ notify, known: coherence.known, holdings }, maxNodes)
  h.lookup(ROOT, 'd')
  /** Looks up `count` new files, and lets the pruner see it after each. */
  let next = 100
  const add = (count: number) => {
    for (let i = 0; i < count; i += 1) {
      h.fs.names.set(`2/n${next}`, next as NodeId)
      h.lookup(DIR, `n${next}`)
      pruner.check()
      next += 1
    }
  }
  const pruned = () =>
    h.port.texts.filter((text) => text.startsWith('PRUNE')).map((text) => text.split(' ').slice(1).map(Number))
  return { ...h, pruner, add, pruned }
}

test('nothing up to the bound, then the oldest are to be forgotten, a part at a time', async () => {
  const { add, pruned } = await pruning(80)
  add(79)
  assert.deepEqual(pruned(), [])
  add(1)
  assert.deepEqual(pruned(), [[2, 100, 101, 102, 103, 104, 105, 106, 107, 108, 109]])
})

test('when the kernel gives nothing back it is asked again only after as many more have come, and for others', async () => {
  const { add, pruned } = await pruning(80)
  add(90)
  assert.equal(pruned().length, 1)
  add(1)
  assert.equal(pruned().length, 2)
  assert.equal(pruned()[1]![0], 110)
})

test('when it gives back, it is asked at the bound again', async () => {
  const { add, forget, pruner, pruned } = await pruning(80)
  add(80)
  for (const node of pruned()[0]!.slice(1)) {
    forget(node as NodeId)
    pruner.check()
  }
  add(11)
  assert.equal(pruned().length, 2)
})

test('what is open is not asked for', async () => {
  const { add, open, pruned } = await pruning(8)
  add(2)
  open(100 as NodeId)
  add(6)
  assert.deepEqual(pruned(), [[2, 101]])
})
