import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { allowedCpus, currentCpu, pinToCpus } from '#src/sys/thread.js'
import { Placement } from '#src/transport/device-placement.js'

/* Going to the CPU of a client, without a client: what is served is only said to be. */

const skip = process.platform !== 'linux' ? 'needs Linux' : allowedCpus().length < 2 && 'needs two CPUs'

/** Says that so many requests were served, each after a wait. */
function serve(placement: Placement, requests: number, thread: number): void {
  for (let i = 0; i < requests; i += 1) {
    placement.waited()
    placement.served(thread)
  }
}

test('it goes to where a client that waits for each answer is, and is free to leave', { skip }, async () => {
  const all = allowedCpus()
  const here = currentCpu()
  const there = all.find((cpu) => cpu !== here)!
  const client = spawn('taskset', ['-c', String(there), 'sleep', '20'], { stdio: 'ignore' })
  try {
    const onThere = () =>
      readFileSync(`/proc/${client.pid}/stat`, 'latin1').split(') ')[1]?.split(' ')[36] === String(there)
    while (!onThere()) await new Promise(setImmediate)
    pinToCpus([here])
    pinToCpus(all)
    const placement = new Placement(undefined)
    serve(placement, 64, client.pid!)
    assert.equal(placement.stats.moves, 1)
    assert.deepEqual(allowedCpus(), all)
  } finally {
    client.kill('SIGKILL')
  }
})

test('it stays for clients that do not wait, that it cannot see, or that are here', { skip }, () => {
  const placement = new Placement(undefined)
  for (let i = 0; i < 1000; i += 1) placement.served(1)
  serve(placement, 1000, 0)
  // This thread must not be moved while it looks where it is.
  const all = allowedCpus()
  pinToCpus([currentCpu()])
  serve(placement, 1000, process.pid)
  pinToCpus(all)
  assert.equal(placement.stats.moves, 0)
})
