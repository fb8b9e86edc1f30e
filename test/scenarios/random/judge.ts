import type { Ground } from '../on-kernel.js'
import { randomScenario } from './generate.js'
import { reportOf } from './report.js'
import { shrink } from './shrink.js'
import { tryOut, type Trial } from './trial.js'

/** What is told of a seed. */
export interface Verdict {
  readonly seed: number
  readonly result: Trial['result']
  /** Of the smallest scenario found that differs. */
  readonly report?: string
}

/** How often a smaller scenario has to differ. */
const TRIES = 3

/** Runs the scenario of a seed; if Linux and the client differ, finds a smaller one that still does. */
export async function judge(seed: number, ground: Ground): Promise<Verdict> {
  const scenario = randomScenario(seed)
  const trial = await tryOut(scenario, ground)
  if (trial.result !== 'differs') return { seed, result: trial.result }
  let shown = trial
  const small = await shrink(scenario, async (candidate) => {
    const next = await tryOut(candidate, ground, TRIES)
    // A client that did not even start is about something else: wishes that cannot be granted alone.
    if (next.result !== 'differs' || next.client.length === 1) return false
    shown = next
    return true
  })
  return { seed, result: 'differs', report: reportOf(small, shown.kernel, shown.client) }
}
