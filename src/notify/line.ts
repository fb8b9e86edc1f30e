import type { Job, Waiter, Work } from './job.js'

const NONE: readonly Job[] = []

/**
 * The notifications about one key (a node, or the names in a directory), in order: the first few are with the peer, the
 * others wait behind them. What waits may still be merged.
 */
export class Line {
  /** A node's number for its attributes and content, the negated number for names in a directory, 0 for neither. */
  readonly key: number
  /** With the peer, which takes them one after the other. */
  running: readonly Job[] = NONE
  /** How many of those it has answered. */
  answered = 0
  /** Those of the running ones that are to be sent again. */
  again: readonly Job[] = NONE
  backlog: Job[] = []
  /** The last waiting INVAL_ENTRY of each name, as long as nothing else about that name came behind it. */
  private names: Map<string, Job> | undefined

  constructor(key: number) {
    this.key = key
  }

  /** Adds to a waiting job that covers `work`, or can be made to; undefined if there is none. */
  merge(work: Work, waiter: Waiter): Job | undefined {
    const job = work.notification === 'INVAL_ENTRY' ? this.mergeName(work) : this.mergeRange(work)
    job?.waiters.push(waiter)
    return job
  }

  push(job: Job): void {
    job.line = this
    this.backlog.push(job)
    const { notification, name } = job.work
    if (name === undefined) return
    this.names ??= new Map()
    if (notification === 'INVAL_ENTRY') this.names.set(name, job)
    else this.names.delete(name)
  }

  /** Makes the next of those that wait, at most `most`, the running ones. */
  advance(most: number): void {
    if (most < this.backlog.length) this.running = this.backlog.splice(0, most)
    else {
      this.running = this.backlog
      this.backlog = []
    }
    this.answered = 0
    if (this.names === undefined) return
    for (const job of this.running) {
      const { name } = job.work
      if (name !== undefined && this.names.get(name) === job) this.names.delete(name)
    }
  }

  /** A running one is to be sent again, when all of them were answered. */
  sendAgain(job: Job): void {
    this.again = [...this.again, job]
  }

  /** All that ran was answered: what is to be sent again waits before all others. Returns how many that are. */
  finish(): number {
    const count = this.again.length
    if (count > 0) this.backlog.unshift(...this.again)
    this.again = NONE
    this.running = NONE
    return count
  }

  /** Takes out the waiting jobs that `which` names. */
  take(which: (work: Work) => boolean): Job[] {
    const taken = this.backlog.filter(({ work }) => which(work))
    const kept = this.backlog.filter(({ work }) => !which(work))
    this.backlog.length = 0
    this.names?.clear()
    for (const job of kept) this.push(job)
    return taken
  }

  private mergeName(work: Work): Job | undefined {
    const job = this.names?.get(work.name!)
    // Dropping a name is more than expiring it.
    if (job?.work.expireOnly === true && work.expireOnly !== true) job.work = work
    return job
  }

  /** Only with the last one, so that a STORE between two invalidations stays between them. */
  private mergeRange(work: Work): Job | undefined {
    const job = this.backlog.at(-1)
    if (work.notification !== 'INVAL_INODE' || job?.work.notification !== 'INVAL_INODE') return undefined
    const union = unite(job.work, work)
    if (union === undefined) return undefined
    job.work = union
    return job
  }
}

/** One invalidation in place of two, if it drops nothing that neither does; undefined if there is a gap between them. */
export function unite(a: Work, b: Work): Work | undefined {
  if (b.offset === undefined) return a
  if (a.offset === undefined) return b
  const [endA, endB] = [a.offset + a.length!, b.offset + b.length!]
  if (b.offset > endA || a.offset > endB) return undefined
  const offset = Math.min(a.offset, b.offset)
  return { ...a, offset, length: Math.max(endA, endB) - offset }
}
