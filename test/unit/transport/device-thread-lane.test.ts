import assert from 'node:assert/strict'
import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { Memory } from '#src/sys/memory.js'
import { ThreadLane } from '#src/transport/device-thread-lane.js'
import { privateDirectory } from '../../helpers/directory.js'
import { posix } from '../../helpers/posix.js'

/* Writes that wait and writes that do not, on a pipe in place of the device: a full one makes writers wait. */

const skip = process.platform === 'linux' ? false : 'needs Linux'
const limited = { timeout: 30_000, skip }
const S_IFIFO = 0o10000

/** A lane on a full pipe; `drain` makes room. */
function fullPipe(t: TestContext) {
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
  const lane = new ThreadLane(fd)
  const drain = () => {
    for (; filled > 0; filled -= 4096) readSync(filler, chunk)
  }
  t.after(() => {
    drain()
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
  const { lane, address, drain, takenAre } = fullPipe(t)
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
  const { lane, address, drain, takenAre } = fullPipe(t)
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
  const { lane, address, drain, takenAre } = fullPipe(t)
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
  const { lane, drain, takenAre } = fullPipe(t)
  drain()
  lane.write(0, 0, 10, false)
  lane.writev(1, 0, 2, false)
  lane.flush()
  const [[, first], [, second]] = (await takenAre(2)) as [[number, number], [number, number]]
  assert.deepEqual([first, second], [-14, -14])
})
