import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import { cannotMount } from '../helpers/needs.js'
import { serve } from '../helpers/served.js'
import type { Outcome, Scenario } from './language.js'
import { linesOf } from './lines.js'
import { runOnClient } from './on-client.js'
import { Remote } from './rpc.js'

const skip = cannotMount()
/** How often Linux is asked. */
const TRIES = 3

/** Linux and the client see the same, and ask the server for the same. Linux is right. */
export function compareWithKernel(scenarios: readonly Scenario[]): void {
  let kernel: Remote | undefined
  const ends: (() => Promise<void> | void)[] = []
  before(async () => {
    if (skip === false) kernel = new Remote((await serve({ after: (end) => ends.push(end) }, 'scenarios')).server)
  })
  after(async () => {
    for (const end of ends) await end()
  })
  for (const scenario of scenarios) {
    test(scenario.title, { skip, timeout: 60_000 }, async () => {
      const ours = linesOf(await runOnClient(scenario))
      for (let i = 1; ; i += 1) {
        const right = linesOf((await kernel!.ask('run', scenario.title)) as Outcome)
        // It may drop what is cached whenever it likes: when memory is short, or somebody asked it to.
        if (i < TRIES && !isDeepStrictEqual(ours, right)) continue
        assert.deepEqual(ours, right)
        return
      }
    })
  }
}
