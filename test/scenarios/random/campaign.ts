import { serve } from '../../helpers/served.js'
import type { Scope } from '../../helpers/wedge.js'
import { Remote } from '../rpc.js'
import type { Verdict } from './judge.js'

export interface CampaignOptions {
  /** The seed of the first scenario; each further one has the next. */
  readonly seed: number
  readonly count: number
  /** How many run at a time. */
  readonly lanes: number
  /** After so many differences there is enough to look at. */
  readonly enough: number
  /** After so many milliseconds no more are begun. */
  readonly limitMs: number
  readonly print: (line: string) => void
}

/** How many of the scenarios came to what. */
export type Tally = Record<Verdict['result'], number>

/** Runs random scenarios on Linux and on the client, and prints each that differs. @param scope ends what it starts */
export async function campaign(scope: Scope, options: CampaignOptions): Promise<Tally> {
  const { seed, count, lanes, enough, limitMs, print } = options
  const tally: Tally = { agrees: 0, varies: 0, 'too slow': 0, differs: 0 }
  const end = performance.now() + limitMs
  let next = seed
  const lane = async (kernel: Remote) => {
    while (next < seed + count && tally.differs < enough && performance.now() < end) {
      const own = next
      next += 1
      const verdict = (await kernel.ask('judge', own)) as Verdict
      tally[verdict.result] += 1
      if (verdict.report !== undefined) print(verdict.report)
    }
  }
  const served = await Promise.all(Array.from({ length: lanes }, () => serve(scope, 'scenarios')))
  await Promise.all(served.map(({ server }) => lane(new Remote(server))))
  return tally
}
