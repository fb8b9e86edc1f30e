import { parentPort, workerData } from 'node:worker_threads'
import { writeRaw, writevRaw } from '../sys/io.js'
import { Memory } from '../sys/memory.js'
import { mayBeEnded } from '../sys/native-worker.js'
import { threadId } from '../sys/thread.js'
import { LaneQueue, type LaneQueueMemory } from './device-lane-queue.js'

/* A thread that writes to the device what may wait there, and does nothing else. */

/** What a thread of a lane is given. */
export interface LaneWorkerData {
  readonly device: number
  /** An eventfd by which it says that something was done. */
  readonly done: number
  readonly memory: LaneQueueMemory
}

/** So many are done before the other side is told, unless there is nothing more to do: to wake it costs more than they do. */
const MOST_UNTOLD = 32

const { device, done, memory } = workerData as LaneWorkerData
const queue = new LaneQueue(memory)
const one = Memory.allocate(8)
one.view.setBigUint64(0, 1n, true)
let untold = 0
const id = threadId()
mayBeEnded(workerData)
parentPort?.postMessage(id)

for (let count = queue.take(); count > 0; count = queue.take()) {
  for (let i = 0; i < count; i += 1) {
    const { slot, address, length, iovecs } = queue.job(i)
    queue.finish(slot, iovecs === 0 ? writeRaw(device, address, length) : writevRaw(device, address, iovecs))
    untold += 1
    const isIdle = i + 1 === count && queue.untaken <= 0
    if (untold < MOST_UNTOLD && !isIdle) continue
    untold = 0
    if (queue.kick()) writeRaw(done, one.address, 8)
  }
}
