import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { Turn } from './turns.js'

/*
 * Times contenders side by side in one run. Each lives in an isolate of its own, since V8 optimises a function for all its
 * callers in an isolate, and contenders that share code would slow one another down; they take turns, so that a noisy
 * moment of the machine hits all alike.
 */

/** One row, and the nanoseconds per call of every contender in every round. */
export interface Measured {
  readonly row: string
  readonly roundsNs: Readonly<Record<string, number[]>>
}

export interface MeasureOptions {
  /** Length of one turn of one contender. @default 20 */
  readonly turnMs?: number
  /** Turns of each contender. @default 15 */
  readonly rounds?: number
}

/**
 * @param module calls `serveTurns`; it gets the name of its contender as worker data
 * @param rows their names, in the order in which the module has them
 */
export async function measure(
  module: URL,
  contenders: readonly string[],
  rows: readonly string[],
  options: MeasureOptions = {},
): Promise<Measured[]> {
  const { turnMs = 20, rounds = 15 } = options
  const workers = new Map(contenders.map((name) => [name, new Worker(module, { workerData: name })]))
  try {
    const results: Measured[] = []
    for (const [row, name] of rows.entries()) {
      const times = new Map<string, number>()
      for (const [contender, worker] of workers) times.set(contender, await calibrate(worker, row, turnMs))
      const roundsNs = Object.fromEntries(contenders.map((contender) => [contender, [] as number[]]))
      for (let round = 0; round < rounds; round += 1) {
        for (const [contender, worker] of workers) {
          const turn = { row, times: times.get(contender)! }
          roundsNs[contender]!.push((await take(worker, turn)) / turn.times)
        }
      }
      results.push({ row: name, roundsNs })
    }
    return results
  } finally {
    await Promise.all([...workers.values()].map((worker) => worker.terminate()))
  }
}

/** How many calls fill a turn, found by doubling; this warms the code up too. */
async function calibrate(worker: Worker, row: number, turnMs: number): Promise<number> {
  let times = 1000
  while ((await take(worker, { row, times })) < turnMs * 1e6) times *= 2
  for (let i = 0; i < 3; i += 1) await take(worker, { row, times })
  return times
}

/** One turn, in nanoseconds. */
async function take(worker: Worker, turn: Turn): Promise<number> {
  worker.postMessage(turn)
  const [ns] = (await once(worker, 'message')) as [number]
  return ns
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
