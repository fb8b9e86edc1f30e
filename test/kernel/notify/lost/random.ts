import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cannotMount } from '../../../helpers/needs.js'
import { fromEnvironment } from '../../../helpers/random.js'
import type { Shown } from '../client/snapshot.js'
import type { ChurnOptions } from '../server/churn.js'
import { Scripted } from '../scripted.js'
import type { ServerSettings } from '../server/messages.js'
import { brief } from './fresh.js'

const SHAPE = { directories: 8, names: 40, sharedFrom: 5 }
/** After each of them readers and writers stop, and everything is compared. */
const ROUNDS = 20
const SLICE_MS = 50

/** Changes at random at the source, with readers and writers at the mount; then all that the kernel shows is compared. */
export function randomChanges(
  name: string,
  changes: number,
  settings: ServerSettings,
  by: ChurnOptions['by'] = 'notifications',
): void {
  test(name, { skip: cannotMount(), timeout: 200_000 }, async (t) => {
    const seed = fromEnvironment('CHANGES_SEED', Date.now() % 2 ** 31)
    console.log(`${name}: CHANGES_SEED=${seed}`)
    const server = await Scripted.start(t, settings)
    const clients = await Promise.all([server.client(), server.client(), server.client(), server.client()])
    for (let i = 0; i < SHAPE.directories; i += 1) await server.directory(String(i))
    const began = performance.now()
    let calls = 0
    const counts: Record<string, number> = {}
    for (let round = 0; round < ROUNDS; round += 1) {
      const own = seed + round * 100
      const over = new AbortController()
      const work = clients.map(async (client, i) => {
        for (let slice = 0; !over.signal.aborted; slice += 1) {
          const options = { root: server.path, seed: own + 1000 * slice + i, ms: SLICE_MS, writes: i % 2 === 1 }
          calls += await client.call('workload', { ...SHAPE, ...options })
        }
      })
      // Whoever awaits them below hears of a failure; the changes come first.
      for (const each of work) each.catch(() => undefined)
      const done = await server.ask<Record<string, number>>('churn', {
        ...SHAPE,
        by,
        seed: own,
        changes: changes / ROUNDS,
      })
      over.abort()
      await Promise.all(work)
      for (const [kind, count] of Object.entries(done)) counts[kind] = (counts[kind] ?? 0) + count
      await compare(server, clients[0])
    }
    const ms = Math.round(performance.now() - began)
    const { codes, ...rest } = await server.notifyStats()
    t.diagnostic(`${changes} changes in ${ms} ms: ${JSON.stringify(counts)}, ${calls} steps of clients`)
    t.diagnostic(
      JSON.stringify({ ...rest, codes: Object.fromEntries(Object.entries(codes).map(([k, v]) => [k, v.sent])) }),
    )
    assert.deepEqual(server.faults, [])
    assert.deepEqual([rest.waiting, rest.queued], [0, 0])
  })
}

/** Listings first, then names that are not there, then everything of what is. */
async function compare(server: Scripted, client: (typeof server.clients)[number]): Promise<void> {
  const expected = await server.ask<Shown[]>('expected', '')
  const there = new Set(expected.map(({ path }) => path))
  const absent: string[] = []
  for (let directory = 0; directory < SHAPE.directories; directory += 1) {
    const all = Array.from({ length: SHAPE.names }, (_, i) => String(i))
    const names = all.filter((name) => there.has(`${directory}/${name}`))
    assert.deepEqual(
      await client.call('list', server.at(String(directory))),
      names.toSorted(),
      `listing of ${directory}`,
    )
    absent.push(...all.filter((name) => !there.has(`${directory}/${name}`)).map((name) => `${directory}/${name}`))
  }
  for (const path of absent) assert.equal(await client.call('exists', server.at(path)), false, path)
  const shown = await client.call('snapshot', server.path)
  for (const [i, one] of shown.entries()) {
    const [seen, real] = [one.content, expected[i]?.content]
    if (seen === undefined || real === undefined || one.path !== expected[i]!.path || seen.equals(real)) continue
    const at = seen.findIndex((byte, offset) => byte !== real[offset])
    const around = (bytes: Buffer) => bytes.subarray(Math.max(0, at - 10), at + 40).toString('latin1')
    const what = `${seen.length} bytes, ${real.length} at the source, from byte ${at} on '${around(seen)}', not '${around(real)}'`
    assert.fail(`${one.path}, node ${one.ino}: ${what}`)
  }
  assert.deepEqual(shown.map(brief), expected.map(brief))
}
