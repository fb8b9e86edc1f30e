import assert from 'node:assert/strict'
import type { NodeId } from '#src/base/ids.js'
import { fromEnvironment, Random } from '../../helpers/random.js'
import { MAP, O, PROT } from '../../helpers/posix/constants.js'
import { onBothLanes, type Context } from './lanes.js'

/* STORE: bytes that are seen without any request. */

const PAGE = 4096
const OLD = Buffer.alloc(4 * PAGE, 'o')

/** A file of which the kernel has the attributes, and its pages if it was read. */
async function oldFile({ server, client, dir, at }: Context, read: boolean, content = OLD): Promise<NodeId> {
  const node = await server.file(`${dir}f`, content)
  if (read) await client.call('readFile', at('f'))
  await client.call('stat', at('f'))
  return node
}

const RANDOM_BYTES = 80 * PAGE + 77

/** Reads the file, and asserts that this sent no request of its own. */
async function readWithoutRequest({ server, client, at }: Context, length: number, offset = 0): Promise<Buffer> {
  const before = (await server.counts())['read'] ?? 0
  const fd = await client.call('open', at('f'), O.RDONLY)
  const bytes = await client.call('pread', fd, length, offset)
  await client.call('close', fd)
  assert.equal((await server.counts())['read'] ?? 0, before, 'a READ was sent')
  return bytes
}

onBothLanes({
  async 'whole pages of a file that was never read'(c) {
    const node = await oldFile(c, false)
    const fresh = Buffer.alloc(2 * PAGE, 'n')
    await c.server.notify('store', node, PAGE, fresh).settled
    assert.deepEqual(await readWithoutRequest(c, 2 * PAGE, PAGE), fresh)
    // The source was not told: what is around comes from there.
    assert.deepEqual((await c.client.call('readFile', c.at('f'))).subarray(0, PAGE), OLD.subarray(0, PAGE))
  },

  async 'part of a page that is there; open files and mappings see it'(c) {
    const node = await oldFile(c, true)
    const fd = await c.client.call('open', c.at('f'), O.RDONLY)
    const address = await c.client.call('mmap', fd, OLD.length, PROT.READ, MAP.SHARED, 0)
    assert.equal((await c.client.call('peek', address + 5000, 4)).toString(), 'oooo')
    const before = await c.server.counts()
    await c.server.notify('store', node, 5000, Buffer.from('new')).settled
    assert.equal((await c.client.call('peek', address + 5000, 4)).toString(), 'newo')
    assert.equal((await c.client.call('pread', fd, 5, 4999)).toString(), 'onewo')
    assert.deepEqual(await c.server.counts(), before, 'no request at all')
    await c.client.call('munmap', address, OLD.length)
    await c.client.call('close', fd)
  },

  async 'part of a page that is not there is read again from the source'(c) {
    const node = await oldFile(c, false)
    await c.server.notify('store', node, 100, Buffer.from('lost')).settled
    assert.deepEqual(await c.client.call('readFile', c.at('f')), OLD)
  },

  async 'from the start of a page to the end of the file, it is there'(c) {
    const node = await oldFile(c, false, OLD.subarray(0, PAGE + 10))
    await c.server.notify('store', node, PAGE, Buffer.from('0123456789')).settled
    assert.equal((await readWithoutRequest(c, 100, PAGE)).toString(), '0123456789')
  },

  async 'past the end, once the source has the new size'(c) {
    const node = await oldFile(c, true, Buffer.from('short'))
    const longer = Buffer.from('short and longer')
    await c.server.tree('write', `${c.dir}f`, longer)
    await c.server.notify('store', node, 5, longer.subarray(5)).settled
    assert.deepEqual(await readWithoutRequest(c, 100), longer)
    assert.equal((await c.client.call('stat', c.at('f'))).size, longer.length)
    assert.deepEqual(await c.client.call('readFile', c.at('f')), longer)
  },

  async 'past the end, while the source says the old size: cut off again'(c) {
    const node = await oldFile(c, true, Buffer.from('short'))
    await c.server.notify('store', node, 5, Buffer.from(' and longer')).settled
    assert.equal((await c.client.call('stat', c.at('f'))).size, 5)
    assert.equal((await c.client.call('readFile', c.at('f'))).toString(), 'short')
  },

  async 'a part of a file that has grown: no zeros behind it, whatever makes the kernel see the size'(c) {
    const big = Buffer.alloc(3 * PAGE, 'b')
    for (const [i, grow] of [
      (node: NodeId) => c.server.notify('store', node, 2 * PAGE + 100, big.subarray(2 * PAGE + 100)).settled,
      () => c.client.call('stat', c.at('f1')),
      async (node: NodeId) => {
        const fd = await c.client.call('open', c.at('f2'), O.RDWR)
        await c.client.call('pwrite', fd, big.subarray(0, 100), 3 * PAGE - 100)
        await c.client.call('close', fd)
        // Behind what the notifier sends on its own.
        await c.server.notify('invalInode', node, { attributesOnly: true }).settled
      },
    ].entries()) {
      const name = `f${i}`
      const node = await c.server.file(`${c.dir}${name}`, 'small')
      await c.client.call('stat', c.at(name))
      await c.server.tree('write', `${c.dir}${name}`, big)
      await c.server.notify('invalInode', node).settled
      await c.server.notify('store', node, 0, big.subarray(0, PAGE + 100)).settled
      await grow(node)
      assert.ok((await c.client.call('readFile', c.at(name))).equals(big), `${i}`)
    }
  },

  async 'more than one message takes'(c) {
    const length = 3 * 1024 * 1024 + 123
    const fresh = Buffer.from(Uint8Array.from({ length }, (_, i) => (i * 7) % 253))
    const node = await oldFile(c, false, Buffer.alloc(length))
    const { sent } = (await c.server.notifyStats()).codes.STORE
    await c.server.notify('store', node, 0, fresh).settled
    assert.equal((await c.server.notifyStats()).codes.STORE.sent - sent, 4)
    assert.deepEqual(await readWithoutRequest(c, length), fresh)
  },

  async 'no bytes at all'(c) {
    const node = await oldFile(c, true)
    await c.server.notify('store', node, 10, Buffer.alloc(0)).settled
    assert.deepEqual(await c.client.call('readFile', c.at('f')), OLD)
  },

  async 'what was stored is what is retrieved: random places and lengths'(c) {
    const seed = fromEnvironment('STORE_SEED', Date.now() % 2 ** 31)
    console.log(`STORE_SEED=${seed}`)
    const random = new Random(seed)
    // The kernel may drop a clean page at any time, and what was stored there with it: then it is done again.
    const node = await oldFile(c, false, Buffer.alloc(RANDOM_BYTES))
    for (let tries = 1; !(await storeAndRetrieve(c, node, random)); tries += 1) assert.ok(tries < 3, 'pages go missing')
  },
})

/** 120 times. Bytes are right or it fails; false if some were not there. */
async function storeAndRetrieve(c: Context, node: NodeId, random: Random): Promise<boolean> {
  const size = RANDOM_BYTES
  const model = Buffer.alloc(size)
  await c.server.notify('invalInode', node).settled
  await c.client.call('readFile', c.at('f'))
  for (let round = 0; round < 120; round += 1) {
    const offset = random.below(size)
    // Within a page, or to the end of one: behind others the rest of their last page is in doubt, and it may be dropped.
    const page = Math.min(PAGE - (offset % PAGE), size - offset)
    const pages = Math.min(page + random.below(20) * PAGE, size - offset)
    const length = random.below(2) === 0 ? 1 + random.below(page) : pages
    const data = Buffer.from(Uint8Array.from({ length }, () => random.below(256)))
    data.copy(model, offset)
    await c.server.notify('store', node, offset, data).settled
    const from = random.below(size)
    const expected = model.subarray(from, from + random.below(150_000))
    const found = Buffer.from((await c.server.notify('retrieve', node, from, expected.length).settled) as Uint8Array)
    assert.ok(found.equals(expected.subarray(0, found.length)), `round ${round}: ${from}+${expected.length}`)
    if (found.length < expected.length) return false
  }
  assert.ok((await readWithoutRequest(c, size)).equals(model))
  return true
}
