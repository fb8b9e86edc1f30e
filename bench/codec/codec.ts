import { measure, median, spread } from '../lib/measure.js'
import { table } from '../lib/table.js'
import { codecRows } from './rows.js'

/*
 * The compiled codec beside the interpreter of the same tables and beside code written by hand. To reach in each row: at
 * least 5 times as fast as interpreted, and no slower than 1.3 times hand-written.
 */

const LEAST_OVER_INTERPRETED = 5
const MOST_OVER_HAND = 1.3

export async function benchCodec(): Promise<unknown> {
  const contender = new URL('contender.js', import.meta.url)
  const names = codecRows().map(({ name }) => name)
  const measured = await measure(contender, ['compiled', 'interpreted', 'hand'], names)
  const results = measured.map(({ row, roundsNs }) => {
    const compiled = median(roundsNs['compiled']!)
    const interpreted = median(roundsNs['interpreted']!)
    const hand = median(roundsNs['hand']!)
    const reached = interpreted / compiled >= LEAST_OVER_INTERPRETED && compiled / hand <= MOST_OVER_HAND
    return { row, ns: { compiled, interpreted, hand }, spread: spread(roundsNs['compiled']!), reached }
  })
  const rows = results.map(({ row, ns, spread, reached }) => [
    row,
    ns.compiled.toFixed(1),
    ns.interpreted.toFixed(1),
    ns.hand.toFixed(1),
    `${(ns.interpreted / ns.compiled).toFixed(1)}x`,
    (ns.compiled / ns.hand).toFixed(2),
    `±${(spread * 100).toFixed(0)}%`,
    reached ? 'yes' : 'NO',
  ])
  const head = ['ns per message', 'compiled', 'interpreted', 'by hand', 'int./comp.', 'comp./hand', 'spread', 'reached']
  console.log(`\n${table(head, rows)}`)
  console.log(`to reach: int./comp. at least ${LEAST_OVER_INTERPRETED}, comp./hand at most ${MOST_OVER_HAND}`)
  return results
}
