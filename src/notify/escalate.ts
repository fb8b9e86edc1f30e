import type { NodeId } from '../base/ids.js'
import { Job, type Waiter, type Work } from './job.js'
import type { Line } from './line.js'

/** What came of putting a line more coarsely. */
export interface Escalation {
  /** By how many the line got shorter. */
  readonly removed: number
  /** Those that nothing coarser could cover. */
  readonly refused: readonly Job[]
  /** INC_EPOCH is to be sent now, for these; undefined if it is not. */
  readonly epochFor: readonly Waiter[] | undefined
}

const NOTHING: Escalation = { removed: 0, refused: [], epochFor: undefined }

/**
 * Puts what waits in a line more coarsely, so that it takes no more room, and loses nothing. For a file: one invalidation of
 * all of it, in place of ranges and of bytes to be stored. For the names in a directory: INC_EPOCH, which drops the names
 * of everything and never waits, and one invalidation of the listing; what DELETE says besides is lost to watchers.
 */
export function escalateLine(line: Line, hasEpoch: boolean): Escalation {
  if (line.backlog.length < 2) return NOTHING
  const isNames = line.key < 0
  if (isNames && !hasEpoch) {
    const last = line.backlog.at(-1)!
    return { removed: 1, refused: line.take((work) => work === last.work), epochFor: undefined }
  }
  const replaced = line.take(({ notification }) => notification !== 'RETRIEVE')
  if (replaced.length === 0) return NOTHING
  const node = Math.abs(line.key) as NodeId
  const waiters = replaced.flatMap((job) => job.waiters)
  for (const waiter of waiters) waiter.outcome = 'escalated'
  const all: Work = { notification: 'INVAL_INODE', node, offset: 0, length: Infinity }
  // The last one's, since a directory that was listed later is known by then, and its own lock is what counts.
  const lock = isNames ? node : replaced.findLast(({ barrier }) => barrier !== undefined)?.barrier
  line.push(new Job(all, waiters, replaced[0]!.since, lock))
  return { removed: replaced.length - 1, refused: [], epochFor: isNames ? waiters : undefined }
}
