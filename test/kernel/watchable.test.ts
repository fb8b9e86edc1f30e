import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { MNT, MS } from '#src/sys/constants.js'
import { mountSync, umountSync } from '#src/sys/mount.js'
import type { WatchableCounts, WatchableStatus } from '#src/index.js'
import { privateDirectory } from '../helpers/directory.js'
import { cannotWatch, watch } from '../helpers/inotify.js'
import { cannotMount } from '../helpers/needs.js'
import { stateOf, until } from '../helpers/processes.js'
import { serve } from '../helpers/served.js'
import type { Seen, Sight } from './clients/looker.js'
import type { Told } from './servers/watchable.js'

/* Those who watch a mount by inotify hear of changes at its source; the server is servers/watchable.ts. */

const options = { skip: cannotMount() || cannotWatch(), timeout: 120_000 }

interface Report {
  readonly status: WatchableStatus
  readonly counts: WatchableCounts
  readonly requests: Readonly<Record<string, number>>
}

async function mounted(t: TestContext, kind: 'watchable' | 'plain' = 'watchable') {
  const source = privateDirectory(t)
  for (const name of ['dir', 'other']) mkdirSync(join(source, name))
  for (const name of ['file', 'dir/inner', 'dir/second']) writeFileSync(join(source, name), 'old')
  const served = await serve(t, 'watchable', source, kind)
  const at = (name: string) => join(served.path, name)
  /** The kernel has these: whoever watches them has looked at them. */
  for (const name of ['dir', 'other', 'file', 'dir/inner', 'dir/second']) readdirOrRead(at(name))
  const tellOnly = (...edits: readonly Told[]) => served.tell({ tell: edits })
  /** Resolves when all have heard of it. */
  const tell = async (...edits: readonly Told[]) => {
    tellOnly(...edits)
    await served.heard('told')
    await served.heard('repeated')
  }
  const report = async () => {
    served.tell('?' as never)
    for (;;) {
      const said = await served.next()
      if (typeof said === 'object') return said as Report
    }
  }
  return { ...served, source, at, from: (name: string) => join(source, name), tell, tellOnly, report }
}

type Mounted = Awaited<ReturnType<typeof mounted>>

function readdirOrRead(path: string): void {
  if (statSync(path).isDirectory()) readdirSync(path)
  else readFileSync(path)
}

interface Step {
  readonly what: string
  /** Done at the source, behind the mount. */
  readonly change: (from: Mounted['from']) => void
  readonly told: Told
  readonly heard: readonly string[]
  readonly check?: (at: Mounted['at']) => void
}

const STEPS: readonly Step[] = [
  {
    what: 'a file that is made',
    change: (from) => writeFileSync(from('new'), 'new'),
    told: { is: 'created', path: 'new' },
    heard: ['CREATE new'],
    check: (at) => assert.equal(readFileSync(at('new'), 'utf8'), 'new'),
  },
  {
    what: 'a file that is made in a directory',
    change: (from) => writeFileSync(from('dir/made'), 'made'),
    told: { is: 'created', path: 'dir/made' },
    heard: ['CREATE dir/made'],
    check: (at) => assert.equal(readFileSync(at('dir/made'), 'utf8'), 'made'),
  },
  {
    what: 'a directory that is made',
    change: (from) => mkdirSync(from('directory')),
    told: { is: 'created', path: 'directory' },
    heard: ['CREATE,ISDIR directory'],
    check: (at) => assert.deepEqual(readdirSync(at('directory')), []),
  },
  {
    what: 'content',
    change: (from) => writeFileSync(from('file'), 'newer'),
    told: { is: 'modified', path: 'file' },
    heard: ['MODIFY file'],
    check: (at) => assert.equal(readFileSync(at('file'), 'utf8'), 'newer'),
  },
  {
    what: 'content of a file that nobody has looked at',
    change: (from) => writeFileSync(from('dir/unseen'), 'unseen'),
    told: { is: 'modified', path: 'dir/unseen' },
    heard: ['MODIFY dir/unseen'],
  },
  {
    what: 'attributes',
    change: (from) => chmodSync(from('dir/inner'), 0o600),
    told: { is: 'modified', path: 'dir/inner', what: { attributesOnly: true } },
    heard: ['ATTRIB dir/inner'],
    check: (at) => assert.equal(statSync(at('dir/inner')).mode & 0o777, 0o600),
  },
  {
    what: 'attributes of a directory',
    change: (from) => chmodSync(from('other'), 0o700),
    told: { is: 'modified', path: 'other' },
    // Those who watch it, and those who watch the one above.
    heard: ['ATTRIB,ISDIR other', 'ATTRIB,ISDIR other/'],
  },
  {
    what: 'a file that is renamed',
    change: (from) => renameSync(from('file'), from('renamed')),
    told: { is: 'renamed', from: 'file', to: 'renamed' },
    heard: ['MOVED_FROM file', 'MOVED_TO renamed'],
    check: (at) => assert.equal(readFileSync(at('renamed'), 'utf8'), 'newer'),
  },
  {
    what: 'a file that goes to another directory, over another',
    change: (from) => renameSync(from('renamed'), from('dir/second')),
    told: { is: 'renamed', from: 'renamed', to: 'dir/second' },
    heard: ['MOVED_FROM renamed', 'MOVED_TO dir/second'],
    check: (at) => assert.equal(readFileSync(at('dir/second'), 'utf8'), 'newer'),
  },
  {
    what: 'a directory that is renamed',
    change: (from) => renameSync(from('dir'), from('moved')),
    told: { is: 'renamed', from: 'dir', to: 'moved' },
    heard: ['MOVED_FROM,ISDIR dir', 'MOVED_TO,ISDIR moved'],
    check: (at) => assert.deepEqual(readdirSync(at('moved')).toSorted(), ['inner', 'made', 'second', 'unseen']),
  },
  {
    what: 'a file in the directory that was renamed',
    change: (from) => writeFileSync(from('moved/inner'), 'newest'),
    told: { is: 'modified', path: 'moved/inner' },
    heard: ['MODIFY moved/inner'],
  },
  {
    what: 'a file that is removed',
    change: (from) => rmSync(from('moved/made')),
    told: { is: 'removed', path: 'moved/made' },
    heard: ['DELETE moved/made'],
  },
  {
    what: 'a directory that is removed',
    change: (from) => rmdirSync(from('directory')),
    told: { is: 'removed', path: 'directory' },
    heard: ['DELETE_SELF directory/', 'DELETE,ISDIR directory'],
  },
]

test('each kind of change is heard, once, and nothing is done twice', options, async (t) => {
  const all = await mounted(t)
  const watching = await watch(t, all.path)
  for (const { what, change, told, heard, check } of STEPS) {
    change(all.from)
    const before = contents(all.source)
    await all.tell(told)
    assert.deepEqual((await watching.heard()).toSorted(), heard.toSorted(), what)
    assert.deepEqual(contents(all.source), before, `${what}: the source is as it was`)
    check?.(all.at)
    await watching.heard()
  }
  const { counts } = await all.report()
  assert.deepEqual([counts.failed, counts.skipped, counts.dropped], [0, 0, 0])
})

test('the twin: without it nothing is heard but what DELETE says to those who watch the object', options, async (t) => {
  const all = await mounted(t, 'plain')
  const watching = await watch(t, all.path)
  for (const { what, change, told, check } of STEPS) {
    change(all.from)
    await all.tell(told)
    const heard = await watching.heard()
    assert.deepEqual(
      heard.filter((line) => !line.startsWith('DELETE_SELF ')),
      [],
      what,
    )
    check?.(all.at)
    await watching.heard()
  }
})

test('what is done through the mount is heard once, also if the source tells of it', options, async (t) => {
  const local = async (kind: 'watchable' | 'plain') => {
    const { path, at, tell } = await mounted(t, kind)
    const watching = await watch(t, path)
    writeFileSync(at('mine'), 'mine')
    await tell({ is: 'created', path: 'mine' }, { is: 'modified', path: 'mine' })
    chmodSync(at('file'), 0o600)
    await tell({ is: 'modified', path: 'file', what: { attributesOnly: true } })
    renameSync(at('mine'), at('dir/mine'))
    await tell({ is: 'renamed', from: 'mine', to: 'dir/mine' })
    mkdirSync(at('made'))
    rmdirSync(at('made'))
    rmSync(at('dir/mine'))
    await tell({ is: 'created', path: 'made' }, { is: 'removed', path: 'made' }, { is: 'removed', path: 'dir/mine' })
    // Whether inotifywait watches it before it is gone is chance.
    return (await watching.heard()).filter((line) => !line.endsWith('made/'))
  }
  const twin = await local('plain')
  assert.ok(twin.length >= 7, twin.join('; '))
  assert.deepEqual(await local('watchable'), twin)
})

test('many changes are few events', options, async (t) => {
  const { path, from, tell, report } = await mounted(t)
  const watching = await watch(t, path)
  for (const name of ['x', 'y']) writeFileSync(from(name), '')
  const many = Array.from({ length: 500 }, () => ({ is: 'modified', path: 'file' }) as const)
  const coming = Array.from({ length: 100 }, () => [
    { is: 'created', path: 'gone' } as const,
    { is: 'removed', path: 'gone' } as const,
  ])
  await tell(...many, { is: 'created', path: 'x' }, ...coming.flat(), ...many, { is: 'created', path: 'y' })
  const heard = await watching.heard()
  assert.deepEqual(heard.filter((line) => !line.endsWith('file')).toSorted(), ['CREATE x', 'CREATE y'])
  // The first may be on its way when the others come.
  const times = heard.filter((line) => line === 'MODIFY file').length
  assert.ok(times >= 1 && times <= 3, heard.join('; '))
  const { merged, failed } = (await report()).counts
  assert.ok(merged > 1000, String(merged))
  assert.equal(failed, 0)
})

test('nothing is told of directories that nobody can watch, for the kernel does not have them', options, async (t) => {
  const { path, from, tell, report } = await mounted(t)
  const watching = await watch(t, path)
  mkdirSync(from('deep/deeper'), { recursive: true })
  writeFileSync(from('deep/deeper/file'), '')
  await tell({ is: 'created', path: 'deep/deeper/file' }, { is: 'modified', path: 'deep/deeper/file' })
  assert.deepEqual(await watching.heard(), [])
  assert.equal((await report()).counts.replayed, 0)
})

test('who has found a name already keeps it: the kernel is not made to drop what is right', options, async (t) => {
  const { path, at, from, tell, report } = await mounted(t)
  const watching = await watch(t, path)
  writeFileSync(from('found'), 'found')
  const file = openSync(at('found'), 'r')
  t.after(() => closeSync(file))
  await tell({ is: 'created', path: 'found' })
  assert.deepEqual(await watching.heard(), ['MODIFY found'])
  // It is there again when its removal is told, and somebody has it.
  await tell({ is: 'removed', path: 'found' })
  assert.equal(readFileSync(at('found'), 'utf8'), 'found')
  assert.equal(fstatSync(file).nlink, 1)
  assert.equal((await report()).counts.failed, 0)
})

/** Looks again and again, in a process of its own. */
async function looker(t: TestContext) {
  const child = fork(new URL('clients/looker.js', import.meta.url))
  t.after(() => child.kill('SIGKILL'))
  await once(child, 'message')
  const look = (sight: Sight) => child.send(sight)
  const stop = async () => {
    child.send('stop')
    return ((await once(child, 'message')) as [Seen])[0]
  }
  return { look, stop }
}

test(
  'others never see anything but what is, while a thousand changes are repeated',
  { ...options, timeout: 300_000 },
  async (t) => {
    const { path, at, from, source, tell, report } = await mounted(t)
    await watch(t, path)
    const lookers = await Promise.all([looker(t), looker(t)])
    const look = (sight: Sight) => {
      for (const each of lookers) each.look(sight)
    }
    const stop = async (what: string) => {
      for (const each of lookers) {
        const { looks, wrong } = await each.stop()
        assert.deepEqual(wrong, [], what)
        assert.ok(looks > 0, what)
      }
    }
    const numberOf = (name: string) => statSync(from(name)).ino
    const within = { within: at('dir') }
    // A file and a directory each time.
    const ROUNDS = 125
    for (let i = 0; i < ROUNDS; i += 1) {
      const [file, directory, next] = [`file-${i}`, `directory-${i}`, `other/moved-${i}`] as const
      writeFileSync(from(file), String(i))
      mkdirSync(from(directory))
      const told = tell({ is: 'created', path: file }, { is: 'created', path: directory })
      // The source has them from now on, and so has the mount, which holds nothing of these names.
      look({ present: { [at(file)]: numberOf(file), [at(directory)]: numberOf(directory) }, absent: [], ...within })
      await told
      await stop(`${file} and ${directory} are made`)

      writeFileSync(from(file), `${i} again`)
      chmodSync(from(directory), 0o700)
      look({ present: { [at(file)]: numberOf(file), [at(directory)]: numberOf(directory) }, absent: [], ...within })
      await tell({ is: 'modified', path: file }, { is: 'modified', path: directory })
      await stop(`${file} and ${directory} are modified`)

      const numbers = [numberOf(file), numberOf(directory)] as const
      renameSync(from(file), from(next))
      renameSync(from(directory), from(`${directory}-moved`))
      look({ present: { [at(next)]: numbers[0], [at(`${directory}-moved`)]: numbers[1] }, absent: [], ...within })
      await tell({ is: 'renamed', from: file, to: next }, { is: 'renamed', from: directory, to: `${directory}-moved` })
      await stop(`${file} and ${directory} are moved`)

      rmSync(from(next))
      rmdirSync(from(`${directory}-moved`))
      await tell({ is: 'removed', path: next }, { is: 'removed', path: `${directory}-moved` })
      look({ present: {}, absent: [file, directory, next].map(at), ...within })
      await stop(`${file} and ${directory} are gone`)
    }
    assert.deepEqual(readdirSync(source).toSorted(), ['dir', 'file', 'other'])
    const { counts } = await report()
    t.diagnostic(JSON.stringify(counts))
    assert.equal(counts.failed, 0)
    assert.ok(counts.replayed + counts.skipped >= 8 * ROUNDS - 8, JSON.stringify(counts))
  },
)

test('the helper ends with the server, and when the server is killed', options, async (t) => {
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    const { server, report } = await mounted(t)
    const { status } = await report()
    assert.deepEqual([status.state, typeof status.pid], ['on', 'number'])
    assert.notEqual(stateOf(status.pid!), undefined)
    server.kill(signal)
    await until(() => stateOf(status.pid!) === undefined, 'the helper has ended', 20_000)
  }
})

test('without its helper a mount goes on, and says that watchers hear of nothing', options, async (t) => {
  const { path, at, from, tell, report } = await mounted(t)
  const watching = await watch(t, path)
  const { status } = await report()
  process.kill(status.pid!, 'SIGKILL')
  await until(() => stateOf(status.pid!) === undefined, 'the helper has ended', 20_000)
  for (;;) {
    const now = (await report()).status
    if (now.state === 'on') continue
    assert.deepEqual([now.state, now.pid, now.reason], ['off', undefined, 'it has ended (SIGKILL)'])
    break
  }
  writeFileSync(from('file'), 'newer')
  await tell({ is: 'modified', path: 'file' })
  assert.equal(readFileSync(at('file'), 'utf8'), 'newer')
  assert.deepEqual(await watching.heard(), [])
})

/** Stops the helper of a mount; what is told in the meantime waits. Killed when test `t` ends, for it hears of nothing. */
async function stopped(t: TestContext, { report }: Pick<Mounted, 'report'>) {
  const { pid } = (await report()).status
  process.kill(pid!, 'SIGSTOP')
  t.after(() => {
    try {
      process.kill(pid!, 'SIGKILL')
    } catch {
      // It has ended with its server.
    }
  })
  await until(() => stateOf(pid!) === 'T', 'the helper stands still', 20_000)
  return () => process.kill(pid!, 'SIGCONT')
}

test('nobody waits for the helper: changes are told while it stands still', options, async (t) => {
  const all = await mounted(t)
  const { path, at, from } = all
  const watching = await watch(t, path)
  const goOn = await stopped(t, all)
  writeFileSync(from('file'), 'newer')
  all.tellOnly({ is: 'modified', path: 'file' })
  await all.heard('told')
  assert.equal(readFileSync(at('file'), 'utf8'), 'newer')
  assert.deepEqual(await watching.heard(), [])
  goOn()
  await all.heard('repeated')
  assert.deepEqual(await watching.heard(), ['MODIFY file'])
})

test('who looks for a name between the change and the event finds it, or not, and hears of it', options, async (t) => {
  const all = await mounted(t)
  const { path, at, from } = all
  const watching = await watch(t, path)
  const goOn = await stopped(t, all)
  // The first waits with the helper, the others wait for the first.
  all.tellOnly({ is: 'modified', path: 'file', what: { attributesOnly: true } })
  await all.heard('told')
  rmSync(from('dir/inner'))
  writeFileSync(from('made'), '')
  renameSync(from('dir/second'), from('other/second'))
  all.tellOnly(
    { is: 'removed', path: 'dir/inner' },
    { is: 'created', path: 'made' },
    { is: 'renamed', from: 'dir/second', to: 'other/second' },
  )
  await all.heard('told')
  // The kernel keeps for ever that these two do not exist, and would not ask for them to remove or rename them.
  for (const name of ['dir/inner', 'dir/second']) assert.throws(() => statSync(at(name)), { code: 'ENOENT' })
  const found = openSync(at('made'), 'r')
  t.after(() => closeSync(found))
  assert.deepEqual(await watching.heard(), [])
  goOn()
  await all.heard('repeated')
  await all.heard('repeated')
  assert.deepEqual((await watching.heard()).toSorted(), [
    'ATTRIB file',
    'DELETE dir/inner',
    // It was found, so that it cannot be made once more without it being gone for a moment.
    'MODIFY made',
    'MOVED_FROM dir/second',
    'MOVED_TO other/second',
  ])
  assert.equal(fstatSync(found).nlink, 1)
  assert.equal((await all.report()).counts.failed, 0)
})

test('an unmount finds nothing in use, however much there is to be repeated', options, async (t) => {
  const all = await mounted(t)
  const many = Array.from({ length: 2000 }, (_, i) => `many-${i}`)
  for (const name of many) writeFileSync(all.from(name), '')
  all.tellOnly(...many.map((path) => ({ is: 'created', path }) as const))
  await all.heard('told')
  all.server.send('unmount')
  assert.equal(await all.heard('unmount'), 'unmounted')
})

test('nothing is done where another filesystem is mounted meanwhile', options, async (t) => {
  const { path, from, tell, report } = await mounted(t)
  const over = privateDirectory(t)
  mountSync({ source: over, target: path, type: '', flags: MS.BIND, data: '' })
  try {
    writeFileSync(from('new'), 'new')
    await tell({ is: 'created', path: 'new' })
    assert.deepEqual(readdirSync(over), [])
    assert.equal((await report()).counts.failed, 1)
  } finally {
    umountSync(path, MNT.DETACH)
  }
})

/** All there is, with numbers and modes. */
function contents(directory: string): string[] {
  return (readdirSync(directory, { recursive: true }) as string[]).toSorted().map((name) => {
    const { size, mode, mtimeMs } = statSync(join(directory, name))
    return `${name} ${size} ${mode.toString(8)} ${mtimeMs}`
  })
}
