import assert from 'node:assert/strict'
import { appendFileSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fusewire, place, serving } from '../helpers/command.js'
import { cannotWatch, watch } from '../helpers/inotify.js'
import { cannotMount } from '../helpers/needs.js'

/* `fusewire mount --watchable`: who watches the mount hears of what others do in the source. */

const options = { skip: cannotMount() || cannotWatch(), timeout: 60_000 }

test(
  'what others do in the source is heard in the mount, and what is done in the mount is heard once',
  options,
  async (t) => {
    const { source, mountpoint } = place(t)
    mkdirSync(join(source, 'dir'))
    await serving(t, [source, mountpoint, '--watchable'])
    for (const directory of [mountpoint, join(mountpoint, 'dir')]) readdirSync(directory)
    const watching = await watch(t, mountpoint)
    const heard: string[] = []
    /** The source tells in its own time. */
    const hear = async (...wanted: readonly string[]) => {
      for (;;) {
        heard.push(...(await watching.heard()))
        if (wanted.every((line) => heard.includes(line))) return heard.splice(0)
      }
    }
    writeFileSync(join(source, 'new'), 'new')
    await hear('CREATE new')
    appendFileSync(join(source, 'hello'), 'more')
    await hear('MODIFY hello')
    renameSync(join(source, 'new'), join(source, 'dir', 'newer'))
    await hear('MOVED_FROM new', 'MOVED_TO dir/newer')
    rmSync(join(source, 'dir', 'newer'))
    await hear('DELETE dir/newer')

    mkdirSync(join(mountpoint, 'mine'))
    appendFileSync(join(mountpoint, 'hello'), 'mine')
    // What the source tells of those two has come when it tells of this.
    writeFileSync(join(source, 'last'), '')
    const own = await hear('CREATE last')
    const times = (line: string) => own.filter((each) => each === line).length
    assert.deepEqual([times('CREATE,ISDIR mine'), times('MODIFY hello')], [1, 1], own.join('; '))
  },
)

test('it is listed with what became of changes', options, async (t) => {
  const { source, mountpoint } = place(t)
  await serving(t, [source, mountpoint, '--watchable'])
  const status = async () => (await fusewire(['status', mountpoint])).stdout
  let shown = await status()
  while (!shown.includes('  watchable    on: ')) shown = await status()
  assert.match(shown, /^ {2}watchers +\d+ changes? replayed, /m)
})

test(
  'where nothing tells of changes, or the kernel would not let them be repeated, it is refused',
  options,
  async (t) => {
    const { source, mountpoint } = place(t)
    const refused: readonly (readonly [readonly string[], number, RegExp])[] = [
      [['memory:', mountpoint], 2, /--watchable needs a directory and --cache push/],
      [[source, mountpoint, '--cache', 'ttl=1'], 2, /--watchable needs a directory and --cache push/],
      [[source, mountpoint, '--threads', '2'], 2, /--watchable needs a directory and --cache push/],
      [[source, mountpoint, '--read-only'], 3, /watchable: on a read-only mount/],
    ]
    for (const [words, exitCode, problem] of refused) {
      const { status, stderr } = await fusewire(['mount', ...words, '--watchable'])
      assert.equal(status, exitCode, stderr)
      assert.match(stderr, problem)
    }
  },
)
