import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import type { DiagnosisList } from '#src/diagnostics/index.js'
import { FUSEWIRE, fusewire, mountAt, place, serving } from '../helpers/command.js'
import { privateDirectory } from '../helpers/directory.js'
import { cannotMount } from '../helpers/needs.js'
import { until } from '../helpers/processes.js'
import { die, freed, jam, startWedge, type WedgeOptions } from '../helpers/wedge.js'

/* `fusewire diagnose`, `abort` and `notify`, on real mounts. */

const options = { skip: cannotMount(), timeout: 60_000 }

async function memory(t: TestContext) {
  const env = { XDG_RUNTIME_DIR: privateDirectory(t) }
  const { mountpoint } = place(t)
  const { child } = await serving(t, ['memory:', mountpoint], { env })
  const file = join(mountpoint, 'note')
  await writeFile(file, 'remember')
  const node = String((await stat(file)).ino)
  const notify = (...args: readonly string[]) => fusewire(['notify', mountpoint, ...args], { env })
  return { env, mountpoint, child, file, node, notify }
}

test('notifications go through a running mount, and their outcome is printed', options, async (t) => {
  const { mountpoint, file, node, notify, env } = await memory(t)
  const said = async (...args: readonly string[]) => {
    const { status, stdout, stderr } = await notify(...args)
    assert.deepEqual([status, stderr], [0, ''], args.join(' '))
    return stdout.trim()
  }
  assert.equal(await said('inval-inode', node), 'applied')
  assert.equal(await said('inval-inode', node, '0', '4096'), 'applied')
  assert.equal(await said('inval-inode', node, '--attributes-only'), 'applied')
  assert.equal(await said('inval-entry', '1', 'note', '--expire-only'), 'applied')
  assert.equal(await said('inval-entry', '1', 'absent'), 'not-cached')
  for (const code of ['resend', 'inc-epoch']) assert.equal(await said(code), 'applied')
  assert.equal(await said('poll', '7'), 'applied')
  assert.equal(await said('prune', '999999'), 'not-cached')
  // The name is looked up again, and found: it is no lie that it was gone.
  assert.match(await said('delete', '1', node, 'note'), /^(applied|not-cached)$/)

  assert.equal(await readFile(file, 'latin1'), 'remember')
  const input = 'REMEMBER'
  const store = spawnSync(process.execPath, [FUSEWIRE, 'notify', mountpoint, 'store', node, '0'], {
    input,
    encoding: 'utf8',
    env: { ...process.env, ...env },
  })
  assert.deepEqual([store.status, store.stdout, store.stderr], [0, 'applied\n', ''])
  assert.equal(await readFile(file, 'latin1'), input)
  assert.deepEqual(await notify('retrieve', node, '2', '100'), { status: 0, stdout: 'MEMBER', stderr: '' })
})

test('what the notifier refuses is told of in one line', options, async (t) => {
  const { mountpoint, notify } = await memory(t)
  const { status, stdout, stderr } = await notify('inval-entry', '1', 'a/b')
  assert.deepEqual([status, stdout], [1, ''])
  assert.match(stderr, /^fusewire: INVAL_ENTRY.*'a\/b'.*\n$/)
  // Elsewhere than where its socket is.
  const lost = await fusewire(['notify', mountpoint, 'resend'], { env: { XDG_RUNTIME_DIR: '/proc/nowhere' } })
  assert.equal(lost.status, 1)
  assert.match(lost.stderr, /^fusewire: FUSE connection \d+: its server has no control socket: [^\n]*\n$/)
  const none = await fusewire(['notify', join(mountpoint, '..'), 'resend'])
  assert.equal(none.status, 4)
  assert.match(none.stderr, /nothing is mounted there\n$/)
})

test('a mount that is well is shown with its server', options, async (t) => {
  const { mountpoint, child, env } = await memory(t)
  const text = await fusewire(['diagnose', mountpoint], { env })
  assert.deepEqual([text.status, text.stderr], [0, ''])
  assert.match(text.stdout, /^\d+ {2}\/.*\/mnt \(fuse\.fusewire, memory:\): well$/m)
  assert.match(text.stdout, /^ {2}do +nothing$/m)
  const { stdout } = await fusewire(['diagnose', '--json'], { env })
  const { connections } = JSON.parse(stdout) as DiagnosisList
  const report = connections.find(({ mounts }) => mounts.some((place) => place.mountpoint === mountpoint))
  assert.equal(report?.server?.pid, child.pid)
  assert.deepEqual(report?.server?.requests, [])
})

test('a server that was killed and cannot end is found, and abort frees its mount', options, async (t) => {
  const how: WedgeOptions = { notification: 'INVAL_ENTRY', lane: 'io_uring', guardian: false }
  const wedge = await startWedge(t, how)
  const { path, connection } = wedge
  await jam(wedge, how)
  die(wedge, 'SIGKILL')
  let verdict = ''
  const look = async () => {
    const { status, stdout } = await fusewire(['diagnose', path])
    assert.equal(status, 1)
    verdict = stdout
  }
  for (let looks = 0; !verdict.includes('): dying\n'); looks += 1) {
    assert.ok(looks < 20, verdict)
    await look()
  }
  assert.match(verdict, /^ {2}server +node \d+, killed, cannot end$/m)
  assert.match(verdict, /^ {2}waiting +3 requests$/m)
  assert.match(verdict, /^ {2}blocked +node \d+, thread \d+: D, in fuse_reverse_inval_entry, for \d/m)
  assert.match(verdict, new RegExp(`^  do +.*'fusewire abort ${path}' frees all$`, 'm'))
  const { status, stdout, stderr } = await fusewire(['abort', path])
  assert.deepEqual([status, stderr], [0, ''])
  assert.equal(stdout, `connection ${connection} is aborted; ${path} is unmounted\n`)
  await freed(wedge, 3000)
  await until(() => mountAt(path) === undefined, 'the mount is gone')
})

test('what is no FUSE mount is left alone', options, async () => {
  for (const command of ['abort', 'diagnose']) {
    const { status, stdout, stderr } = await fusewire([command, '/proc'])
    assert.deepEqual([status, stdout], [4, ''])
    assert.match(stderr, /^fusewire: \/proc: what is mounted there \(proc\) is not FUSE\n$/)
  }
  assert.equal((await fusewire(['abort', '999999'])).status, 1)
  assert.equal((await fusewire(['diagnose', '999999'])).status, 4)
})
