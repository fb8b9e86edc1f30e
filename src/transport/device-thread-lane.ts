import { Worker } from 'node:worker_threads'
import { SLOTS, type Lane } from './device-lane.js'
import { LaneQueue, laneQueueMemory, type LaneQueueMemory } from './device-lane-queue.js'

/** How many notifications may wait in the kernel at a time: each takes a thread with an isolate of its own. */
const MAX_THREADS = 16

/**
 * Writes by threads that serve nothing else, for where io_uring is forbidden. Whichever thread is free takes the next
 * write; a thread is added when there is more to write than free threads, up to {@link MAX_THREADS}.
 */
export class ThreadLane implements Lane {
  readonly kind = 'threads'
  onTaken: Lane['onTaken'] = () => undefined
  private readonly device: number
  private readonly memory: LaneQueueMemory = laneQueueMemory(SLOTS)
  private readonly queue = new LaneQueue(this.memory)
  private readonly workers: Worker[] = []
  private queued = 0

  constructor(device: number) {
    this.device = device
  }

  write(slot: number, address: number, length: number, more: boolean): void {
    this.queue.push({ slot, address, length, iovecs: 0, more }, this.queued)
    this.queued += 1
  }

  writev(slot: number, iov: number, count: number, more: boolean): void {
    this.queue.push({ slot, address: iov, length: 0, iovecs: count, more }, this.queued)
    this.queued += 1
  }

  flush(): void {
    if (this.queued === 0) return
    const unserved = this.queue.publish(this.queued)
    this.queued = 0
    if (unserved > 0 && this.workers.length < MAX_THREADS) this.grow()
  }

  close(): void {
    this.queue.stop()
  }

  private grow(): void {
    const workerData = { device: this.device, memory: this.memory }
    const worker = new Worker(new URL('./device-lane-worker.js', import.meta.url), { workerData })
    worker.on('message', () => this.queue.collect(this.onTaken))
    // A thread that waits in the kernel must not keep a program alive that has nothing else to do.
    worker.unref()
    this.workers.push(worker)
  }
}
