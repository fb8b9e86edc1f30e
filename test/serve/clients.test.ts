import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FuseError } from '#src/base/errors.js'
import type { NodeId } from '#src/base/ids.js'
import { MemoryFileSystem } from '#src/fs/memory/memory-file-system.js'
import type { FileSystem } from '#src/server/filesystem.js'
import { createClient } from '#src/client/client.js'
import { serve } from '#src/serve/serve.js'
import { createPair } from '#src/transport/memory.js'
import { KINDS, serving, until } from './ends.js'

const LIMIT = { timeout: 60_000 }
const ROOT = 1 as NodeId

for (const kind of KINDS) {
  test(`${kind}: files are written, listed, read and removed`, LIMIT, async () => {
    await using s = await serving(new MemoryFileSystem(), kind)
    await using client = await s.connect()
    const { fs } = client
    const large = Buffer.alloc(3_000_001)
    for (let i = 0; i < large.length; i += 1) large[i] = (i * 31) & 0xff
    await fs.mkdir('/d')
    await fs.writeFile('/d/large', large)
    await fs.writeFile('/d/small', 'hello')
    assert.deepEqual((await fs.readdir('/d')).toSorted(), ['large', 'small'])
    await using other = await s.connect()
    assert.ok(large.equals(await other.fs.readFile('/d/large')))
    assert.equal(await other.fs.readFile('/d/small', 'utf8'), 'hello')
    await fs.rm('/d', { recursive: true })
    await assert.rejects(fs.stat('/d'), { code: 'ENOENT' })
    assert.deepEqual(s.errors, [])
  })

  test(`${kind}: what one client changes the others see, though they cache for ever`, LIMIT, async () => {
    await using s = await serving(new MemoryFileSystem(), kind)
    await using a = await s.connect()
    await using b = await s.connect()
    await a.fs.writeFile('/file', 'old')
    assert.equal(await b.fs.readFile('/file', 'utf8'), 'old')
    assert.deepEqual(await b.fs.readdir('/'), ['file'])
    await assert.rejects(b.fs.stat('/later'), { code: 'ENOENT' })
    await a.fs.writeFile('/file', 'new and longer')
    await a.fs.writeFile('/later', '')
    await a.fs.chmod('/file', 0o600)
    await untilTrue(async () => (await b.fs.readFile('/file', 'utf8')) === 'new and longer')
    await untilTrue(async () => ((await b.fs.stat('/file')).mode & 0o777) === 0o600)
    await untilTrue(async () => (await b.fs.readdir('/')).length === 2)
    assert.equal((await b.fs.stat('/later')).size, 0)
    await a.fs.rename('/later', '/renamed')
    await untilTrue(async () => (await b.fs.readdir('/')).includes('renamed'))
    await assert.rejects(b.fs.stat('/later'), { code: 'ENOENT' })
    await a.fs.unlink('/file')
    await untilTrue(async () => {
      return b.fs.stat('/file').then(
        () => false,
        () => true,
      )
    })
  })

  test(`${kind}: who leaves gives back what it had, however it leaves`, LIMIT, async () => {
    const fs = new MemoryFileSystem()
    await using s = await serving(fs, kind)
    await using stays = await s.connect()
    await stays.fs.writeFile('/file', 'x')
    const kept = await stays.fs.open('/file')
    const before = fs.usage
    for (const leave of ['close', 'abort'] as const) {
      const client = await s.connect()
      for (let i = 0; i < 20; i += 1) await client.fs.open(`/file`)
      await client.fs.readdir('/')
      await client.fs.opendir('/')
      assert.ok(fs.usage.handles > before.handles + 20)
      await client[leave]()
      await until(() => s.server.clients.size === 1)
      assert.deepEqual(fs.usage, before, leave)
    }
    // The one that is still there has not lost anything.
    assert.equal((await kept.readFile('utf8')).length, 1)
    await kept.close()
    assert.deepEqual(s.errors, [])
  })

  test(`${kind}: locks are those of one client, also if it leaves without a word`, LIMIT, async () => {
    await using s = await serving(new MemoryFileSystem(), kind)
    const a = await s.connect()
    await using b = await s.connect()
    await a.fs.writeFile('/file', 'x')
    const [mine, theirs] = [await a.fs.open('/file', 'r+'), await b.fs.open('/file', 'r+')]
    const whole = { type: 1, start: 0, end: Infinity, isFlock: false }
    await mine.lock(whole)
    await assert.rejects(theirs.lock(whole), { code: 'EAGAIN' })
    const waiting = theirs.lock(whole, true)
    a.abort()
    await waiting
    await theirs.close()
  })

  test(`${kind}: all clients are told by one call, and a filesystem is begun and ended once`, LIMIT, async () => {
    const calls: string[] = []
    let content = 'old'
    let tell: Parameters<NonNullable<FileSystem['init']>>[1] | undefined
    const fs: FileSystem = {
      mountDefaults: { entryTimeoutMs: Infinity, attrTimeoutMs: Infinity },
      init: (_kernel, notify) => {
        calls.push('init')
        tell = notify
      },
      destroy: () => void calls.push('destroy'),
      getattr: ({ node }) => ({ attr: { mode: node === ROOT ? 0o40755 : 0o100644, size: content.length } }),
      lookup: ({ name }) => {
        if (name !== 'f') throw new FuseError('ENOENT')
        return { node: 2 as NodeId, attr: { mode: 0o100644, size: content.length } }
      },
      open: () => ({ keepCache: true }),
      read: ({ offset, size }) => new TextEncoder().encode(content).subarray(offset, offset + size),
    }
    const s = await serving(fs, kind)
    const clients = [await s.connect(), await s.connect(), await s.connect()]
    for (const { fs } of clients) assert.equal(await fs.readFile('/f', 'utf8'), 'old')
    content = 'changed'
    // The twin: nobody has been told, so nobody sees it.
    for (const { fs } of clients) assert.equal(await fs.readFile('/f', 'utf8'), 'old')
    assert.equal((await tell!.invalInode(2 as NodeId)).outcome, 'applied')
    for (const { fs } of clients) await untilTrue(async () => (await fs.readFile('/f', 'utf8')) === 'changed')
    await clients[0]!.close()
    await s[Symbol.asyncDispose]()
    for (const { closed } of clients) await closed
    assert.deepEqual(calls, ['init', 'destroy'])
    assert.deepEqual(s.errors, [])
  })

  test(`${kind}: read-only is EROFS for every change, without asking`, LIMIT, async () => {
    const fs = new MemoryFileSystem()
    const [near, far] = createPair()
    const writer = serve(fs, far)
    const first = createClient(near)
    await first.fs.writeFile('/file', 'x')
    await first.close()
    await writer.closed
    await using s = await serving(fs, kind, { readOnly: true })
    await using client = await s.connect()
    assert.equal(await client.fs.readFile('/file', 'utf8'), 'x')
    for (const [what, call] of Object.entries({
      write: () => client.fs.writeFile('/file', 'y'),
      create: () => client.fs.writeFile('/new', 'y'),
      mkdir: () => client.fs.mkdir('/d'),
      unlink: () => client.fs.unlink('/file'),
      rename: () => client.fs.rename('/file', '/g'),
      link: () => client.fs.link('/file', '/g'),
      symlink: () => client.fs.symlink('file', '/g'),
      chmod: () => client.fs.chmod('/file', 0o600),
      setxattr: () => client.fs.setxattr('/file', 'user.a', 'b'),
    })) {
      await assert.rejects(call, { code: 'EROFS' }, what)
    }
  })
}

test('a client has no more requests under way than it may, and the others have their turn', LIMIT, async () => {
  const waiting: (() => void)[] = []
  const fs: FileSystem = {
    statfs: () => new Promise((resolve) => waiting.push(() => resolve({}))),
    getattr: () => ({ attr: { mode: 0o40755 } }),
  }
  const [near, far] = createPair()
  const served = serve(fs, far)
  const client = createClient(near, { maxInFlight: 3 })
  await served.ready
  let done = 0
  const calls = Array.from({ length: 10 }, async () => {
    await client.fs.statfs('/')
    done += 1
  })
  await until(() => waiting.length === 3)
  for (let i = 0; i < 20; i += 1) await new Promise(setImmediate)
  assert.equal(served.inFlight().requests.length, 3)
  const isDone = () => done === calls.length
  while (!isDone()) {
    waiting.shift()?.()
    await new Promise(setImmediate)
    assert.ok(served.inFlight().requests.length <= 3)
  }
  await Promise.all(calls)
  // The end of the connection ends those that wait, too.
  const more = Array.from({ length: 10 }, async () => client.fs.statfs('/'))
  client.abort()
  for (const call of await Promise.allSettled(more)) assert.equal(call.status, 'rejected')
})

test('over a pair the notifier hears what the client has', LIMIT, async () => {
  const [near, far] = createPair()
  const served = serve(new MemoryFileSystem(), far)
  assert.throws(() => served.notify, { code: 'ERR_NOT_INITIALISED' })
  const client = createClient(near)
  await served.ready
  await client.fs.writeFile('/file', 'x')
  const { ino } = await client.fs.stat('/file')
  const { outcome } = await served.notify.invalEntry(ROOT, 'nothing')
  assert.equal(outcome, 'not-cached')
  assert.equal((await served.notify.invalEntry(ROOT, 'file')).outcome, 'applied')
  assert.ok(ino > 0)
  assert.ok(served.stats().knownNodes <= 1)
  const lines: string[] = []
  const trace = (async () => {
    for await (const { line } of served.trace()) lines.push(line)
  })()
  await client.fs.stat('/file')
  await client.close()
  await trace
  assert.ok(
    lines.some((line) => line.includes('LOOKUP')),
    lines.join('\n'),
  )
  await served.closed
})

/** Waits until a question is answered yes. */
async function untilTrue(question: () => Promise<boolean>): Promise<void> {
  while (!(await question())) await new Promise((resolve) => setTimeout(resolve, 2))
}
