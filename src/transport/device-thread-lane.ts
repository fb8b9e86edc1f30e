import { Worker } from 'node:worker_threads'
import { SLOTS, type Lane } from './device-lane.js'
import { LaneQueue, laneQueueMemory, type LaneQueueMemory } from './device-lane-queue.js'

/** How many notifications may wait in the kernel at a time: each takes a thread with an isolate of its own. */
const MAX_THREADS = 16

/**
 * Writes by threads that serve nothing else, for where io_uring is forbidden. Whichever thread is free takes the next
 * write; a thread is added while there is more to write than free threads, one after the other, up to {@link MAX_THREADS}.
 */
export class ThreadLane implements Lane {
  readonly kind = 'threads'
  onTaken: Lane['onTaken'] = () => undefined
  private readonly device: number
  private readonly memory: LaneQueueMemory = laneQueueMemory(SLOTS)
  private readonly queue = new LaneQueue(this.memory)
  private readonly workers: Worker[] = []
  private queued = 0
  private isStarting = false

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
    this.grow(unserved)
  }

  close(): void {
    this.queue.stop()
  }

  private grow(unserved: number): void {
    if (unserved <= 0 || this.isStarting || this.workers.length === MAX_THREADS) return
    this.isStarting = true
    const workerData = { device: this.device, memory: this.memory }
    const worker = new Worker(new URL('./device-lane-worker.js', import.meta.url), { workerData })
    worker.on('message', () => this.queue.collect(this.onTaken))
    worker.once('online', () => {
      this.isStarting = false
      // It may wait for long with the first write that it finds.
      this.grow(this.queue.unserved())
    })
    // A thread that waits in the kernel must not keep a program alive that has nothing else to do.
    worker.unref()
    this.workers.push(worker)
  }
}
