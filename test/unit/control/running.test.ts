import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { ControlClient } from '#src/control/client.js'
import { runningMounts } from '#src/control/running.js'
import { openControl } from '#src/control/server.js'
import { privateDirectory } from '../../helpers/directory.js'
import { someStatus } from '../../helpers/status.js'

/* Mounts are found by their sockets. Others may run on this machine: only those of this test count. */

const options = { skip: process.platform !== 'linux' && 'needs Linux', timeout: 20_000 }
const CONNECTION = 4_000_101

function runtime(t: TestContext): string {
  const directory = privateDirectory(t)
  const before = process.env['XDG_RUNTIME_DIR']
  process.env['XDG_RUNTIME_DIR'] = directory
  t.after(() => {
    if (before === undefined) delete process.env['XDG_RUNTIME_DIR']
    else process.env['XDG_RUNTIME_DIR'] = before
  })
  const sockets = join(directory, 'fusewire')
  mkdirSync(sockets, { mode: 0o700 })
  return sockets
}

async function own(): Promise<Awaited<ReturnType<typeof runningMounts>>> {
  return (await runningMounts()).filter(({ connection }) => connection >= CONNECTION && connection < CONNECTION + 10)
}

async function serve(t: TestContext, connection: number): Promise<void> {
  const status = () => someStatus({ connection, mountpoint: `/mnt/${connection}` })
  const target = { info: () => assert.fail(), status, notify: undefined as never }
  const control = await openControl(target, connection)
  t.after(control.close)
}

test('each is asked for its status, by connection', options, async (t) => {
  runtime(t)
  await serve(t, CONNECTION + 1)
  await serve(t, CONNECTION)
  const mounts = await own()
  assert.deepEqual(
    mounts.map(({ connection, pid, status }) => [connection, pid, status?.mountpoint]),
    [
      [CONNECTION, process.pid, `/mnt/${CONNECTION}`],
      [CONNECTION + 1, process.pid, `/mnt/${CONNECTION + 1}`],
    ],
  )
  assert.deepEqual(mounts[0]!.status, someStatus({ connection: CONNECTION, mountpoint: `/mnt/${CONNECTION}` }))
})

test('one alone can be asked', options, async (t) => {
  runtime(t)
  await serve(t, CONNECTION)
  await serve(t, CONNECTION + 1)
  const mounts = await runningMounts(CONNECTION + 1)
  assert.deepEqual(
    mounts.map(({ connection }) => connection),
    [CONNECTION + 1],
  )
})

test('a socket whose server was killed is taken away; one whose process lives is left alone', options, async (t) => {
  const directory = runtime(t)
  // The number of a process that has ended, and whose parent has taken note.
  const { pid } = spawnSync('true')
  const dead = `${CONNECTION}.${pid}.sock`
  const alive = `${CONNECTION + 1}.${process.pid}.sock`
  for (const name of [dead, alive]) {
    const script = `require('net').createServer().listen(${JSON.stringify(join(directory, name))}, () => process.kill(process.pid, 'SIGKILL'))`
    spawnSync(process.execPath, ['-e', script])
  }
  assert.deepEqual(readdirSync(directory).toSorted(), [dead, alive].toSorted())
  assert.deepEqual(await own(), [])
  assert.deepEqual(readdirSync(directory), [alive])
})

test('a server that hangs is told of, and holds up nobody for long', options, async (t) => {
  const directory = runtime(t)
  await serve(t, CONNECTION + 1)
  const silent = createServer(() => undefined)
  const path = join(directory, `${CONNECTION}.${process.pid}.sock`)
  await new Promise<void>((resolve) => silent.listen(path, resolve))
  t.after(() => silent.close())
  const [hanging, other] = await own()
  assert.deepEqual([hanging!.status, hanging!.problem], [undefined, 'does not answer within 2 s'])
  assert.equal(other!.status?.connection, CONNECTION + 1)
})

test('nobody listens at a path where nothing is', options, async (t) => {
  assert.equal(await ControlClient.open(join(runtime(t), 'none')), undefined)
})
