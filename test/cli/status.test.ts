import assert from 'node:assert/strict'
import { stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test, type TestContext } from 'node:test'
import type { MountStatus } from '#src/diagnostics/index.js'
import { fusewire, place, serving } from '../helpers/command.js'
import { privateDirectory } from '../helpers/directory.js'
import { cannotMount } from '../helpers/needs.js'

/* What `fusewire status`, `mount --status` and SIGUSR1 show of real mounts. */

const options = { skip: cannotMount(), timeout: 60_000 }

type Shown = MountStatus & { readonly perSecond: { readonly requests: Readonly<Record<string, number>> } }

async function running(t: TestContext, ...args: readonly string[]) {
  const env = { XDG_RUNTIME_DIR: privateDirectory(t) }
  const { source, mountpoint } = place(t)
  const served = await serving(t, [...(args.length === 0 ? ['memory:'] : [source]), mountpoint, ...args], { env })
  /** Others may run on this machine. */
  const status = async (...words: readonly string[]) => fusewire(['status', ...words], { env })
  return { ...served, mountpoint, status }
}

test('a running mount is listed, and shown in full when it is named', options, async (t) => {
  const { mountpoint, child, status } = await running(t)
  await writeFile(join(mountpoint, 'note'), 'remember')
  const all = await status()
  assert.deepEqual([all.status, all.stderr], [0, ''])
  assert.match(all.stdout, /^CONNECTION +PROCESS +UP /)
  const row = all.stdout.split('\n').find((line) => line.endsWith(`  ${mountpoint}`))
  assert.match(row ?? '', new RegExp(`^ *\\d+ +${child.pid} +\\d+\\.\\d s `))
  const one = await status(mountpoint)
  assert.equal(one.status, 0)
  assert.ok(one.stdout.startsWith(`${mountpoint}  connection `), one.stdout)
  for (const word of ['WRITE 1 (', 'reactor: ', 'push: ', 'the filesystem would have it', '1 known to']) {
    assert.ok(one.stdout.includes(word), `${word} in ${one.stdout}`)
  }
})

test('as JSON: an object a line; requests are counted by kind', options, async (t) => {
  const { mountpoint, child, status } = await running(t)
  const look = async () => {
    const { stdout } = await status('--json', mountpoint)
    assert.equal(stdout.split('\n').length, 2, stdout)
    return JSON.parse(stdout) as Shown
  }
  const before = await look()
  for (let i = 0; i < 5; i += 1) await stat(join(mountpoint, `absent-${i}`)).catch(() => undefined)
  const after = await look()
  assert.deepEqual([after.pid, after.mountpoint], [child.pid, mountpoint])
  assert.equal(after.counters!.requests.LOOKUP, before.counters!.requests.LOOKUP + 5)
  assert.equal(after.counters!.requests.INIT, 1)
  assert.ok(after.uptimeMs > before.uptimeMs)
})

test('with threads it is said that the counters are not known', options, async (t) => {
  const { mountpoint, status } = await running(t, '--threads', '2')
  const { stdout } = await status(mountpoint)
  assert.match(stdout, / {2}counters +not known: .*threads that serve it/)
  assert.match(stdout, / {2}served by +2 threads, /)
})

test('what is no mount of fusewire is told of in one line', options, async () => {
  const { status, stdout, stderr } = await fusewire(['status', '999999999'])
  assert.deepEqual([status, stdout], [4, ''])
  assert.equal(stderr, 'fusewire: 999999999: no running mount of fusewire, or not one of this user\n')
})

test('--status shows lines where there is no terminal, with --json objects', options, async (t) => {
  const { mountpoint, child } = await running(t, '--status=0.1', '--json')
  const lines = createInterface({ input: child.stdout! })
  await stat(join(mountpoint, 'hello'))
  for await (const line of lines) {
    const { counters, perSecond } = JSON.parse(line) as Shown
    if (counters!.requests.LOOKUP === 0) continue
    assert.ok(perSecond.requests['LOOKUP']! > 0)
    break
  }
  const plain = await running(t, '--status=0.1')
  for await (const line of createInterface({ input: plain.child.stdout! })) {
    assert.match(line, /^up \d+\.\d s: requests \d+\.\d\/s/)
    break
  }
})

test('SIGUSR1 shows it once, on standard error, and the mount goes on', options, async (t) => {
  const { mountpoint, child, says, output } = await running(t, '--read-only')
  child.kill('SIGUSR1')
  await says('guardian')
  assert.ok(output.stderr.startsWith(`${mountpoint}  connection `), output.stderr)
  await stat(join(mountpoint, 'hello'))
})

test('options that make no sense together are refused', options, async (t) => {
  const { mountpoint } = place(t)
  for (const words of [['--status', '--daemon'], ['--status', '--trace'], ['--status=0'], ['--status=x']]) {
    const { status, stderr } = await fusewire(['mount', 'memory:', mountpoint, ...words])
    assert.equal(status, 2, words.join(' '))
    assert.match(stderr, /^fusewire: .*--status/)
  }
})
