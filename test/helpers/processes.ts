import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/* What /proc says of processes and their threads. A process that is gone has no threads, and no state. */

/** The state letter of a process or thread (`S`, `D`, `Z` …), or undefined if there is none of this number. */
export function stateOf(pid: number, thread = pid): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/task/${thread}/stat`, 'latin1')
    return stat.slice(stat.lastIndexOf(')') + 2)[0]
  } catch {
    return undefined
  }
}

export function threadsOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).map(Number)
  } catch {
    return []
  }
}

/** The threads of `pid` that wait in a way that no signal ends (state D). */
export function blockedThreads(pid: number): number[] {
  return threadsOf(pid).filter((thread) => stateOf(pid, thread) === 'D')
}

/** Asks again and again until `condition` holds. @throws after `limitMs`, with `what` */
export async function until(condition: () => boolean, what: string | (() => string), limitMs = 5000): Promise<void> {
  const end = performance.now() + limitMs
  while (!condition()) {
    if (performance.now() > end) {
      throw new Error(`not within ${limitMs} ms: ${typeof what === 'string' ? what : what()}`)
    }
    await sleep(10)
  }
}
