import assert from 'node:assert/strict'
import { once } from 'node:events'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { spawn } from 'node:child_process'
import { test } from 'node:test'
import type { InFlightTable } from '#src/mount-control.js'
import type { Stall } from '#src/server/stall.js'
import { cannotMount } from '../helpers/needs.js'
import { serve } from '../helpers/served.js'

const options = { skip: cannotMount(), timeout: 20_000 }

interface Said {
  readonly stall: Stall
  readonly inFlight: InFlightTable
}

test('a handler that awaits what waits for its own request is named, with the way out', options, async (t) => {
  for (const notifyVia of ['io_uring', 'threads'] as const) {
    const { path, next } = await serve(t, 'stalls', JSON.stringify({ watchdogMs: 200, notifyVia }))
    const said = next()
    const client = spawn('stat', [join(path, 'awaits')], { stdio: 'ignore' })
    t.after(() => client.kill('SIGKILL'))
    const { stall, inFlight } = (await said) as Said
    assert.match(stall.message, /^INVAL_ENTRY of 'any' in node 1 .*LOOKUP of 'awaits' in node 1 .*req\.afterReply\(\)/)
    assert.ok(stall.isAwaitedWithin)
    assert.deepEqual(
      inFlight.requests.map(({ op, name, pid }) => [op, name, pid]),
      [['LOOKUP', 'awaits', client.pid]],
    )
    assert.deepEqual(
      inFlight.notifications.map(({ notification, node, name }) => [notification, node, name]),
      [['INVAL_ENTRY', 1, 'any']],
    )
    assert.ok(inFlight.notifications[0]!.ageMs >= 200)
  }
})

test('the way out works', options, async (t) => {
  const { path, next } = await serve(t, 'stalls', JSON.stringify({ watchdogMs: 10_000 }))
  const said = next()
  await assert.rejects(stat(join(path, 'later')), { code: 'ENOENT' })
  assert.equal(await said, 'later')
})

test('the watchdog aborts the connection, where that is wanted', options, async (t) => {
  const { path, next } = await serve(t, 'stalls', JSON.stringify({ watchdogMs: 0, watchdogAbortMs: 200 }))
  const said = next()
  const client = spawn('stat', [join(path, 'awaits')], { stdio: ['ignore', 'ignore', 'pipe'] })
  let error = ''
  client.stderr.on('data', (text: Buffer) => (error += text.toString()))
  assert.equal((await once(client, 'close'))[0], 1)
  assert.match(error, /Software caused connection abort|not connected/)
  assert.match(((await said) as { aborted: string }).aborted, /ECONNABORTED|ENODEV|ENOTCONN/)
})
