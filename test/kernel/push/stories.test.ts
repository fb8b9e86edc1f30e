import assert from 'node:assert/strict'
import {
  appendFileSync,
  closeSync,
  existsSync,
  fstatSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { cannotMount } from '../../helpers/needs.js'
import { privateDirectory } from '../../helpers/directory.js'
import { pushed } from './pushed.js'

/* What is done behind a mount with the cache `push` is seen through it; and is never seen where nobody tells. */

const options = { skip: cannotMount(), timeout: 60_000 }
const LIMIT_MS = 10_000

/** One change, and what shows it. */
interface Story {
  readonly name: string
  readonly before: (source: string) => void
  readonly change: (source: string) => void
  readonly shows: (path: string) => unknown
}

const STORIES: readonly Story[] = [
  {
    name: 'content that is rewritten, of the same length',
    before: (source) => writeFileSync(`${source}/f`, 'one'),
    change: (source) => writeFileSync(`${source}/f`, 'two'),
    shows: (path) => readFileSync(`${path}/f`, 'utf8'),
  },
  {
    name: 'a file that grows, and what stat says of it',
    before: (source) => writeFileSync(`${source}/f`, 'one'),
    change: (source) => appendFileSync(`${source}/f`, ' and more'),
    shows: (path) => [statSync(`${path}/f`).size, readFileSync(`${path}/f`, 'utf8')],
  },
  {
    name: 'a file that is cut off',
    before: (source) => writeFileSync(`${source}/f`, 'x'.repeat(10_000)),
    change: (source) => truncateSync(`${source}/f`, 5000),
    shows: (path) => [statSync(`${path}/f`).size, readFileSync(`${path}/f`).length],
  },
  {
    name: 'a name that was missing',
    before: () => undefined,
    change: (source) => writeFileSync(`${source}/new`, ''),
    shows: (path) => [existsSync(`${path}/new`), readdirSync(path)],
  },
  {
    name: 'a name that is gone',
    before: (source) => writeFileSync(`${source}/f`, ''),
    change: (source) => unlinkSync(`${source}/f`),
    shows: (path) => [existsSync(`${path}/f`), readdirSync(path)],
  },
  {
    name: 'a directory that moves with all that is in it',
    before(source) {
      mkdirSync(`${source}/a`)
      mkdirSync(`${source}/b`)
      writeFileSync(`${source}/a/f`, 'moved')
    },
    change: (source) => renameSync(`${source}/a`, `${source}/b/c`),
    shows: (path) => [
      existsSync(`${path}/a/f`),
      existsSync(`${path}/b/c/f`),
      readdirSync(path),
      readdirSync(`${path}/b`),
    ],
  },
  {
    name: 'a file that is replaced by another',
    before(source) {
      writeFileSync(`${source}/f`, 'old')
      writeFileSync(`${source}/g`, 'newer')
    },
    change: (source) => renameSync(`${source}/g`, `${source}/f`),
    // Not its content: to open it finds out.
    shows: (path) => [statSync(`${path}/f`).size, readdirSync(path)],
  },
  {
    name: 'a symbolic link that leads elsewhere',
    before: (source) => symlinkSync('one', `${source}/l`),
    change(source) {
      symlinkSync('two', `${source}/new`)
      renameSync(`${source}/new`, `${source}/l`)
    },
    shows: (path) => readdirSync(path, { withFileTypes: true }).map(({ name }) => [name, statOf(`${path}/${name}`)]),
  },
]

/** Through the link: there is nothing at its end. */
function statOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.size
}

for (const { name, before, change, shows } of STORIES) {
  test(name, options, async (t) => {
    const { source, path } = await pushed(t)
    before(source)
    // Twice, so that all of it is cached.
    for (let i = 0; i < 2; i += 1) shows(path)
    const old = JSON.stringify(shows(path))
    change(source)
    const now = JSON.stringify(shows(source))
    if (name !== 'a symbolic link that leads elsewhere') assert.notEqual(old, now)
    await seen(() => shows(path), now)
  })
}

test('the same where nobody tells: it is never seen', options, async (t) => {
  const forEver = { cache: { ttlMs: 1e9 }, negativeTimeoutMs: 1e9, keepCache: true, cacheDir: true }
  const init = { autoInvalidateData: false }
  for (const { name, before, change, shows } of STORIES) {
    if (name === 'a symbolic link that leads elsewhere') continue
    const { source, path, ask } = await pushed(t, privateDirectory(t), { ...forEver, init })
    before(source)
    for (let i = 0; i < 2; i += 1) shows(path)
    const old = JSON.stringify(shows(path))
    change(source)
    // As long as it takes where somebody does tell, and more: the server has had its turn in between.
    await ask()
    assert.equal(JSON.stringify(shows(path)), old, name)
  }
})

test('a file that stays open shows what is written to it by a name outside of the source', options, async (t) => {
  const top = privateDirectory(t)
  mkdirSync(`${top}/source`)
  writeFileSync(`${top}/source/f`, 'one')
  const { path } = await pushed(t, `${top}/source`)
  const fd = openSync(`${path}/f`, 'r')
  t.after(() => closeSync(fd))
  const read = () => {
    const bytes = Buffer.alloc(100)
    return [fstatSync(fd).nlink, bytes.toString('utf8', 0, readSync(fd, bytes, 0, 100, 0))]
  }
  assert.deepEqual(read(), [1, 'one'])
  linkSync(`${top}/source/f`, `${top}/outside`)
  await seen(read, JSON.stringify([2, 'one']))
  writeFileSync(`${top}/outside`, 'another')
  await seen(read, JSON.stringify([2, 'another']))
  unlinkSync(`${top}/source/f`)
  await seen(read, JSON.stringify([1, 'another']))
  appendFileSync(`${top}/outside`, '!')
  await seen(read, JSON.stringify([1, 'another!']))
  rmSync(`${top}/outside`)
  await seen(() => existsSync(`${path}/f`), 'false')
})

test('where not all can be watched, the rest is asked for each time, and a warning says so', options, async (t) => {
  const source = privateDirectory(t)
  for (const directory of ['a', 'b']) {
    mkdirSync(`${source}/${directory}`)
    writeFileSync(`${source}/${directory}/f`, 'one')
  }
  const { path, ask } = await pushed(t, source, { maxWatches: 3 })
  const use = () =>
    ['a', 'b'].map((name) => [readdirSync(`${path}/${name}`), readFileSync(`${path}/${name}/f`, 'utf8')])
  for (let i = 0; i < 3; i += 1) use()
  writeFileSync(`${source}/b/f`, 'two')
  // At once, for nobody is to be waited for: it was not cached.
  assert.equal(readFileSync(`${path}/b/f`, 'utf8'), 'two')
  writeFileSync(`${source}/b/g`, '')
  assert.deepEqual(readdirSync(`${path}/b`).toSorted(), ['f', 'g'])
  const { warnings, watches, errors } = await ask()
  assert.equal(watches.watched, 3)
  assert.ok(watches.refused > 0)
  assert.deepEqual(errors, [])
  assert.equal(warnings.length, 1)
  assert.match(warnings[0]!, /^not all of the source can be watched, and what cannot is not cached: maxWatches is 3$/)
})

async function seen(shows: () => unknown, expected: string): Promise<void> {
  const end = performance.now() + LIMIT_MS
  for (;;) {
    const now = JSON.stringify(shows())
    if (now === expected) return
    assert.ok(performance.now() < end, `still ${now}, not ${expected}`)
    await sleep(1)
  }
}
