import { parentPort, workerData } from 'node:worker_threads'
import { LaneQueue, type LaneQueueMemory } from '#src/transport/device-lane-queue.js'

/* Takes jobs of a queue as the lane's own threads do; the result of each is a sum over its fields. */

const queue = new LaneQueue(workerData as LaneQueueMemory)
for (let jobs = queue.take(); jobs.length > 0; jobs = queue.take()) {
  for (const { slot, address, length, iovecs } of jobs) {
    if (queue.finish(slot, (address % 1000) + length + iovecs)) parentPort?.postMessage('collect')
  }
}
