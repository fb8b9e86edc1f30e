import type { NotifyStats } from '#src/notify/stats.js'
import assert from 'node:assert/strict'
import { O } from '../../helpers/posix/constants.js'
import { onBothLanes } from './lanes.js'
import type { Call } from './scripted.js'

/* What used to be deadlocks, as they come about. */

const PAGE = 4096
const outcomes = async (calls: readonly Call[]) =>
  (await Promise.all(calls.map(({ settled }) => settled))).map((result) => (result as { outcome: string }).outcome)

onBothLanes(
  {
    async 'a file changes at the source while it is open and a read of it is under way'(c) {
      const { server, client, dir, at } = c
      const node = await server.file(`${dir}f`, Buffer.alloc(PAGE, 'o'))
      const fd = await client.call('open', at('f'), O.RDONLY)
      const hold = await server.hold('read', { node })
      const reading = client.call('pread', fd, 4, 0)
      await hold.arrived()
      await server.tree('write', `${dir}f`, Buffer.alloc(PAGE, 'n'))
      const call = server.notify('invalInode', node)
      // The server answers others, and this test.
      assert.equal(unsettled(await server.notifyStats()), 1)
      await hold.release()
      // Computed before the change; it may find its page gone, and ask again.
      assert.match((await reading).toString(), /^(oooo|nnnn)$/)
      assert.deepEqual(await outcomes([call]), ['applied'])
      assert.equal((await client.call('pread', fd, 4, 0)).toString(), 'nnnn')
      await client.call('close', fd)
    },

    async 'a directory changes while a lookup in it is unanswered, and others wait behind it'(c) {
      const { server, client, dir, dirNode, at } = c
      const other = await server.client()
      const hold = await server.hold('lookup', { name: 'x' })
      const looking = client.call('exists', at('x'))
      await hold.arrived()
      await server.file(`${dir}x`)
      const calls = [server.notify('invalEntry', dirNode, 'x'), server.notify('invalInode', dirNode)]
      // Behind the notification, which waits to be the only one in the directory, new names wait in the kernel.
      const listing = other.call('list', at())
      assert.ok(unsettled(await server.notifyStats()) >= 1)
      await hold.release()
      assert.equal(await looking, false, 'computed before the change')
      await Promise.all(calls.map(({ settled }) => settled))
      assert.deepEqual(await listing, ['x'])
      assert.equal(await client.call('exists', at('x')), true)
    },

    async 'a handler notifies what its own request holds up, and does not wait for it'(c) {
      const { server, client, dir, dirNode, at } = c
      const node = await server.file(`${dir}f`, 'content')
      const [entry, first] = server.action('invalEntry', dirNode, 'new')
      const [pages, second] = server.action('invalInode', node)
      await server.rule({ op: 'create', inside: [entry], times: 1 })
      await server.rule({ op: 'read', inside: [pages], times: 1 })
      await client.call('close', await client.call('open', at('new'), O.CREAT | O.RDWR))
      assert.equal((await client.call('readFile', at('f'))).toString(), 'content')
      assert.deepEqual(await outcomes([first, second]), ['applied', 'applied'])
    },

    async 'what follows a reply may be waited for'(c) {
      const { server, client, dir, dirNode, at } = c
      const [entry, call] = server.action('invalEntry', dirNode, 'new')
      await server.rule({ op: 'mkdir', after: [entry], times: 1 })
      await client.call('mkdir', at('new'))
      assert.deepEqual(await outcomes([call]), ['applied'])
      assert.equal(await client.call('exists', at('new')), true)
      await server.tree('remove', `${dir}new`)
    },

    async 'dropping dirty pages makes the kernel write them, and waits for that'(c) {
      const { server, client, dir, at } = c
      const node = await server.file(`${dir}f`, Buffer.alloc(PAGE, 'o'))
      const fd = await client.call('open', at('f'), O.RDWR)
      const address = await client.call('mmap', fd, PAGE, 3, 1, 0)
      await client.call('poke', address, 'dirty')
      const hold = await server.hold('write', { node })
      const call = server.notify('invalInode', node)
      await hold.arrived()
      assert.equal(await client.call('exists', server.at('unrelated')), false)
      assert.ok(!call.isSettled())
      await hold.release()
      assert.deepEqual(await outcomes([call]), ['applied'])
      assert.equal((await server.ask<Buffer>('content', `${dir}f`)).subarray(0, 6).toString(), 'dirtyo')
      await client.call('munmap', address, PAGE)
      await client.call('close', fd)
    },

    async 'a thousand changes while the backend is slow: bounded, merged, and nothing is lost'(c) {
      const { server, client, dir, dirNode, at } = c
      const node = await server.file(`${dir}f`, Buffer.alloc(50 * PAGE, 'o'))
      for (let i = 0; i < 50; i += 1) await server.file(`${dir}n${i}`, 'old')
      for (let i = 0; i < 50; i += 1) await client.call('readFile', at(`n${i}`))
      await client.call('readFile', at('f'))
      await server.notify('invalInode', node, { offset: 0, length: 1 }).settled
      const other = await server.client()
      const [read, lookup] = [await server.hold('read', { node }), await server.hold('lookup', { name: 'none' })]
      const reading = client.call('readFile', at('f'))
      const looking = other.call('exists', at('none'))
      await Promise.all([read.arrived(), lookup.arrived()])
      const calls: Call[] = []
      for (let i = 0; i < 1000; i += 1) {
        const name = `n${i % 50}`
        await server.tree('remove', `${dir}${name}`)
        await server.file(`${dir}${name}`, `new ${i}`)
        await server.tree('patch', `${dir}f`, 0, String(i))
        calls.push(server.notify('invalEntry', dirNode, name))
        calls.push(server.notify('invalInode', node, { offset: ((i * 7) % 50) * PAGE, length: 1 }))
        const { waiting, queued } = await server.notifyStats()
        assert.ok(waiting + queued <= 2 * 21, `${waiting} with the kernel, ${queued} in line`)
      }
      await Promise.all([read.release(), lookup.release()])
      await Promise.all([reading, looking])
      const counts = new Map<string, number>()
      for (const outcome of await outcomes(calls)) counts.set(outcome, (counts.get(outcome) ?? 0) + 1)
      console.log(`a thousand changes: ${JSON.stringify(Object.fromEntries(counts))}`)
      for (let i = 0; i < 50; i += 1) {
        assert.equal((await client.call('readFile', at(`n${i}`))).toString(), `new ${950 + i}`)
      }
      assert.equal((await client.call('readFile', at('f'))).subarray(0, 4).toString(), '999o')
    },
  },
  { notify: { maxQueuedPerKey: 20 }, init: { maxReadahead: 0 } },
)

/** Those that the kernel has not taken: they are with it, or about to be handed over. */
function unsettled({ waiting, queued }: NotifyStats): number {
  return waiting + queued
}
