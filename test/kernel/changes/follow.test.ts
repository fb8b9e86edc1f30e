import assert from 'node:assert/strict'
import type { Change } from '#src/changes/feed.js'
import { O } from '../../helpers/posix/constants.js'
import { onBothLanes } from '../notify/lanes.js'

/* What following a feed does besides what it says. */

onBothLanes({
  async 'a name that was replaced at the source, renamed through the mount before anybody has told of that'(c) {
    const { server, client, dir, at } = c
    const replaceAndRename = async (from: string, to: string) => {
      await server.file(`${dir}${from}`, 'the old one')
      assert.equal(String(await client.call('readFile', at(from))), 'the old one')
      await server.tree('remove', `${dir}${from}`)
      await server.file(`${dir}${from}`, 'the new one')
      await client.call('rename', at(from), at(to))
    }
    const read = async (name: string) => String(await client.call('readFile', at(name)))
    await replaceAndRename('a', 'b')
    await server.ask('follow')
    await replaceAndRename('c', 'd')
    // Until the kernel has taken that, which comes after the reply.
    while ((await read('d')) !== 'the new one');
    assert.equal(await read('b'), 'the old one')
    await server.ask('feed', 'end')
    await server.ask('followed')
  },

  async 'what a feed tells holds when its cursor is saved'({ server, client, dir, at }) {
    await server.ask('follow')
    await server.file(`${dir}f`, 'old')
    const fd = await client.call('open', at('f'), O.RDONLY)
    const read = async () => String(await client.call('preadAll', fd))
    assert.equal(await read(), 'old')
    assert.ok(!(await client.call('exists', at('new'))))
    await server.tree('write', `${dir}f`, 'new')
    await server.file(`${dir}new`)
    assert.deepEqual([await read(), await client.call('exists', at('new'))], ['old', false])
    const changes: Change[] = [
      { is: 'modified', path: `${dir}f` },
      { is: 'created', path: `${dir}new` },
    ]
    await server.ask('feed', { changes, cursor: 7 })
    while (!(await server.ask<number[]>('cursors')).includes(7));
    assert.deepEqual([await read(), await client.call('exists', at('new'))], ['new', true])
    await server.ask('feed', 'end')
    await server.ask('followed')
    await client.call('close', fd)
  },

  async 'when the feed ends, nothing that was cached is shown any more, and nothing is cached'(c) {
    const { server, client, dir, at } = c
    await server.file(`${dir}f`, 'old')
    const read = async () => String(await client.call('readFile', at('f')))
    const stays = async (content: string) => {
      await server.tree('write', `${dir}f`, content)
      return (await read()) !== content
    }
    await server.ask('follow')
    await read()
    assert.ok(await stays('changed while it is followed'))
    await server.ask('feed', 'end')
    const gaps = await server.ask<string[]>('followed')
    assert.equal(gaps.at(-1), 'ended')
    assert.equal(await read(), 'changed while it is followed')
    assert.ok(!(await stays('changed when it is followed no more')))
    assert.ok(!(await stays('and once more')))
    assert.ok(!(await client.call('exists', at('new'))))
    await server.file(`${dir}new`)
    assert.ok(await client.call('exists', at('new')))
    assert.deepEqual(await client.call('list', at()), ['f', 'new'])
    // Also through a descriptor, once the kernel has taken that what was read is to be dropped.
    const fd = await client.call('open', at('f'), O.RDONLY)
    await client.call('preadAll', fd)
    await server.tree('write', `${dir}f`, 'read again')
    while (String(await client.call('preadAll', fd)) !== 'read again');
    await client.call('close', fd)
    // The next one is trusted again.
    await server.ask('follow')
    await read()
    assert.ok(await stays('followed again'))
    await server.ask('feed', 'end')
    await server.ask('followed')
  },
})
