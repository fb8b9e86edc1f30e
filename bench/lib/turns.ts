import { parentPort } from 'node:worker_threads'

/** What a contender is asked to do: row number `row`, `times` times. */
export interface Turn {
  readonly row: number
  readonly times: number
}

/**
 * Does what it is asked, and tells how many nanoseconds that took. Each row is a loop that does the thing a given number
 * of times; its result is kept until the next turn, so that no compiler may drop the loop's work.
 */
export function serveTurns(rows: readonly ((times: number) => unknown)[]): void {
  let kept: unknown
  parentPort?.on('message', ({ row, times }: Turn) => {
    const run = rows[row]!
    const start = process.hrtime.bigint()
    const result = run(times)
    const ns = Number(process.hrtime.bigint() - start)
    if (result === kept) kept = undefined
    kept = result
    parentPort?.postMessage(ns)
  })
}
