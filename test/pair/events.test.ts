import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { NodeId } from '#src/base/ids.js'
import { pair, settled, type Pair } from '../helpers/pair.js'

/* What watchers hear, as inotify has it. */

/** What the watches of `/d` and of `/d/f` hear while `run` runs: `name event`, and `event` for the object itself. */
async function heard(run: (p: Pair) => Promise<unknown>): Promise<{ inside: string[]; self: string[] }> {
  const p = pair()
  p.server.add('/d/f', 'content')
  p.server.add('/d/sub', null)
  p.server.add('/d/other', '')
  const [directory, file] = [await p.client.watch('/d'), await p.client.watch('/d/f')]
  await run(p)
  await settled()
  const words = (watch: typeof file) =>
    watch.take().map(({ name, event, isDirectory }) => {
      const flag = isDirectory ? '|isdir' : ''
      return name === undefined ? `${event}${flag}` : `${name} ${event}${flag}`
    })
  return { inside: words(directory), self: words(file) }
}

const inside = async (run: (p: Pair) => Promise<unknown>) => (await heard(run)).inside
const self = async (run: (p: Pair) => Promise<unknown>) => (await heard(run)).self

test('reading and writing', async () => {
  assert.deepEqual(await self((p) => p.fs.readFile('/d/f')), ['open', 'access', 'access', 'close_nowrite'])
  assert.deepEqual(await self((p) => p.fs.writeFile('/d/f', 'x', { flag: 'r+' })), ['open', 'modify', 'close_write'])
  assert.deepEqual(await self((p) => p.fs.writeFile('/d/f', '')), ['open', 'modify', 'close_write'])
  assert.deepEqual(await inside((p) => p.fs.writeFile('/d/new', '')), ['new create', 'new open', 'new close_write'])
})

test('attributes', async () => {
  assert.deepEqual(await self((p) => p.fs.chmod('/d/f', 0o600)), ['attrib'])
  assert.deepEqual(await self((p) => p.fs.utimes('/d/f', 1, 2)), ['attrib'])
  assert.deepEqual(await self((p) => p.fs.setTimes('/d/f', undefined, 5)), ['modify'])
  assert.deepEqual(await self((p) => p.fs.setTimes('/d/f', 5, undefined)), ['access'])
  assert.deepEqual(await self((p) => p.fs.setTimes('/d/f', undefined, undefined)), [])
  assert.deepEqual(await inside((p) => p.fs.chmod('/d/sub', 0o700)), ['sub attrib|isdir'])
  assert.deepEqual(await self((p) => p.fs.stat('/d/f')), [])
})

test('names', async () => {
  assert.deepEqual(await inside((p) => p.fs.mkdir('/d/new')), ['new create|isdir'])
  assert.deepEqual(await inside((p) => p.fs.symlink('x', '/d/new')), ['new create'])
  assert.deepEqual(await heard((p) => p.fs.link('/d/f', '/d/new')), { inside: ['new create'], self: ['attrib'] })
  assert.deepEqual(await heard((p) => p.fs.unlink('/d/f')), {
    inside: ['f delete'],
    self: ['attrib', 'delete_self', 'ignored'],
  })
  assert.deepEqual(await inside((p) => p.fs.rmdir('/d/sub')), ['sub delete|isdir'])
  assert.deepEqual(await heard((p) => p.fs.rename('/d/f', '/d/g')), {
    inside: ['f moved_from', 'g moved_to'],
    self: ['move_self'],
  })
})

test('nothing is heard of what failed', async () => {
  const run = async (p: Pair) => {
    p.server.errors.set('setattr', 'EPERM')
    await assert.rejects(p.fs.chmod('/d/f', 0o600), { code: 'EPERM' })
  }
  assert.deepEqual(await self(run), [])
})

test('of notifications, only DELETE is heard, and by the object alone', async () => {
  const out = (p: Pair, name: string) => ({
    parent: p.server.find('/d')!.id as NodeId,
    namelen: name.length,
    flags: 0,
  })
  const invalidate = (p: Pair) =>
    p.notify({ notification: 'INVAL_ENTRY', fuse_notify_inval_entry_out: out(p, 'f'), name: 'f' })
  assert.deepEqual(await heard(invalidate), { inside: [], self: [] })
  const remove = (p: Pair) => {
    const { parent, namelen } = out(p, 'f')
    const child = p.server.find('/d/f')!.id as NodeId
    return p.notify({ notification: 'DELETE', fuse_notify_delete_out: { parent, child, namelen }, name: 'f' })
  }
  assert.deepEqual(await heard(remove), { inside: [], self: ['delete_self', 'ignored'] })
  const removeOpen = async (p: Pair) => {
    const file = await p.fs.open('/d/f')
    await remove(p)
    await file.close()
  }
  assert.deepEqual(await self(removeOpen), ['open', 'close_nowrite', 'delete_self', 'ignored'])
})

test('a watch keeps the object; closing the client ends it', async () => {
  const p = pair()
  p.server.add('/f', '')
  const watch = await p.client.watch('/f', ['attrib'])
  const parent = 1 as NodeId
  const fuse_notify_inval_entry_out = { parent, namelen: 1, flags: 0 }
  await p.notify({ notification: 'INVAL_ENTRY', fuse_notify_inval_entry_out, name: 'f' })
  await settled()
  assert.equal(p.server.lookups.get(2), 1)
  await p.fs.chmod('/f', 0o600)
  await p.client.close()
  const events: string[] = []
  for await (const { event } of watch) events.push(event)
  assert.deepEqual(events, ['attrib', 'ignored'])
})
