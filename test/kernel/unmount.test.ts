import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { abortConnection } from '#src/kernel/fusectl.js'
import { findMount } from '#src/kernel/mountinfo.js'
import { umountSync } from '#src/sys/mount.js'
import { privateDirectory } from '../helpers/directory.js'
import { cannotMount } from '../helpers/needs.js'
import { O } from '../helpers/posix.js'
import { eventually, serveRobust } from '../helpers/robust.js'

/* How a mount ends: in order, with files open, with handlers at work, by force, and with its server. */

const skip = cannotMount()
const options = { skip, timeout: 30_000 }

test('an idle mount: destroy is called, then closed resolves, and the device is closed', options, async (t) => {
  const { path, tell, heard, counts } = await serveRobust(t)
  const before = await counts()
  tell({ unmount: 'normal' })
  await heard('destroyed')
  assert.equal(await heard('closed'), 'closed')
  await heard('unmounted')
  assert.equal(findMount(path), undefined)
  const after = await counts()
  assert.deepEqual([after.destroyed, after.inFlight, after.errors], [1, 0, 0])
  assert.ok(after.descriptors < before.descriptors, `${before.descriptors} then ${after.descriptors} descriptors`)
})

test('a busy mount stays, and goes on as if nothing had been', options, async (t) => {
  const { path, tell, heard, release, counts, agent } = await serveRobust(t)
  const client = await agent()
  const fd = await client.call('open', `${path}/held-1`, O.RDONLY, 0)
  const reading = client.call('read', fd, 100)
  await heard('reading held-1')
  tell({ unmount: 'normal' })
  assert.equal(await heard('not unmounted'), 'not unmounted: ERR_UNMOUNT_BUSY')
  release()
  assert.equal((await reading).toString(), 'this is held-1\n')
  await client.call('close', fd)
  await eventually(
    async () => (await counts()).handles === 0,
    () => 'handles',
  )
  tell({ unmount: 'normal' })
  await heard('unmounted')
  assert.equal(await heard('closed'), 'closed')
})

test('lazily: out of sight at once, and over when the last file is closed', options, async (t) => {
  const { path, tell, heard, release, agent } = await serveRobust(t)
  const client = await agent()
  const fd = await client.call('open', `${path}/held-1`, O.RDONLY, 0)
  const reading = client.call('read', fd, 100)
  await heard('reading held-1')
  tell({ unmount: 'lazy' })
  await heard('unmounted')
  assert.equal(findMount(path), undefined)
  release()
  assert.equal((await reading).toString(), 'this is held-1\n')
  await client.call('close', fd)
  await heard('destroyed')
  assert.equal(await heard('closed'), 'closed')
})

for (const how of ['unmounting by force', 'an abort through fusectl'] as const) {
  test(`${how}: callers fail, signals abort, late answers do no harm`, options, async (t) => {
    const { path, tell, heard, release, counts, agent, connection } = await serveRobust(t)
    const names = ['held-1', 'patient-1', 'never-1']
    const calls: Promise<unknown>[] = []
    const clients = await Promise.all(names.map(async () => agent()))
    for (const [index, name] of names.entries()) {
      const fd = await clients[index]!.call('open', `${path}/${name}`, O.RDONLY, 0)
      calls.push(assert.rejects(clients[index]!.call('read', fd, 100), { code: 'ECONNABORTED' }))
      await heard(`reading ${name}`)
    }
    const before = await counts()
    assert.equal(before.inFlight, 3)
    const isOurs = how === 'unmounting by force'
    if (isOurs) tell({ unmount: 'force' })
    else assert.equal(abortConnection(connection), true)
    await Promise.all(calls)
    await heard('aborted patient-1')
    await heard('destroyed')
    // To the one who asked for force, it is an ordinary end.
    const closed = await heard('closed')
    assert.equal(closed.replace(/(ECONNABORTED).*/, '$1'), isOurs ? 'closed' : 'closed: ECONNABORTED')
    release()
    const after = await counts()
    assert.deepEqual([after.destroyed, after.inFlight, after.errors], [1, 0, 0])
    assert.ok(after.descriptors < before.descriptors)
    if (isOurs) {
      await heard('unmounted')
      assert.equal(findMount(path), undefined)
      return
    }
    // The dead mount is still in its place, and can be taken away.
    await assert.rejects(clients[0]!.call('stat', path), { code: 'ENOTCONN' })
    tell({ unmount: 'lazy' })
    await heard('unmounted')
  })
}

test(
  'a server that is killed ends its connection: pending calls fail, and the mount can be taken away',
  options,
  async (t) => {
    // A guardian would take the mount away at a moment of its own.
    const { path, server, heard, agent } = await serveRobust(t, { guardian: false })
    const client = await agent()
    const fd = await client.call('open', `${path}/held-1`, O.RDONLY, 0)
    const reading = assert.rejects(client.call('read', fd, 100), { code: 'ECONNABORTED' })
    await heard('reading held-1')
    const gone = once(server, 'exit')
    server.kill('SIGKILL')
    await gone
    await reading
    await assert.rejects(client.call('stat', `${path}/slow-1`), { code: 'ENOTCONN' })
    await client.call('close', fd).catch(() => undefined)
    umountSync(path, 0)
    assert.equal(findMount(path), undefined)
  },
)

/** A block device of a file, or why there is none. */
function blockDevice(t: TestContext): { device: string } | { reason: string } {
  const file = join(privateDirectory(t), 'disk')
  writeFileSync(file, '')
  truncateSync(file, 1 << 20)
  const made = spawnSync('losetup', ['--find', '--show', file], { encoding: 'utf8', timeout: 5000 })
  if (made.status !== 0) return { reason: `needs a loop device: ${made.error?.message ?? made.stderr.trim()}` }
  const device = made.stdout.trim()
  t.after(() => execFileSync('losetup', ['--detach', device], { timeout: 5000 }))
  return { device }
}

test('a mount of a block device is told by DESTROY, and unmounting waits for the answer', options, async (t) => {
  const disk = blockDevice(t)
  if ('reason' in disk) return t.skip(disk.reason)
  const { path, tell, heard, release, counts, agent } = await serveRobust(t, {
    blkdev: true,
    blksize: 512,
    fsname: disk.device,
    // Says so to the server: its destroy is held too.
    subtype: 'held',
  })
  const client = await agent()
  await client.call('stat', `${path}/slow-1`)
  tell({ unmount: 'normal' })
  await heard('destroyed')
  assert.equal((await counts()).destroyed, 1)
  assert.notEqual((await counts()).inFlight, 0)
  release()
  await heard('unmounted')
  assert.equal(await heard('closed'), 'closed')
  // Not once more at the end.
  assert.deepEqual([(await counts()).destroyed, (await counts()).inFlight], [1, 0])
})
