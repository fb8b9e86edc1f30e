import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test, type TestContext } from 'node:test'
import { Worker } from 'node:worker_threads'
import { LaneQueue, laneQueueMemory, type LaneQueueMemory } from '#src/transport/device-lane-queue.js'

/* The queue between the thread that notifies and those that wait: with real threads. */

const limited = { timeout: 30_000 }

async function startWorker(t: TestContext, workerData: LaneQueueMemory): Promise<Worker> {
  const worker = new Worker(new URL('./device-lane-worker.js', import.meta.url), { workerData })
  t.after(() => worker.terminate())
  await once(worker, 'online')
  return worker
}

for (const threads of [1, 4]) {
  test(`each job is done once, and its result comes back: ${threads} threads`, limited, async (t) => {
    const capacity = 64
    const memory = laneQueueMemory(capacity)
    const queue = new LaneQueue(memory)
    const total = 20_000
    const free = Array.from({ length: capacity }, (_, slot) => slot)
    const expected = new Map<number, number>()
    let posted = 0
    let done = 0
    const { promise, resolve } = deferred()
    const post = () => {
      let count = 0
      for (; posted < total && free.length > 0 && count < 7; posted += 1, count += 1) {
        const slot = free.pop()!
        const job = { slot, address: 2 ** 47 + posted, length: posted % 977, iovecs: posted % 3, more: false }
        expected.set(slot, (job.address % 1000) + job.length + job.iovecs)
        queue.push(job, count)
      }
      queue.publish(count)
      return count
    }
    const collect = () => {
      queue.collect((slot, result) => {
        assert.equal(result, expected.get(slot))
        assert.ok(expected.delete(slot))
        free.push(slot)
        done += 1
      })
      while (post() > 0);
      if (done === total) resolve()
    }
    for (let i = 0; i < threads; i += 1) (await startWorker(t, memory)).on('message', collect)
    collect()
    await promise
    assert.equal(expected.size, 0)
  })
}

test('jobs that nobody has taken can be had back, a chain at a time', () => {
  const memory = laneQueueMemory(8)
  const [queue, other] = [new LaneQueue(memory), new LaneQueue(memory)]
  const job = { address: 0, length: 0, iovecs: 0 }
  for (const [ahead, more] of [true, false, false].entries()) queue.push({ ...job, slot: ahead, more }, ahead)
  queue.publish(3)
  assert.equal(queue.untaken, 3)
  assert.equal(other.take(), 2)
  assert.equal(queue.untaken, 1)
  assert.equal(queue.tryTake(), 1)
  assert.equal(queue.job(0).slot, 2)
  assert.equal(queue.tryTake(), undefined)
})

test('threads end when it is stopped, and take nothing more', limited, async (t) => {
  const memory = laneQueueMemory(8)
  const queue = new LaneQueue(memory)
  const worker = await startWorker(t, memory)
  queue.push({ slot: 3, address: 5, length: 6, iovecs: 0, more: false }, 0)
  queue.publish(1)
  await once(worker, 'message')
  const exit = once(worker, 'exit')
  queue.stop()
  assert.deepEqual(await exit, [0])
  const done: number[] = []
  queue.collect((_slot, result) => done.push(result))
  assert.deepEqual(done, [11])
  queue.push({ slot: 4, address: 5, length: 6, iovecs: 0, more: false }, 0)
  queue.publish(1)
  const late = await startWorker(t, memory)
  if (late.threadId !== -1) await once(late, 'exit')
  queue.collect(() => assert.fail('done after it was stopped'))
})

function deferred() {
  let resolve!: () => void
  const promise = new Promise<void>((done) => (resolve = done))
  return { promise, resolve }
}

for (let moment = 1; moment <= 3; moment += 1) {
  test(`a stop that comes before the ${moment}. look of a thread makes no job of nothing`, limited, (t) => {
    const memory = laneQueueMemory(8)
    const [queue, other] = [new LaneQueue(memory), new LaneQueue(memory)]
    const { load } = Atomics
    let looks = 0
    t.mock.method(Atomics, 'load', (words: Int32Array, index: number) => {
      looks += 1
      if (looks === moment) other.stop()
      return load(words, index)
    })
    assert.equal(queue.take(), 0)
  })
}
