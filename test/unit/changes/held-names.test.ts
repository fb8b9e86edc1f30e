import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { NodeId } from '#src/base/ids.js'
import { HeldNames } from '#src/changes/held-names.js'
import { fromEnvironment, Random } from '../../helpers/random.js'
import { node } from '../notify/harness.js'

/* Which names the kernel may hold. */

const [ROOT, A, B, F, G] = [1, 2, 3, 4, 5].map(node) as [NodeId, NodeId, NodeId, NodeId, NodeId]

/** `/a/f`, `/a/g`, `/b`. */
function names(): HeldNames {
  const held = new HeldNames()
  held.gave(ROOT, 'a', A)
  held.gave(ROOT, 'b', B)
  held.gave(A, 'f', F)
  held.gave(A, 'g', G)
  return held
}

test('names are found, and paths of nodes', () => {
  const held = names()
  assert.deepEqual([held.get(A, 'f'), held.get(A, 'h'), held.get(B, 'f')], [F, undefined, undefined])
  assert.deepEqual(
    [held.pathOf(F), held.pathOf(A), held.pathOf(ROOT), held.pathOf(node(99))],
    ['a/f', 'a', '', undefined],
  )
})

test('a node that is given back has no name, and a directory no names in it', () => {
  const held = names()
  held.forget(F)
  assert.equal(held.get(A, 'f'), undefined)
  held.forget(A)
  assert.deepEqual([held.get(ROOT, 'a'), held.get(A, 'g'), held.pathOf(G)], [undefined, undefined, undefined])
  // The number comes again, as another directory.
  held.gave(B, 'c', A)
  assert.deepEqual([held.get(A, 'g'), [...held.entries(A)]], [undefined, []])
})

test('of several names of a file one can go', () => {
  const held = names()
  held.gave(B, 'link', F)
  assert.equal(held.unlinked(B, 'link'), F)
  assert.equal(held.pathOf(F), 'a/f')
  held.gave(B, 'link', F)
  held.unlinked(A, 'f')
  assert.equal(held.pathOf(F), 'b/link')
  held.forget(F)
  assert.equal(held.get(B, 'link'), undefined)
})

test('renamed through the mount: what had the new name before is returned', () => {
  const held = names()
  assert.equal(held.moved({ parent: A, name: 'f' }, { parent: A, name: 'g' }), F === held.get(A, 'g') ? G : 0)
  assert.deepEqual([held.get(A, 'f'), held.get(A, 'g'), held.pathOf(G)], [undefined, F, undefined])
  held.moved({ parent: ROOT, name: 'a' }, { parent: B, name: 'c' })
  assert.equal(held.pathOf(F), 'b/c/g')
})

test('exchanged through the mount', () => {
  const held = names()
  held.exchanged({ parent: A, name: 'f' }, { parent: ROOT, name: 'b' })
  assert.deepEqual([held.get(A, 'f'), held.get(ROOT, 'b'), held.pathOf(F), held.pathOf(B)], [B, F, 'b', 'a/f'])
})

test('what a name was before is still meant by it, until its node is given back', () => {
  const held = names()
  held.demote(A, 'f')
  assert.equal(held.get(A, 'f'), undefined)
  assert.deepEqual(held.nodesAt(A, 'f'), [F])
  held.gave(A, 'f', G)
  assert.deepEqual(
    [...held.nodesAt(A, 'f')].toSorted((a, b) => a - b),
    [F, G],
  )
  held.movedAtSource({ parent: A, name: 'f' }, { parent: B, name: 'x' })
  assert.deepEqual(
    [...held.nodesAt(B, 'x')].toSorted((a, b) => a - b),
    [F, G],
  )
  assert.equal(held.pathOf(F), 'b/x')
  held.forget(F)
  assert.deepEqual(held.nodesAt(B, 'x'), [G])
  // Removed through the mount there is no doubt about it.
  held.unlinked(B, 'x')
  assert.deepEqual(held.nodesAt(B, 'x'), [])
})

test('a log that is rotated for ever has its latest names', () => {
  const held = names()
  for (let i = 0; i < 1000; i += 1) {
    const from = { parent: A, name: i === 0 ? 'f' : `f.${i}` }
    held.movedAtSource(from, { parent: A, name: `f.${i + 1}` })
    held.demote(A, from.name)
  }
  assert.deepEqual(held.nodesAt(A, 'f.1000'), [F])
  assert.deepEqual(held.nodesAt(A, 'f.10'), [])
})

test('names that do not exist: so many of a directory, then any may be one', () => {
  const held = names()
  held.maxMissing = 2
  held.gave(A, 'x', 0)
  held.gave(A, 'y', 0)
  assert.deepEqual([held.get(A, 'x'), held.get(A, 'z')], [0, undefined])
  held.gave(A, 'z', 0)
  assert.deepEqual([held.get(A, 'z'), held.get(A, 'whatever'), held.get(B, 'z')], [0, 0, undefined])
  assert.equal(held.get(A, 'f'), F)
  held.forgetMissing()
  assert.deepEqual([held.get(A, 'x'), held.get(A, 'z'), held.get(A, 'f')], [undefined, undefined, F])
  // One that comes to exist makes room.
  held.gave(A, 'x', 0)
  held.gave(A, 'y', 0)
  held.gave(A, 'x', G)
  held.gave(A, 'z', 0)
  assert.equal(held.get(A, 'other'), undefined)
})

test('at random: never less than what a plain list of names has, and nothing of what was given back', () => {
  const seed = fromEnvironment('NAMES_SEED', Date.now() % 2 ** 31)
  console.log(`NAMES_SEED=${seed}`)
  const random = new Random(seed)
  const held = new HeldNames()
  const real = new Map<string, NodeId>()
  const directories = [ROOT, A, B]
  held.gave(ROOT, 'a', A)
  held.gave(ROOT, 'b', B)
  const place = () => ({ parent: random.pick(directories), name: `n${random.below(6)}` })
  const key = ({ parent, name }: { parent: NodeId; name: string }) => `${parent}/${name}`
  for (let step = 0; step < 20_000; step += 1) {
    const [from, to] = [place(), place()]
    const some = node(10 + random.below(12))
    switch (random.below(6)) {
      case 0:
        held.unlinked(from.parent, from.name)
        real.delete(key(from))
        break
      case 1: {
        if (key(from) === key(to)) break
        const before = real.get(key(from))
        if (before === undefined) break
        held.moved(from, to)
        real.delete(key(from))
        real.set(key(to), before)
        break
      }
      case 2:
        held.forget(some)
        for (const [name, is] of real) if (is === some) real.delete(name)
        break
      case 3: {
        const before = real.get(key(from))
        held.demote(from.parent, from.name)
        if (before !== undefined) assert.ok(held.nodesAt(from.parent, from.name).includes(before))
        // Only the latest of its former names are kept.
        real.delete(key(from))
        break
      }
      default:
        held.gave(from.parent, from.name, some)
        real.set(key(from), some)
    }
    for (const [name, is] of real) {
      const [parent, last] = name.split('/') as [string, string]
      assert.ok(held.nodesAt(node(Number(parent)), last).includes(is), `step ${step}: ${name} may be ${is}`)
    }
  }
  for (let id = 10; id < 22; id += 1) held.forget(node(id))
  for (const directory of directories) {
    for (const [, is] of held.entries(directory)) assert.ok(is === A || is === B)
    for (let i = 0; i < 6; i += 1) assert.deepEqual(held.nodesAt(directory, `n${i}`), [])
  }
})
