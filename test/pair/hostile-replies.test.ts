import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Request } from '#src/protocol/message.js'
import type { ClientOptions } from '#src/client/options.js'
import { Hostile } from '../helpers/hostile.js'
import { isPending, settled } from '../helpers/pair.js'

/*
 * A server that breaks the rules in one way at a time: what it says is refused with a clear error, nothing hangs, and nothing
 * grows without bounds. Everything at once, at random, is in hostile.test.ts.
 */

const DIRECTORY = 0o040755
const FILE = 0o100644
const LINK = 0o120777
const EINVAL = -22
const ENOENT = -2

/** What an honest server says of the node 1 (the root) and of any other. */
function attributes(view: DataView, at: number, id: number, mode: number, size = 0n): void {
  view.setBigUint64(at, BigInt(id), true)
  view.setBigUint64(at + 8, size, true)
  view.setUint32(at + 60, mode, true)
  view.setUint32(at + 64, 1, true)
}

function entry(id: number, mode: number, size = 0n): Uint8Array {
  const view = new DataView(new ArrayBuffer(128))
  view.setBigUint64(0, BigInt(id), true)
  attributes(view, 40, id, mode, size)
  return new Uint8Array(view.buffer)
}

function attr(id: number, mode: number, size = 0n): Uint8Array {
  const view = new DataView(new ArrayBuffer(104))
  attributes(view, 16, id, mode, size)
  return new Uint8Array(view.buffer)
}

function opened(flags = 0): Uint8Array {
  const view = new DataView(new ArrayBuffer(16))
  view.setBigUint64(0, 1n, true)
  view.setUint32(8, flags, true)
  return new Uint8Array(view.buffer)
}

/** A record of READDIR. */
function dirent(name: string, off: bigint, namelen = name.length): Uint8Array {
  const bytes = new Uint8Array((24 + name.length + 7) & ~7)
  const view = new DataView(bytes.buffer)
  view.setBigUint64(0, 5n, true)
  view.setBigUint64(8, off, true)
  view.setUint32(16, namelen, true)
  bytes.set(Buffer.from(name), 24)
  return bytes
}

type Answers = Readonly<Record<string, (request: Request) => Uint8Array>>

/** A server with these answers; to RELEASE and its like it says nothing but yes. */
function hostile(answers: Answers, options: ClientOptions = {}): Hostile {
  const h = new Hostile({}, options)
  h.answer = (request) => {
    const { op, header } = request
    const answer = answers[op]
    if (answer !== undefined) void h.raw(header.unique, 0, answer(request))
    else if (op === 'GETATTR') void h.raw(header.unique, 0, attr(Number(header.nodeid), DIRECTORY))
    else if (['RELEASE', 'RELEASEDIR', 'FLUSH'].includes(op)) void h.raw(header.unique, 0)
    else if (!['FORGET', 'BATCH_FORGET', 'INTERRUPT'].includes(op)) void h.raw(header.unique, -38)
  }
  return h
}

/** A file of ten bytes. */
const file: Answers = { LOOKUP: () => entry(2, FILE, 10n), OPEN: () => opened(1) }

test('a READ that answers more than was asked is EIO, and the next one is looked at as it is', async () => {
  let length = 11
  const h = hostile({ ...file, READ: () => new Uint8Array(length) })
  const handle = await h.client.fs.open('/f')
  await assert.rejects(handle.read(new Uint8Array(10), 0, 10, 0), { code: 'EIO' })
  length = 10
  assert.equal((await handle.read(new Uint8Array(10), 0, 10, 0)).bytesRead, 10)
})

test('a reply of another kind is refused, and EIO to the caller', async () => {
  const bodies = [attr(2, FILE), opened(), new Uint8Array(0), new Uint8Array(80), new Uint8Array(144)]
  for (const body of bodies) {
    const h = hostile({ LOOKUP: () => body })
    await assert.rejects(h.client.fs.stat('/f'), { code: 'EIO' })
    assert.deepEqual(h.client.inspect().inFlight, [])
  }
})

test('a second reply is to nobody, and does not count', async () => {
  const h = hostile({})
  const said: Promise<number>[] = []
  h.answer = ({ op, header }) => {
    if (op !== 'LOOKUP') return
    for (const id of [2, 3]) said.push(Promise.resolve(h.raw(header.unique, 0, entry(id, FILE))))
  }
  await h.client.fs.lstat('/f', { mask: 0, sync: 'never' })
  assert.deepEqual(await Promise.all(said), [0, ENOENT])
  const ids = h.client.inspect().inodes.map(({ nodeid, nlookup }) => [nodeid, nlookup])
  assert.deepEqual(ids.slice(1), [[2, 1]])
})

test('a reply to a request that was never sent, or not yet, is to nobody', async () => {
  const h = new Hostile()
  const asking = h.client.fs.stat('/', { mask: 0x7ff })
  await settled()
  const { unique } = h.requests.at(-1)!.header
  for (const wrong of [Number(unique) + 2, Number(unique) + 1000, 2 ** 52]) {
    assert.equal(await h.raw(wrong, 0, attr(1, DIRECTORY)), ENOENT)
  }
  assert.equal(await h.raw(2n ** 63n, 0, attr(1, DIRECTORY)), ENOENT)
  assert.equal(await isPending(asking), true)
  assert.equal(await h.raw(unique, 0, attr(1, DIRECTORY)), 0)
  await asking
})

test('requests of a server are none: NOTIFY_REPLY and any other opcode are refused as notifications of no kind', async () => {
  const h = new Hostile()
  for (const code of [41, 10, 0, -1, -41]) assert.equal(await h.raw(0, code, new Uint8Array(40)), EINVAL)
})

test('sizes that no file has are EIO', async () => {
  for (const size of [1n << 63n, (1n << 64n) - 1n, 1n << 53n]) {
    const h = hostile({ LOOKUP: () => entry(2, FILE, size) })
    await assert.rejects(h.client.fs.stat('/f'), { code: 'EIO' })
    const q = hostile({ ...file, GETATTR: () => attr(2, FILE, size) })
    await assert.rejects(q.client.fs.stat('/f'), { code: 'EIO' })
    assert.equal(q.client.inspect().pageBytes, 0)
  }
})

test('a directory that is in itself, or in one that it contains, is ELOOP; the root is nowhere', async () => {
  const ids: Readonly<Record<string, number>> = { a: 2, b: 3, self: 3, up: 2, root: 1 }
  const h = hostile({ LOOKUP: (request) => entry('name' in request ? ids[request.name]! : 9, DIRECTORY) })
  const { fs } = h.client
  await fs.stat('/a/b')
  await assert.rejects(fs.stat('/a/b/self'), { code: 'ELOOP' })
  await assert.rejects(fs.stat('/a/b/up'), { code: 'ELOOP' })
  await assert.rejects(fs.stat('/a/b/root'), { code: 'EIO' })
  await fs.stat('/a/b')
})

test('links that lead from one to the next without an end are ELOOP', async () => {
  let made = 0
  const h = hostile({
    LOOKUP: () => entry(2 + (made += 1), LINK),
    READLINK: () => Buffer.from(`next${made}`),
  })
  await assert.rejects(h.client.fs.stat('/l'), { code: 'ELOOP' })
  assert.ok(h.requests.filter(({ op }) => op === 'READLINK').length <= 40)
})

for (const [title, record] of [
  ['an empty name', dirent('', 1n)],
  ['a name with a slash', dirent('a/b', 1n)],
  ['a name of 5000 bytes', dirent('x'.repeat(5000), 1n)],
  ['a cookie beyond all numbers', dirent('a', (1n << 64n) - 1n)],
] as const) {
  test(`a listing with ${title} is an error, or comes to an end`, async () => {
    let asked = 0
    const h = hostile({ OPENDIR: () => opened(), READDIR: () => ((asked += 1) === 1 ? record : new Uint8Array(0)) })
    const listing = await h.client.fs.readdir('/').catch((error: { code: string }) => error.code)
    assert.ok(listing === 'EIO' || Array.isArray(listing), String(listing))
    assert.ok(asked <= 2)
  })
}

test('a record that is cut off, or says that it is longer than it is, does not count', async () => {
  for (const record of [dirent('abcdefgh', 2n).subarray(0, 28), dirent('abcdefgh', 2n, 100)]) {
    const body = Buffer.concat([dirent('whole', 1n), record])
    const h = hostile({
      OPENDIR: () => opened(),
      READDIR: (request) => ('fuse_read_in' in request && request.fuse_read_in.offset === 0 ? body : new Uint8Array(0)),
    })
    assert.deepEqual(await h.client.fs.readdir('/'), ['whole'])
  }
})

for (const [title, off] of [
  ['whose cookies grow', (i: number) => BigInt(i)],
  ['whose cookie is always the same', () => 7n],
] as const) {
  test(`a listing without an end, ${title}: EOVERFLOW, and as much memory as was allowed`, async () => {
    const limits = { maxEntries: 1000, maxListingBytes: 8192 }
    let made = 0
    const record = () => dirent(`n${(made += 1)}`, off(made))
    // FOPEN_KEEP_CACHE and FOPEN_CACHE_DIR: it is to be cached, too.
    const h = hostile(
      { OPENDIR: () => opened(2 | 8), READDIR: () => Buffer.concat(Array.from({ length: 50 }, record)) },
      limits,
    )
    await assert.rejects(h.client.fs.readdir('/'), { code: 'EOVERFLOW' })
    const [root] = h.client.inspect().inodes
    assert.ok((root!.listing?.entries ?? 0) <= 8192 / 32)
    assert.ok(made <= 1100)
  })
}

test('a server that answers nothing more: an abort frees whoever waits', async () => {
  const h = new Hostile()
  const calls = ['/a', '/b', '/c/d'].map((path) => h.client.fs.stat(path))
  await settled()
  h.client.abort()
  // Some are with the server, others wait for their turn.
  for (const call of calls) await assert.rejects(call, { code: /^(ECONNABORTED|ENOTCONN)$/ })
})
