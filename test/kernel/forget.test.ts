import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { O } from '../helpers/posix.js'
import { cannotMount } from '../helpers/needs.js'
import { eventually, serveRobust, type Counts, type Robust } from '../helpers/robust.js'

/* Lookup counts under a real kernel: each answer that counts comes back with FORGET, and no other. */

const options = { skip: cannotMount(), timeout: 60_000 }
const DIRECTORY = O.RDONLY | O.DIRECTORY

/** Makes the kernel drop the names and objects that nobody uses, and waits until all lookups are taken back. */
async function forgotten({ counts }: Robust): Promise<Counts> {
  let last!: Counts
  await eventually(
    async () => {
      writeFileSync('/proc/sys/vm/drop_caches', '2')
      last = await counts()
      return last.lookups.length === 0
    },
    () => last.lookups,
  )
  return last
}

for (const readdirplus of [true, false]) {
  test(`all lookups are forgotten, with ${readdirplus ? 'READDIRPLUS' : 'READDIR'}`, options, async (t) => {
    const served = await serveRobust(t, { init: { readdirplus, readdirplusAuto: false } })
    const { path, counts } = served
    const agent = await served.agent()
    const at = (name: string) => `${path}/${name}`
    for (let round = 0; round < 3; round += 1) {
      for (let i = 0; i < 200; i += 1) await agent.call('stat', at(`slow-${i}`))
    }
    const fds: number[] = []
    for (let i = 0; i < 20; i += 1) {
      fds.push(await agent.call('open', at(`made${i}`), O.CREAT | O.EXCL | O.RDWR, 0o644))
      await agent.call('link', at(`made${i}`), at(`link${i}`))
      await agent.call('symlink', `made${i}`, at(`symlink${i}`))
      await agent.call('mknod', at(`node${i}`), 0o10600)
      await agent.call('mkdir', at(`directory${i}`), 0o755)
      fds.push(await agent.call('open', path, O.TMPFILE | O.RDWR, 0o600))
      await agent.call('stat', at(`symlink${i}`))
    }
    const listing = await agent.call('open', path, DIRECTORY, 0)
    let listed = 0
    for (;;) {
      const entries = await agent.call('getdents', listing)
      if (entries.length === 0) break
      listed += entries.length
    }
    assert.ok(listed >= 300, `${listed} names`)
    fds.push(listing)
    // Half of what is open loses its name.
    for (let i = 0; i < 20; i += 2) await agent.call('unlink', at(`made${i}`))
    for (let i = 0; i < 20; i += 2) await agent.call('unlink', at(`link${i}`))
    const full = await counts()
    const total = full.lookups.reduce((sum, [, count]) => sum + count, 0)
    assert.ok(full.lookups.length >= 300 && total >= 800, `${total} lookups of ${full.lookups.length} nodes`)
    for (const fd of fds) await agent.call('close', fd)
    const empty = await forgotten(served)
    assert.deepEqual([empty.handles, empty.errors, empty.inFlight, empty.buffers], [0, 0, 0, 0])
    // Those without a name are gone for good.
    assert.equal(full.nodes - empty.nodes, 30)
  })
}

test('answers that cannot be sent take their lookups and handles back themselves', options, async (t) => {
  const served = await serveRobust(t, { init: { readdirplus: true, readdirplusAuto: false } })
  const { path, counts } = served
  const agent = await served.agent()
  const fails = async (call: Promise<unknown>) => assert.rejects(call, { code: 'EIO' })
  await fails(agent.call('stat', `${path}/wrong-lookup`))
  // What is not there yet is looked up first, and only the names of the test are found then.
  const at = (name: string) => `${path}/directory/wrong${name}`
  await agent.call('mkdir', `${path}/directory`, 0o755)
  await fails(agent.call('mkdir', at('1'), 0o755))
  await fails(agent.call('mknod', at('2'), 0o10600))
  await fails(agent.call('symlink', 'x', at('3')))
  await fails(agent.call('open', at('4'), O.CREAT | O.RDWR, 0o644))
  const listed = await agent
    .call('mkdir', `${path}/faulty`, 0o755)
    .then(() => agent.call('open', `${path}/faulty`, DIRECTORY, 0))
  for (let i = 0; i < 10; i += 1) await agent.call('mkdir', `${path}/faulty/${i}`, 0o755)
  await fails(agent.call('getdents', listed))
  await agent.call('close', listed)
  await eventually(
    async () => (await counts()).handles === 0,
    () => 'handles',
  )
  const { lookups, errors, handles } = await counts()
  assert.deepEqual(
    lookups.filter(([name]) => name.startsWith('wrong')),
    [],
  )
  assert.ok(errors >= 6, `${errors} errors`)
  assert.equal(handles, 0)
  await forgotten(served)
})
