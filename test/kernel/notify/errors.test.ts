import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { NodeId } from '#src/base/ids.js'
import type { NotifyStats } from '#src/notify/stats.js'
import { cannotMount } from '../../helpers/needs.js'
import { onBothLanes, type Context } from './lanes.js'
import { Scripted, type Call } from './scripted.js'

/* Every error of kernel-client.md §6.2 that can be had, and calls that are refused before anything is sent. */

const UNKNOWN = 123_456_789 as NodeId

/** How many messages went to the kernel, whatever it said to them. */
function written({ codes }: NotifyStats): number {
  return Object.values(codes).reduce((sum, { sent, failed }) => sum + sent + failed, 0)
}

async function outcomeOf(call: Call): Promise<string> {
  return ((await call.settled) as { outcome: string }).outcome
}

async function objects({ server, client, dir, at }: Context) {
  const file = await server.file(`${dir}f`, 'x')
  const link = await server.tree('add', `${dir}l`, 'symlink', 't')
  for (const name of ['f', 'l']) await client.call('lstat', at(name))
  return { file, link }
}

onBothLanes({
  async 'ENOTDIR: names in what is no directory'(c) {
    const { file, link } = await objects(c)
    for (const node of [file, link]) {
      for (const call of [c.server.notify('invalEntry', node, 'x'), c.server.notify('delete', node, file, 'x')]) {
        await assert.rejects(call.settled, { name: 'NotifyError', code: 'ENOTDIR', message: /no directory/ })
      }
    }
  },

  async 'EINVAL: bytes of what is no regular file'(c) {
    const { link } = await objects(c)
    for (const node of [link, c.dirNode]) {
      const calls = [c.server.notify('store', node, 0, Buffer.from('x')), c.server.notify('retrieve', node, 0, 10)]
      for (const { settled } of calls) {
        await assert.rejects(settled, { name: 'NotifyError', code: 'EINVAL', message: /no regular file/ })
      }
    }
  },

  async 'ENOENT of whatever is not cached is no error'(c) {
    const { server, dirNode } = c
    const { file } = await objects(c)
    await server.notify('invalEntry', dirNode, 'f').settled
    for (const call of [
      () => server.notify('invalInode', UNKNOWN),
      () => server.notify('invalEntry', UNKNOWN, 'x'),
      () => server.notify('invalEntry', dirNode, 'never looked up'),
      () => server.notify('invalEntry', dirNode, '.'),
      () => server.notify('invalEntry', dirNode, 'never looked up', { expireOnly: true }),
      () => server.notify('store', UNKNOWN, 0, Buffer.from('x')),
      () => server.notify('delete', UNKNOWN, file, 'x'),
      () => server.notify('delete', dirNode, UNKNOWN, 'never looked up'),
      () => server.notify('prune', [UNKNOWN]),
    ]) {
      assert.equal(await outcomeOf(call()), 'not-cached')
    }
    assert.equal(((await server.notify('retrieve', UNKNOWN, 0, 10).settled) as Uint8Array).length, 0)
  },

  async 'malformed calls are refused, and the kernel hears nothing of them'(c) {
    const { server, dirNode } = c
    const { file } = await objects(c)
    const before = written(await server.notifyStats())
    const bad = [
      server.notify('invalInode', 0 as NodeId),
      server.notify('invalInode', file, { offset: -1 }),
      server.notify('invalInode', file, { attributesOnly: true, length: 5 }),
      server.notify('invalEntry', dirNode, ''),
      server.notify('invalEntry', dirNode, 'a/b'),
      server.notify('store', file, 2 ** 53 - 1, Buffer.from('xx')),
      server.notify('retrieve', file, 0, -1),
      server.notify('delete', dirNode, -1 as NodeId, 'x'),
      server.notify('prune', [file, 0.5 as NodeId]),
      server.notify('poll', -1),
    ]
    for (const { settled } of bad) await assert.rejects(settled, { name: 'NotifyError', code: 'EINVAL' })
    const long = [
      server.notify('invalEntry', dirNode, 'x'.repeat(4096)),
      server.notify('delete', dirNode, file, 'ü'.repeat(2048)),
    ]
    for (const { settled } of long) await assert.rejects(settled, { name: 'NotifyError', code: 'ENAMETOOLONG' })
    assert.equal(written(await server.notifyStats()), before)
  },

  async 'the longest name is taken'(c) {
    assert.equal(await outcomeOf(c.server.notify('invalEntry', c.dirNode, 'x'.repeat(4095))), 'not-cached')
  },
})

const OLDER = [
  [44, ['prune']],
  [37, ['prune', 'incEpoch', 'resend', 'expireOnly']],
  [17, ['prune', 'incEpoch', 'resend', 'expireOnly', 'delete']],
  [14, ['prune', 'incEpoch', 'resend', 'expireOnly', 'delete', 'store', 'retrieve']],
  [11, ['prune', 'incEpoch', 'resend', 'expireOnly', 'delete', 'store', 'retrieve', 'invalInode', 'invalEntry']],
] as const

for (const [minorLimit, missing] of OLDER) {
  test(
    `what 7.${minorLimit} has not is refused, and the rest works`,
    { skip: cannotMount(), timeout: 20_000 },
    async (t) => {
      const server = await Scripted.start(t, { via: 'io_uring', init: { minorLimit } })
      const client = await server.client()
      const dir = await server.directory('d')
      const file = await server.file('d/f', 'content')
      assert.equal((await client.call('readFile', server.at('d/f'))).toString(), 'content')
      const calls: Record<(typeof OLDER)[4][1][number] | 'poll', Call> = {
        poll: server.notify('poll', 1),
        retrieve: server.notify('retrieve', file, 0, 3),
        store: server.notify('store', file, 0, Buffer.from('CON')),
        invalInode: server.notify('invalInode', file),
        expireOnly: server.notify('invalEntry', dir, 'f', { expireOnly: true }),
        delete: server.notify('delete', dir, file, 'f'),
        invalEntry: server.notify('invalEntry', dir, 'f'),
        resend: server.notify('resend'),
        incEpoch: server.notify('incEpoch'),
        prune: server.notify('prune', [file]),
      }
      for (const [what, { settled }] of Object.entries(calls)) {
        if (missing.some((name) => name === what)) {
          await assert.rejects(settled, { name: 'UnsupportedError', code: 'ERR_UNSUPPORTED', message: /7\./ }, what)
        } else await settled
      }
      await client.call('stat', server.at('d'))
    },
  )
}
