import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cannotMount } from '../../helpers/needs.js'
import { MAP, O, PROT } from '../../helpers/posix/constants.js'
import { LANES, Scripted } from './scripted.js'
import { onBothLanes, type Context } from './lanes.js'

/* RETRIEVE: what the page cache has. */

const PAGE = 4096
const CONTENT = Buffer.from(Uint8Array.from({ length: 40 * PAGE + 100 }, (_, i) => (i * 13) % 251))
const SMALL = { maxWrite: 4 * PAGE, maxReadahead: 0 }

async function file({ server, dir, at, client }: Context, read = true) {
  const node = await server.file(`${dir}f`, CONTENT)
  if (read) assert.deepEqual(await client.call('readFile', at('f')), CONTENT)
  else await client.call('stat', at('f'))
  return node
}

async function retrieve({ server }: Context, ...args: Parameters<typeof retrieveOf>): Promise<Buffer> {
  return retrieveOf(...args)(server)
}

function retrieveOf(node: number, offset: number, length: number) {
  return async (server: Scripted) =>
    Buffer.from((await server.notify('retrieve', node as never, offset, length).settled) as Uint8Array)
}

onBothLanes(
  {
    async 'exact bytes, longer than max_write too, and to the end of the file'(c) {
      const node = await file(c)
      assert.ok((await retrieve(c, node, 0, CONTENT.length)).equals(CONTENT))
      assert.ok((await retrieve(c, node, 0, 10 * CONTENT.length)).equals(CONTENT))
    },

    async 'from within a page, across pages'(c) {
      const node = await file(c)
      for (const [offset, length] of [
        [100, 50],
        [100, 2 * PAGE],
        [PAGE - 1, 2],
        [5 * PAGE + 17, 20 * PAGE + 3],
        [CONTENT.length - 1, 1000],
      ] as const) {
        const found = await retrieve(c, node, offset, length)
        assert.ok(found.equals(CONTENT.subarray(offset, offset + length)), `${offset}+${length}`)
      }
    },

    async 'up to the first page that is not there'(c) {
      const node = await file(c)
      await c.server.notify('invalInode', node, { offset: 7 * PAGE, length: 1 }).settled
      assert.ok((await retrieve(c, node, 10, CONTENT.length)).equals(CONTENT.subarray(10, 7 * PAGE)))
      assert.equal((await retrieve(c, node, 7 * PAGE, 10)).length, 0)
      assert.ok((await retrieve(c, node, 8 * PAGE, 10)).equals(CONTENT.subarray(8 * PAGE, 8 * PAGE + 10)))
    },

    async 'nothing: not cached, no bytes asked for, past the end'(c) {
      const node = await file(c, false)
      assert.equal((await retrieve(c, node, 0, 100)).length, 0)
      await c.client.call('readFile', c.at('f'))
      assert.equal((await retrieve(c, node, 0, 0)).length, 0)
      assert.equal((await retrieve(c, node, CONTENT.length, 100)).length, 0)
      assert.equal((await retrieve(c, node, 2 ** 40, 100)).length, 0)
    },

    async 'many at once'(c) {
      const node = await file(c)
      const all = await Promise.all(
        Array.from({ length: 50 }, async (_, i) => {
          const bytes = await retrieve(c, node, i * 1000, 30_000)
          return bytes.equals(CONTENT.subarray(i * 1000, i * 1000 + 30_000))
        }),
      )
      assert.deepEqual(new Set(all), new Set([true]))
    },

    async 'what was written to a mapping and is not at the source yet'(c) {
      const node = await file(c)
      const fd = await c.client.call('open', c.at('f'), O.RDWR)
      const address = await c.client.call('mmap', fd, PAGE, PROT.READ | PROT.WRITE, MAP.SHARED, 0)
      await c.client.call('poke', address + 5, 'dirty')
      assert.equal((await retrieve(c, node, 5, 5)).toString(), 'dirty')
      assert.ok((await c.server.ask<Buffer>('content', `${c.dir}f`)).equals(CONTENT))
      await c.client.call('munmap', address, PAGE)
      await c.client.call('close', fd)
    },

    async 'a page whose READ is not answered ends it, without a wait'(c) {
      const node = await file(c, false)
      await c.client.call('readFile', c.at('f'))
      await c.server.notify('invalInode', node, { offset: 3 * PAGE, length: 1 }).settled
      const hold = await c.server.hold('read', { node })
      const reading = c.client.call('readFile', c.at('f'))
      await hold.arrived()
      assert.ok((await retrieve(c, node, 0, CONTENT.length)).equals(CONTENT.subarray(0, 3 * PAGE)))
      await hold.release()
      assert.ok((await reading).equals(CONTENT))
    },
  },
  { init: SMALL },
)

for (const via of LANES) {
  test(`the end of the mount ends it: ${via}`, { skip: cannotMount(), timeout: 20_000 }, async (t) => {
    const server = await Scripted.start(t, { via })
    const client = await server.client()
    const node = await server.file('f', CONTENT)
    await client.call('readFile', server.at('f'))
    // It is asked for, and the connection ends before the answer is read: both are done in one turn of the server.
    const [action, call] = server.action('retrieve', node, 0, 100)
    void server.act(action, ...Array.from({ length: 20 }, () => server.action('retrieve', node, 0, 1e6)[0]))
    const unmounted = server.ask('unmount', 'force')
    await call.settled.catch((error: { code: string }) =>
      assert.ok(['ERR_MOUNT_ENDED', 'ENOTCONN'].includes(error.code)),
    )
    await unmounted
    await server.ended
    const late = server.notify('retrieve', node, 0, 100)
    await assert.rejects(late.settled, { code: 'ERR_MOUNT_ENDED' })
  })
}
