/** What one contender did: nanoseconds per call in each round. */
export interface Measured {
  readonly name: string
  readonly roundsNs: readonly number[]
}

export interface MeasureOptions {
  /** Length of one turn of one contender. @default 20 */
  readonly turnMs?: number
  /** Turns of each contender; they alternate, so that a noisy moment of the machine hits all alike. @default 15 */
  readonly rounds?: number
}

/**
 * Times contenders side by side in one run. Each is `run(times)`, a loop that does the thing that often; its return value
 * is kept, so that no compiler may drop the loop's work.
 */
export function measure(
  contenders: Readonly<Record<string, (times: number) => unknown>>,
  options: MeasureOptions = {},
): Measured[] {
  const { turnMs = 20, rounds = 15 } = options
  const prepared = Object.entries(contenders).map(([name, run]) => ({ name, run, times: calibrate(run, turnMs) }))
  const results = prepared.map(({ name }) => ({ name, roundsNs: [] as number[] }))
  for (let round = 0; round < rounds; round += 1) {
    prepared.forEach(({ run, times }, i) => results[i]!.roundsNs.push(time(run, times) / times))
  }
  return results
}

/** How many calls fill a turn, found by doubling; this warms the code up too. */
function calibrate(run: (times: number) => unknown, turnMs: number): number {
  let times = 1000
  while (time(run, times) < turnMs * 1e6) times *= 2
  for (let i = 0; i < 3; i += 1) time(run, times)
  return times
}

const kept: unknown[] = [undefined]

/** In nanoseconds. */
function time(run: (times: number) => unknown, times: number): number {
  const start = process.hrtime.bigint()
  kept[0] = run(times)
  return Number(process.hrtime.bigint() - start)
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[sorted.length >> 1]!
}

/** Half the distance between the quartiles, as a share of the median. */
export function spread(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const quartile = (share: number) => sorted[Math.floor(share * (sorted.length - 1))]!
  return (quartile(0.75) - quartile(0.25)) / 2 / median(values)
}
