import { parentPort, workerData } from 'node:worker_threads'
import { POLL } from '../../../sys/constants.js'
import { BELL, type BellData } from './readable-bell.js'
import { mayBeEnded } from '../../../sys/native-worker.js'
import { PollSet } from '../../../sys/wait.js'

/* The thread of a ReadableBell: waits for a descriptor, says so, and waits until it is told to wait again. */

const { fd, waker, words } = workerData as BellData
using polled = new PollSet(2)
polled.add(fd, POLL.IN)
polled.add(waker, POLL.IN)
mayBeEnded(workerData)
for (let round = Atomics.load(words, BELL.ROUND); Atomics.load(words, BELL.ENDED) === 0;) {
  if (polled.wait(-1) < 0) continue
  if (Atomics.load(words, BELL.ENDED) !== 0) break
  parentPort?.postMessage(0)
  Atomics.wait(words, BELL.ROUND, round)
  round = Atomics.load(words, BELL.ROUND)
}
