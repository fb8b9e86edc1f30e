import assert from 'node:assert/strict'
import { O } from '../../helpers/posix/constants.js'
import { onBothLanes } from './lanes.js'

/* DELETE: the one notification that those who watch an object hear of. */

const IN_DELETE_SELF = 0x400
const IN_DELETE = 0x200
const IN_IGNORED = 0x8000
const WATCH = IN_DELETE_SELF | IN_DELETE

onBothLanes({
  async 'watchers of the object hear of it; with INVAL_ENTRY they do not'({ server, client, dir, dirNode, at }) {
    await server.file(`${dir}f`)
    const other = await server.file(`${dir}g`)
    const [f, g, d] = [
      await client.call('watch', at('f'), WATCH),
      await client.call('watch', at('g'), WATCH),
      await client.call('watch', at(), WATCH),
    ]
    await server.tree('remove', `${dir}f`)
    await server.tree('remove', `${dir}g`)
    await server.notify('invalEntry', dirNode, 'f').settled
    await server.notify('delete', dirNode, other, 'g').settled
    assert.deepEqual(await client.call('events', f), [])
    assert.deepEqual(await client.call('events', g), [IN_DELETE_SELF, IN_IGNORED])
    assert.deepEqual(await client.call('events', d), [], 'watchers of the directory hear nothing')
    for (const name of ['f', 'g']) assert.ok(!(await client.call('exists', at(name))))
    for (const fd of [f, g, d]) await client.call('close', fd)
  },

  async 'an open file has no link any more, and is readable'({ server, client, dir, dirNode, at }) {
    const node = await server.file(`${dir}f`, 'still here')
    const fd = await client.call('open', at('f'), O.RDONLY)
    assert.equal((await client.call('preadAll', fd)).toString(), 'still here')
    assert.equal((await client.call('fstat', fd)).nlink, 1)
    await server.tree('remove', `${dir}f`)
    assert.equal((await client.call('fstat', fd)).nlink, 1)
    await server.notify('delete', dirNode, node, 'f').settled
    assert.equal((await client.call('fstat', fd)).nlink, 0)
    assert.equal((await client.call('preadAll', fd)).toString(), 'still here')
    await client.call('close', fd)
  },

  async 'a directory in which somebody is, is dead: nothing is found or made in it'(c) {
    const { server, client, dir, dirNode, at } = c
    const node = await server.directory(`${dir}sub`)
    const fd = await client.call('open', at('sub'), O.RDONLY | O.DIRECTORY)
    await server.tree('remove', `${dir}sub`)
    await server.notify('delete', dirNode, node, 'sub').settled
    await assert.rejects(client.call('openat', fd, 'x', O.RDWR | O.CREAT), { code: 'ENOENT' })
    await assert.rejects(client.call('getdents', fd), { code: 'ENOENT' })
    await client.call('close', fd)
  },

  async 'a directory with something in use in it: ENOTEMPTY, and its name is dropped all the same'(c) {
    const { server, client, dir, dirNode, at } = c
    const node = await server.directory(`${dir}sub`)
    await server.file(`${dir}sub/f`)
    const fd = await client.call('open', at('sub/f'), O.RDONLY)
    const before = (await server.counts())['lookup']!
    await assert.rejects(server.notify('delete', dirNode, node, 'sub').settled, {
      name: 'NotifyError',
      code: 'ENOTEMPTY',
      message: /in use/,
    })
    assert.ok(await client.call('exists', at('sub')))
    assert.equal((await server.counts())['lookup'], before + 1)
    await client.call('close', fd)
  },

  async 'another object by that name: not cached, and the name is dropped all the same'(c) {
    const { server, client, dir, dirNode, at } = c
    const f = await server.file(`${dir}f`)
    const g = await server.file(`${dir}g`)
    for (const name of ['f', 'g']) await client.call('exists', at(name))
    const watch = await client.call('watch', at('f'), WATCH)
    const before = (await server.counts())['lookup']!
    const { outcome } = (await server.notify('delete', dirNode, g, 'f').settled) as { outcome: string }
    assert.equal(outcome, 'not-cached')
    assert.deepEqual(await client.call('events', watch), [])
    assert.equal(Number((await client.call('stat', at('f'))).ino), f)
    assert.equal((await server.counts())['lookup'], before + 1)
    await client.call('close', watch)
  },
})
