import { describe, type Outcome, type Scenario } from '../language.js'
import { linesOf } from '../lines.js'
import { runOnClient } from '../on-client.js'
import { runOnKernel, type Ground } from '../on-kernel.js'
import { SHORT_MS } from './generate.js'

/** What came of one scenario. */
export type Trial =
  | { readonly result: 'agrees' }
  /** Linux itself does one thing or the other, and the client one of them. */
  | { readonly result: 'varies' }
  /** The steps took so long that what is valid for a while may have expired at any of them. */
  | { readonly result: 'too slow' }
  | { readonly result: 'differs'; readonly kernel: readonly string[]; readonly client: readonly string[] }

/** How often Linux is asked before it is said to do something else. */
const TRIES = 6
/** From how much time on a step may be too late for a timeout. */
const SLOW_MS = SHORT_MS - 100

/** Runs a scenario on both sides. @param tries on Linux, if it does not agree at once */
export async function tryOut(scenario: Scenario, ground: Ground, tries = TRIES): Promise<Trial> {
  const client = await linesOfRun(runOnClient(scenario))
  let kernel: readonly string[] = []
  let isSlow = false
  for (let i = 0; i < tries; i += 1) {
    const began = performance.now()
    kernel = await linesOfRun(runOnKernel(scenario, ground))
    isSlow = isTimed(scenario) && performance.now() - began - pauses(scenario) > SLOW_MS
    if (isSame(kernel, client)) return { result: i === 0 ? 'agrees' : 'varies' }
  }
  return isSlow ? { result: 'too slow' } : { result: 'differs', kernel, client }
}

async function linesOfRun(running: Promise<Outcome>): Promise<string[]> {
  try {
    return linesOf(await running)
  } catch (error) {
    return [String((error as Error).stack)]
  }
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((line, i) => line === b[i])
}

function isTimed(scenario: Scenario): boolean {
  return scenario.steps.some((step) => 'pauseMs' in step || describe(step).includes(` ${SHORT_MS} ms`))
}

function pauses(scenario: Scenario): number {
  return scenario.steps.reduce((sum, step) => sum + ('pauseMs' in step ? step.pauseMs : 0), 0)
}
