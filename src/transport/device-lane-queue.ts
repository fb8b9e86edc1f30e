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
const DONE_TAIL = 3
const KICKED = 4
const DONE = 8
const JOB_WORDS = 5
/** How often a thread that has nothing to do looks again before it sleeps: some 30 µs, which is less than to be woken costs. */
const LOOKS = 2000

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
  /** What this end has taken last. */
  private readonly taken: Float64Array
  private doneHead = 0

  constructor({ capacity, control, jobs }: LaneQueueMemory) {
    this.words = new Int32Array(control)
    this.jobs = new Float64Array(jobs)
    this.taken = new Float64Array(JOB_WORDS * capacity)
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

  /** Lets the other side see `count` jobs. */
  publish(count: number): void {
    Atomics.add(this.words, TAIL, count)
    Atomics.notify(this.words, TAIL, count)
  }

  /** How many jobs nobody has taken. */
  get untaken(): number {
    return (Atomics.load(this.words, TAIL) - Atomics.load(this.words, HEAD)) | 0
  }

  /**
   * Takes the next jobs, of which all but the last have `more`; {@link job} tells which. Waits for one.
   * @returns how many; 0 once the queue was stopped
   */
  take(): number {
    const { words } = this
    for (let looks = 0; ; looks += 1) {
      const head = Atomics.load(words, HEAD)
      const count = this.tryTake()
      if (count !== undefined) return count
      if (looks < LOOKS) continue
      Atomics.wait(words, TAIL, head)
      looks = 0
    }
  }

  /** As {@link take}, but undefined if there is none. */
  tryTake(): number | undefined {
    const { words, taken } = this
    for (;;) {
      const head = Atomics.load(words, HEAD)
      const tail = Atomics.load(words, TAIL)
      // After both: a stop moves the tail, and there is no job behind that.
      if (Atomics.load(words, STOP) === 1) return 0
      if (head === tail) return undefined
      // Read before they are claimed: afterwards the places may be written again.
      let count = 0
      do {
        const from = ((head + count) & this.mask) * JOB_WORDS
        for (let word = 0; word < JOB_WORDS; word += 1) taken[count * JOB_WORDS + word] = this.jobs[from + word]!
        count += 1
      } while (taken[count * JOB_WORDS - 1] === 1 && count <= this.mask)
      if (Atomics.compareExchange(words, HEAD, head, head + count) === head) return count
    }
  }

  /** The `index`-th of the jobs that were taken last. */
  job(index: number): LaneJob {
    const { taken } = this
    const at = index * JOB_WORDS
    return {
      slot: taken[at]!,
      address: taken[at + 1]!,
      length: taken[at + 2]!,
      iovecs: taken[at + 3]!,
      more: taken[at + 4] === 1,
    }
  }

  /** A job was done. */
  finish(slot: number, result: number): void {
    const { words } = this
    Atomics.store(words, this.results + slot, result)
    const at = DONE + (Atomics.add(words, DONE_TAIL, 1) & this.mask)
    Atomics.store(words, at, slot + 1)
  }

  /** True if the other side must be told to {@link collect}: it has not been since it last did. */
  kick(): boolean {
    return Atomics.exchange(this.words, KICKED, 1) === 0
  }

  /** Calls `each` for the jobs that are done. Returns how many there were. */
  collect(each: (slot: number, result: number) => void): number {
    const { words } = this
    Atomics.store(words, KICKED, 0)
    for (let count = 0; ; count += 1) {
      const slot = Atomics.exchange(words, DONE + (this.doneHead & this.mask), 0) - 1
      if (slot < 0) return count
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
