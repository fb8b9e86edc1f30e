import assert from 'node:assert/strict'
import { connect, type Socket } from 'node:net'
import { test } from 'node:test'
import { MemoryFileSystem } from '#src/fs/memory/memory-file-system.js'
import { MessageCodec } from '#src/protocol/codec.js'
import { messageBuffer, type RequestInput } from '#src/protocol/message.js'
import type { NodeId, Unique } from '#src/base/ids.js'
import type { FileSystem } from '#src/server/filesystem.js'
import { fromEnvironment, Random } from '../helpers/random.js'
import { sendRaw } from '../helpers/seqpacket.js'
import { serving, until, type Serving } from './ends.js'

/*
 * Clients that send anything, or nothing, or never listen, against a server over a socket. None of them may hang it, make it
 * grow without bounds, or do harm to the others.
 */

const LIMIT = { timeout: 120_000 }
const codec = new MessageCodec()
const who = { uid: 0, gid: 0, pid: 0 }

/** The bytes of one request. */
function bytesOf(request: Omit<RequestInput, 'header'> & object, unique = 2, nodeid = 1): Buffer {
  const message = messageBuffer(70_000)
  const header = { unique: unique as Unique, nodeid: nodeid as NodeId, ...who }
  const end = codec.encodeRequest(message, 0, { ...request, header } as RequestInput)
  return Buffer.from(message.bytes.subarray(0, end))
}

const INIT = bytesOf({
  op: 'INIT',
  fuse_init_in: { major: 7, minor: 45, max_readahead: 131_072, flags: 0, flags2: 0 },
} as never)
const INIT_REPLY = 80
const ATTR_REPLY = 120
const getattr = (unique: number, node = 1) =>
  bytesOf({ op: 'GETATTR', fuse_getattr_in: { getattr_flags: 0, fh: 0 } } as never, unique, node)

/** A connection that is cut off takes no test with it. */
async function dial({ path }: Serving): Promise<Socket & { received: Buffer }> {
  const socket = Object.assign(connect(path), { received: Buffer.alloc(0) })
  socket.on('error', () => undefined)
  await new Promise<void>((resolve) => socket.once('connect', resolve))
  return socket
}

function listen(socket: Socket & { received: Buffer }): void {
  socket.on('data', (chunk) => (socket.received = Buffer.concat([socket.received, chunk])))
}

/** A client that behaves, and must not notice anything. */
async function witness(s: Serving) {
  const client = await s.connect()
  await client.fs.writeFile('/witness', 'unharmed')
  return {
    async check() {
      assert.equal(await client.fs.readFile('/witness', 'utf8'), 'unharmed')
      await client.fs.writeFile('/witness', 'unharmed')
      assert.ok((await client.fs.stat('/')).isDirectory())
    },
    close: async () => client.close(),
  }
}

const CUT_OFF: readonly (readonly [string, readonly Buffer[], RegExp])[] = [
  ['a length of 0', [Buffer.alloc(4)], /len at byte 0: is 0/],
  ['a length without a header', [Buffer.from([12, 0, 0, 0])], /len at byte 0: is 12/],
  ['a message that is too long', [Buffer.from([0, 0, 0, 0x10])], /len at byte 0: is 268435456/],
  ['too long after INIT', [INIT, Buffer.from([255, 255, 255, 255])], /is 4294967295/],
  ['a request before INIT', [getattr(2)], /GETATTR.*comes before INIT/],
  ['INIT a second time', [INIT, INIT], /INIT.*comes a second time/],
  ['a request that is too short for its opcode', [INIT, shortened(getattr(4))], /GETATTR/],
  [
    'a header that is cut short',
    [Buffer.from([20, 0, 0, 0, ...Array.from({ length: 16 }, () => 1)])],
    /fuse_in_header/,
  ],
  ['half a message, and then the end', [INIT, getattr(4).subarray(0, 30)], /comes within a message/],
]

/** The same with a body that is too short, and a length that is true. */
function shortened(message: Buffer): Buffer {
  const short = Buffer.from(message.subarray(0, 44))
  short.writeUInt32LE(44, 0)
  return short
}

for (const [title, messages, problem] of CUT_OFF) {
  test(`${title}: that client is cut off, with a reason`, LIMIT, async () => {
    await using s = await serving(new MemoryFileSystem(), 'stream')
    const good = await witness(s)
    const socket = await dial(s)
    listen(socket)
    const ended = new Promise((resolve) => socket.once('close', resolve))
    socket.write(Buffer.concat(messages))
    if (/within/.test(problem.source)) socket.end()
    await ended
    await until(() => s.errors.length > 0)
    assert.match(String(s.errors[0]!.error), problem)
    assert.equal(s.errors[0]!.request, 'connection')
    await good.check()
    assert.equal(s.server.clients.size, 1)
    await good.close()
  })
}

test('whoever says nothing is cut off after a while', LIMIT, async () => {
  await using s = await serving(new MemoryFileSystem(), 'stream', { initTimeoutMs: 50 })
  const silent = await dial(s)
  const half = await dial(s)
  half.write(INIT.subarray(0, 10))
  for (const socket of [silent, half]) {
    listen(socket)
    await new Promise((resolve) => (socket.closed ? resolve(undefined) : socket.once('close', resolve)))
  }
  await until(() => s.errors.length === 2)
  for (const { error } of s.errors) assert.match(String(error), /no INIT within 0.05 s/)
  const good = await witness(s)
  await good.check()
  await good.close()
})

test(
  'half a message and then silence: the others go on, and closing the server does not wait for it',
  LIMIT,
  async () => {
    const s = await serving(new MemoryFileSystem(), 'stream')
    const good = await witness(s)
    const socket = await dial(s)
    socket.write(Buffer.concat([INIT, getattr(4).subarray(0, 21)]))
    await good.check()
    await good.close()
    await s[Symbol.asyncDispose]()
  },
)

test('too many connections: whoever comes then is cut off', LIMIT, async () => {
  await using s = await serving(new MemoryFileSystem(), 'stream', { maxClients: 3 })
  const good = await witness(s)
  const sockets = [await dial(s), await dial(s), await dial(s)]
  for (const socket of sockets) listen(socket)
  await until(() => s.errors.length === 1)
  assert.match(String(s.errors[0]!.error), /3 clients are connected already/)
  assert.deepEqual(s.server.stats(), { clients: 3, accepted: 3, refused: 1 })
  await good.check()
  for (const socket of sockets) socket.destroy()
  await good.close()
})

test('requests without end, and nobody who reads the answers: memory stays bounded', LIMIT, async () => {
  await using s = await serving(new MemoryFileSystem(), 'stream')
  const good = await witness(s)
  await good.check()
  const socket = await dial(s)
  socket.write(INIT)
  // Each is answered with 16 bytes and attributes; nobody takes them.
  const flood = Buffer.concat(Array.from({ length: 2000 }, (_, i) => getattr(10 + 2 * i)))
  const before = process.memoryUsage().rss
  const MOST = 64 * 1024 * 1024
  let isTaken = true
  let sent = 0
  while (isTaken && sent < 1024 * 1024 * 1024) {
    isTaken = await taken(socket, flood)
    sent += flood.length
    await good.check()
  }
  assert.ok(!isTaken, `${sent} bytes of requests were taken of somebody who reads no answers`)
  const grown = process.memoryUsage().rss - before
  assert.ok(grown < MOST, `grew by ${grown} bytes`)
  await good.check()
  // All is answered once it is read: nothing was lost.
  let received = 0
  socket.on('data', (chunk: Buffer) => (received += chunk.length))
  const requests = sent / getattr(2).length
  await until(() => received === INIT_REPLY + requests * ATTR_REPLY)
  socket.destroy()
  await until(() => s.server.clients.size === 1)
  assert.deepEqual(s.errors, [])
  await good.close()
})

/** Whether the other side took what was written within a second. */
function taken(socket: Socket, bytes: Buffer): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), 1000)
    socket.write(bytes, () => {
      clearTimeout(timer)
      resolve(true)
    })
  })
}

test('requests that are never answered are limited, and the limit is told', LIMIT, async () => {
  let asked = 0
  const never: FileSystem = {
    getattr: () => {
      asked += 1
      return new Promise(() => undefined)
    },
  }
  await using s = await serving(never, 'stream', { maxInFlight: 100, watchdogMs: 0 })
  const socket = await dial(s)
  listen(socket)
  socket.write(Buffer.concat([INIT, ...Array.from({ length: 500 }, (_, i) => getattr(4 + 2 * i))]))
  await until(() => socket.received.length === INIT_REPLY + 400 * 16)
  assert.equal(asked, 100)
  assert.equal(socket.received.readInt32LE(INIT_REPLY + 4), -11)
  socket.destroy()
})

test('what others hold cannot be taken from them', LIMIT, async () => {
  const fs = new MemoryFileSystem()
  await using s = await serving(fs, 'stream')
  const client = await s.connect()
  await client.fs.writeFile('/file', 'x')
  const file = await client.fs.open('/file')
  const before = fs.usage
  const socket = await dial(s)
  listen(socket)
  const forget = (node: number) =>
    bytesOf({ op: 'FORGET', fuse_forget_in: { nlookup: 1_000_000 } } as never, 100 + node, node)
  const release = (fh: number) =>
    bytesOf(
      { op: 'RELEASE', fuse_release_in: { fh, flags: 0, release_flags: 0, lock_owner: 0 } } as never,
      200 + 2 * fh,
      2,
    )
  socket.write(Buffer.concat([INIT, ...[1, 2, 3].map(forget), ...[0, 1, 2, 3].map(release)]))
  await until(() => socket.received.length === INIT_REPLY + 4 * 16)
  assert.equal(socket.received.readInt32LE(INIT_REPLY + 4), -9)
  assert.deepEqual(fs.usage, before)
  assert.equal(await file.readFile('utf8'), 'x')
  socket.destroy()
  await client.close()
})

test('a read that is longer than a message is refused', LIMIT, async () => {
  const fs: FileSystem = { read: ({ size }) => new Uint8Array(size) }
  await using s = await serving(fs, 'stream')
  const socket = await dial(s)
  listen(socket)
  const read = (size: number, unique: number) =>
    bytesOf(
      { op: 'READ', fuse_read_in: { fh: 0, offset: 0, size, read_flags: 0, lock_owner: 0, flags: 0 } } as never,
      unique,
    )
  socket.write(Buffer.concat([INIT, read(2 ** 31, 4), read(1024 * 1024, 6)]))
  await until(() => socket.received.length === INIT_REPLY + 16 + 16 + 1024 * 1024)
  assert.equal(socket.received.readInt32LE(INIT_REPLY + 4), -22)
  socket.destroy()
})

test('garbage of every kind', LIMIT, async () => {
  const seed = fromEnvironment('FUSEWIRE_SEED', Date.now() >>> 0)
  console.log(`seed ${seed}`)
  await using s = await serving(new MemoryFileSystem({ sizeLimitBytes: 1 << 20 }), 'stream')
  const good = await witness(s)
  for (let round = 0; round < 150; round += 1) {
    const random = new Random(seed + round)
    const socket = await dial(s)
    listen(socket)
    if (random.below(4) > 0) socket.write(INIT)
    const messages = Array.from({ length: 1 + random.below(40) }, () => garbage(random))
    socket.write(Buffer.concat(messages))
    const then = random.below(3)
    if (then === 0) socket.end()
    else if (then === 1) await new Promise(setImmediate)
    if (random.below(3) === 0) socket.destroy()
    if (round % 10 === 0) await good.check()
    socket.end()
    await new Promise((resolve) => (socket.closed ? resolve(undefined) : socket.once('close', resolve)))
  }
  await until(() => s.server.clients.size === 1)
  await good.check()
  for (const { error } of s.errors) assert.match(String(error), /^ProtocolError: /)
  await good.close()
})

/**
 * A message with a true length, mostly, and an opcode that there is, mostly, on a node that there is, now and then. Not on the
 * file of the witness: whoever may connect may truncate it.
 */
function garbage(random: Random): Buffer {
  const bytes = Buffer.alloc(random.pick([16, 40, 44, 48, 56, 60, 80, 96, 104, 128, 300]))
  for (let i = 0; i < bytes.length; i += 1) if (random.below(3) === 0) bytes[i] = random.below(256)
  if (random.below(30) > 0) bytes.writeUInt32LE(bytes.length, 0)
  if (bytes.length < 40) return bytes
  const opcode = random.below(10) === 0 ? random.below(10_000) : 1 + random.below(53)
  // INIT a second time has a test of its own.
  bytes.writeUInt32LE(opcode === 26 ? 3 : opcode, 4)
  bytes.writeBigUInt64LE(BigInt(2 + 2 * random.below(1000)), 8)
  bytes.writeBigUInt64LE(BigInt(random.pick([0, 1, 1, 3, 4, 5])), 16)
  if (random.below(20) > 0) bytes.writeUInt32LE(0, 36)
  return bytes
}

test(
  'seqpacket: garbage, and messages that are too long',
  { ...LIMIT, skip: process.platform !== 'linux' },
  async () => {
    await using s = await serving(new MemoryFileSystem(), 'seqpacket')
    const good = await witness(s)
    for (const [message, problem] of [
      [new Uint8Array(4), /ProtocolError/],
      [new Uint8Array(150_000), /is 150000; a message has at most/],
      [getattr(2), /comes before INIT/],
      [Buffer.concat([INIT, getattr(2)]), /len/],
    ] as const) {
      s.errors.length = 0
      using socket = await sendRaw(s.path, message)
      await until(() => s.errors.length > 0)
      assert.match(String(s.errors[0]!.error), problem)
      await good.check()
      assert.ok(socket.isOpen)
    }
    await good.close()
  },
)
