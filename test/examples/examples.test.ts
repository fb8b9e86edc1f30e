import assert from 'node:assert/strict'
import { execFile, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { open, readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { setTimeout as sleep } from 'node:timers/promises'
import { cannotMount } from '../helpers/needs.js'
import { exampleFile, isMounted, mountPoint, start, stop, until } from './example.js'

/*
 * The examples do what their headers say. Those that notify have a twin with --no-notify: several updates later the kernel
 * still shows what it had cached.
 */

const options = { skip: cannotMount(), timeout: 30_000 }
const hasPython = spawnSync('python3', ['--version']).status === 0
const withPython = { ...options, skip: options.skip || (!hasPython && 'needs python3') }
const run = promisify(execFile)
const FAST = '--update-interval=0.05'
/** So many updates go by before a twin is believed to stand still. The time in the content has seconds. */
const UPDATES_MS = 1500
const TIME = /^The current time is \d\d:\d\d:\d\d\n$/

const read = (path: string, name: string) => readFile(join(path, name), 'utf8')

test('hello', options, async (t) => {
  const example = await start(t, 'hello')
  assert.deepEqual(await readdir(example.path), ['hello'])
  assert.equal(await read(example.path, 'hello'), 'Hello World!\n')
  assert.equal(await stop(example), 0)
  assert.ok(!isMounted(example.path))
})

test('without -f an example goes on in the background', options, async (t) => {
  const path = mountPoint(t)
  await run(process.execPath, [exampleFile('hello'), path], { timeout: 10_000 })
  assert.equal(await read(path, 'hello'), 'Hello World!\n')
  await run('umount', [path])
  assert.ok(!isMounted(path))
})

test('a wrong command line is one line and exit code 2', options, async () => {
  for (const args of [[], ['--what', '/no'], ['--update-interval=x', '/no'], ['/no', '/no']]) {
    const failed = await run(process.execPath, [exampleFile('notify-inval-inode'), ...args]).then(
      () => assert.fail('it started'),
      (error: { code: number; stderr: string }) => error,
    )
    assert.equal(failed.code, 2)
    assert.equal(failed.stderr.trim().split('\n').length, 1, failed.stderr)
  }
})

for (const name of ['notify-inval-inode', 'notify-store-retrieve', 'invalidate-path']) {
  test(`${name}: the cached time goes on`, options, async (t) => {
    const example = await start(t, name, FAST)
    const first = await read(example.path, 'current_time')
    assert.match(first, TIME)
    await until('the time has changed', async () => (await read(example.path, 'current_time')) !== first)
    assert.equal(await stop(example), 0)
    assert.equal(example.output(), '')
  })

  test(`${name} --no-notify: it stands still`, options, async (t) => {
    const example = await start(t, name, FAST, '--no-notify')
    const first = await read(example.path, 'current_time')
    await sleep(UPDATES_MS)
    assert.equal(await read(example.path, 'current_time'), first)
    assert.equal(await stop(example), 0)
  })
}

test('invalidate-path: the file grows', options, async (t) => {
  const { path } = await start(t, 'invalidate-path', FAST)
  const { size } = await stat(join(path, 'growing'))
  await until('it has grown', async () => (await stat(join(path, 'growing'))).size > size)
  assert.match(await read(path, 'growing'), /^A+$/)
})

for (const kind of [[], ['--only-expire'], ['--inc-epoch'], ['--timeout=100']]) {
  test(`notify-inval-entry ${kind.join(' ')}: the old name goes`, options, async (t) => {
    const { path } = await start(t, 'notify-inval-entry', FAST, ...kind)
    const name = await oneName(path)
    assert.match(name, /^Time_is_\d\dh_\d\dm_\d\ds$/)
    await until('the name is gone', () => stat(join(path, name)).then(() => false, isMissing))
    await stat(join(path, await oneName(path)))
  })
}

test('notify-inval-entry --no-notify: it stays, until its timeout', options, async (t) => {
  const { path } = await start(t, 'notify-inval-entry', FAST, '--no-notify')
  const name = await oneName(path)
  await sleep(UPDATES_MS)
  await stat(join(path, name))
  const timed = await start(t, 'notify-inval-entry', FAST, '--no-notify', '--timeout=0.2')
  const short = await oneName(timed.path)
  await until('the name is gone', () => stat(join(timed.path, short)).then(() => false, isMissing))
})

/** The one name there is, looked up, so that the kernel knows it. */
async function oneName(path: string): Promise<string> {
  for (;;) {
    const [name = ''] = await readdir(path)
    if (
      await stat(join(path, name)).then(
        () => true,
        () => false,
      )
    )
      return name
  }
}

function isMissing(error: NodeJS.ErrnoException): boolean {
  if (error.code !== 'ENOENT') throw error
  return true
}

test('notify-prune: the content changes when the kernel has let go', options, async (t) => {
  const example = await start(t, 'notify-prune', '--update-interval=1.1')
  const first = await read(example.path, 'current_time')
  await until('it is pruned', () => example.output().includes('prune complete'))
  assert.notEqual(await read(example.path, 'current_time'), first)
  assert.equal(await stop(example), 0)
  assert.equal(example.output(), 'prune sent\nprune complete\n')
})

test('notify-prune --no-notify: it stands still', options, async (t) => {
  const example = await start(t, 'notify-prune', FAST, '--no-notify')
  const first = await read(example.path, 'current_time')
  await sleep(UPDATES_MS)
  assert.equal(await read(example.path, 'current_time'), first)
  assert.equal(example.output(), '')
})

const POLLER = `
import os, select, sys
fds = {os.open(os.path.join(sys.argv[1], n), os.O_RDONLY): n for n in '0123456789ABCDEF'}
p = select.epoll() if sys.argv[2] == 'epoll' else select.poll()
flags = select.EPOLLIN | select.EPOLLET if sys.argv[2] == 'epoll' else select.POLLIN
for fd in fds: p.register(fd, flags)
seen = set()
while len(seen) < 16:
    for fd, events in p.poll():
        data = os.read(fd, 100)
        assert data.decode() == fds[fd] * len(data), (fds[fd], data)
        if data: seen.add(fd)
print('all')
`

for (const kind of ['poll', 'epoll']) {
  test(`poll: a client of ${kind}(2) hears of every file`, withPython, async (t) => {
    const { path } = await start(t, 'poll', FAST)
    assert.deepEqual((await readdir(path)).toSorted(), '0123456789ABCDEF'.split(''))
    const client = spawn('python3', ['-c', POLLER, path, kind], { stdio: ['ignore', 'pipe', 'inherit'] })
    t.after(() => client.kill('SIGKILL'))
    const [said] = (await once(client.stdout, 'data')) as [Buffer]
    assert.equal(said.toString().trim(), 'all')
  })
}

const RESIZER = `
import fcntl, struct, sys
f = open(sys.argv[1], 'rb+')
fcntl.ioctl(f, 0x40084501, struct.pack('Q', int(sys.argv[2])))
print(struct.unpack('Q', fcntl.ioctl(f, 0x80084500, bytes(8)))[0])
`

test('ioctl: reads and sets the size', withPython, async (t) => {
  const { path } = await start(t, 'ioctl')
  const file = join(path, 'fioc')
  await writeFile(file, 'foobar')
  assert.equal((await run('python3', ['-c', RESIZER, file, '3'])).stdout, '3\n')
  assert.equal(await readFile(file, 'utf8'), 'foo')
  assert.equal((await run('python3', ['-c', RESIZER, file, '5'])).stdout, '5\n')
  assert.equal(await readFile(file, 'utf8'), 'foo\0\0')
  await truncate(file, 1)
  const handle = await open(file)
  assert.equal((await handle.stat()).size, 1)
  await handle.close()
})
