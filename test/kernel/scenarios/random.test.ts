import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cannotMount } from '../../helpers/needs.js'
import { fromEnvironment } from '../../helpers/random.js'
import { campaign } from '../../scenarios/random/campaign.js'

/* Random scenarios: always the same ones, unless FUSEWIRE_SEED says otherwise. `npm run scenarios` runs others, and more. */

const LIMIT_MS = 100_000
/** However slow the machine is. */
const AT_LEAST = 50

test('random scenarios agree', { skip: cannotMount(), timeout: 220_000 }, async (t) => {
  const seed = fromEnvironment('FUSEWIRE_SEED', 1)
  const count = fromEnvironment('FUSEWIRE_SCENARIOS', 600)
  const reports: string[] = []
  const print = (report: string) => reports.push(report)
  const tally = await campaign(t, { seed, count, lanes: 4, enough: 3, limitMs: LIMIT_MS, print })
  console.log(`seeds from ${seed}: ${JSON.stringify(tally)}`)
  assert.equal(tally.differs, 0, `run again by npm run scenarios -- --seed N\n${reports.join('\n')}`)
  assert.ok(tally.agrees + tally.varies >= Math.min(count, AT_LEAST))
})
