import assert from 'node:assert/strict'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { cannotMount } from '../helpers/needs.js'
import { serve } from '../helpers/served.js'

/* The trace of a running mount; the server is servers/traced.ts. */

const options = { skip: cannotMount(), timeout: 30_000 }

test(
  'onMessage sees all, from INIT on; a trace can be started and stopped while the mount runs',
  options,
  async (t) => {
    const { path, ask } = await serve(t, 'traced')
    const look = (name: string) => stat(join(path, name)).catch(() => undefined)
    await look('unseen')
    const started = (await ask()) as string[]
    assert.match(started[0]!, /^rx \d+: INIT major 7 /)
    assert.match(started[1]!, /^tx \d+: OK major 7 /)
    assert.ok(started.some((line) => line.includes('LOOKUP n1 "unseen"')))
    // That answer has started a trace, the next one stops it.
    await look('seen')
    const traced = (await ask()) as string[]
    const at = traced.findIndex((line) => /^rx \d+: LOOKUP n1 "seen" pid \d+$/.test(line))
    assert.ok(at >= 0, traced.join('\n'))
    assert.match(traced[at + 1]!, /^tx \d+: ENOENT$/)
    assert.ok(!traced.some((line) => line.includes('unseen')))
    if (started[1]!.includes('HAS_RESEND')) assert.ok(traced.includes('tx notify RESEND'), traced.join('\n'))
    // The root is no regular file.
    const store = traced.indexOf('tx notify STORE n1 [0 +2] 2B')
    assert.ok(store >= 0 && traced.indexOf('rx notify STORE n1 [0 +2] 2B: EINVAL') > store, traced.join('\n'))
    await look('late')
    assert.deepEqual(await ask(), [])
  },
)
