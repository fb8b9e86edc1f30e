import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cannotMount } from '../helpers/needs.js'
import type { Outcome, Scenario } from './language.js'
import { runOnClient } from './on-client.js'
import { runOnKernel } from './on-kernel.js'

const options = { skip: cannotMount(), timeout: 30_000 }

/** Linux and the client see the same, and ask the server for the same. Linux is right. */
export function compareWithKernel(scenarios: readonly Scenario[]): void {
  for (const scenario of scenarios) {
    test(scenario.title, options, async (t) => {
      const kernel = await runOnKernel(t, scenario)
      const client = await runOnClient(scenario)
      assert.deepEqual(lines(client), lines(kernel))
    })
  }
}

function lines({ steps, lookups }: Outcome): string[] {
  const all = steps.map(({ step, seen, requests }) => `${step} → ${seen} [${requests.join(', ')}]`)
  return [...all, `lookups ${JSON.stringify(lookups)}`]
}
