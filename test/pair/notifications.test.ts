import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { NodeId, Unique } from '#src/base/ids.js'
import type { PollRequest } from '#src/server/requests/misc.js'
import { isPending, pair, settled, type Pair } from '../helpers/pair.js'

/* The nine notifications: what each does, beside what is there without it. */

const BASIC = { mask: 0x7ff }
const keep = { keepCache: true }
const bytes = (length: number, seed = 1) => Uint8Array.from({ length }, (_, i) => (i * 13 + seed) & 0xff)
const idOf = (p: Pair, path: string) => p.server.find(path)!.id as NodeId

const inval = (p: Pair, path: string, off: number, len: number) =>
  p.notify({ notification: 'INVAL_INODE', fuse_notify_inval_inode_out: { ino: idOf(p, path), off, len } })
const entry = (p: Pair, parent: number, name: string, flags = 0) =>
  p.notify({
    notification: 'INVAL_ENTRY',
    fuse_notify_inval_entry_out: { parent: parent as NodeId, namelen: Buffer.byteLength(name), flags },
    name,
  })
const remove = (p: Pair, parent: number, child: number, name: string) =>
  p.notify({
    notification: 'DELETE',
    fuse_notify_delete_out: { parent: parent as NodeId, child: child as NodeId, namelen: Buffer.byteLength(name) },
    name,
  })
const store = (p: Pair, nodeid: number, offset: number, data: Uint8Array) =>
  p.notify({
    notification: 'STORE',
    fuse_notify_store_out: { nodeid: nodeid as NodeId, offset, size: data.length },
    data,
  })
const retrieve = async (p: Pair, nodeid: number, offset: number, size: number, unique = 1000) => {
  p.requests()
  const fuse_notify_retrieve_out = { notify_unique: unique as Unique, nodeid: nodeid as NodeId, offset, size }
  const result = await p.notify({ notification: 'RETRIEVE', fuse_notify_retrieve_out })
  await settled()
  const reply = p.requests().find(({ op }) => op === 'NOTIFY_REPLY')
  return { result, reply: reply?.op === 'NOTIFY_REPLY' ? reply : undefined }
}

/** A file of three pages, all of them cached. */
async function threePages() {
  const p = pair()
  p.server.openFlags = keep
  p.server.add('/f', bytes(12_288))
  await p.fs.readFile('/f')
  p.log()
  return p
}

for (const [off, len, gone] of [
  [0, 0, [0, 1, 2]],
  [0, -1, [0, 1, 2]],
  [-1, 0, []],
  [4096, 4096, [1]],
  [100, 10, [0]],
  [4095, 2, [0, 1]],
  [8192, 0, [2]],
  [8192, -5, [2]],
  [2 ** 40, 0, []],
] as const) {
  test(`INVAL_INODE(${off}, ${len}) drops the pages ${gone.join(', ') || 'of none'}, and attributes`, async () => {
    const p = await threePages()
    assert.equal(await inval(p, '/f', off, len), 0)
    const left = p.client.inspect().inodes.find(({ nodeid }) => nodeid === idOf(p, '/f'))!.pages
    assert.deepEqual(
      [0, 1, 2].filter((index) => !left.some((page) => page.index === index)),
      gone,
    )
    await p.fs.stat('/f', BASIC)
    assert.deepEqual(p.log(), ['GETATTR'])
  })
}

test('without INVAL_INODE content and attributes stay stale', async () => {
  const p = await threePages()
  p.server.find('/f')!.data = bytes(12_288, 99)
  assert.deepEqual(new Uint8Array(await p.fs.readFile('/f')), bytes(12_288))
  await p.fs.stat('/f', { mask: 0x7ff & ~0x20 })
  assert.equal(p.log().includes('GETATTR'), false)
})

test('with it open files see the new content', async () => {
  const p = await threePages()
  const file = await p.fs.open('/f')
  p.server.find('/f')!.data = bytes(12_288, 99)
  await inval(p, '/f', 0, 0)
  assert.deepEqual(new Uint8Array(await file.readFile()), bytes(12_288, 99))
})

test('INVAL_ENTRY: the name is looked up again; without it, not', async () => {
  const p = pair()
  p.server.add('/f', 'old')
  await p.fs.stat('/f', BASIC)
  p.server.root.children.delete('f')
  const fresh = p.server.add('/f', 'fresh')
  p.log()
  assert.notEqual((await p.fs.stat('/f', BASIC)).ino, fresh.id)
  assert.deepEqual(p.log(), [])
  assert.equal(await entry(p, 1, 'f'), 0)
  assert.equal((await p.fs.stat('/f', BASIC)).ino, fresh.id)
  assert.deepEqual(p.log(), ['LOOKUP f'])
})

test('INVAL_ENTRY removes negative entries; EXPIRE_ONLY keeps the object', async () => {
  const p = pair()
  p.server.negativeTimeoutMs = Infinity
  await assert.rejects(p.fs.stat('/f'), { code: 'ENOENT' })
  p.server.add('/f', 'there')
  await assert.rejects(p.fs.stat('/f'), { code: 'ENOENT' })
  assert.equal(await entry(p, 1, 'f'), 0)
  await p.fs.stat('/f', BASIC)
  p.requests()
  assert.equal(await entry(p, 1, 'f', 1), 0)
  await settled()
  assert.deepEqual(p.requests(), [])
  await p.fs.stat('/f', BASIC)
  assert.deepEqual(p.log(), ['LOOKUP f'])
  assert.equal(p.server.lookups.get(2), 2)
})

test('EXPIRE is lost to a revalidation that is under way, INVAL_ENTRY is not', async () => {
  for (const [flags, expected] of [
    [1, []],
    [0, ['LOOKUP f']],
  ] as const) {
    const p = pair()
    p.server.entryTimeoutMs = 100
    p.server.add('/f', '')
    await p.fs.stat('/f', BASIC)
    p.clock.advance(101)
    const hold = p.hold('LOOKUP')
    const asking = p.fs.stat('/f', BASIC)
    await hold.request
    assert.equal(await entry(p, 1, 'f', flags), 0)
    hold.release()
    await asking
    p.log()
    await p.fs.stat('/f', BASIC)
    assert.deepEqual(p.log(), expected)
  }
})

test('DELETE: the object is gone for those who have it open, and nobody is asked', async () => {
  const p = pair()
  p.server.errors.set('statx', 'ENOSYS')
  const f = p.server.add('/f', 'content')
  const file = await p.fs.open('/f')
  await file.stat()
  p.log()
  assert.equal(await remove(p, 1, f.id, 'f'), 0)
  assert.equal((await file.stat()).nlink, 0)
  assert.equal(await file.readFile('utf8'), 'content')
  assert.deepEqual(p.log().includes('GETATTR'), false)
  await p.fs.stat('/f', BASIC)
  assert.equal(p.log()[0], 'LOOKUP f')
})

test('DELETE of what is not empty, or not what is meant, fails, and the name is dropped all the same', async () => {
  const p = pair()
  const d = p.server.add('/d', null)
  const f = p.server.add('/d/f', '')
  const file = await p.fs.open('/d/f')
  p.log()
  assert.equal(await remove(p, 1, d.id, 'd'), -39)
  assert.equal(await remove(p, d.id, f.id + 77, 'f'), -2)
  await p.fs.stat('/d/f', BASIC)
  assert.deepEqual(p.log(), ['LOOKUP d', 'LOOKUP f'])
  await file.close()
})

test('a directory that was deleted is empty and takes nothing, for those who are in it', async () => {
  const p = pair()
  const d = p.server.add('/d', null)
  const directory = await p.fs.opendir('/d')
  assert.equal(await remove(p, 1, d.id, 'd'), 0)
  p.log()
  assert.equal(await directory.read(), null)
  assert.deepEqual(p.log(), [])
  await directory.close()
})

test('STORE is read without a request; without it the server is asked', async () => {
  for (const stores of [true, false]) {
    const p = pair()
    p.server.openFlags = keep
    const f = p.server.add('/f', bytes(5000))
    const file = await p.fs.open('/f')
    p.log()
    if (stores) {
      assert.equal(await store(p, f.id, 0, bytes(4096, 50)), 0)
      assert.equal(await store(p, f.id, 4096, bytes(904, 51)), 0)
    }
    await file.read(new Uint8Array(5000), 0, 5000, 0)
    assert.deepEqual(p.log(), stores ? [] : ['READ 0+8192'])
    await file.close()
  }
})

test('a partial STORE into a page that is not there is not seen; into a valid one it is', async () => {
  const p = pair()
  p.server.openFlags = keep
  const f = p.server.add('/f', bytes(8192))
  const file = await p.fs.open('/f')
  assert.equal(await store(p, f.id, 10, bytes(10, 77)), 0)
  assert.equal((await retrieve(p, f.id, 0, 4096)).reply!.data.length, 0)
  p.log()
  const { buffer } = await file.read(new Uint8Array(20), 0, 20, 0)
  assert.deepEqual(buffer, bytes(8192).slice(0, 20))
  await store(p, f.id, 10, bytes(10, 77))
  p.log()
  const seen = await file.read(new Uint8Array(10), 0, 10, 10)
  assert.deepEqual(seen.buffer, bytes(10, 77))
  assert.deepEqual(p.log(), [])
})

test('a STORE beyond the end grows the file here, until the server is asked', async () => {
  const p = pair()
  p.server.openFlags = keep
  const f = p.server.add('/f', bytes(100))
  const file = await p.fs.open('/f')
  await p.fs.stat('/f', BASIC)
  assert.equal(await store(p, f.id, 0, bytes(5000, 3)), 0)
  p.log()
  const inside = await file.read(new Uint8Array(4000), 0, 4000, 0)
  assert.deepEqual(inside.buffer, bytes(5000, 3).slice(0, 4000))
  assert.deepEqual(p.log(), [])
  assert.equal((await p.fs.stat('/f', BASIC)).size, 100)
  assert.equal(p.client.inspect().pageBytes, 0)
})

test('RETRIEVE answers with what is cached, up to the first gap, and always', async () => {
  const p = await threePages()
  const id = idOf(p, '/f')
  const whole = await retrieve(p, id, 0, 20_000)
  assert.deepEqual([whole.result, whole.reply!.data], [0, bytes(12_288)])
  assert.equal(whole.reply!.header.unique, 1000)
  assert.equal(whole.reply!.header.nodeid, id)
  await inval(p, '/f', 4096, 1)
  assert.deepEqual((await retrieve(p, id, 100, 20_000)).reply!.data, bytes(12_288).slice(100, 4096))
  assert.equal((await retrieve(p, id, 4096, 100)).reply!.data.length, 0)
  assert.equal((await retrieve(p, id, 99_999, 100)).reply!.data.length, 0)
  assert.equal((await retrieve(p, id, 0, 0)).reply!.fuse_notify_retrieve_in.size, 0)
})

test('INC_EPOCH: every name is looked up again, attributes and content stay', async () => {
  const p = await threePages()
  p.server.add('/g', '')
  await p.fs.stat('/g', BASIC)
  p.log()
  assert.equal(await p.notify({ notification: 'INC_EPOCH' }), 0)
  const file = await p.fs.open('/g')
  assert.deepEqual(p.log(), ['LOOKUP g', 'OPEN'])
  await file.close()
  await p.fs.stat('/g', BASIC)
  assert.equal(p.log().includes('LOOKUP g'), false)
})

test('a LOOKUP that was under way when the epoch began is of the old one', async () => {
  const p = pair()
  p.server.add('/f', '')
  const hold = p.hold('LOOKUP')
  const asking = p.fs.stat('/f', BASIC)
  await hold.request
  await p.notify({ notification: 'INC_EPOCH' })
  hold.release()
  await asking
  p.log()
  await p.fs.stat('/f', BASIC)
  assert.deepEqual(p.log(), ['LOOKUP f'])
})

test('PRUNE drops what nobody uses, and leaves the rest', async () => {
  const p = pair()
  const f = p.server.add('/d/f', '')
  const g = p.server.add('/g', '')
  await p.fs.stat('/d/f', BASIC)
  const file = await p.fs.open('/g')
  p.requests()
  const nodeid = [f.id, g.id, 12_345] as NodeId[]
  assert.equal(await p.notify({ notification: 'PRUNE', fuse_notify_prune_out: { count: 3 }, nodeid }), 0)
  await settled()
  assert.deepEqual(
    p.requests().map(({ op }) => op),
    ['BATCH_FORGET'],
  )
  assert.deepEqual(
    [f.id, idOf(p, '/d'), g.id].map((id) => p.server.lookups.get(id)),
    [0, 0, 1],
  )
  await file.close()
})

test('POLL wakes those who wait, and they ask again', async () => {
  const p = pair()
  p.server.add('/f', '')
  let ready = 0
  let kh: number | undefined
  p.server.poll = (req: PollRequest) => {
    kh = req.handle?.kh
    return ready
  }
  const file = await p.fs.open('/f')
  assert.equal(await file.poll(1), 0)
  assert.equal(kh, undefined)
  const waiting = file.poll(1, true)
  await settled()
  ready = 1
  assert.equal(await p.notify({ notification: 'POLL', fuse_notify_poll_wakeup_out: { kh: kh! + 1000 } }), 0)
  assert.equal(await p.notify({ notification: 'POLL', fuse_notify_poll_wakeup_out: { kh: kh! } }), 0)
  assert.equal(await waiting, 1)
})

test('RESEND: what is not answered comes again, to be answered under its new number', async () => {
  const p = pair()
  p.server.add('/f', '')
  const hold = p.hold('LOOKUP')
  const asking = p.fs.stat('/f', BASIC)
  await hold.request
  p.requests()
  assert.equal(await p.notify({ notification: 'RESEND' }), 0)
  await asking
  const again = p.requests().filter(({ op }) => op === 'LOOKUP')
  assert.equal(again.length, 1)
  assert.equal(BigInt(again[0]!.header.unique) >> 63n, 1n)
  hold.release()
})

test('errors, as the kernel has them', async () => {
  const p = pair()
  const d = p.server.add('/d', null)
  const f = p.server.add('/d/f', 'x')
  await p.fs.stat('/d/f', BASIC)
  const unknown = 4711
  assert.equal(
    await p.notify({
      notification: 'INVAL_INODE',
      fuse_notify_inval_inode_out: { ino: unknown as NodeId, off: 0, len: 0 },
    }),
    -2,
  )
  assert.equal(await entry(p, unknown, 'f'), -2)
  assert.equal(await entry(p, d.id, 'absent'), -2)
  assert.equal(await entry(p, f.id, 'x'), -20)
  assert.equal(await remove(p, f.id, 1, 'x'), -20)
  assert.equal(await remove(p, d.id, 1, 'absent'), -2)
  assert.equal(await store(p, unknown, 0, bytes(1)), -2)
  assert.equal(await store(p, d.id, 0, bytes(0)), -22)
  assert.equal((await retrieve(p, unknown, 0, 1)).result, -2)
  assert.equal((await retrieve(p, d.id, 0, 1)).result, -22)
  assert.equal(await p.notify({ notification: 'PRUNE', fuse_notify_prune_out: { count: 0 }, nodeid: [] }), 0)
})

test('lengths: one byte more or less is EINVAL; an unknown code too', async () => {
  const p = pair()
  await p.client.ready
  const raw = (code: number, body: Uint8Array) => {
    const message = new Uint8Array(16 + body.length)
    const view = new DataView(message.buffer)
    view.setUint32(0, message.length, true)
    view.setInt32(4, code, true)
    message.set(body, 16)
    return p.sendRaw(message)
  }
  for (const [code, length] of [
    [1, 8],
    [2, 24],
    [3, 17],
    [4, 24],
    [5, 32],
    [6, 25],
    [9, 16],
  ] as const) {
    for (const off of [-1, 1]) assert.equal(await raw(code, new Uint8Array(length + off)), -22, `${code} ${off}`)
  }
  for (const code of [0, -1, 10, 99]) assert.equal(await raw(code, new Uint8Array(8)), -22)
  const long = new Uint8Array(32)
  new DataView(long.buffer).setUint32(8, 5000, true)
  assert.equal(await raw(3, long), -36)
  assert.equal(await raw(7, new Uint8Array(3)), 0)
})

test('several STOREs that wait for one page are applied in their order', async () => {
  const p = pair()
  const { id } = p.server.add('/f', 'from the server')
  p.server.openFlags = { keepCache: true }
  const file = await p.fs.open('/f')
  const hold = p.hold('READ')
  const reading = file.read(new Uint8Array(15), 0, 15, 0)
  await hold.request
  const stores = ['AAAA', 'BBBB', 'CCCC'].map((text) => store(p, id, 0, Buffer.from(text)))
  for (const each of stores) assert.equal(await isPending(each), true)
  hold.release()
  assert.deepEqual(await Promise.all(stores), [0, 0, 0])
  await reading
  const { buffer } = await file.read(new Uint8Array(15), 0, 15, 0)
  assert.equal(Buffer.from(buffer).toString(), 'CCCC the server')
  await file.close()
  await p.close()
})
