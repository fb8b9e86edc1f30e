import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { WatchEvent } from '#src/changes/watch-event.js'
import { stateOf } from '../notify/harness.js'
import { DIR, FILE, harness, ROOT } from './harness.js'

/* Events inside the process, of what is done through the mount and of what the source tells. */

type Harness = Awaited<ReturnType<typeof harness>>

async function seen() {
  const h = await harness()
  h.lookup(ROOT, 'd')
  h.lookup(DIR, 'f', 's')
  return h
}

/** Who waits for the next event. */
const asked = new WeakMap<object, Promise<IteratorResult<WatchEvent, undefined>>>()

/** What was kept, in short: `mount: modify d/f`. */
async function events(watcher: AsyncIterator<WatchEvent, undefined>): Promise<string[]> {
  const texts: string[] = []
  for (;;) {
    const next = asked.get(watcher) ?? watcher.next()
    asked.set(watcher, next)
    if ((await stateOf(next)) === 'pending') return texts
    asked.delete(watcher)
    const { value } = await next
    if (value === undefined) return texts
    texts.push(`${value.by}: ${value.is} ${value.from === undefined ? '' : `${value.from} -> `}${value.path}`)
  }
}

const MOUNT: Readonly<Record<string, (h: Harness) => unknown>> = {
  'modify d/f': (h) => h.ask({ op: 'WRITE', fuse_write_in: WRITE, data: Buffer.from('x') } as never, FILE),
  'create d/new': (h) => h.ask({ op: 'MKDIR', fuse_mkdir_in: { mode: 0o755, umask: 0 }, name: 'new' } as never, DIR),
  'delete d/f': (h) => h.ask({ op: 'UNLINK', name: 'f' } as never, DIR),
  'rename d/f -> d/h': (h) =>
    h.ask({ op: 'RENAME', fuse_rename_in: { newdir: DIR }, oldname: 'f', newname: 'h' } as never, DIR),
  'attrib d/f': (h) => h.ask({ op: 'SETATTR', fuse_setattr_in: { ...SETATTR, valid: 1, mode: 0o600 } } as never, FILE),
}
const WRITE = { fh: 0, offset: 0, size: 1, write_flags: 0, lock_owner: 0, flags: 0 }
const SETATTR = {
  valid: 0,
  fh: 0,
  size: 0,
  lock_owner: 0,
  atime: 0,
  mtime: 0,
  ctime: 0,
  atimensec: 0,
  mtimensec: 0,
  ctimensec: 0,
  mode: 0,
  uid: 0,
  gid: 0,
}

for (const [text, act] of Object.entries(MOUNT)) {
  test(`through the mount: ${text}`, async () => {
    const h = await seen()
    Object.assign(h.fs, {
      write: () => 1,
      mkdir: () => ({ node: 9, attr: { mode: 0o40755 } }),
      setattr: ({ node }: { node: typeof FILE }) => ({ attr: h.fs.attr(node) }),
    })
    const watcher = h.watchers.watch('d')
    act(h)
    assert.deepEqual(await events(watcher), [`mount: ${text}`])
  })
}

test('what fails is no event', async () => {
  const h = await seen()
  const watcher = h.watchers.watch('', { recursive: true })
  h.ask({ op: 'MKDIR', fuse_mkdir_in: { mode: 0o755, umask: 0 }, name: 'new' } as never, DIR)
  assert.deepEqual(await events(watcher), [])
})

test('what the source tells, by paths, nodes and objects', async () => {
  const h = await seen()
  const watcher = h.watchers.watch('/d/')
  for (const change of [
    h.changes.modified('d/f'),
    h.changes.modified(FILE, { attributesOnly: true }),
    h.changes.created(DIR, 'new'),
    h.changes.removed({ node: DIR }, 'gone'),
    h.changes.renamed('d/f', [DIR, 'h']),
    h.changes.everything(),
  ]) {
    change.catch(() => undefined)
    await h.port.answerAll()
    await change
  }
  assert.deepEqual(await events(watcher), [
    'source: modify d/f',
    'source: attrib d/f',
    'source: create d/new',
    'source: delete d/gone',
    'source: rename d/f -> d/h',
    'source: overflow d',
  ])
})

test('an event comes when the change holds', async () => {
  const h = await seen()
  h.open(FILE)
  h.read(FILE)
  const watcher = h.watchers.watch('d/f')
  const next = watcher.next()
  void h.changes.modified('d/f')
  assert.equal(await stateOf(next), 'pending')
  await h.port.answerAll()
  assert.equal(await stateOf(next), 'resolved')
})

test('a directory has events of what is right in it, and recursively of everything below', async () => {
  const h = await seen()
  const [shallow, deep, file, other] = [
    h.watchers.watch('d'),
    h.watchers.watch('d', { recursive: true }),
    h.watchers.watch('d/s/x'),
    h.watchers.watch('d/s/xy'),
  ]
  const told = h.changes.batch((batch) => {
    batch.modified('d', { attributesOnly: true })
    batch.created('d/s/x')
    batch.created('dd')
    batch.renamed('elsewhere', 'd/s/x')
  })
  await h.port.answerAll()
  await told
  assert.deepEqual(await events(shallow), ['source: attrib d'])
  assert.deepEqual(await events(deep), [
    'source: attrib d',
    'source: create d/s/x',
    'source: rename elsewhere -> d/s/x',
  ])
  assert.deepEqual(await events(file), ['source: create d/s/x', 'source: rename elsewhere -> d/s/x'])
  assert.deepEqual(await events(other), [])
})

test('a file that is written in many pieces has changed once, until somebody has heard of it', async () => {
  const h = await seen()
  Object.assign(h.fs, { write: () => 1 })
  const watcher = h.watchers.watch('d')
  const write = () => h.ask({ op: 'WRITE', fuse_write_in: WRITE, data: Buffer.from('x') } as never, FILE)
  for (let i = 0; i < 100; i += 1) write()
  assert.deepEqual(await events(watcher), ['mount: modify d/f'])
})

test('more events than may wait: the rest is lost, which is told in its place', async () => {
  const h = await seen()
  const watcher = h.watchers.watch('d', { maxEvents: 3 })
  for (let i = 0; i < 10; i += 1) {
    const told = h.changes.created('d', `new ${i}`)
    await h.port.answerAll()
    await told
  }
  assert.deepEqual(await events(watcher), [
    'source: create d/new 0',
    'source: create d/new 1',
    'source: create d/new 2',
    'source: overflow d',
  ])
  const told = h.changes.created('d/later')
  await h.port.answerAll()
  await told
  assert.deepEqual(await events(watcher), ['source: create d/later'])
  assert.throws(() => h.watchers.watch('', { maxEvents: 0 }), RangeError)
})

test('who leaves the loop hears no more, and the end of the mount ends it', async () => {
  const h = await seen()
  const [left, kept] = [h.watchers.watch('d'), h.watchers.watch('d')]
  await left.return()
  h.ask({ op: 'UNLINK', name: 'f' } as never, DIR)
  h.watchers.end()
  assert.deepEqual(await events(left), [])
  assert.deepEqual(await events(kept), ['mount: delete d/f'])
})
