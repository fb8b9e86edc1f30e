import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isPending, pair, settled } from '../helpers/pair.js'
import { fromEnvironment, Random } from '../helpers/random.js'

/* Cached, direct and written content. */

const bytes = (length: number, seed = 0) => Uint8Array.from({ length }, (_, i) => (i * 31 + seed) & 0xff)

test('a READ is whole pages, up to the page that holds the end', async () => {
  const p = pair()
  p.server.add('/f', bytes(5000))
  assert.deepEqual(new Uint8Array(await p.fs.readFile('/f')), bytes(5000))
  assert.deepEqual(
    p.log().filter((line) => line.startsWith('READ')),
    ['READ 0+8192'],
  )
})

test('sequential reads are read ahead in windows that grow; other reads are not', async () => {
  const p = pair()
  p.server.add('/f', bytes(1 << 20))
  const file = await p.fs.open('/f')
  p.log()
  const at = async (position: number) => {
    await file.read(new Uint8Array(4096), 0, 4096, position)
    await settled()
    return p.log()
  }
  assert.deepEqual(await at(0), ['READ 0+16384'])
  assert.deepEqual(await at(4096), ['READ 16384+32768'])
  assert.deepEqual(await at(8192), [])
  assert.deepEqual(await at(16_384), ['READ 49152+65536'])
  assert.deepEqual(await at(512 * 1024), [`READ ${512 * 1024}+4096`])
})

test('without read-ahead each page is a READ of its own', async () => {
  const p = pair({ maxReadaheadBytes: 0 })
  p.server.add('/f', bytes(9000))
  await p.fs.readFile('/f')
  assert.deepEqual(
    p.log().filter((line) => line.startsWith('READ')),
    ['READ 0+4096', 'READ 4096+4096', 'READ 8192+4096'],
  )
})

test('opening drops what is cached, unless KEEP_CACHE', async () => {
  for (const keepCache of [false, true]) {
    const p = pair()
    p.server.openFlags = { keepCache }
    p.server.add('/f', 'abc')
    await p.fs.readFile('/f')
    p.log()
    await p.fs.readFile('/f')
    assert.equal(p.log().includes('READ 0+4096'), !keepCache)
  }
})

test('a short reply says where the file ends', async () => {
  const p = pair()
  p.server.openFlags = { keepCache: true }
  const f = p.server.add('/f', bytes(10_000))
  await p.fs.stat('/f')
  f.data = bytes(100)
  const file = await p.fs.open('/f')
  const { bytesRead } = await file.read(new Uint8Array(10_000), 0, 10_000, 0)
  assert.equal(bytesRead, 100)
  assert.equal((await p.fs.stat('/f', { sync: 'never' })).size, 100)
})

test('a write is in the cache before it is answered, and what was not read is read', async () => {
  const p = pair({ init: { bigWrites: true } })
  p.server.openFlags = { keepCache: true }
  p.server.add('/f', bytes(8192))
  const file = await p.fs.open('/f', 'r+')
  await file.read(new Uint8Array(4096), 0, 4096, 0)
  p.log()
  const hold = p.hold('WRITE')
  const writing = file.write(Buffer.from('XYZ'), 0, 3, 10)
  await hold.request
  const seen = new Uint8Array(3)
  await file.read(seen, 0, 3, 10)
  assert.equal(Buffer.from(seen).toString(), 'XYZ')
  hold.release()
  await writing
  const log = p.log()
  assert.deepEqual(log.slice(0, 2), ['GETXATTR security.capability', 'WRITE 10+3'])
})

test('a page that was only partly written is not valid afterwards', async () => {
  const p = pair()
  p.server.openFlags = { keepCache: true }
  p.server.add('/f', bytes(4096))
  const file = await p.fs.open('/f', 'r+')
  await file.write(Buffer.from('XYZ'), 0, 3, 10)
  p.log()
  const { buffer } = await file.read(new Uint8Array(16), 0, 16, 0)
  assert.equal(Buffer.from(buffer.subarray(10, 13)).toString(), 'XYZ')
  assert.deepEqual(p.log(), ['READ 0+4096'])
})

test('WRITEs are no larger than max_write, which is not rounded', async () => {
  const p = pair({ init: { maxWrite: 5000 } })
  p.server.add('/f', '')
  const file = await p.fs.open('/f', 'r+')
  p.log()
  await file.write(bytes(8192))
  assert.deepEqual(p.log().slice(1), ['WRITE 0+5000', 'WRITE 5000+3192'])
  assert.deepEqual(p.server.find('/f')!.data, bytes(8192))
})

test('without BIG_WRITES a WRITE has one page', async () => {
  const p = pair({ init: { bigWrites: false } })
  p.server.add('/f', '')
  const file = await p.fs.open('/f', 'r+')
  p.log()
  await file.write(bytes(9000), 0, 9000, 100)
  assert.deepEqual(p.log().slice(1), ['WRITE 100+3996', 'WRITE 4096+4096', 'WRITE 8192+908'])
})

test('a server that takes less makes a short write; one that takes nothing, or more, an error', async () => {
  const p = pair()
  const f = p.server.add('/f', '')
  p.server.writeLimit = 10
  const file = await p.fs.open('/f', 'r+')
  assert.equal((await file.write(bytes(100), 0, 100, 0)).bytesWritten, 10)
  p.server.writeLimit = 0
  await assert.rejects(file.write(bytes(100), 0, 100, 0), { code: 'EIO', syscall: 'write' })
  p.server.writeLimit = Infinity
  p.server.write = () => 101
  await assert.rejects(file.write(bytes(100), 0, 100, 0), { code: 'EIO' })
  assert.equal(f.data.length, 10)
})

test('appending goes to the end, wherever that is', async () => {
  const p = pair()
  p.server.add('/f', 'abc')
  await p.fs.appendFile('/f', 'def')
  const file = await p.fs.open('/f', 'a')
  await Promise.all([file.write('1'), file.write('2'), file.write('3')])
  await file.close()
  assert.equal(await p.fs.readFile('/f', 'utf8'), 'abcdef123')
})

test('O_TRUNC: a SETATTR, or with ATOMIC_O_TRUNC nothing but the flag', async () => {
  for (const [atomicTruncate, expected] of [
    [false, ['OPEN', 'GETXATTR security.capability', 'SETATTR 0x208']],
    [true, ['OPEN', 'GETXATTR security.capability']],
  ] as const) {
    const p = pair({ init: { atomicTruncate } })
    p.server.add('/f', 'abc')
    await p.fs.stat('/f')
    p.log()
    const file = await p.fs.open('/f', 'w')
    assert.deepEqual(p.log(), expected)
    assert.equal((await p.fs.stat('/f', { sync: 'never' })).size, 0)
    await file.close()
  }
})

test('truncating drops what is cached; ftruncate names the handle', async () => {
  const p = pair()
  p.server.openFlags = { keepCache: true }
  p.server.add('/f', bytes(10_000))
  const file = await p.fs.open('/f', 'r+')
  await file.read(new Uint8Array(10_000), 0, 10_000, 0)
  p.log()
  await file.truncate(5000)
  assert.deepEqual(p.log(), ['GETXATTR security.capability', 'SETATTR 0x248'])
  assert.equal(p.client.inspect().pageBytes, 0)
  const { bytesRead, buffer } = await file.read(new Uint8Array(10_000), 0, 10_000, 0)
  assert.equal(bytesRead, 5000)
  assert.deepEqual(buffer.subarray(0, 5000), bytes(5000))
})

test('DIRECT_IO passes the cache by, both ways', async () => {
  const p = pair()
  p.server.openFlags = { directIo: true }
  p.server.add('/f', bytes(100))
  const file = await p.fs.open('/f', 'r+')
  p.log()
  await file.read(new Uint8Array(50), 0, 50, 7)
  await file.read(new Uint8Array(50), 0, 50, 7)
  await file.write(bytes(5, 9), 0, 5, 3)
  assert.deepEqual(p.log(), ['READ 7+50', 'READ 7+50', 'WRITE 3+5'])
  assert.equal(p.client.inspect().pageBytes, 0)
})

test('without a position nothing can be read at one', async () => {
  for (const openFlags of [{ nonseekable: true }, { stream: true }]) {
    const p = pair()
    p.server.openFlags = { directIo: true, ...openFlags }
    p.server.add('/f', 'abcdef')
    const file = await p.fs.open('/f', 'r+')
    await assert.rejects(file.read(new Uint8Array(3), 0, 3, 0), { code: 'ESPIPE' })
    await assert.rejects(file.write('x', 0), { code: 'ESPIPE' })
    await assert.rejects(file.seekEnd(), { code: 'ESPIPE' })
    p.log()
    await file.read(new Uint8Array(3))
    await file.read(new Uint8Array(3))
    assert.deepEqual(p.log(), ['READ 0+3', 'stream' in openFlags ? 'READ 0+3' : 'READ 3+3'])
  }
})

test('an open without KEEP_CACHE waits for a READ of the same file', async () => {
  const p = pair()
  p.server.add('/f', 'abc')
  const file = await p.fs.open('/f')
  const hold = p.hold('READ')
  const reading = file.read(new Uint8Array(3), 0, 3, 0)
  await hold.request
  const opening = p.fs.open('/f')
  assert.equal(await isPending(opening), true)
  hold.release()
  await reading
  await opening
})

test('FLUSH with each close, RELEASE once READs are over; NOFLUSH sends none', async () => {
  const p = pair()
  p.server.add('/f', bytes(1 << 20))
  const file = await p.fs.open('/f')
  const page = new Uint8Array(4096)
  await file.read(page, 0, 4096, 0)
  // One that is read ahead: no call waits for it.
  const hold = p.hold('READ')
  for (let at = 4096; await isPending(hold.request); at += 4096) await file.read(page, 0, 4096, at)
  p.log()
  await file.close()
  await settled()
  assert.deepEqual(p.log(), ['FLUSH'])
  hold.release()
  await settled()
  assert.deepEqual(p.log(), ['RELEASE'])
  await assert.rejects(file.read(new Uint8Array(1)), { code: 'EBADF' })
  p.server.openFlags = { noflush: true }
  await (await p.fs.open('/f')).close()
  await settled()
  assert.deepEqual(p.log(), ['OPEN', 'RELEASE'])
})

test('close waits for the calls of its handle that are under way', async () => {
  const p = pair()
  p.server.add('/f', 'abc')
  const file = await p.fs.open('/f')
  const hold = p.hold('READ')
  const reading = file.read(new Uint8Array(3))
  await hold.request
  const closing = file.close()
  assert.ok(await isPending(closing))
  assert.deepEqual(p.log(), ['LOOKUP f', 'OPEN', 'READ 0+4096'])
  hold.release()
  assert.equal((await reading).bytesRead, 3)
  await closing
  await settled()
  assert.deepEqual(p.log(), ['FLUSH', 'RELEASE'])
})

test('ENOSYS to OPEN: the client opens by itself from then on', async () => {
  const p = pair()
  p.server.errors.set('open', 'ENOSYS')
  p.server.add('/f', 'abc')
  assert.equal(await p.fs.readFile('/f', 'utf8'), 'abc')
  assert.equal(await p.fs.readFile('/f', 'utf8'), 'abc')
  await settled()
  assert.deepEqual(p.log(), ['LOOKUP f', 'OPEN', 'READ 0+4096', 'FLUSH', 'FLUSH'])
})

test('an error of the server is the caller’s, and the next read asks again', async () => {
  const p = pair()
  p.server.add('/f', 'abc')
  const file = await p.fs.open('/f')
  p.server.errors.set('read', 'ENODATA')
  await assert.rejects(file.read(new Uint8Array(3), 0, 3, 0), { code: 'ENODATA' })
  p.server.errors.clear()
  assert.equal((await file.read(new Uint8Array(3), 0, 3, 0)).bytesRead, 3)
})

test('the cache stays within its bounds', async () => {
  const p = pair({ maxPageBytes: 512 * 1024 })
  p.server.openFlags = { keepCache: true }
  p.server.add('/f', bytes(4 << 20))
  assert.equal((await p.fs.readFile('/f')).length, 4 << 20)
  assert.ok(p.client.inspect().pageBytes <= 512 * 1024)
})

test('random reads, writes and truncations give what a plain array would', async () => {
  const seed = fromEnvironment('FUSEWIRE_SEED', Date.now() >>> 0)
  console.log(`seed ${seed}`)
  for (const init of [
    {},
    { writebackCache: true },
    { bigWrites: false },
    { maxWrite: 5000 },
    { autoInvalidateData: true },
  ]) {
    const random = new Random(seed)
    const p = pair({ init, maxPageBytes: 300_000 })
    p.server.openFlags = { keepCache: random.below(2) === 0 }
    p.server.add('/f', '')
    let model = new Uint8Array(0)
    const file = await p.fs.open('/f', 'r+')
    for (let i = 0; i < 300; i += 1) {
      const offset = random.below(60_000)
      const length = 1 + random.below(random.below(4) === 0 ? 40_000 : 3000)
      switch (random.below(5)) {
        case 0: {
          const size = random.below(80_000)
          const next = new Uint8Array(size)
          next.set(model.subarray(0, size))
          model = next
          await file.truncate(size)
          break
        }
        case 1:
        case 2: {
          const data = bytes(length, i)
          if (offset + length > model.length) {
            const next = new Uint8Array(offset + length)
            next.set(model)
            model = next
          }
          model.set(data, offset)
          await file.write(data, 0, length, offset)
          break
        }
        case 3:
          await file.sync()
          break
        default: {
          const { bytesRead, buffer } = await file.read(new Uint8Array(length), 0, length, offset)
          const expected = model.subarray(offset, offset + length)
          assert.equal(bytesRead, expected.length, `length of read ${i}`)
          assert.deepEqual(buffer.subarray(0, bytesRead), expected, `read ${i}`)
        }
      }
    }
    await file.close()
    assert.deepEqual(p.server.find('/f')!.data, model)
    await p.close()
  }
})

test('a file without an end is no reason to take all memory', async () => {
  const p = pair({ maxFileBytes: 1 << 20, maxPageBytes: 1 << 20 })
  p.server.openFlags = { directIo: true }
  p.server.add('/f', 'x')
  p.server.read = (req: { size: number }) => req.size
  await assert.rejects(p.fs.readFile('/f'), { code: 'EFBIG', syscall: 'read' })
  p.server.openFlags = {}
  p.server.find('/f')!.data = new Uint8Array(1 << 20)
  await p.fs.stat('/f', { sync: 'force' })
  assert.equal((await p.fs.readFile('/f')).length, 1 << 20)
})
