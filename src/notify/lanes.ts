import type { Clock } from '../base/clock.js'
import { ERRNO } from '../base/errno.js'
import type { NodeId } from '../base/ids.js'
import type { MessageCodec } from '../protocol/codec.js'
import type { MessageBuffer } from '../protocol/message.js'
import type { Coherence } from './coherence.js'
import { escalateLine, type Escalation } from './escalate.js'
import { barrier, changesPages, encodeWork, isFree, Job, keyOf, mayWait, type Waiter, type Work } from './job.js'
import { Line } from './line.js'
import type { NotifyPort } from './port.js'
import { APPLIED, isNothing, mountEnded, NOT_CACHED, NotifyError, refusal, type NotifyResult } from './result.js'
import { RecentNodes } from './recent-nodes.js'
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
  /** Told that more are with the peer; undefined costs nothing. */
  readonly onWaiting: (() => void) | undefined
}

/** How often one notification is sent again after a barrier before the peer is believed that it has nothing. */
const MAX_RETRIES = 2
/** How many of one line are with the peer at a time. One after the other they need no word of ours in between. */
const CHAIN = 256
/** Up to so many bytes are stored on the spot, if that need not wait: some 5 µs. */
const DIRECT_BYTES = 16 * 1024
/** How many lines are started at once, so that the peer is at work while a long burst goes on. */
const BURST = 32

/** A barrier's place among the jobs that are with the peer; whatever it came to, the lock was had. */
class BarrierTicket {
  readonly directory: NodeId
  readonly number: number

  constructor(directory: NodeId, number: number) {
    this.directory = directory
    this.number = number
  }
}

/**
 * Sends notifications: those that cannot wait on the spot, the others without holding up this thread, in order for each
 * key, different keys side by side.
 */
export class Lanes {
  readonly counters = new NotifyCounters()
  /** How many messages are with the peer. */
  waiting = 0
  /** How many stand in line. */
  queued = 0
  private readonly context: LanesContext
  /**
   * Whose pages were dropped or replaced. A write(2) puts its bytes into the page cache first, page by page, and sends WRITE
   * then. If a page is dropped in between and read again, or stored to, it lacks those bytes, which the source has once WRITE
   * came; and nothing tells the kernel.
   */
  private readonly recentContent = new RecentNodes()
  private readonly lines = new Map<number, Line>()
  /** Lines of what has no key. */
  private readonly loose = new Set<Line>()
  /** Lines that have something to be sent, and nothing with the peer. */
  private due: Line[] = []
  private isLaunchDue = false
  /** There were no buffers left for those that are due. */
  private isStarved = false
  private isOver = false

  constructor(context: LanesContext) {
    this.context = context
    context.port.onTaken = (token, result) => this.taken(token, result)
  }

  /** Sends `work`, or puts it in line. @param first a directory whose lock is to be waited for before */
  post(work: Work, first?: NodeId): Promise<NotifyResult> {
    if (this.isOver) return refuseLate(work)
    const key = keyOf(work)
    const line = this.lines.get(key)
    if (line === undefined && first === undefined && this.maySendNow(work)) return this.sendNow(work)
    return new Promise((resolve, reject) => {
      const since = this.context.clock.now()
      const waiter: Waiter = { outcome: 'applied', since, resolve, reject }
      if (line !== undefined) this.stand(line, work, waiter, first)
      else this.makeDue(this.newLine(key, new Job(work, [waiter], since, first, this.context.coherence.races.now)))
    })
  }

  /** Whether anything about names in `directory` has not been taken by the peer yet. */
  hasNames(directory: NodeId): boolean {
    return this.lines.has(0 - directory)
  }

  /** Whether pages of `node` are being dropped or replaced, or were a short time ago. */
  hasRecentContent(node: NodeId): boolean {
    return this.lines.has(node) || this.recentContent.has(node, this.context.clock.now())
  }

  /** Of each line, the one that the peer is at; what may be with it as well waits for that. */
  *running(): Iterable<Job> {
    for (const line of [...this.lines.values(), ...this.loose]) {
      const job = line.running[line.answered]
      if (job !== undefined) yield job
    }
  }

  /** The connection is over: nothing is cached any more, and nothing more can be had. */
  end(): void {
    if (this.isOver) return
    this.isOver = true
    const lines = [...this.lines.values(), ...this.loose]
    const jobs = lines.flatMap((line) => [...line.running.slice(line.answered), ...line.again, ...line.backlog])
    this.lines.clear()
    this.loose.clear()
    this.due = []
    this.waiting = 0
    this.queued = 0
    const now = this.context.clock.now()
    for (const { work, waiters } of jobs) {
      for (const { resolve, reject, since } of waiters) {
        if (work.notification === 'RETRIEVE') reject(mountEnded(work.notification))
        else resolve({ outcome: 'not-cached', waitedMs: now - since })
      }
    }
  }

  /**
   * A notification that does not wait for a request goes out at once. But those that look for an inode share a lock with an
   * unmount in progress, which may wait for one that is with the peer (fs/fuse/inode.c, killsb): then they go its way.
   */
  private maySendNow(work: Work): boolean {
    return isFree(work) || (this.waiting === 0 && (!mayWait(work) || this.isAboutUnused(work)))
  }

  /** Whether it is about the content of a file that nobody has open, so that there is nothing to wait for. */
  private isAboutUnused(work: Work): boolean {
    const { known, open } = this.context.coherence
    if (!changesPages(work) || (work.data?.length ?? 0) > DIRECT_BYTES) return false
    return known.isKnownFile(work.node) && !open.mayBeOpen(work.node)
  }

  private sendNow(work: Work): Promise<NotifyResult> {
    const { port, codec, coherence, clock, onResend } = this.context
    const next = coherence.tails.sent(work)
    const result = port.send(encodeWork(codec, port.scratch, work), work.data)
    const counts = this.counters.codes[work.notification]
    if (result === 0) {
      if (work.notification === 'RESEND') onResend?.()
      counts.sent += 1
      if (changesPages(work)) this.recentContent.add(work.node, clock.now())
      if (next !== undefined) return this.post(next)
      return APPLIED_NOW
    }
    const parent = result === -ERRNO.ENOENT ? this.contradiction(work) : undefined
    if (parent !== undefined) {
      this.counters.retries += 1
      return this.post(work, parent)
    }
    if (isNothing(work.notification, -result)) {
      counts.notCached += 1
      return NOT_CACHED_NOW
    }
    counts.failed += 1
    return Promise.reject(refusal(-result, work.notification, work.node))
  }

  private newLine(key: number, job: Job): Line {
    const line = new Line(key)
    this.add(line, job)
    if (key === 0) this.loose.add(line)
    else this.lines.set(key, line)
    return line
  }

  private add(line: Line, job: Job): void {
    line.push(job)
    this.queued += 1
  }

  private stand(line: Line, work: Work, waiter: Waiter, first: NodeId | undefined): void {
    const into = line.merge(work, waiter)
    if (into !== undefined) {
      waiter.outcome = 'merged'
      // A directory that was listed is known: its own lock counts, not that of the one above.
      if (first !== undefined) into.barrier = first
      return
    }
    this.add(line, new Job(work, [waiter], waiter.since, first, this.context.coherence.races.now))
    const { maxQueuedPerKey, maxQueued, hasEpoch } = this.context
    if (line.backlog.length > maxQueuedPerKey) this.coarsen(escalateLine(line, hasEpoch))
    else if (this.queued > maxQueued) {
      for (const each of this.lines.values()) this.coarsen(escalateLine(each, hasEpoch))
    }
  }

  /** Too much stands in line: what came of putting it more coarsely. */
  private coarsen({ removed, refused, epoch }: Escalation): void {
    this.queued -= removed
    for (const { work, waiters } of refused) {
      const why = 'too many wait, and the peer does not know INC_EPOCH'
      for (const { reject } of waiters) reject(new NotifyError('ENOBUFS', work.notification, work.node, why))
    }
    if (!epoch) return
    this.context.coherence.races.touchAll()
    void this.sendNow({ notification: 'INC_EPOCH', node: 0 as NodeId })
  }

  /**
   * Lines are started when this turn is over, so that what is asked for in one go is merged and handed over in one go; but
   * a long burst not at its end only.
   */
  private makeDue(line: Line): void {
    this.due.push(line)
    if (this.due.length >= BURST && !this.isStarved) this.launch()
    else this.launchSoon()
  }

  private launchSoon(): void {
    if (this.isLaunchDue) return
    this.isLaunchDue = true
    queueMicrotask(() => {
      this.isLaunchDue = false
      this.launch()
    })
  }

  /** Starts the lines that are due, as far as there are buffers. */
  private launch(): void {
    const { due } = this
    let started = 0
    while (started < due.length && this.start(due[started]!)) started += 1
    this.isStarved = started < due.length
    if (started === 0) return
    due.splice(0, started)
    this.context.port.flush()
  }

  /** Hands the next jobs of a line to the peer; false if there are no buffers now. */
  private start(line: Line): boolean {
    const { port, codec, coherence } = this.context
    const [only] = line.backlog
    if (line.backlog.length === 1 && only!.barrier === undefined) return this.startOne(line, only!)
    const heads = this.borrow(line)
    if (heads.length === 0) return false
    let jobs = 0
    for (let used = 0; used < heads.length; jobs += 1) {
      used += line.backlog[jobs]!.barrier === undefined ? 1 : 2
    }
    line.advance(jobs)
    this.queued -= jobs
    this.waiting += heads.length
    this.context.onWaiting?.()
    let at = 0
    for (const job of line.running) {
      const parent = job.barrier
      job.behind = parent
      if (parent !== undefined) {
        job.barrier = undefined
        this.counters.barriers += 1
        const ticket = new BarrierTicket(parent, coherence.listings.beginBarrier())
        const head = heads[at++]!
        port.sendWaiting(head, encodeWork(codec, head, barrier(parent)), undefined, ticket, true)
      }
      job.next = coherence.tails.sent(job.work)
      const head = heads[at++]!
      port.sendWaiting(head, encodeWork(codec, head, job.work), job.work.data, job, at < heads.length)
    }
    return true
  }

  /** As {@link start}, for the most common case. */
  private startOne(line: Line, job: Job): boolean {
    const { port, codec, coherence } = this.context
    const head = port.borrow()
    if (head === undefined) return false
    line.advance(1)
    this.queued -= 1
    this.waiting += 1
    this.context.onWaiting?.()
    job.behind = undefined
    job.next = coherence.tails.sent(job.work)
    port.sendWaiting(head, encodeWork(codec, head, job.work), job.work.data, job, false)
    return true
  }

  /** Buffers for as many of the waiting jobs as there are buffers for, at most a chain of them; none for half a job. */
  private borrow(line: Line): MessageBuffer[] {
    const { port } = this.context
    const heads: MessageBuffer[] = []
    for (const { barrier: parent } of line.backlog) {
      if (heads.length >= CHAIN) break
      const first = port.borrow()
      const second = parent === undefined ? first : port.borrow()
      if (first === undefined || second === undefined) {
        if (first !== undefined) port.giveBack(first)
        break
      }
      heads.push(first)
      if (second !== first) heads.push(second)
    }
    return heads
  }

  private taken(token: object, result: number): void {
    if (this.isOver) return
    this.waiting -= 1
    this.isStarved = false
    if (token instanceof BarrierTicket) {
      this.context.coherence.listings.endBarrier(token.directory, token.number)
      return
    }
    const job = token as Job
    const line = job.line as Line
    line.answered += 1
    if (line.again.length > 0) {
      // Something before it is to be sent again, and the order is to be kept.
      line.sendAgain(job)
    } else {
      const isMissing = result === -ERRNO.ENOENT && job.retries < MAX_RETRIES
      const parent = isMissing ? this.contradiction(job.work) : undefined
      if (parent === undefined) this.settle(job, result, line)
      else {
        job.retries += 1
        job.barrier = parent
        this.counters.retries += 1
        line.sendAgain(job)
      }
    }
    if (line.answered === line.running.length) this.next(line)
    // There is a buffer for one of those that had none.
    if (this.due.length > 0) this.launchSoon()
  }

  private next(line: Line): void {
    this.queued += line.finish()
    if (line.backlog.length > 0) this.makeDue(line)
    else if (line.key === 0) this.loose.delete(line)
    else this.lines.delete(line.key)
  }

  /**
   * The peer does not know a node of which it was given lookups that it never took back: it is about to install it. The
   * directory through which it got the node is locked until it has.
   */
  private contradiction({ notification, node }: Work): NodeId | undefined {
    if (notification !== 'INVAL_INODE' && notification !== 'STORE') return undefined
    return this.context.coherence.known.parentOf(node)
  }

  private settle({ work, since, waiters, next }: Job, result: number, line: Line): void {
    const { notification } = work
    const counts = this.counters.codes[notification]
    const now = this.context.clock.now()
    if (now - since > this.counters.longestWaitMs) this.counters.longestWaitMs = now - since
    const nothing = result !== 0 && isNothing(notification, -result)
    if (result === 0) {
      counts.sent += 1
      if (changesPages(work)) this.recentContent.add(work.node, now)
      if (next !== undefined) {
        this.add(line, new Job(next, waiters, since))
        return
      }
    } else if (nothing) counts.notCached += 1
    else counts.failed += 1
    for (const { outcome, since: asked, resolve, reject } of waiters) {
      if (outcome === 'merged') counts.merged += 1
      else if (outcome === 'escalated') counts.escalated += 1
      if (result !== 0 && !nothing) reject(refusal(-result, notification, work.node))
      else resolve({ outcome: nothing && outcome === 'applied' ? 'not-cached' : outcome, waitedMs: now - asked })
    }
  }
}

const APPLIED_NOW = Promise.resolve(APPLIED)
const NOT_CACHED_NOW = Promise.resolve(NOT_CACHED)

function refuseLate({ notification }: Work): Promise<NotifyResult> {
  return notification === 'RETRIEVE' ? Promise.reject(mountEnded(notification)) : NOT_CACHED_NOW
}
