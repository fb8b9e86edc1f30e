/*
 * A queue in shared memory between the thread that sends notifications and those that wait for the kernel to take them.
 * One pushes and collects, many take and finish. Each side only ever counts up; positions are taken modulo the capacity.
 */

/** A write to be made: of `length` bytes at `address`, or of `iovecs` iovecs there. */
export interface LaneJob {
  readonly slot: number
  readonly address: number
  readonly length: number
  /** 0 for a plain write. */
  readonly iovecs: number
  /** The next job is for the same thread, after this one. */
  readonly more: boolean
}

const STOP = 0
const HEAD = 1
const TAIL = 2
const IDLE = 3
const DONE_TAIL = 4
const KICKED = 5
const DONE = 8
const JOB_WORDS = 5

/** The memory of a queue, to be handed to another thread. */
export interface LaneQueueMemory {
  /** A power of two. */
  readonly capacity: number
  readonly control: SharedArrayBuffer
  readonly jobs: SharedArrayBuffer
}

export function laneQueueMemory(capacity: number): LaneQueueMemory {
  const control = new SharedArrayBuffer(4 * (DONE + 2 * capacity))
  return { capacity, control, jobs: new SharedArrayBuffer(8 * JOB_WORDS * capacity) }
}

/** One end of the queue; both ends have the same type. */
export class LaneQueue {
  private readonly words: Int32Array
  private readonly jobs: Float64Array
  private readonly mask: number
  private readonly results: number
  private doneHead = 0

  constructor({ capacity, control, jobs }: LaneQueueMemory) {
    this.words = new Int32Array(control)
    this.jobs = new Float64Array(jobs)
    this.mask = capacity - 1
    this.results = DONE + capacity
  }

  /** Writes the `ahead`-th job behind those that were published. There must be room: no more jobs than slots exist. */
  push(job: LaneJob, ahead: number): void {
    const at = ((Atomics.load(this.words, TAIL) + ahead) & this.mask) * JOB_WORDS
    this.jobs[at] = job.slot
    this.jobs[at + 1] = job.address
    this.jobs[at + 2] = job.length
    this.jobs[at + 3] = job.iovecs
    this.jobs[at + 4] = job.more ? 1 : 0
  }

  /** Lets the other side see `count` jobs. Returns how many of them no thread is free for. */
  publish(count: number): number {
    Atomics.add(this.words, TAIL, count)
    Atomics.notify(this.words, TAIL, count)
    return this.unserved()
  }

  /** How many jobs no thread is free for; none if it is not above 0. */
  unserved(): number {
    const waiting = (Atomics.load(this.words, TAIL) - Atomics.load(this.words, HEAD)) | 0
    return waiting - Atomics.load(this.words, IDLE)
  }

  /** The next jobs, of which all but the last have `more`; none once the queue was stopped. Waits for one. */
  take(): readonly LaneJob[] {
    const { words } = this
    for (;;) {
      const head = Atomics.load(words, HEAD)
      const tail = Atomics.load(words, TAIL)
      // After both: a stop moves the tail, and there is no job behind that.
      if (Atomics.load(words, STOP) === 1) return []
      if (head === tail) {
        Atomics.add(words, IDLE, 1)
        Atomics.wait(words, TAIL, head)
        Atomics.sub(words, IDLE, 1)
        continue
      }
      // Read before they are claimed: afterwards the places may be written again.
      const jobs = [this.jobAt(head)]
      while (jobs.at(-1)!.more && jobs.length <= this.mask) jobs.push(this.jobAt(head + jobs.length))
      if (Atomics.compareExchange(words, HEAD, head, head + jobs.length) === head) return jobs
    }
  }

  private jobAt(position: number): LaneJob {
    const { jobs } = this
    const at = (position & this.mask) * JOB_WORDS
    const [slot, address, length, iovecs] = [jobs[at]!, jobs[at + 1]!, jobs[at + 2]!, jobs[at + 3]!]
    return { slot, address, length, iovecs, more: jobs[at + 4] === 1 }
  }

  /** A job was done. True if the other side must be told to {@link collect}. */
  finish(slot: number, result: number): boolean {
    const { words } = this
    Atomics.store(words, this.results + slot, result)
    const at = DONE + (Atomics.add(words, DONE_TAIL, 1) & this.mask)
    Atomics.store(words, at, slot + 1)
    return Atomics.exchange(words, KICKED, 1) === 0
  }

  /** Calls `each` for the jobs that are done. */
  collect(each: (slot: number, result: number) => void): void {
    const { words } = this
    Atomics.store(words, KICKED, 0)
    for (;;) {
      const slot = Atomics.exchange(words, DONE + (this.doneHead & this.mask), 0) - 1
      if (slot < 0) return
      this.doneHead += 1
      each(slot, Atomics.load(words, this.results + slot))
    }
  }

  /** Ends the threads. Jobs that none has taken are not done: the descriptor may be somebody else's by then. */
  stop(): void {
    Atomics.store(this.words, STOP, 1)
    // A thread that has just looked must not fall asleep after the wake-up.
    Atomics.add(this.words, TAIL, 1)
    Atomics.notify(this.words, TAIL)
  }
}
