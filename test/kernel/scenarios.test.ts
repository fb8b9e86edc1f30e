import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cannotMount } from '../helpers/needs.js'
import type { Outcome } from '../scenarios/language.js'
import { runOnClient } from '../scenarios/on-client.js'
import { runOnKernel } from '../scenarios/on-kernel.js'
import { SCENARIOS } from '../scenarios/scenarios.js'

/* Linux and the client do the same, are told the same, and ask the server for the same. Linux is right. */

const options = { skip: cannotMount(), timeout: 30_000 }

function lines({ steps, lookups }: Outcome): string[] {
  const all = steps.map(({ step, seen, requests }) => `${step} → ${seen} [${requests.join(', ')}]`)
  return [...all, `lookups ${JSON.stringify(lookups)}`]
}

for (const scenario of SCENARIOS) {
  test(scenario.title, options, async (t) => {
    const kernel = await runOnKernel(t, scenario)
    const client = await runOnClient(scenario)
    assert.deepEqual(lines(client), lines(kernel))
  })
}
