import assert from 'node:assert/strict'
import { once } from 'node:events'
import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import type { Worker } from 'node:worker_threads'
import { Memory } from '#src/sys/memory.js'
import { BurstLane } from '#src/transport/device-burst-lane.js'
import type { Lane } from '#src/transport/device-lane.js'
import { PlainLoop } from '#src/transport/device-plain-loop.js'
import { ThreadLane } from '#src/transport/device-thread-lane.js'
import { privateDirectory } from '../../helpers/directory.js'
import { posix } from '../../helpers/posix.js'

/* Writes that wait and writes that do not, on a pipe in place of the device: a full one makes writers wait. */

const skip = process.platform !== 'linux' && 'needs Linux'
const limited = { timeout: 30_000, skip }
const S_IFIFO = 0o10000

const threads = (device: number) => new ThreadLane(device)
const bursts = (device: number) => new BurstLane(device, new Elsewhere())

/** In place of io_uring: each write ends as soon as it was handed over, having written nothing. */
class Elsewhere implements Lane {
  readonly kind = 'io_uring'
  readonly sources = []
  onTaken: Lane['onTaken'] = () => undefined
  private slots: number[] = []

  get inFlight(): number {
    return this.slots.length
  }

  write(slot: number): void {
    this.slots.push(slot)
  }

  writev(slot: number): void {
    this.slots.push(slot)
  }

  flush(): void {
    const { slots } = this
    this.slots = []
    setImmediate(() => {
      for (const slot of slots) this.onTaken(slot, ELSEWHERE)
    })
  }

  close(): void {}
}
const ELSEWHERE = 77

/** A lane on a full pipe; `drain` makes room. */
function fullPipe(t: TestContext, made: (device: number) => Lane) {
  const path = join(privateDirectory(t), 'pipe')
  posix.mknod(path, S_IFIFO | 0o600)
  const fd = openSync(path, constants.O_RDWR)
  const filler = openSync(path, constants.O_RDWR | constants.O_NONBLOCK)
  const chunk = Buffer.alloc(4096)
  let filled = 0
  try {
    for (;;) filled += writeSync(filler, chunk)
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, 'EAGAIN')
  }
  const memory = Memory.allocate(4096)
  const lane = made(fd)
  const loop = new PlainLoop()
  for (const source of lane.sources) loop.add(source)
  const drain = () => {
    for (; filled > 0; filled -= 4096) readSync(filler, chunk)
  }
  t.after(() => {
    drain()
    for (const source of lane.sources) loop.remove(source)
    lane.close()
    closeSync(fd)
    closeSync(filler)
  })
  const taken: [slot: number, result: number][] = []
  let wake: (() => void) | undefined
  lane.onTaken = (slot, result) => {
    taken.push([slot, result])
    wake?.()
  }
  const takenAre = async (count: number) => {
    while (taken.length < count) await new Promise<void>((resolve) => (wake = resolve))
    return taken.toSorted(([a], [b]) => a - b)
  }
  // The lane keeps no process alive; the test does until it ends.
  const alive = setInterval(() => undefined, 1000)
  t.after(() => clearInterval(alive))
  return { lane, address: memory.address, memory, drain, takenAre }
}

test('a write that waits holds up none that was handed over with it', limited, async (t) => {
  const { lane, address, drain, takenAre } = fullPipe(t, threads)
  for (let slot = 0; slot < 5; slot += 1) lane.write(slot, address, slot === 4 ? 0 : 10, false)
  lane.flush()
  assert.deepEqual(await takenAre(1), [[4, 0]])
  drain()
  assert.deepEqual(await takenAre(5), [
    [0, 10],
    [1, 10],
    [2, 10],
    [3, 10],
    [4, 0],
  ])
})

test('nor one that comes later, as long as there are threads', limited, async (t) => {
  const { lane, address, drain, takenAre } = fullPipe(t, threads)
  for (let slot = 0; slot < 12; slot += 1) {
    lane.write(slot, address, 10, false)
    lane.flush()
  }
  lane.write(12, address, 0, false)
  lane.flush()
  assert.deepEqual(await takenAre(1), [[12, 0]])
  drain()
  assert.equal((await takenAre(13)).length, 13)
})

test('more than there are threads wait their turn, and all have it', limited, async (t) => {
  const { lane, address, drain, takenAre } = fullPipe(t, threads)
  for (let slot = 0; slot < 100; slot += 1) lane.write(slot, address, 1, false)
  lane.flush()
  drain()
  const results = await takenAre(100)
  assert.deepEqual(
    results.map(([slot]) => slot),
    Array.from({ length: 100 }, (_, slot) => slot),
  )
  assert.ok(results.every(([, result]) => result === 1))
})

test('an errno comes back as it is', limited, async (t) => {
  const { lane, drain, takenAre } = fullPipe(t, threads)
  drain()
  lane.write(0, 0, 10, false)
  lane.writev(1, 0, 2, false)
  lane.flush()
  const [[, first], [, second]] = (await takenAre(2)) as [[number, number], [number, number]]
  assert.deepEqual([first, second], [-14, -14])
})

test('what comes in bursts is written by a thread, and behind one that has to wait by io_uring', limited, async (t) => {
  const { lane, address, drain, takenAre } = fullPipe(t, bursts)
  // The first burst asks for the thread.
  const started = once(process, 'worker') as Promise<[Worker]>
  for (let slot = 0; slot < 200; slot += 1) lane.write(slot, address, 0, false)
  lane.flush()
  const [worker] = await started
  await once(worker, 'message')
  assert.deepEqual(new Set((await takenAre(200)).map(([, result]) => result)), new Set([ELSEWHERE]))
  // A chain of two, which the thread can write at once.
  lane.write(200, address, 0, true)
  lane.write(201, address, 0, false)
  lane.flush()
  assert.deepEqual((await takenAre(202)).slice(200), [
    [200, 0],
    [201, 0],
  ])
  // One of which the first has to wait, and others that have nothing to do with it.
  lane.write(202, address, 10, true)
  lane.write(203, address, 0, false)
  lane.write(204, address, 0, true)
  lane.write(205, address, 0, false)
  lane.flush()
  assert.deepEqual((await takenAre(204)).slice(202), [
    [204, ELSEWHERE],
    [205, ELSEWHERE],
  ])
  // While the thread waits, all goes by io_uring.
  lane.write(206, address, 0, true)
  lane.write(207, address, 0, false)
  lane.flush()
  assert.deepEqual((await takenAre(206)).slice(204), [
    [206, ELSEWHERE],
    [207, ELSEWHERE],
  ])
  drain()
  assert.deepEqual((await takenAre(208)).slice(202, 204), [
    [202, 10],
    [203, 0],
  ])
})

test('without bursts there is no thread', limited, async (t) => {
  const { lane, address, takenAre } = fullPipe(t, bursts)
  process.on('worker', () => assert.fail('a thread was started'))
  t.after(() => process.removeAllListeners('worker'))
  for (let slot = 0; slot < 100; slot += 1) {
    lane.write(slot, address, 0, false)
    lane.flush()
    assert.deepEqual((await takenAre(slot + 1)).at(-1), [slot, ELSEWHERE])
  }
})
