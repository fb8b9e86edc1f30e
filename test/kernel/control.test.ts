import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import type { ControlStatus } from '#src/control/server.js'
import { abort, connectionAt, ControlClient, diagnose } from '#src/diagnostics/index.js'
import { privateDirectory } from '../helpers/directory.js'
import { cannotMount } from '../helpers/needs.js'
import { until } from '../helpers/processes.js'
import { serve } from '../helpers/served.js'

/* A mount is spoken to from outside. */

const options = { skip: cannotMount(), timeout: 20_000 }
const FILE = 2

async function controlled(t: TestContext) {
  const before = process.env['XDG_RUNTIME_DIR']
  process.env['XDG_RUNTIME_DIR'] = privateDirectory(t)
  t.after(() => {
    if (before === undefined) delete process.env['XDG_RUNTIME_DIR']
    else process.env['XDG_RUNTIME_DIR'] = before
  })
  const served = await serve(t, 'controlled')
  const counts = async () => (await served.ask()) as { reads: number; control: ControlStatus }
  const client = await ControlClient.connect(connectionAt(served.path))
  t.after(() => client[Symbol.dispose]())
  return { ...served, client, counts }
}

test('notifications from outside change what readers of the mount see', options, async (t) => {
  const { path, client, counts } = await controlled(t)
  const file = join(path, 'f')
  assert.match(await readFile(file, 'latin1'), /^(old )+$/)
  const { reads } = await counts()
  assert.match(await readFile(file, 'latin1'), /^(old )+$/, 'the twin: the cache is all that is asked')
  assert.equal((await counts()).reads, reads)

  assert.equal((await client.store(FILE, 0, Buffer.alloc(4096, 'new '))).outcome, 'applied')
  assert.match(await readFile(file, 'latin1'), /^(new ){1024}(old ){1024}$/)
  assert.match(Buffer.from(await client.retrieve(FILE, 4092, 8)).toString(), /^new old $/)
  assert.equal((await counts()).reads, reads)

  assert.equal((await client.invalInode(FILE)).outcome, 'applied')
  assert.match(await readFile(file, 'latin1'), /^(old )+$/)
  assert.ok((await counts()).reads > reads)
  assert.equal((await client.invalEntry(1, 'never seen')).outcome, 'not-cached')
  await assert.rejects(client.retrieve(FILE, -1, 1), { code: 'EINVAL' })
})

test('the in-flight table of a running mount is seen from outside, also where the mount hangs', options, async (t) => {
  const { path, client, server } = await controlled(t)
  const connection = connectionAt(path)
  const held = spawn('stat', [join(path, 'held')], { stdio: 'ignore' })
  const ended = once(held, 'exit')
  t.after(() => held.kill('SIGKILL'))
  const info = async () => (await diagnose()).connections.find((report) => report.connection === connection)
  for (let looks = 0; ((await info())?.server?.requests.length ?? 0) === 0; looks += 1) assert.ok(looks < 100)
  void client.invalEntry(1, 'f').catch(() => undefined)
  for (let looks = 0; ((await info())?.server?.notifications.length ?? 0) === 0; looks += 1) assert.ok(looks < 100)
  const report = await info()
  assert.equal(report?.server?.pid, server.pid)
  const { requests, notifications } = report!.server!
  assert.deepEqual(
    requests.map(({ op, name, pid }) => [op, name, pid]),
    [['LOOKUP', 'held', held.pid]],
  )
  assert.deepEqual(
    notifications.map(({ notification, node, name }) => [notification, node, name]),
    [['INVAL_ENTRY', 1, 'f']],
  )
  // Nothing but the table tells on which mount this program waits.
  assert.ok(report!.blocked.some(({ pid }) => pid === held.pid))
  await abort(connection)
  await ended
  assert.equal(held.exitCode, 1)
})

test('nobody but the owner and root may speak to the server', options, async (t) => {
  const { path, counts } = await controlled(t)
  const { control } = await counts()
  assert.equal(control.state, 'on', control.reason)
  // Everybody may come as far as the directory itself.
  chmodSync(process.env['XDG_RUNTIME_DIR']!, 0o755)
  const script = `
    const { createConnection } = require('node:net')
    createConnection(${JSON.stringify(control.path)}).on('error', ({ code }) => console.log(code)).on('connect', () => process.exit(1))`
  const { stdout } = spawnSync(process.execPath, ['-e', script], {
    uid: 65_534,
    gid: 65_534,
    encoding: 'utf8',
    cwd: '/',
  })
  assert.equal(stdout.trim(), 'EACCES')
  await abort(path)
  await until(() => !existsSync(control.path!), 'the socket goes with the mount')
})
