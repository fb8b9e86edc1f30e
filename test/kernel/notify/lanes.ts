import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { NodeId } from '#src/base/ids.js'
import { cannotMount } from '../../helpers/needs.js'
import type { Client } from './client/client.js'
import { LANES, Scripted } from './scripted.js'
import type { ServerSettings } from './server/messages.js'

/** What a test on a mount has. */
export interface Context {
  readonly server: Scripted
  readonly client: Client
  /** A directory of the source that no other test uses: its path, ending in a slash, and its node. */
  readonly dir: string
  readonly dirNode: NodeId
  /** Where a path in {@link dir} is in the mount. */
  readonly at: (path?: string) => string
}

export type Checks = Readonly<Record<string, (context: Context) => Promise<void>>>

const LIMIT_MS = 20_000

/** Runs the checks on a mount of their own for each way of sending notifications. */
export function onBothLanes(checks: Checks, settings: Omit<ServerSettings, 'via'> = {}): void {
  const skip = cannotMount()
  for (const via of LANES) {
    test(via, { skip, timeout: 120_000 }, async (t) => {
      const server = await Scripted.start(t, { ...settings, via })
      const client = await server.client()
      let number = 0
      for (const [name, check] of Object.entries(checks)) {
        number += 1
        const dir = `d${number}`
        await t.test(name, { timeout: LIMIT_MS }, async () => {
          const dirNode = await server.directory(dir)
          await server.notify('invalInode', 1 as NodeId).settled
          await server.notify('invalEntry', 1 as NodeId, dir).settled
          await check({ server, client, dir: `${dir}/`, dirNode, at: (path = '') => server.at(`${dir}/${path}`) })
        })
      }
      assert.deepEqual(server.faults, [])
    })
  }
}
