import assert from 'node:assert/strict'
import { mkdtempSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { abort } from '#src/kernel/abort.js'
import { diagnoseConnections } from '#src/kernel/diagnose.js'
import { mountFuse } from '#src/kernel/mount-fuse.js'
import { findMount } from '#src/kernel/mountinfo.js'
import { free } from '../helpers/free.js'
import { cannotMount } from '../helpers/needs.js'
import { stateOf, until } from '../helpers/processes.js'
import { die, freed, jam, startWedge, type WedgeOptions } from '../helpers/wedge.js'

const options = { skip: cannotMount(), timeout: 30_000 }

const reportOf = (connection: number) => {
  const { connections } = diagnoseConnections()
  return connections.find((report) => report.connection === connection)
}

test('a mount in trouble is told from one that is well, and abort frees it', options, async (t) => {
  for (const lane of ['io_uring', 'threads'] as const) {
    const how: WedgeOptions = { notification: 'INVAL_ENTRY', lane, guardian: false }
    const wedge = await startWedge(t, how)
    const { connection, server, path, clients } = wedge
    const well = reportOf(connection)
    assert.equal(well?.verdict, 'well')
    assert.deepEqual(well.mounts, [{ mountpoint: path, source: 'wedge', type: 'fuse', uid: 0 }])
    assert.equal(well.waiting, 0)
    // Before Linux 6.16 the kernel does not tell.
    const servers = well.servers?.map(({ pid, isDying }) => [pid, isDying])
    assert.deepEqual(servers, well.unknown === undefined ? [[server.pid, false]] : undefined)

    await jam(wedge, how)
    const hanging = reportOf(connection)
    assert.equal(hanging?.verdict, 'hanging')
    assert.equal(hanging.waiting, 3)
    const blocked = hanging.blocked.map(({ pid, state }) => [pid, state])
    assert.ok(
      blocked.some(([pid, state]) => pid === server.pid && state === 'D'),
      'the notification',
    )
    assert.ok(
      blocked.some(([pid]) => pid === clients[0]!.process.pid),
      'the reader, which has a file there',
    )
    // Nothing tells where the others, which have nothing open there, are waiting, where there are other mounts.
    const everywhere = [...hanging.blocked, ...diagnoseConnections().unplaced]
    for (const { process, name } of clients)
      assert.ok(
        everywhere.some(({ pid }) => pid === process.pid),
        name,
      )

    die(wedge, 'SIGKILL')
    await until(() => reportOf(connection)?.verdict === 'dying', 'it is seen that the server is dying')
    const result = await abort(lane === 'threads' ? connection : path)
    assert.deepEqual(result, { connection, aborted: true, unmounted: [path] })
    await freed(wedge, 2000)
    assert.equal(reportOf(connection)?.mounts.some(({ mountpoint }) => mountpoint === path) ?? false, false)
  }
})

test('a dead mount is found, and taken away', options, async (t) => {
  const path = mkdtempSync(join(tmpdir(), 'fusewire-dead-'))
  t.after(() => {
    free(path)
    rmdirSync(path)
  })
  const mount = await mountFuse(path)
  mount.fd.close()
  const report = reportOf(mount.connection!)
  assert.equal(report?.verdict, report?.unknown === undefined ? 'dead' : 'unknown')
  assert.deepEqual((await abort(path)).unmounted, [path])
  assert.equal(findMount(path), undefined)
})

test('what is no FUSE mount is left alone', options, async () => {
  await assert.rejects(abort('/proc'), { code: 'ERR_NOT_MOUNTED', message: /\(proc\) is not FUSE/ })
  await assert.rejects(abort('/proc/self'), { code: 'ERR_NOT_MOUNTED' })
  await assert.rejects(abort(999_999), { code: 'ERR_FUSECTL', message: /no FUSE connection 999999/ })
  assert.notEqual(stateOf(process.pid), undefined)
})
