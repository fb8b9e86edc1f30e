import assert from 'node:assert/strict'
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
  },
})
