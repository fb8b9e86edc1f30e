import { parseArgs } from 'node:util'
import { cannotMount } from '../../helpers/needs.js'
import { campaign } from './campaign.js'

/*
 * What `npm run scenarios` runs: random scenarios, on Linux and on the client.
 *
 *   npm run scenarios -- --count 5000      how many
 *   npm run scenarios -- --seed 42         of the first one; the others follow
 *   npm run scenarios -- --lanes 4         how many at a time
 */
const { values } = parseArgs({
  options: { count: { type: 'string' }, seed: { type: 'string' }, lanes: { type: 'string' } },
})

const why = cannotMount()
if (why !== false) throw new Error(why)
const seed = Number(values.seed ?? Date.now() % 1_000_000_000)
const count = Number(values.count ?? (values.seed === undefined ? 5000 : 1))
console.log(`seeds ${seed} to ${seed + count - 1}`)
const began = performance.now()
const lanes = Number(values.lanes ?? 4)
const ends: (() => Promise<void> | void)[] = []
const endAll = async () => {
  for (const end of ends.splice(0)) await end()
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => void endAll().finally(() => process.exit(1)))
}
const scope = { after: (end: () => Promise<void> | void) => void ends.push(end) }
try {
  const tally = await campaign(scope, { seed, count, lanes, enough: 20, limitMs: Infinity, print: console.log })
  console.log(`${JSON.stringify(tally)} in ${Math.round((performance.now() - began) / 1000)} s`)
  process.exitCode = tally.differs === 0 ? 0 : 1
} finally {
  await endAll()
}
