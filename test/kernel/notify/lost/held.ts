import assert from 'node:assert/strict'
import { O } from '../../../helpers/posix/constants.js'
import { onBothLanes, type Checks, type Context } from '../lanes.js'
import type { ServerSettings } from '../server/messages.js'
import { assertFresh } from './fresh.js'
import { prepare, ruleOf, type Kind } from './kinds.js'

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
