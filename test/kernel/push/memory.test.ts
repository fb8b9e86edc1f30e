import assert from 'node:assert/strict'
import { closeSync, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { cannotMount } from '../../helpers/needs.js'
import { serve } from '../../helpers/served.js'
import type { Order } from '../servers/push-memory.js'

const options = { skip: cannotMount(), timeout: 60_000 }

for (const kind of ['memory', 'memfs']) {
  test(`${kind}: what the program changes is seen through the mount`, options, async (t) => {
    const { path, tell, next } = await serve(t, 'push-memory', kind)
    const order = async (what: Order['do'], name: string, text = '') => {
      tell({ do: what, path: name, text } satisfies Order)
      assert.deepEqual(await next(), { errors: [] })
    }
    const text = (name: string) => readFileSync(`${path}/${name}`, 'utf8')
    const missing = (name: string) => statSync(`${path}/${name}`, { throwIfNoEntry: false }) === undefined
    assert.ok(missing('f') && missing('g'))
    assert.deepEqual(readdirSync(path), [])
    await order('write', 'f', 'one')
    await soon(() => !missing('f') && text('f') === 'one' && readdirSync(path).join() === 'f')
    const fd = openSync(`${path}/f`, 'r')
    await order('write', 'f', 'two')
    const bytes = Buffer.alloc(10)
    await soon(() => bytes.toString('utf8', 0, readSync(fd, bytes, 0, 10, 0)) === 'two')
    closeSync(fd)
    await order('link', 'f', 'g')
    await soon(() => !missing('g') && statSync(`${path}/f`).nlink === 2)
    await order('write', 'g', 'by the other name')
    await soon(() => text('f') === 'by the other name' && text('g') === 'by the other name')
    await order('rename', 'g', 'h')
    await soon(() => missing('g') && !missing('h') && readdirSync(path).toSorted().join() === 'f,h')
    await order('remove', 'h')
    await soon(() => missing('h') && statSync(`${path}/f`).nlink === 1)
  })
}

async function soon(holds: () => boolean): Promise<void> {
  const end = performance.now() + 10_000
  while (!holds()) {
    assert.ok(performance.now() < end, `it never came to be that ${String(holds)}`)
    await sleep(1)
  }
}
