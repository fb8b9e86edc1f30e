import assert from 'node:assert/strict'
import { O } from '../../../helpers/posix/constants.js'
import { onBothLanes, type Checks, type Context } from '../lanes.js'
import type { ServerSettings } from '../server/messages.js'
import { assertFresh } from './fresh.js'
import { prepare, ruleOf, type Kind } from './kinds.js'

const PAGE = 4096

/** Computed, held, overtaken by a change and its notification, and let go: what is seen then is what is true. */
export function heldReplies(kinds: Readonly<Record<string, Kind>>, settings: Omit<ServerSettings, 'via'>): void {
  const checks: Checks = Object.fromEntries(
    Object.entries(kinds).map(([name, kind]) => [name, (c: Context) => heldReply(c, kind)]),
  )
  onBothLanes(checks, settings)
}

async function heldReply(c: Context, kind: Kind): Promise<void> {
  await prepare(c, kind)
  const hold = await c.server.hold(kind.op, ruleOf(kind))
  const asked = kind.ask(c)
  asked.catch(() => undefined)
  await hold.arrived()
  const calls = await kind.change(c)
  await hold.release()
  await asked.catch(() => undefined)
  await Promise.all(calls.map(({ settled }) => settled))
  await assertFresh(c)
  // Once more: what was only looked at may have been cached again.
  await assertFresh(c, 'the second time')
}

/**
 * A writer puts its bytes into the first page, and waits for the second, of which a READ is held. Then the file changes, and
 * the kernel is told of the first page alone.
 */
async function overtakenWrite({ server, client, dir, at }: Context): Promise<void> {
  const [reader, writer] = [await server.client(), await server.client()]
  const node = await server.file(`${dir}f`, Buffer.alloc(2 * PAGE, 'o'))
  await client.call('readAt', at('f'), 4, 0)
  const fd = await writer.call('open', at('f'), O.RDWR)
  await writer.call('stat', at('f'))
  const hold = await server.hold('read', { node })
  const reading = reader.call('readAt', at('f'), 4, PAGE)
  await hold.arrived()
  const writing = writer.call('pwrite', fd, Buffer.alloc(2 * PAGE, 'w'), 0)
  while (String(await client.call('readAt', at('f'), 4, 0)) !== 'wwww');
  await server.tree('write', `${dir}f`, Buffer.alloc(2 * PAGE, 'n'))
  await server.notify('invalInode', node, { offset: 0, length: 1 }).settled
  assert.equal(String(await client.call('readAt', at('f'), 4, 0)), 'nnnn')
  await hold.release()
  await Promise.all([reading, writing])
  assert.equal((await server.ask<Buffer>('content', `${dir}f`)).subarray(0, 4).toString(), 'wwww')
  await server.notify('invalInode', node, { offset: PAGE, length: 1 }).settled
  assert.equal(String(await client.call('readAt', at('f'), 4, 0)), 'wwww')
}

/** Kinds whose object has no name, or that are seen by other means. */
export const SPECIAL: Checks = {
  async 'TMPFILE, and the file changes'(c) {
    const hold = await c.server.hold('tmpfile')
    const opening = c.client.call('open', c.at(), O.TMPFILE | O.RDWR)
    const { node: parent } = await hold.arrived()
    assert.equal(parent, c.dirNode)
    const node = (await c.server.ask<number>('lastMade')) as never
    await c.server.ask('resize', node, 100)
    const call = c.server.notify('invalInode', node)
    await hold.release()
    const fd = await opening
    await call.settled
    assert.equal((await c.client.call('fstat', fd)).size, 100)
    await c.client.call('close', fd)
  },

  'WRITE that was put into a page which was dropped, and read again, before it was sent': overtakenWrite,

  async 'WRITE while bytes that the source had before wait to be stored'(c) {
    const { server, client, dir, at } = c
    const [reader, writer] = [await server.client(), await server.client()]
    const node = await server.file(`${dir}f`, Buffer.alloc(2 * PAGE, 'o'))
    await client.call('readAt', at('f'), 4, PAGE)
    const fd = await writer.call('open', at('f'), O.RDWR)
    const hold = await server.hold('read', { node })
    const reading = reader.call('readAt', at('f'), 4, 0)
    await hold.arrived()
    await server.tree('write', `${dir}f`, Buffer.alloc(2 * PAGE, 'n'))
    const stored = server.notify('store', node, 0, Buffer.alloc(2 * PAGE, 'n'))
    await server.blocked()
    await writer.call('pwrite', fd, Buffer.alloc(PAGE, 'w'), PAGE)
    await hold.release()
    await Promise.all([reading, stored.settled])
    await server.notify('invalInode', node, { attributesOnly: true }).settled
    assert.equal(String(await client.call('readAt', at('f'), 4, PAGE)), 'wwww')
    assert.equal(String(await client.call('readAt', at('f'), 4, 0)), 'nnnn')
  },

  async 'STATX, and the file changes'(c) {
    const node = await c.server.file(`${c.dir}f`, 'old')
    await c.client.call('stat', c.at('f'))
    const hold = await c.server.hold('statx')
    const asking = c.client.call('statWithBirth', c.at('f'))
    await hold.arrived()
    await c.server.tree('write', `${c.dir}f`, 'newer')
    const call = c.server.notify('invalInode', node)
    await hold.release()
    await asking
    await call.settled
    assert.equal((await c.client.call('stat', c.at('f'))).size, 5)
  },
}
