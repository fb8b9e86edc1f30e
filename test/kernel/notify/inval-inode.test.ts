import assert from 'node:assert/strict'
import { O } from '../../helpers/posix/constants.js'
import { onBothLanes, type Context } from './lanes.js'

/* INVAL_INODE: what is stale before, and fresh after. Without it the kernel asks nothing, for ever. */

const PAGE = 4096
const OLD = Buffer.alloc(4 * PAGE, 'o')
const NEW = Buffer.alloc(4 * PAGE, 'n')

/** A file that the kernel has all of, and that has changed since. */
async function changedFile({ server, client, dir, at }: Context, fresh: Buffer = NEW) {
  const node = await server.file(`${dir}f`, OLD)
  assert.deepEqual(await client.call('readFile', at('f')), OLD)
  // READ makes the time of access stale, and stat(2) asks for that too.
  await client.call('stat', at('f'))
  await server.tree('write', `${dir}f`, fresh)
  assert.deepEqual(await client.call('readFile', at('f')), OLD, 'stale, as nobody was told')
  return node
}

onBothLanes({
  async 'all of a file: content, size and times'(c) {
    const node = await changedFile(c, Buffer.from('much shorter'))
    const before = await c.client.call('stat', c.at('f'))
    assert.equal(before.size, OLD.length)
    assert.deepEqual(await c.server.notify('invalInode', node).settled.then(outcome), 'applied')
    assert.equal((await c.client.call('readFile', c.at('f'))).toString(), 'much shorter')
    const after = await c.client.call('stat', c.at('f'))
    assert.equal(after.size, 12)
    assert.ok(after.mtime > before.mtime)
  },

  async 'a range: whole pages of it, and no other'(c) {
    const node = await changedFile(c)
    await c.server.notify('invalInode', node, { offset: PAGE + 100, length: PAGE }).settled
    const shown = await c.client.call('readFile', c.at('f'))
    assert.deepEqual(shown, Buffer.concat([OLD.subarray(0, PAGE), NEW.subarray(0, 2 * PAGE), OLD.subarray(0, PAGE)]))
  },

  async 'an open file and a mapping see new content'(c) {
    const { server, client, at } = c
    const node = await server.file(`${c.dir}m`, OLD)
    const fd = await client.call('open', at('m'), O.RDONLY)
    const address = await client.call('mmap', fd, OLD.length, 1, 1, 0)
    assert.deepEqual(await client.call('peek', address, 10), OLD.subarray(0, 10))
    await server.tree('write', `${c.dir}m`, NEW)
    assert.deepEqual(await client.call('peek', address, 10), OLD.subarray(0, 10))
    assert.deepEqual(await client.call('pread', fd, 10, 0), OLD.subarray(0, 10))
    await server.notify('invalInode', node).settled
    assert.deepEqual(await client.call('peek', address, 10), NEW.subarray(0, 10))
    assert.deepEqual(await client.call('pread', fd, 10, 0), NEW.subarray(0, 10))
    await client.call('munmap', address, OLD.length)
    await client.call('close', fd)
  },

  async 'attributes alone: pages stay'(c) {
    const node = await changedFile(c)
    await c.server.tree('chmod', `${c.dir}f`, 0o600)
    assert.equal((await c.client.call('stat', c.at('f'))).mode & 0o777, 0o644)
    await c.server.notify('invalInode', node, { attributesOnly: true }).settled
    assert.equal((await c.client.call('stat', c.at('f'))).mode & 0o777, 0o600)
    assert.deepEqual(await c.client.call('readFile', c.at('f')), OLD)
  },

  async 'a directory: its listing'({ server, client, dir, dirNode, at }) {
    await server.file(`${dir}a`)
    assert.deepEqual(await client.call('list', at()), ['a'])
    await server.file(`${dir}b`)
    const asked = (await server.counts())['readdir']
    assert.deepEqual(await client.call('list', at()), ['a'])
    assert.equal((await server.counts())['readdir'], asked)
    await server.notify('invalInode', dirNode).settled
    assert.deepEqual(await client.call('list', at()), ['a', 'b'])
  },

  async 'a symlink: its target'({ server, client, dir, at }) {
    const node = await server.tree('add', `${dir}l`, 'symlink', 'old target')
    const read = async () => (await client.call('readlink', at('l'))).toString()
    assert.equal(await read(), 'old target')
    await server.tree('write', `${dir}l`, 'new target')
    assert.equal(await read(), 'old target')
    await server.notify('invalInode', node).settled
    assert.equal(await read(), 'new target')
  },

  async 'names stay: nothing is looked up again'(c) {
    const node = await changedFile(c)
    const before = (await c.server.counts())['lookup']
    await c.server.notify('invalInode', node).settled
    await c.client.call('readFile', c.at('f'))
    assert.equal((await c.server.counts())['lookup'], before)
  },

  async 'dirty pages of a mapping are written first'({ server, client, dir, at }) {
    const node = await server.file(`${dir}w`, OLD)
    const fd = await client.call('open', at('w'), O.RDWR)
    const address = await client.call('mmap', fd, PAGE, 3, 1, 0)
    await client.call('poke', address + 10, 'dirty')
    await server.notify('invalInode', node).settled
    const content = await server.ask<Buffer>('content', `${dir}w`)
    assert.equal(content.subarray(8, 17).toString(), 'oodirtyoo')
    await client.call('munmap', address, PAGE)
    await client.call('close', fd)
  },
})

function outcome(result: unknown): string {
  return (result as { outcome: string }).outcome
}
