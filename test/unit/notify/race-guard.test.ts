import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import type { NodeId } from '#src/base/ids.js'
import { RaceGuard, type Moment } from '#src/notify/race-guard.js'

const [A, B] = [2 as NodeId, 3 as NodeId]

/** A request whose handler has returned a promise. */
function later(guard: RaceGuard): { began: Moment; finish: () => void } {
  const request = {}
  const began = guard.enter()
  guard.begin(request, began)
  guard.leave()
  return { began, finish: () => guard.finish(request) }
}

test('a reply knows what was touched since its request began, and of what kind', () => {
  const guard = new RaceGuard()
  const { began } = later(guard)
  assert.ok(!guard.anySince(began))
  guard.touchNode(A)
  guard.touchNames(B)
  assert.ok(guard.anySince(began))
  assert.deepEqual(
    [A, B].map((node) => [guard.nodeTouchedSince(node, began), guard.namesTouchedSince(node, began)]),
    [
      [true, false],
      [false, true],
    ],
  )
  const after = later(guard)
  assert.ok(!guard.nodeTouchedSince(A, after.began))
  guard.touchAll()
  assert.ok(guard.nodeTouchedSince(A, after.began) && guard.namesTouchedSince(A, after.began))
})

test('what is touched within a handler counts for its reply, synchronous or not', () => {
  const guard = new RaceGuard()
  const began = guard.enter()
  guard.touchNode(A)
  assert.ok(guard.nodeTouchedSince(A, began))
  guard.leave()
})

interface Step {
  readonly do: 'call' | 'nest' | 'all' | 'finish' | 'node' | 'names'
  readonly id: number
}

const step: fc.Arbitrary<Step> = fc.record({
  do: fc.constantFrom('call', 'call', 'nest', 'all', 'finish', 'finish', 'node', 'node', 'names', 'names'),
  id: fc.integer({ min: 2, max: 6 }),
})

/* The model remembers everything for ever. A nested call is one whose handler causes another request to be handled. */
test('forgets nothing that an unanswered request can have missed', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
      const guard = new RaceGuard()
      const open: { request: object; began: Moment; touched: Set<string> }[] = []
      const touch = (what: string) => open.forEach(({ touched }) => touched.add(what))
      const call = (within?: () => void) => {
        const one = { request: {}, began: guard.enter(), touched: new Set<string>() }
        open.push(one)
        within?.()
        guard.begin(one.request, one.began)
        guard.leave()
      }
      for (const each of steps) {
        if (each.do === 'call') call()
        else if (each.do === 'nest') {
          call(() => {
            guard.touchNode(A)
            touch(`node ${A}`)
            call()
          })
        } else if (each.do === 'finish') {
          const [gone] = open.splice(each.id % (open.length || 1), 1)
          if (gone !== undefined) guard.finish(gone.request)
        } else if (each.do === 'all') {
          guard.touchAll()
          touch('all')
        } else {
          if (each.do === 'node') guard.touchNode(each.id as NodeId)
          else guard.touchNames(each.id as NodeId)
          touch(`${each.do} ${each.id}`)
        }
        for (const { began, touched } of open) {
          assert.equal(guard.anySince(began), touched.size > 0)
          for (let id = 2; id <= 6; id += 1) {
            const all = touched.has('all')
            assert.equal(guard.nodeTouchedSince(id as NodeId, began), all || touched.has(`node ${id}`), `node ${id}`)
            assert.equal(guard.namesTouchedSince(id as NodeId, began), all || touched.has(`names ${id}`), `names ${id}`)
          }
        }
      }
    }),
    { numRuns: 500 },
  )
})
