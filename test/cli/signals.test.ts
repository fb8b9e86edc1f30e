import assert from 'node:assert/strict'
import { closeSync, openSync, readSync } from 'node:fs'
import { open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { abortConnection } from '#src/kernel/fusectl.js'
import { connectionNumber } from '#src/kernel/mountinfo.js'
import { mountAt, place, serving, until } from '../helpers/command.js'
import { cannotMount } from '../helpers/needs.js'

/* How `fusewire mount` ends. */

const options = { skip: cannotMount(), timeout: 60_000 }

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  test(`${signal} unmounts`, options, async (t) => {
    const { source, mountpoint } = place(t)
    const { child, ended, output } = await serving(t, [source, mountpoint])
    await readFile(join(mountpoint, 'hello'))
    child.kill(signal)
    assert.equal(await ended(), 0)
    assert.equal(mountAt(mountpoint), undefined)
    assert.equal(output.stderr, '')
  })
}

test(
  'a signal takes a mount with open files out of sight; they go on working, and it ends with the last',
  options,
  async (t) => {
    const { source, mountpoint } = place(t)
    const { child, ended, says } = await serving(t, [source, mountpoint])
    const file = await open(join(mountpoint, 'hello'), 'r+')
    child.kill('SIGINT')
    await says(`${mountpoint}: files are open there; it ends when they are closed, or at once with a second signal`)
    await until(() => mountAt(mountpoint) === undefined, 'it is out of sight')
    await file.write('HELLO', 0)
    assert.equal((await file.read(Buffer.alloc(5), 0, 5, 0)).buffer.toString(), 'HELLO')
    assert.equal(child.exitCode, null)
    await file.close()
    assert.equal(await ended(), 0)
    assert.equal(await readFile(join(source, 'hello'), 'utf8'), 'HELLO from the source\n')
  },
)

test('a second signal ends it at once: open files fail', options, async (t) => {
  const { source, mountpoint } = place(t)
  const { child, ended, says } = await serving(t, [source, mountpoint])
  const file = openSync(join(mountpoint, 'hello'), 'r')
  t.after(() => {
    try {
      closeSync(file)
    } catch {
      // Where the filesystem is asked (FLUSH), closing tells that it is gone.
    }
  })
  child.kill('SIGTERM')
  await says('files are open there')
  child.kill('SIGTERM')
  assert.equal(await ended(), 5)
  assert.equal(mountAt(mountpoint), undefined)
  assert.throws(() => readSync(file, Buffer.alloc(5), 0, 5, 0), { code: /^(ECONNABORTED|ENOTCONN)$/ })
})

test('a connection that is aborted ends the command, with the reason, and leaves no dead mount', options, async (t) => {
  const { source, mountpoint } = place(t)
  const { ended, output } = await serving(t, [source, mountpoint])
  abortConnection(connectionNumber(mountAt(mountpoint)!))
  assert.equal(await ended(), 1)
  assert.match(output.stderr, /^fusewire: .*\/mnt: the connection has ended: ECONNABORTED/)
  assert.equal(output.stderr.split('\n').length, 2, output.stderr)
  assert.equal(mountAt(mountpoint), undefined)
})

test('a fault that nobody has caught ends the command, in full, and leaves no dead mount', options, async (t) => {
  const { source, mountpoint } = place(t)
  const fault = "process.on('SIGUSR2', () => { throw new TypeError('a fault') })"
  const env = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(fault)}` }
  const { child, ended, output } = await serving(t, [source, mountpoint], { env })
  child.kill('SIGUSR2')
  assert.equal(await ended(), 1)
  assert.match(output.stderr, /^fusewire: a fault of fusewire: TypeError: a fault\n +at /)
  assert.equal(mountAt(mountpoint), undefined)
})

test('nobody has to listen to what it prints', options, async (t) => {
  const { source, mountpoint } = place(t)
  const { child, ended } = await serving(t, [source, mountpoint])
  child.stdout!.destroy()
  child.stderr!.destroy()
  const file = await open(join(mountpoint, 'hello'))
  child.kill('SIGTERM')
  await until(() => mountAt(mountpoint) === undefined, 'it is out of sight')
  assert.equal((await file.readFile('utf8')).length, 22)
  await file.close()
  assert.equal(await ended(), 0)
})
