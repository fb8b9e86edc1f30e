import type { Scenario, Step } from '../language.js'

/** Whether a scenario still shows what it is to show. */
type Shows = (scenario: Scenario) => Promise<boolean>

/** For how long a scenario is made smaller at most. */
const LIMIT_MS = 30_000

/** A smaller scenario that still shows it: steps are left out, as many as possible at a time, and wishes. */
export async function shrink(scenario: Scenario, shows: Shows): Promise<Scenario> {
  const end = performance.now() + LIMIT_MS
  const isLate = () => performance.now() > end
  let small = await withoutWishes(scenario, shows, isLate)
  for (let before = Infinity; small.steps.length < before && !isLate();) {
    before = small.steps.length
    for (let size = before >> 1; size >= 1 && !isLate(); size >>= 1)
      small = await withoutSteps(small, size, shows, isLate)
  }
  return withoutWishes(small, shows, isLate)
}

async function withoutSteps(scenario: Scenario, size: number, shows: Shows, isLate: () => boolean): Promise<Scenario> {
  let small = scenario
  // From the end: what comes later depends on what was before.
  for (let at = small.steps.length - size; at >= 0 && !isLate(); at -= size) {
    const steps: readonly Step[] = small.steps.toSpliced(at, size)
    const candidate = { ...small, steps }
    if (await shows(candidate)) small = candidate
  }
  return small
}

async function withoutWishes(scenario: Scenario, shows: Shows, isLate: () => boolean): Promise<Scenario> {
  let small = scenario
  for (const wish of Object.keys(small.init ?? {})) {
    const { [wish as 'asyncRead']: _, ...init } = small.init ?? {}
    const candidate = { ...small, init }
    if (!isLate() && (await shows(candidate))) small = candidate
  }
  return small
}
