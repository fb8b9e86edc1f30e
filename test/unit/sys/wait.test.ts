import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { Worker } from 'node:worker_threads'
import { POLL } from '#src/sys/constants.js'
import { eventfd } from '#src/sys/control.js'
import { Fd } from '#src/sys/fd.js'
import { read, write } from '#src/sys/io.js'
import { PollSet } from '#src/sys/wait.js'

test('a wait ends when a descriptor is ready, or when the time is up', () => {
  using set = new PollSet(2)
  using a = new Fd(eventfd())
  using b = new Fd(eventfd())
  const [first, second] = [set.add(a.number, POLL.IN), set.add(b.number, POLL.IN)]
  assert.throws(() => set.add(0, POLL.IN), RangeError)
  const start = performance.now()
  assert.equal(set.wait(20), 0)
  assert.ok(performance.now() - start >= 19)
  write(b.number, Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0))
  assert.equal(set.wait(-1), 1)
  assert.equal(set.ready(first), 0)
  assert.equal(set.ready(second), POLL.IN)
  const counter = new Uint8Array(8)
  assert.equal(read(b.number, counter), 8)
  assert.equal(counter[0], 1)
  set.set(second, -1, 0)
  assert.equal(set.wait(0), 0)
  set.set(second, 1_000_000, POLL.IN)
  assert.equal(set.wait(0), 1)
  assert.equal(set.ready(second), POLL.NVAL)
})

test('a wait in place of libuv wakes up when libuv has something to do', () => {
  // In a process of its own: the test runner has timers and messages that would disturb.
  const sys = new URL('../../../../dist/sys/', import.meta.url)
  const code = `
    import { Worker } from 'node:worker_threads'
    const { libuvLoop } = await import(${JSON.stringify(new URL('libuv.js', sys).href)})
    const { PollSet } = await import(${JSON.stringify(new URL('wait.js', sys).href)})
    const loop = libuvLoop()
    const set = new PollSet()
    set.add(loop.fd, 1)
    const { port1, port2 } = new MessageChannel()
    let arrived
    port2.addEventListener('message', () => arrived())
    // By way of an immediate: a message posted by the callback of a message is delivered without a turn of the loop.
    const turn = () => new Promise((resolve) => { arrived = resolve; setImmediate(() => port1.postMessage(0)) })
    do await turn(); while (set.wait(0) !== 0 || loop.timeoutMs() === 0)
    const idle = loop.timeoutMs()
    let fired = 0
    const timer = setInterval(() => fired++, 50)
    await turn()
    const early = loop.timeoutMs()
    for (const end = performance.now() + 20; performance.now() < end;);
    const late = loop.timeoutMs()
    const start = performance.now()
    // V8 wakes the loop for a task of its own now and then; that costs a turn, and the wait begins again.
    let ready
    while ((ready = set.wait(loop.timeoutMs())) !== 0) await turn()
    const waited = performance.now() - start
    const due = loop.timeoutMs()
    const firedEarly = fired
    await turn()
    await turn()
    clearInterval(timer)
    const worker = new Worker('setTimeout(() => {}, 100)', { eval: true })
    await new Promise((resolve) => worker.once('online', resolve))
    await turn()
    const woken = set.wait(5000)
    console.log(JSON.stringify({ idle, early, late, ready, waited, due, firedEarly, fired, woken, events: set.ready(0) }))
    process.exit()`
  const child = spawnSync(process.execPath, ['--input-type=module', '-e', code], { encoding: 'utf8', timeout: 20_000 })
  assert.equal(child.status, 0, child.stderr)
  const seen = JSON.parse(child.stdout) as Record<string, number>
  // For ever, but for a delayed task of V8's own.
  assert.ok(seen['idle'] === -1 || seen['idle']! > 1000, child.stdout)
  assert.ok(seen['early']! > 0 && seen['early']! <= 51, child.stdout)
  assert.ok(seen['late']! <= seen['early']! - 18, `the loop's clock has been brought up to date: ${child.stdout}`)
  assert.ok(seen['ready'] === 0 && seen['waited']! >= seen['late']! - 1, child.stdout)
  assert.deepEqual(
    [seen['due'], seen['firedEarly'], seen['fired']],
    [0, 0, 1],
    'only a turn of the loop runs the timer',
  )
  assert.deepEqual([seen['woken'], seen['events']], [1, POLL.IN], 'the end of another thread wakes it')
})

test('a worker thread is told that its loop cannot be had', async () => {
  const url = new URL('../../../../dist/sys/libuv.js', import.meta.url).href
  const code = `import(${JSON.stringify(url)}).then(({ libuvLoop }) => require('node:worker_threads').parentPort.postMessage(libuvLoop()))`
  const worker = new Worker(code, { eval: true })
  const answer = await new Promise((resolve) => {
    worker.once('message', resolve)
  })
  assert.deepEqual(answer, { available: false, reason: 'a worker thread cannot find its own libuv loop' })
})
