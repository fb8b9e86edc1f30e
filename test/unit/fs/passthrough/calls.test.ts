import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { test, type TestContext } from 'node:test'
import { ROOT_ID } from '#src/base/ids.js'
import { PassthroughFileSystem } from '#src/fs/passthrough/passthrough-fs.js'
import { libc } from '#src/sys/libc.js'
import { SYS } from '#src/sys/syscalls.js'
import { privateDirectory } from '../../../helpers/directory.js'
import { Asker } from './asking.js'

/* How many system calls the requests take that there are most of, in a directory that is known. */

const skip = process.platform !== 'linux' && 'needs Linux'
/** Those that never enter the kernel. */
const IN_USER_SPACE = new Set(['errno', 'bind', 'view', 'addressOf'])
const NAMES = new Map<number, string>(Object.entries(SYS).map(([name, number]) => [number, name]))

/** Records the calls that this thread makes while `action` runs. */
function callsOf(action: () => unknown): string[] {
  const native = libc() as unknown as Record<string, unknown>
  const made: string[] = []
  const originals = Object.entries(native).filter(([, value]) => typeof value === 'function')
  for (const [name, original] of originals) {
    if (IN_USER_SPACE.has(name)) continue
    native[name] = (...args: unknown[]) => {
      made.push(name === 'syscall' ? (NAMES.get(args[0] as number) ?? String(args[0])) : name.replace('Bytes', ''))
      return (original as (...args: unknown[]) => unknown)(...args)
    }
  }
  try {
    action()
  } finally {
    Object.assign(native, Object.fromEntries(originals))
  }
  return made
}

function known(t: TestContext) {
  const source = privateDirectory(t)
  mkdirSync(`${source}/a/b`, { recursive: true })
  writeFileSync(`${source}/a/b/file`, 'text')
  const fs = new PassthroughFileSystem(source)
  t.after(() => fs.close())
  const ask = new Asker(fs)
  const file = ask.walk('a/b/file')
  return { ask, b: ask.walk('a/b'), file }
}

test('a lookup and the attributes of a file take one call', { skip }, (t) => {
  const { ask, b, file } = known(t)
  const calls = (action: () => unknown) => assert.deepEqual(callsOf(action), ['statx'])
  calls(() => ask.lookup(b, 'file'))
  calls(() => ask.ask('lookup', { parent: b, name: 'none' }))
  calls(() => ask.attr(file))
  calls(() => ask.attr(b))
  calls(() => ask.attr(ROOT_ID))
  const fh = ask.open(file)
  calls(() => ask.attr(file))
  calls(() => ask.ask('getattr', { node: file, fh: fh as never }))
  ask.release(fh)
})

test('to forget takes none', { skip }, (t) => {
  const { ask, file } = known(t)
  assert.deepEqual(
    callsOf(() => ask.fs.forget({ node: file, nlookup: 1 })),
    [],
  )
})

test('to read and to write takes one call, to open two, to close one', { skip }, (t) => {
  const { ask, file } = known(t)
  let fh = 0
  assert.deepEqual(
    callsOf(() => (fh = ask.open(file, 2))),
    ['openat', 'statx'],
  )
  assert.deepEqual(
    callsOf(() => ask.text(fh)),
    ['pread'],
  )
  const data = Buffer.from('more')
  assert.deepEqual(
    callsOf(() => ask.ask('write', { fh: fh as never, data, offset: 0, flags: 2 })),
    ['pwrite'],
  )
  assert.deepEqual(
    callsOf(() => ask.release(fh)),
    ['close'],
  )
})

test('a listing takes two calls, with attributes one more for each entry', { skip }, (t) => {
  const { ask, b } = known(t)
  const { fh } = ask.ask('opendir', { node: b, flags: 0 })
  const shown: string[] = []
  const take = (name: string) => shown.push(name) > 0
  const listing = { node: b, fh: fh as never, offset: 0, size: 4096 }
  assert.deepEqual(
    callsOf(() => ask.ask('readdir', { ...listing, add: take })),
    ['lseek', 'getdents64'],
  )
  assert.deepEqual(
    callsOf(() => ask.ask('readdirplus', { ...listing, add: take, addName: take })),
    ['lseek', 'getdents64', 'statx'],
  )
  assert.deepEqual(shown.toSorted(), ['.', '.', '..', '..', 'file', 'file'])
  ask.release(fh)
})

test('to make and to remove a file takes few', { skip }, (t) => {
  const { ask, b } = known(t)
  const made = callsOf(() => ask.release(ask.create(b, 'new').fh))
  assert.deepEqual(made, ['umask', 'openat', ...(process.umask() === 0o022 ? [] : ['umask']), 'statx', 'close'])
  assert.deepEqual(
    callsOf(() => ask.ask('unlink', { parent: b, name: 'new' })),
    ['openat', 'statx', 'unlinkat'],
  )
})

test('a directory that is not at hand takes two calls for each step to it', { skip }, (t) => {
  const { ask, file } = known(t)
  ask.fs['source'].directories.close()
  assert.deepEqual(
    callsOf(() => ask.attr(file)),
    ['openat', 'statx', 'openat', 'statx', 'statx'],
  )
})
