import { parentPort, workerData } from 'node:worker_threads'
import { writeRaw, writevRaw } from '../sys/io.js'
import { LaneQueue, type LaneQueueMemory } from './device-lane-queue.js'

/* A thread that writes to the device what may wait there, and does nothing else. */

const { device, memory } = workerData as { readonly device: number; readonly memory: LaneQueueMemory }
const queue = new LaneQueue(memory)
for (let jobs = queue.take(); jobs.length > 0; jobs = queue.take()) {
  for (const { slot, address, length, iovecs } of jobs) {
    const result = iovecs === 0 ? writeRaw(device, address, length) : writevRaw(device, address, iovecs)
    if (queue.finish(slot, result)) parentPort?.postMessage(0)
  }
}
