import { readFileSync } from 'node:fs'
import { blockedThreads, stateOf } from '../helpers/processes.js'

/** How often in a row nothing may have moved, with a round trip to the server in between. */
const ENOUGH = 3

/**
 * Tells those who wait in the kernel for something from those who will go on by themselves: the first sleep, and did not run
 * while others did. To be asked again and again, with a round trip to the server in between, which answers whatever it got.
 */
export class BlockedWatch {
  private last: string | undefined
  private times = 0

  /**
   * @param pids programs that are to be in a system call
   * @param notifications how many threads of this process are to be in one that no signal ends
   */
  areBlocked(pids: readonly number[], notifications: number): boolean {
    const now = snapshot(pids, notifications)
    this.times = now !== undefined && now === this.last ? this.times + 1 : 0
    this.last = now
    return this.times >= ENOUGH
  }
}

/** Who sleeps where, and how often each has slept; undefined if somebody does not sleep, or waits for what is next to do. */
function snapshot(pids: readonly number[], notifications: number): string | undefined {
  const lines: string[] = []
  for (const pid of pids) {
    if (!'SD'.includes(stateOf(pid) ?? 'R') || /poll/.test(place(pid))) return undefined
    lines.push(switches(pid, pid))
  }
  if (notifications > 0) {
    const blocked = blockedThreads(process.pid)
    if (blocked.length < notifications) return undefined
    for (const thread of blocked) lines.push(switches(process.pid, thread))
  }
  return lines.join('\n')
}

/** The function of the kernel in which a process sleeps. */
function place(pid: number): string {
  return readFileSync(`/proc/${pid}/wchan`, 'latin1')
}

function switches(pid: number, thread: number): string {
  try {
    const status = readFileSync(`/proc/${pid}/task/${thread}/status`, 'latin1')
    return `${thread} ${status.slice(status.indexOf('voluntary_ctxt_switches'))}`
  } catch {
    // It is gone, which is news.
    return `${thread} ${performance.now()}`
  }
}
