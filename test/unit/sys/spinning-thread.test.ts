import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { UnsupportedError } from '#src/base/errors.js'
import { SpinningThread } from '#src/sys/spinning-thread.js'

/* The thread that spins for a while when it is woken, seen from outside: /proc tells what it does. */

function start(): SpinningThread | string {
  if (process.platform !== 'linux') return 'needs Linux'
  try {
    return SpinningThread.start(4)
  } catch (error) {
    if (error instanceof UnsupportedError) return error.message
    throw error
  }
}

/** State, processor time in ticks and nice value of the thread, whose name starts with `iou-sqp`. */
function look(): { id: string; state: string; ticks: number; nice: number } | undefined {
  for (const id of readdirSync('/proc/self/task')) {
    const stat = readFileSync(`/proc/self/task/${id}/stat`, 'latin1')
    if (!stat.includes('(iou-sqp')) continue
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return { id, state: fields[0]!, ticks: Number(fields[11]) + Number(fields[12]), nice: Number(fields[16]) }
  }
  return undefined
}

async function asleep(): Promise<number> {
  for (const end = performance.now() + 10_000; performance.now() < end; await sleep(5)) {
    const seen = look()
    if (seen !== undefined && seen.state !== 'R') return seen.ticks
  }
  return assert.fail('it spins for ever')
}

test('it spins when it is woken, at the lowest priority, sleeps soon after, and ends with its owner', async (t) => {
  const thread = start()
  if (typeof thread === 'string') return t.skip(thread)
  assert.equal(look()?.nice, 19)
  const before = await asleep()
  const other = SpinningThread.of(thread.access)
  // Of either kind; woken again and again it goes on.
  for (const each of [thread, other]) {
    const first = await asleep()
    const end = performance.now() + 10_000
    while (look()!.ticks < first + 3) {
      assert.ok(performance.now() < end, 'it does not spin')
      each.wake()
    }
  }
  const after = await asleep()
  assert.ok(after >= before + 6)
  other[Symbol.dispose]()
  thread[Symbol.dispose]()
  for (const end = performance.now() + 10_000; look() !== undefined; await sleep(5)) assert.ok(performance.now() < end)
  return undefined
})
