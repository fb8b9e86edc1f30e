import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cannotMount } from '../../helpers/needs.js'
import { Scripted } from '../notify/scripted.js'

const FILES = 3000

for (const maxKnownNodes of [undefined, 500]) {
  const what =
    maxKnownNodes === undefined
      ? 'without a bound, all that was seen'
      : `with a bound of ${maxKnownNodes}, not much more`
  test(`the kernel keeps, ${what}`, { skip: cannotMount(), timeout: 60_000 }, async (t) => {
    const server = await Scripted.start(t, { via: 'threads', ...(maxKnownNodes !== undefined && { maxKnownNodes }) })
    const client = await server.client()
    for (let i = 0; i < FILES; i += 1) await server.file(`f${i}`)
    const open = await client.call('open', server.at('f0'), 0)
    let most = 0
    for (let i = 0; i < FILES; i += 1) {
      await client.call('stat', server.at(`f${i}`))
      if (i % 100 === 0) most = Math.max(most, (await server.stats()).knownNodes)
    }
    if (maxKnownNodes === undefined) assert.ok((await server.stats()).knownNodes >= FILES)
    else assert.ok(most < 2 * maxKnownNodes, `${most} at a time`)
    assert.equal((await client.call('fstat', open)).size, 0)
    assert.deepEqual(server.faults, [])
  })
}
