import assert from 'node:assert/strict'
import { O } from '../../helpers/posix/constants.js'
import { onBothLanes } from './lanes.js'

/* INVAL_ENTRY, and EXPIRE_ONLY of it: names, in both directions. */

onBothLanes({
  async 'a name that became another object'({ server, client, dir, dirNode, at }) {
    await server.file(`${dir}f`, 'the old one')
    assert.equal((await client.call('readFile', at('f'))).toString(), 'the old one')
    await server.tree('remove', `${dir}f`)
    await server.file(`${dir}f`, 'the new one')
    assert.equal((await client.call('readFile', at('f'))).toString(), 'the old one')
    await server.notify('invalEntry', dirNode, 'f').settled
    assert.equal((await client.call('readFile', at('f'))).toString(), 'the new one')
  },

  async 'a name that is gone'({ server, client, dir, dirNode, at }) {
    await server.file(`${dir}f`)
    assert.ok(await client.call('exists', at('f')))
    await server.tree('remove', `${dir}f`)
    assert.ok(await client.call('exists', at('f')))
    await server.notify('invalEntry', dirNode, 'f').settled
    assert.ok(!(await client.call('exists', at('f'))))
  },

  async 'a name that did not exist'({ server, client, dir, dirNode, at }) {
    assert.ok(!(await client.call('exists', at('f'))))
    await server.file(`${dir}f`)
    assert.ok(!(await client.call('exists', at('f'))))
    const { outcome } = (await server.notify('invalEntry', dirNode, 'f').settled) as { outcome: string }
    assert.equal(outcome, 'applied')
    assert.ok(await client.call('exists', at('f')))
  },

  async 'the attributes of the directory are asked for again'({ server, client, dir, dirNode, at }) {
    await server.file(`${dir}f`)
    await client.call('exists', at('f'))
    const { mtime } = await client.call('stat', at())
    await server.file(`${dir}g`)
    assert.equal((await client.call('stat', at())).mtime, mtime)
    await server.notify('invalEntry', dirNode, 'f').settled
    assert.ok((await client.call('stat', at())).mtime > mtime)
  },

  async 'of a name that the kernel never had: not cached, and a cached listing stays'(c) {
    const { server, client, dir, dirNode, at } = c
    assert.deepEqual(await client.call('list', at()), [])
    await server.file(`${dir}f`)
    const { outcome } = (await server.notify('invalEntry', dirNode, 'f').settled) as { outcome: string }
    assert.equal(outcome, 'not-cached')
    assert.deepEqual(await client.call('list', at()), [])
    await server.notify('invalInode', dirNode).settled
    assert.deepEqual(await client.call('list', at()), ['f'])
  },

  async 'expiring keeps the pages of an object that is still there'({ server, client, dir, dirNode, at }) {
    await server.file(`${dir}f`, 'cached bytes')
    await client.call('readFile', at('f'))
    const before = await server.counts()
    await server.notify('invalEntry', dirNode, 'f', { expireOnly: true }).settled
    assert.equal((await client.call('readFile', at('f'))).toString(), 'cached bytes')
    const after = await server.counts()
    assert.equal(after['lookup'], before['lookup']! + 1)
    assert.equal(after['read'], before['read'])
  },

  async 'dropping forgets an object that nobody uses, and its pages'({ server, client, dir, dirNode, at }) {
    const node = await server.file(`${dir}f`, 'cached bytes')
    await client.call('readFile', at('f'))
    const before = await server.counts()
    await server.ask('forgotten')
    await server.notify('invalEntry', dirNode, 'f').settled
    assert.equal((await client.call('readFile', at('f'))).toString(), 'cached bytes')
    const after = await server.counts()
    assert.deepEqual([after['lookup'], after['read']], [before['lookup']! + 1, before['read']! + 1])
    assert.deepEqual(await server.ask('forgotten'), [node])
  },

  async 'an open file goes on working without its name'({ server, client, dir, dirNode, at }) {
    await server.file(`${dir}f`, 'still readable')
    const fd = await client.call('open', at('f'), O.RDONLY)
    await server.tree('remove', `${dir}f`)
    await server.notify('invalEntry', dirNode, 'f').settled
    assert.ok(!(await client.call('exists', at('f'))))
    assert.equal((await client.call('pread', fd, 100, 0)).toString(), 'still readable')
    await client.call('close', fd)
  },

  async 'a directory goes with all that is below it'({ server, client, dir, dirNode, at }) {
    await server.directory(`${dir}sub`)
    await server.file(`${dir}sub/f`)
    assert.ok(await client.call('exists', at('sub/f')))
    await server.tree('rename', `${dir}sub`, `${dir}moved`)
    assert.ok(await client.call('exists', at('sub/f')))
    await server.notify('invalEntry', dirNode, 'sub').settled
    await server.notify('invalEntry', dirNode, 'moved').settled
    assert.ok(!(await client.call('exists', at('sub/f'))))
    assert.ok(await client.call('exists', at('moved/f')))
  },

  async 'names are bytes, whatever they mean'({ server, client, dir, dirNode, at }) {
    for (const name of ['ünïcode', 'with space', '\\', '-']) {
      assert.ok(!(await client.call('exists', at(name))))
      await server.file(`${dir}${name}`)
      await server.notify('invalEntry', dirNode, name).settled
      assert.ok(await client.call('exists', at(name)), name)
    }
  },
})
