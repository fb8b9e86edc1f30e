import assert from 'node:assert/strict'
import { readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { fusewire, mountAt, place, until } from '../helpers/command.js'
import { cannotMount } from '../helpers/needs.js'

/* `fusewire mount --daemon`. */

const options = { skip: cannotMount(), timeout: 60_000 }

/** The process that serves `mountpoint`. */
function serverOf(mountpoint: string): number {
  const found = readdirSync('/proc').find((pid) => /^\d+$/.test(pid) && title(pid).endsWith(`\0${mountpoint}`))
  assert.ok(found, `no process serves ${mountpoint}`)
  return Number(found)
}

function title(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replace(/\0+$/, '')
  } catch {
    return ''
  }
}

/** One that has ended stays until init has taken note. */
function isRunning(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

async function started(t: TestContext, args: readonly string[], mountpoint: string): Promise<number> {
  assert.deepEqual(await fusewire(['mount', ...args, '--daemon']), { status: 0, stdout: '', stderr: '' })
  const pid = serverOf(mountpoint)
  t.after(() => isRunning(pid) && process.kill(pid, 'SIGKILL'))
  return pid
}

test('it returns when the mount answers, and the server goes on by itself', options, async (t) => {
  const { source, mountpoint } = place(t)
  const pid = await started(t, [source, mountpoint], mountpoint)
  assert.equal(await readFile(join(mountpoint, 'hello'), 'utf8'), 'hello from the source\n')
  assert.equal(readlinkSync(`/proc/${pid}/cwd`), '/', 'it keeps no directory busy')
  // The fifth field is the session: a terminal that closes is none of its business.
  const [, , , session] = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ')
  assert.equal(Number(session), pid)
  assert.equal((await fusewire(['umount', mountpoint])).status, 0)
  await until(() => !isRunning(pid), 'the server has ended')
})

test('a signal to it unmounts', options, async (t) => {
  const { source, mountpoint } = place(t)
  const pid = await started(t, [source, mountpoint], mountpoint)
  process.kill(pid, 'SIGTERM')
  await until(() => mountAt(mountpoint) === undefined && !isRunning(pid), 'server and mount are gone')
})

test('what goes wrong at the start reaches the caller: line and exit code', options, async (t) => {
  const { source, mountpoint } = place(t)
  rmSync(mountpoint, { recursive: true })
  const { status, stdout, stderr } = await fusewire(['mount', source, mountpoint, '--daemon'])
  assert.deepEqual([status, stdout], [4, ''])
  assert.match(stderr, /^fusewire: .*\/mnt: there is no such directory; a mount point must exist .*\n$/)
  const missing = await fusewire(['mount', `${source}-not`, source, '--daemon'])
  assert.equal(missing.status, 4)
  assert.match(missing.stderr, /^fusewire: .*\/source-not: there is no such directory to mount\n$/)
})

test('the trace and the log of a server in the background are files', options, async (t) => {
  const { root, source, mountpoint } = place(t)
  const [trace, log] = [join(root, 'trace'), join(root, 'log')]
  const pid = await started(t, [source, mountpoint, `--trace=${trace}`, '--log', log], mountpoint)
  const file = await readFile(join(mountpoint, 'hello'), 'utf8')
  assert.ok(file.length > 0)
  await fusewire(['umount', '--force', mountpoint])
  await until(() => !isRunning(pid), 'the server has ended')
  assert.match(readFileSync(trace, 'utf8'), /^0\.000000 rx \d+: INIT [^]* READ /)
  const date = /^\d{4}-\d\d-\d\dT\S+Z /
  const lines = readFileSync(log, 'utf8').trimEnd().split('\n')
  for (const line of lines) assert.match(line, date)
  assert.match(lines[0]!, / cache push: /)
  assert.match(lines[1]!, /: the connection has ended: /)
  assert.equal(lines.length, 2)
})
