import type { Clock } from '../base/clock.js'
import { ERRNO, errnoName } from '../base/errno.js'
import type { NodeId } from '../base/ids.js'
import type { MessageCodec } from '../protocol/codec.js'
import type { Coherence } from './coherence.js'
import { escalateLine, type Escalation } from './escalate.js'
import { barrier, encodeWork, isFree, Job, mayWait, type Waiter, type Work } from './job.js'
import { Line } from './line.js'
import type { NotifyPort } from './port.js'
import { APPLIED, mountEnded, NOT_CACHED, NotifyError, type NotifyOutcome, type NotifyResult } from './result.js'
import { RecentContent } from './recent-content.js'
import { NotifyCounters } from './stats.js'

/** What {@link Lanes} works with. */
export interface LanesContext {
  readonly port: NotifyPort
  readonly codec: MessageCodec
  readonly coherence: Coherence
  readonly clock: Clock
  /** How many may stand in line for one key, and in all, before something coarser is sent. */
  readonly maxQueuedPerKey: number
  readonly maxQueued: number
  /** Whether the peer knows INC_EPOCH. */
  readonly hasEpoch: boolean
  /** Called when the peer has taken RESEND. */
  readonly onResend: (() => void) | undefined
  /** Told of each notification that was sent, after its outcome is known; undefined costs nothing. */
  readonly onSent: ((work: Work, result: number, waitedMs: number) => void) | undefined
}

/** How often one notification is sent again after a barrier before the peer is believed that it has nothing. */
const MAX_RETRIES = 2

/**
 * Sends notifications: those that cannot wait on the spot, the others without holding up this thread, in order for each
 * key, different keys side by side.
 */
export class Lanes {
  readonly counters = new NotifyCounters()
  /** How many are with the peer. */
  waiting = 0
  private readonly context: LanesContext
  private readonly recentContent: RecentContent
  /** By key: a node's number for its attributes and content, the negated number for names in a directory. */
  private readonly lines = new Map<number, Line>()
  /** Those with the peer. */
  private readonly running = new Set<Job>()
  /** Those whose turn it is, while the port has no buffer for them. */
  private readonly ready: Job[] = []
  /** How many stand in lines. */
  private backlog = 0
  private isFlushDue = false
  private isOver = false

  constructor(context: LanesContext) {
    this.context = context
    this.recentContent = new RecentContent(context.clock)
    context.port.onTaken = (token, result) => this.taken(token as Job, result)
  }

  /** How many are not with the peer yet. */
  get queued(): number {
    return this.backlog + this.ready.length
  }

  /** Sends `work`, or puts it in line. @param first a directory whose lock is to be waited for before */
  post(work: Work, first?: NodeId): Promise<NotifyResult> {
    if (this.isOver) return this.refuseLate(work)
    const line = this.lines.get(keyOf(work))
    if (line === undefined && first === undefined && this.maySendNow(work)) return this.sendNow(work)
    return new Promise((resolve, reject) => {
      const since = this.context.clock.now()
      const waiter: Waiter = { outcome: 'applied', since, resolve, reject }
      if (line === undefined) this.start(this.newJob(work, waiter, first))
      else this.stand(line, work, waiter, first)
    })
  }

  /** Whether anything about names in `directory` has not been taken by the peer yet. */
  hasNames(directory: NodeId): boolean {
    return this.lines.has(0 - directory)
  }

  /** Whether pages of `node` are being dropped or replaced, or were a short time ago. */
  hasRecentContent(node: NodeId): boolean {
    return this.lines.has(node) || this.recentContent.has(node)
  }

  /** Those that are with the peer, the oldest first. */
  waitingJobs(): Iterable<Job> {
    return this.running
  }

  /** The connection is over: nothing is cached any more, and nothing more can be had. */
  end(): void {
    if (this.isOver) return
    this.isOver = true
    const jobs = [...this.running, ...this.ready, ...[...this.lines.values()].flatMap(({ backlog }) => backlog)]
    this.running.clear()
    this.ready.length = 0
    this.lines.clear()
    this.waiting = 0
    this.backlog = 0
    for (const job of jobs) this.settleLate(job)
  }

  /**
   * A notification that never waits for a request goes out at once. But those that look for an inode share a lock with an
   * unmount in progress, which may wait for one that is with the peer (fs/fuse/inode.c, killsb): then they go its way.
   */
  private maySendNow(work: Work): boolean {
    return isFree(work) || (this.waiting === 0 && !mayWait(work))
  }

  private sendNow(work: Work): Promise<NotifyResult> {
    const { port, codec, onResend, onSent } = this.context
    const result = port.send(encodeWork(codec, port.scratch, work))
    onSent?.(work, result, 0)
    if (result === 0) {
      if (work.notification === 'RESEND') onResend?.()
      this.counters.codes[work.notification].sent += 1
      return APPLIED_NOW
    }
    const parent = result === -ERRNO.ENOENT ? this.contradiction(work) : undefined
    if (parent !== undefined) {
      this.counters.retries += 1
      return this.post(work, parent)
    }
    if (isNothing(work, result)) {
      this.counters.codes[work.notification].notCached += 1
      return NOT_CACHED_NOW
    }
    this.counters.codes[work.notification].failed += 1
    return Promise.reject(failure(work, result))
  }

  private newJob(work: Work, waiter: Waiter, first: NodeId | undefined): Job {
    const key = keyOf(work)
    const job = new Job(work, key, waiter.since, first)
    job.waiters.push(waiter)
    if (key !== 0) this.lines.set(key, new Line(job))
    return job
  }

  private stand(line: Line, work: Work, waiter: Waiter, first: NodeId | undefined): void {
    const into = line.merge(work, waiter)
    if (into !== undefined) {
      waiter.outcome = 'merged'
      into.barrier ??= first
      return
    }
    const { maxQueuedPerKey, maxQueued, hasEpoch } = this.context
    const job = new Job(work, line.running.key, waiter.since, first)
    job.waiters.push(waiter)
    line.push(job)
    this.backlog += 1
    if (line.backlog.length > maxQueuedPerKey) this.coarsen(escalateLine(line, hasEpoch))
    else if (this.backlog > maxQueued) {
      for (const each of this.lines.values()) this.coarsen(escalateLine(each, hasEpoch))
    }
  }

  /** Too much stands in line: what came of putting it more coarsely. */
  private coarsen({ removed, refused, epoch }: Escalation): void {
    this.backlog -= removed
    for (const job of refused) {
      const error = new NotifyError(
        'ENOBUFS',
        job.work.notification,
        job.work.node,
        'too many wait, and INC_EPOCH is not there',
      )
      for (const waiter of job.waiters) waiter.reject(error)
    }
    if (!epoch) return
    this.context.coherence.races.touchAll()
    void this.sendNow({ notification: 'INC_EPOCH', node: 0 as NodeId })
  }

  private start(job: Job): void {
    if (!this.sendWaiting(job)) this.ready.push(job)
  }

  /** False if the port has no buffer. */
  private sendWaiting(job: Job): boolean {
    const { port, codec, coherence } = this.context
    const message = port.borrow()
    if (message === undefined) return false
    const parent = job.barrier
    job.atBarrier = parent === undefined ? 0 : coherence.listings.beginBarrier()
    if (parent !== undefined) this.counters.barriers += 1
    const work = parent === undefined ? job.work : barrier(parent)
    if (work.notification === 'STORE') coherence.stores.begin(work.node)
    this.running.add(job)
    this.waiting += 1
    port.sendWaiting(message, encodeWork(codec, message, work), work.data, job)
    if (!this.isFlushDue) {
      this.isFlushDue = true
      queueMicrotask(() => {
        this.isFlushDue = false
        port.flush()
      })
    }
    return true
  }

  private taken(job: Job, result: number): void {
    if (!this.running.delete(job)) return
    this.waiting -= 1
    if (job.atBarrier !== 0) {
      // Its name is in no directory, so ENOENT is what it comes to; whatever it came to, the lock was had.
      this.context.coherence.listings.endBarrier(job.barrier!, job.atBarrier)
      job.barrier = undefined
      this.start(job)
    } else {
      const { work } = job
      const parent = result === -ERRNO.ENOENT && job.retries < MAX_RETRIES ? this.contradiction(work) : undefined
      if (parent === undefined) this.settle(job, result)
      else {
        job.retries += 1
        job.barrier = parent
        this.counters.retries += 1
        this.start(job)
      }
    }
    this.startReady()
  }

  /**
   * The peer does not know a node of which it was given lookups that it never took back: it is about to install it. The
   * directory through which it got the node is locked until it has.
   */
  private contradiction({ notification, node }: Work): NodeId | undefined {
    if (notification !== 'INVAL_INODE' && notification !== 'STORE') return undefined
    return this.context.coherence.known.parentOf(node)
  }

  private settle(job: Job, result: number): void {
    const { work } = job
    const counts = this.counters.codes[work.notification]
    const now = this.context.clock.now()
    const waitedMs = now - job.since
    if (waitedMs > this.counters.longestWaitMs) this.counters.longestWaitMs = waitedMs
    this.context.onSent?.(work, result, waitedMs)
    const nothing = isNothing(work, result)
    if (result === 0) {
      counts.sent += 1
      if (changesPages(work)) this.recentContent.change(work.node)
      const next = work.notification === 'STORE' ? this.context.coherence.stores.end(work) : undefined
      if (next !== undefined) {
        job.work = next
        this.start(job)
        return
      }
    } else if (nothing) counts.notCached += 1
    else counts.failed += 1
    for (const waiter of job.waiters) {
      if (waiter.outcome === 'merged') counts.merged += 1
      else if (waiter.outcome === 'escalated') counts.escalated += 1
      if (result !== 0 && !nothing) waiter.reject(failure(work, result))
      else waiter.resolve({ outcome: outcomeFor(waiter, nothing), waitedMs: now - waiter.since })
    }
    this.next(job.key)
  }

  private next(key: number): void {
    const line = this.lines.get(key)
    const job = line?.shift()
    if (line === undefined) return
    if (job === undefined) {
      this.lines.delete(key)
      return
    }
    this.backlog -= 1
    line.running = job
    // Behind those of other keys that found no buffer.
    this.ready.push(job)
  }

  private startReady(): void {
    while (this.ready.length > 0 && this.sendWaiting(this.ready[0]!)) this.ready.shift()
  }

  private settleLate(job: Job): void {
    for (const { resolve, reject, since } of job.waiters) {
      if (job.work.notification === 'RETRIEVE') reject(mountEnded('RETRIEVE'))
      else resolve({ outcome: 'not-cached', waitedMs: this.context.clock.now() - since })
    }
  }

  private refuseLate({ notification }: Work): Promise<NotifyResult> {
    return notification === 'RETRIEVE' ? Promise.reject(mountEnded(notification)) : NOT_CACHED_NOW
  }
}

const APPLIED_NOW = Promise.resolve(APPLIED)
const NOT_CACHED_NOW = Promise.resolve(NOT_CACHED)

function changesPages({ notification, offset }: Work): boolean {
  return notification === 'STORE' || (notification === 'INVAL_INODE' && offset !== undefined)
}

/** What is kept in order; 0: nothing. */
function keyOf({ notification, node }: Work): number {
  switch (notification) {
    case 'INVAL_INODE':
    case 'STORE':
    case 'RETRIEVE':
      return node
    case 'INVAL_ENTRY':
    case 'DELETE':
      return 0 - node
    default:
      return 0
  }
}

/** The peer has nothing of it; or it has nothing at all any more. */
function isNothing({ notification }: Work, result: number): boolean {
  if (result === -ERRNO.ENOENT) return true
  const over = result === -ERRNO.ENODEV || result === -ERRNO.ENOTCONN || result === -ERRNO.EPERM
  return over && notification !== 'RETRIEVE'
}

function outcomeFor(waiter: Waiter, nothing: boolean): NotifyOutcome {
  return nothing && waiter.outcome === 'applied' ? 'not-cached' : waiter.outcome
}

function failure({ notification, node }: Work, result: number): NotifyError {
  return new NotifyError(
    errnoName(-result) ?? 'EIO',
    notification,
    node === 0 ? undefined : node,
    REASONS[notification]?.[result],
  )
}

/** What an errno means for a notification, where it says more than its name. */
const REASONS: Readonly<Partial<Record<Work['notification'], Readonly<Record<number, string>>>>> = {
  STORE: { [-ERRNO.EINVAL]: 'the node is no regular file' },
  RETRIEVE: { [-ERRNO.EINVAL]: 'the node is no regular file', [-ERRNO.ENOTCONN]: 'the connection was aborted' },
  INVAL_ENTRY: { [-ERRNO.ENOTDIR]: 'the parent is no directory' },
  DELETE: {
    [-ERRNO.ENOTDIR]: 'the parent is no directory',
    [-ERRNO.ENOTEMPTY]: 'something in the directory is in use; its name was dropped all the same',
    [-ERRNO.EBUSY]: 'something is mounted there; its name was dropped all the same',
  },
}
