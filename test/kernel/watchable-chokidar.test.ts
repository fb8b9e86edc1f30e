import assert from 'node:assert/strict'
import { mkdirSync, renameSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { test, type TestContext } from 'node:test'
import { watch } from 'chokidar'
import { privateDirectory } from '../helpers/directory.js'
import { cannotMount } from '../helpers/needs.js'
import { until } from '../helpers/processes.js'
import { serve } from '../helpers/served.js'
import type { Told } from './servers/watchable.js'

/* What bundlers and their kin watch with hears of changes at the source of a watchable mount; see servers/watchable.ts. */

const options = { skip: cannotMount(), timeout: 120_000 }
const LIMIT_MS = 30_000

async function watched(t: TestContext, kind: 'watchable' | 'plain') {
  const source = privateDirectory(t)
  mkdirSync(join(source, 'dir'))
  for (const name of ['file', 'dir/inner']) writeFileSync(join(source, name), 'old')
  const served = await serve(t, 'watchable', source, kind)
  const events: string[] = []
  const watcher = watch(served.path, { ignoreInitial: true })
  t.after(() => watcher.close())
  watcher.on('all', (event, path) => events.push(`${event} ${relative(served.path, path)}`))
  await new Promise<void>((resolve) => watcher.once('ready', resolve))
  const from = (name: string) => join(source, name)
  const tell = async (...edits: readonly Told[]) => {
    served.tell({ tell: edits })
    await served.heard('told')
    await served.heard('repeated')
  }
  const seen = (event: string) =>
    until(
      () => events.includes(event),
      () => `${event}, but: ${events.join('; ')}`,
      LIMIT_MS,
    )
  return { ...served, from, tell, seen, events }
}

type Watched = Awaited<ReturnType<typeof watched>>

const CHANGES: readonly (readonly [change: (from: Watched['from']) => void, told: Told, heard: readonly string[]])[] = [
  [(from) => writeFileSync(from('new'), 'new'), { is: 'created', path: 'new' }, ['add new']],
  [(from) => writeFileSync(from('dir/made'), ''), { is: 'created', path: 'dir/made' }, ['add dir/made']],
  [(from) => writeFileSync(from('file'), 'newer'), { is: 'modified', path: 'file' }, ['change file']],
  [(from) => writeFileSync(from('dir/inner'), 'newer'), { is: 'modified', path: 'dir/inner' }, ['change dir/inner']],
  [(from) => mkdirSync(from('made')), { is: 'created', path: 'made' }, ['addDir made']],
  [(from) => writeFileSync(from('made/in'), ''), { is: 'created', path: 'made/in' }, ['add made/in']],
  [
    (from) => renameSync(from('file'), from('dir/file')),
    { is: 'renamed', from: 'file', to: 'dir/file' },
    ['unlink file', 'add dir/file'],
  ],
  [(from) => rmSync(from('dir/file')), { is: 'removed', path: 'dir/file' }, ['unlink dir/file']],
  [(from) => rmSync(from('made/in')), { is: 'removed', path: 'made/in' }, ['unlink made/in']],
  [(from) => rmdirSync(from('made')), { is: 'removed', path: 'made' }, ['unlinkDir made']],
  [
    (from) => renameSync(from('dir'), from('moved')),
    { is: 'renamed', from: 'dir', to: 'moved' },
    ['unlinkDir dir', 'unlink dir/inner', 'addDir moved', 'add moved/inner'],
  ],
]

test('chokidar hears of files and directories that come, change, move and go', options, async (t) => {
  const { from, tell, seen } = await watched(t, 'watchable')
  for (const [change, told, heard] of CHANGES) {
    change(from)
    await tell(told)
    for (const event of heard) await seen(event)
  }
})

test('the twin: without it chokidar hears of nothing until somebody does something there', options, async (t) => {
  const { path, from, tell, seen, events } = await watched(t, 'plain')
  for (const [change, told] of CHANGES.slice(0, 6)) {
    change(from)
    await tell(told)
  }
  // Whatever came before this would have been heard before.
  writeFileSync(join(path, 'dir/mark'), '')
  await seen('add dir/mark')
  assert.deepEqual(
    events.filter((event) => !/ dir(\/|$)/.test(event)),
    [],
  )
})
