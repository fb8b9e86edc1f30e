import { parentPort, workerData } from 'node:worker_threads'
import { writeRaw, writevRaw } from '../sys/io.js'
import { LaneQueue, type LaneQueueMemory } from './device-lane-queue.js'

/* A thread that writes to the device what may wait there, and does nothing else. */

const { device, memory } = workerData as { readonly device: number; readonly memory: LaneQueueMemory }
const queue = new LaneQueue(memory)
for (let job = queue.take(); job !== undefined; job = queue.take()) {
  const { slot, address, length, iovecs } = job
  const result = iovecs === 0 ? writeRaw(device, address, length) : writevRaw(device, address, iovecs)
  if (queue.finish(slot, result)) parentPort?.postMessage(0)
}
