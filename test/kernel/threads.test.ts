import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { open, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { mount, type MountOptions } from '#src/mount.js'
import { readMounts } from '#src/kernel/mountinfo.js'
import { FileSystem } from '#src/server/filesystem.js'
import { umountSync } from '#src/sys/mount.js'
import { cannotMount } from '../helpers/needs.js'
import { serve } from '../helpers/served.js'
import { SHARED } from './isolates/shared.js'

/* A filesystem in worker threads, under a real kernel; see isolates/shared.ts for what its files do. */

const options = { skip: cannotMount(), timeout: 30_000 }
const LOOPS = ['auto', 'plain'] as const

interface Told {
  readonly shared: readonly number[]
  readonly errors: readonly string[]
  readonly loop: string
  readonly threads: number
}

async function threads(t: TestContext, mountOptions: MountOptions = {}, module = 'shared') {
  const served = await serve(t, 'threads', module, JSON.stringify({ threads: 2, ...mountOptions }))
  return { ...served, ask: async () => (await served.ask()) as Told }
}

/** Reads a file in a process of its own, which can be killed. */
const reader = (path: string, name: string) => spawn('cat', [join(path, name)], { stdio: 'ignore' })

/** Asks until the answer is as wanted. */
async function until(ask: () => Promise<Told>, wanted: (told: Told) => boolean): Promise<Told> {
  for (;;) {
    const told = await ask()
    if (wanted(told)) return told
  }
}

for (const loop of LOOPS) {
  test(`two requests are handled in two threads at the same time (loop: ${loop})`, options, async (t) => {
    const { path, ask } = await threads(t, { loop })
    for (let i = 0; i < 20; i += 1) {
      const both = await Promise.all([readFile(join(path, 'both'), 'utf8'), readFile(join(path, 'both'), 'utf8')])
      assert.notEqual(both[0], both[1])
    }
    const told = await ask()
    assert.equal(told.shared[SHARED.INITIALISED], 2)
    assert.deepEqual([told.loop, told.threads], [loop === 'auto' ? 'reactor' : 'plain', 2])
  })

  test(`timers, messages and promises of a handler go on (loop: ${loop})`, options, async (t) => {
    const { path } = await threads(t, { loop })
    const start = performance.now()
    for (let i = 0; i < 10; i += 1) assert.match(await readFile(join(path, 'later'), 'utf8'), /^\d+ *$/)
    const elapsedMs = performance.now() - start
    // Each takes a timer of 5 ms. Were the loop looked at only when the device has something, none would end.
    assert.ok(elapsedMs < 5000, `${elapsedMs} ms`)
  })

  test(`INTERRUPT reaches the thread that has the request, whoever reads it (loop: ${loop})`, options, async (t) => {
    const { path, server, ask } = await threads(t, { loop })
    // Until it was read by the other thread, since that of the request stood still.
    for (let aborted = 1, crossed = false; !crossed; aborted += 1) {
      const never = reader(path, 'never')
      await until(ask, ({ shared }) => shared[SHARED.BEGUN] === aborted)
      const hold = readFile(join(path, 'hold'))
      const { shared } = await until(ask, (told) => told.shared[SHARED.HELD_BY] !== 0)
      crossed = shared[SHARED.HELD_BY] === shared[SHARED.NEVER_IN]
      const gone = once(never, 'exit')
      never.kill('SIGKILL')
      if (crossed) {
        // A request of ours is answered by the other thread, which has read INTERRUPT before.
        await stat(join(path, 'thread'))
        assert.equal((await ask()).shared[SHARED.ABORTED], aborted - 1)
      }
      server.send('release')
      await hold
      await until(ask, (told) => told.shared[SHARED.ABORTED] === aborted)
      await gone
    }
  })
}

test('unmounting ends all threads in order', options, async (t) => {
  const { path, server, next } = await threads(t)
  await readFile(join(path, 'thread'))
  const said = next()
  const left = once(server, 'exit')
  umountSync(path, 0)
  assert.equal(((await said) as { ended: string }).ended, 'ordinarily')
  assert.deepEqual(await left, [0, null])
})

test('a signal unmounts, lazily if it must, and ends all threads in order', options, async (t) => {
  for (const busy of [false, true]) {
    const { path, server, next } = await threads(t, { unmountOn: ['SIGTERM'] })
    const file = busy ? await open(join(path, 'thread')) : undefined
    const said = next()
    const left = once(server, 'exit')
    server.kill('SIGTERM')
    if (file !== undefined) {
      while (readMounts().some(({ mountpoint }) => mountpoint === path)) await new Promise(setImmediate)
      // It is out of sight, but still served.
      assert.equal((await file.read(Buffer.alloc(64), 0, 64, 0)).bytesRead, 64)
      await file.close()
    }
    assert.equal(((await said) as { ended: string }).ended, 'ordinarily')
    assert.deepEqual(await left, [0, null])
  }
})

test('by force, handlers in flight are aborted, and one that never ends is ended', options, async (t) => {
  const { path, server, ask, next } = await threads(t)
  const never = reader(path, 'never')
  await until(ask, ({ shared }) => shared[SHARED.BEGUN] === 1)
  const stuck = reader(path, 'stuck')
  const left = [once(never, 'exit'), once(stuck, 'exit'), once(server, 'exit')]
  server.send('force')
  assert.equal(((await next()) as { ended: string }).ended, 'ordinarily')
  assert.deepEqual((await Promise.all(left)).at(-1), [0, null])
})

for (const [name, message] of [
  ['exit', /^thread [12] of 2 exited with code 7; the mount has ended$/],
  ['throw', /^thread [12] of 2 died: a fault outside of every handler; the mount has ended$/],
] as const) {
  test(`a thread that dies (${name}) ends the mount, and those who wait get an error`, options, async (t) => {
    const { path, server, next } = await threads(t)
    const said = next()
    const left = once(server, 'exit')
    const [code] = (await once(reader(path, name), 'exit')) as [number]
    assert.equal(code, 1)
    const { ended, message: text } = (await said) as { ended: string; message: string }
    assert.equal(ended, 'ERR_THREAD')
    assert.match(text, message)
    assert.deepEqual(await left, [0, null])
    assert.ok(!readMounts().some(({ mountpoint }) => mountpoint === path))
  })
}

test('a fault of a handler is EIO and reported by the thread that mounts, and all goes on', options, async (t) => {
  const { path, ask } = await threads(t)
  await assert.rejects(readFile(join(path, 'fault')), { code: 'EIO' })
  await until(ask, ({ errors }) => errors[0] === 'READ: TypeError: a fault of the handler')
  await readFile(join(path, 'thread'))
})

test('a filesystem that cannot be made is an error of mount, and nothing is mounted', options, async (t) => {
  for (const count of [0, 2]) {
    for (const [module, mountOptions, message] of [
      ['absent', {}, /ERR_FILESYSTEM_MODULE.*absent\.js: cannot be loaded: Cannot find module/],
      ['none', {}, /ERR_FILESYSTEM_MODULE.*none\.js: has no default export that makes a filesystem/],
      ['broken', {}, /ERR_FILESYSTEM_MODULE.*broken\.js: did not make a filesystem: no luck today/],
      ['shared', { init: { allowIdmap: true } }, /ERR_UNSUPPORTED.*ALLOW_IDMAP needs default_permissions/],
    ] as const) {
      await assert.rejects(threads(t, { threads: count, ...mountOptions }, module), { message })
    }
  }
  await assert.rejects(threads(t, { data: 'exit' }, 'broken'), { message: /ERR_THREAD.*exited with code 5/ })
})

test('a module is served by the main thread where no threads are asked for', options, async (t) => {
  const { path, ask } = await threads(t, { threads: 0 })
  const start = performance.now()
  for (let i = 0; i < 10; i += 1) assert.match(await readFile(join(path, 'later'), 'utf8'), /^0 *$/)
  const elapsedMs = performance.now() - start
  // What wakes the event loop by its one eventfd is not seen from outside once libuv has emptied that.
  assert.ok(elapsedMs < 2000, `${elapsedMs} ms`)
  assert.equal((await ask()).threads, 0)
})

test('threads that cannot be are refused', async () => {
  await assert.rejects(mount(new FileSystem(), '/nowhere', { threads: 2 }), {
    name: 'TypeError',
    message: /threads need a filesystem that is given as the URL of its module/,
  })
  for (const count of [-1, 1.5, 1000]) {
    await assert.rejects(mount(new URL('file:///nowhere'), '/nowhere', { threads: count }), { name: 'RangeError' })
  }
})
