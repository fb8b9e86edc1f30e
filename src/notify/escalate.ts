import { Job, type Work } from './job.js'
import type { Line } from './line.js'

/** What came of putting a line more coarsely. */
export interface Escalation {
  /** By how many the line got shorter. */
  readonly removed: number
  /** Those that nothing coarser could cover. */
  readonly refused: readonly Job[]
  /** INC_EPOCH is to be sent now. */
  readonly epoch: boolean
}

const NOTHING: Escalation = { removed: 0, refused: [], epoch: false }

/**
 * Puts what waits in a line more coarsely, so that it takes no more room, and loses nothing. For a file: one invalidation of
 * all of it, in place of ranges and of bytes to be stored. For the names in a directory: INC_EPOCH, which drops the names
 * of everything and never waits, and one invalidation of the listing; what DELETE says besides is lost to watchers.
 */
export function escalateLine(line: Line, hasEpoch: boolean): Escalation {
  if (line.backlog.length < 2) return NOTHING
  const isNames = line.running.work.name !== undefined
  const replaced = line.take(({ notification }) => notification !== 'RETRIEVE')
  if (replaced.length === 0) return NOTHING
  if (isNames && !hasEpoch) {
    const kept = replaced.slice(0, -1)
    for (const job of kept) line.push(job)
    return { removed: 1, refused: replaced.slice(-1), epoch: false }
  }
  const all: Work = { notification: 'INVAL_INODE', node: line.running.work.node, offset: 0, length: Infinity }
  const job = new Job(all, line.running.key, replaced[0]!.since, isNames ? all.node : undefined)
  for (const waiter of replaced.flatMap(({ waiters }) => waiters)) {
    waiter.outcome = 'escalated'
    job.waiters.push(waiter)
  }
  line.push(job)
  return { removed: replaced.length - 1, refused: [], epoch: isNames }
}
