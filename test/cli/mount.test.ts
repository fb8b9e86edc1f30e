import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { test } from 'node:test'
import { fusewire, mountAt, place, serving, until } from '../helpers/command.js'
import { cannotMount } from '../helpers/needs.js'

/* `fusewire mount` in the foreground, on real mounts. */

const options = { skip: cannotMount(), timeout: 60_000 }

test('a directory is served, both ways, until it is unmounted', options, async (t) => {
  const { root, source, mountpoint } = place(t)
  // Relative paths mean what they mean where the command was called.
  const { line, ended, output, says } = await serving(t, [relative(root, source), 'mnt'], { cwd: root })
  assert.equal(line, `${source} is mounted at ${mountpoint}; 'fusewire umount ${mountpoint}' or Ctrl-C ends it`)
  await says('is told what changes (the source tells of its changes)\n')
  assert.equal(await readFile(join(mountpoint, 'hello'), 'utf8'), 'hello from the source\n')
  await writeFile(join(mountpoint, 'new'), 'written')
  assert.equal(readFileSync(join(source, 'new'), 'utf8'), 'written')
  const { type, source: name } = mountAt(mountpoint)!
  assert.deepEqual([type, name], ['fuse.fusewire', source])
  assert.deepEqual(await fusewire(['umount', mountpoint]), { status: 0, stdout: '', stderr: '' })
  assert.equal(await ended(), 0)
  assert.equal(mountAt(mountpoint), undefined)
  assert.equal(output.stderr, '')
})

test('memory: is empty, keeps what is written, and takes no more than it was told to', options, async (t) => {
  const { mountpoint } = place(t)
  await serving(t, ['memory:?size=1M&mode=0700', mountpoint])
  assert.deepEqual(await readdir(mountpoint), [])
  await writeFile(join(mountpoint, 'note'), 'remember')
  assert.equal(await readFile(join(mountpoint, 'note'), 'utf8'), 'remember')
  await assert.rejects(writeFile(join(mountpoint, 'large'), Buffer.alloc(2 << 20)), { code: 'ENOSPC' })
  const { mode, uid } = await stat(mountpoint)
  assert.deepEqual([mode & 0o7777, uid], [0o700, process.getuid!()])
  assert.equal(mountAt(mountpoint)?.source, 'memory:?size=1M&mode=0700')
})

test('several threads serve a directory', options, async (t) => {
  const { source, mountpoint } = place(t)
  const { child, ended, output } = await serving(t, [source, mountpoint, '--threads', '2'])
  const names = Array.from({ length: 20 }, (_, i) => `file-${i}`)
  await Promise.all(names.map((name) => writeFile(join(mountpoint, name), name)))
  assert.deepEqual(await Promise.all(names.map((name) => readFile(join(source, name), 'utf8'))), names)
  assert.deepEqual((await readdir(mountpoint)).toSorted(), ['hello', ...names].toSorted())
  const threads = readdirSync(`/proc/${child.pid}/task`).length
  child.kill('SIGINT')
  assert.equal(await ended(), 0)
  assert.equal(output.stderr, '')
  // With nobody who waits for what the source tells.
  const { child: single } = await serving(t, [source, mountpoint, '--cache', 'none'])
  assert.ok(threads >= readdirSync(`/proc/${single.pid}/task`).length + 2, `${threads} threads in all`)
})

test('a directory can be mounted over itself', options, async (t) => {
  const { source } = place(t)
  const { child, ended } = await serving(t, [source, source])
  assert.equal(await readFile(join(source, 'hello'), 'utf8'), 'hello from the source\n')
  await writeFile(join(source, 'new'), 'beneath')
  child.kill('SIGINT')
  assert.equal(await ended(), 0)
  assert.equal(mountAt(source), undefined)
  assert.equal(readFileSync(join(source, 'new'), 'utf8'), 'beneath')
})

test('./memory: is a directory of that name', options, async (t) => {
  const { root, mountpoint } = place(t)
  mkdirSync(join(root, 'memory:', 'inside'), { recursive: true })
  await serving(t, ['./memory:', mountpoint], { cwd: root })
  assert.deepEqual(await readdir(mountpoint), ['inside'])
})

test('options reach the mount', options, async (t) => {
  const { source, mountpoint } = place(t)
  const list = 'noexec,noatime,default_permissions,max_read=8192,x-ignored'
  await serving(t, [source, mountpoint, '-o', list, '--read-only', '--allow-other', '--fsname', 'a b', '--subtype=sub'])
  const { options, superOptions, type, source: name } = mountAt(mountpoint)!
  assert.deepEqual([type, name], ['fuse.sub', 'a b'])
  for (const word of ['ro', 'nosuid', 'nodev', 'noexec', 'noatime']) assert.ok(options.includes(word), options.join())
  for (const word of ['allow_other', 'default_permissions', 'max_read=8192'])
    assert.ok(superOptions.includes(word), word)
  await assert.rejects(writeFile(join(mountpoint, 'new'), ''), { code: 'EROFS' })
})

test('with --cache none the kernel asks each time, with ttl=60 it does not', options, async (t) => {
  const asks = async (cache: string) => {
    const { root, source, mountpoint } = place(t)
    const trace = join(root, 'trace')
    await serving(t, [source, mountpoint, '--cache', cache, `--trace=${trace}`])
    for (let i = 0; i < 3; i += 1) await readFile(join(mountpoint, 'hello'))
    // The trace is written in order, so that all is there once the last is.
    await readFile(join(mountpoint, 'mark')).catch(() => undefined)
    await until(() => readFileSync(trace, 'utf8').includes('LOOKUP n1 "mark"'), 'the mark is in the trace')
    return readFileSync(trace, 'utf8').match(/ LOOKUP n1 "hello"/g)!.length
  }
  assert.equal(await asks('none'), 3)
  assert.equal(await asks('ttl=60'), 1)
})

test('--trace shows each message, from INIT on, with its time', options, async (t) => {
  const { source, mountpoint } = place(t)
  const { output, says, child, ended } = await serving(t, [source, mountpoint, '--trace'])
  await readFile(join(mountpoint, 'hello'))
  await says(' RELEASE ')
  child.kill('SIGTERM')
  assert.equal(await ended(), 0)
  const lines = output.stderr.trimEnd().split('\n')
  assert.match(lines[0]!, /^0\.000000 rx \d+: INIT major 7 /)
  assert.match(lines[1]!, /^\d+\.\d{6} tx \d+: OK major 7 .* after \d+ us$/)
  for (const line of lines) assert.match(line, /^\d+\.\d{6} (rx|tx) \d+: [A-Z]/)
  const lookup = /rx (\d+): LOOKUP n1 "hello" pid \d+/.exec(output.stderr)
  assert.match(output.stderr, new RegExp(`tx ${lookup![1]}: OK n\\d+ .* after \\d+ us`))
})

test('the reader of a trace may go away, or stop reading', options, async (t) => {
  const { source, mountpoint } = place(t)
  const { child } = await serving(t, [source, mountpoint, '--trace'])
  child.stderr!.destroy()
  for (let i = 0; i < 10; i += 1) assert.ok((await readdir(mountpoint)).includes('hello'))
  assert.equal(child.exitCode, null)
})

test('a trace file below the mount point is opened before the mount hides it', options, async (t) => {
  const { source, mountpoint } = place(t)
  const { child, ended } = await serving(t, [source, mountpoint, `--trace=${join(mountpoint, 'trace')}`])
  assert.deepEqual(await readdir(mountpoint), ['hello'])
  child.kill('SIGTERM')
  assert.equal(await ended(), 0)
  assert.match(readFileSync(join(mountpoint, 'trace'), 'utf8'), / INIT /)
})
