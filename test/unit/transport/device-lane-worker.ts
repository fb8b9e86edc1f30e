import { parentPort, workerData } from 'node:worker_threads'
import { LaneQueue, type LaneQueueMemory } from '#src/transport/device-lane-queue.js'

/* Takes jobs of a queue as the lane's own threads do; the result of each is a sum over its fields. */

const queue = new LaneQueue(workerData as LaneQueueMemory)
for (let count = queue.take(); count > 0; count = queue.take()) {
  for (let i = 0; i < count; i += 1) {
    const { slot, address, length, iovecs } = queue.job(i)
    queue.finish(slot, (address % 1000) + length + iovecs)
    if (queue.kick()) parentPort?.postMessage('collect')
  }
}
