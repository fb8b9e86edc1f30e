import { EFD } from '../sys/constants.js'
import { eventfd } from '../sys/control.js'
import { Fd } from '../sys/fd.js'
import { readRaw } from '../sys/io.js'
import { Memory } from '../sys/memory.js'
import { startNativeWorker } from '../sys/native-worker.js'
import { isRunnable } from '../sys/thread.js'
import { SLOTS, type Lane } from './device-lane.js'
import { LaneQueue, laneQueueMemory, type LaneJob, type LaneQueueMemory } from './device-lane-queue.js'
import type { LaneWorkerData } from './device-lane-worker.js'
import { PENDING, WORKED, type Source } from './device-source.js'

/** How many notifications may wait in the kernel at a time: each takes a thread with an isolate of its own. */
const MAX_THREADS = 16
/** Without any progress for so long, the threads that there are are taken to be waiting. */
const STALLED_MS = 2

/**
 * Writes by threads that serve nothing else. One does it all, which is faster than several that take turns; while that waits,
 * {@link onStall} is called.
 */
export class ThreadLane implements Lane, Source {
  readonly kind = 'threads'
  onTaken: Lane['onTaken'] = () => undefined
  /** No thread has made any progress for a moment, and there are writes that none has begun. By default it adds a thread. */
  onStall: () => void = () => this.grow()
  readonly fd: number
  readonly sources: readonly Source[] = [this]
  /** How many writes have not ended. */
  inFlight = 0
  private readonly device: number
  private readonly done = new Fd(eventfd(0, EFD.CLOEXEC | EFD.NONBLOCK), 'the end of notifications')
  private readonly count = Memory.allocate(8)
  private readonly memory: LaneQueueMemory = laneQueueMemory(SLOTS)
  private readonly queue = new LaneQueue(this.memory)
  private threads = 0
  /** The kernel's numbers of those that have begun. */
  private readonly ids: number[] = []
  private isStarting = false
  private isClosed = false
  /** There was a stall, and nothing has ended since. */
  private isStalled = false
  private queued = 0
  /** How many writes have ended, and how many had at the last look. */
  private ended = 0
  private seen = 0
  private timer: NodeJS.Timeout | undefined

  private readonly each = (slot: number, result: number): void => {
    this.inFlight -= 1
    this.ended += 1
    this.isStalled = false
    this.onTaken(slot, result)
  }

  constructor(device: number) {
    this.device = device
    this.fd = this.done.number
  }

  write(slot: number, address: number, length: number, more: boolean): void {
    this.push({ slot, address, length, iovecs: 0, more })
  }

  writev(slot: number, iov: number, count: number, more: boolean): void {
    this.push({ slot, address: iov, length: 0, iovecs: count, more })
  }

  flush(): void {
    if (this.queued === 0) return
    this.queue.publish(this.queued)
    this.queued = 0
    if (this.threads === 0) this.grow()
    this.watch()
  }

  /** For the loop. */
  pump(): number {
    this.flush()
    if (readRaw(this.fd, this.count.address, 8) < 0) return 0
    return this.queue.collect(this.each) > 0 ? WORKED | PENDING : 0
  }

  /** Whether a thread is there, and none is known to wait. */
  get isReady(): boolean {
    return this.threads > 0 && !this.isStarting && !this.isStalled
  }

  /** Gives back the writes that no thread has begun. */
  reclaim(each: (job: LaneJob) => void): void {
    for (let count = this.queue.tryTake(); count !== undefined && count > 0; count = this.queue.tryTake()) {
      this.inFlight -= count
      for (let i = 0; i < count; i += 1) each(this.queue.job(i))
    }
  }

  close(): void {
    this.isClosed = true
    clearTimeout(this.timer)
    this.timer = undefined
    this.queue.stop()
    if (this.threads === 0) this.done.close()
  }

  /** Starts one more thread, if there may be more. */
  grow(): void {
    this.isStalled = false
    if (this.isStarting || this.isClosed || this.threads === MAX_THREADS) return
    this.isStarting = true
    this.threads += 1
    const workerData: LaneWorkerData = { device: this.device, done: this.fd, memory: this.memory }
    const worker = startNativeWorker(new URL('./device-lane-worker.js', import.meta.url), workerData)
    worker.once('message', (id: number) => {
      this.ids.push(id)
      this.isStarting = false
    })
    worker.once('exit', () => {
      this.threads -= 1
      // A thread that is about to tell must not tell somebody else.
      if (this.threads === 0 && this.isClosed) this.done.close()
    })
    // A thread that waits in the kernel must not keep a program alive that has nothing else to do.
    worker.unref()
  }

  private push(job: LaneJob): void {
    this.queue.push(job, this.queued)
    this.queued += 1
    this.inFlight += 1
  }

  /** Looks again soon: for what was done without a word, and for what nobody has begun. */
  private watch(): void {
    if (this.timer !== undefined) return
    this.seen = this.ended
    this.timer = setTimeout(() => {
      this.timer = undefined
      this.queue.collect(this.each)
      if (this.inFlight === 0) return
      if (this.ended === this.seen && this.queue.untaken > 0 && !this.ids.some(isRunnable)) {
        this.isStalled = true
        this.onStall()
      }
      if (this.inFlight > 0) this.watch()
    }, STALLED_MS)
    this.timer.unref()
  }
}
