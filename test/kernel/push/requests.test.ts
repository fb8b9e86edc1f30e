import assert from 'node:assert/strict'
import { lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs'
import { test, type TestContext } from 'node:test'
import { privateDirectory } from '../../helpers/directory.js'
import { cannotMount } from '../../helpers/needs.js'
import { pushed, requests } from './pushed.js'

/* What the kernel asks a warm mount while nothing changes: no more than it must. */

const options = { skip: cannotMount(), timeout: 60_000 }
const TIMES = 10

/** Made before it is mounted: what is told of it would come in between. */
function tree(t: TestContext): string {
  const source = privateDirectory(t)
  for (const directory of ['d', 'd/e']) {
    mkdirSync(`${source}/${directory}`)
    for (let i = 0; i < 5; i += 1) writeFileSync(`${source}/${directory}/f${i}`, `${directory} ${i}`.repeat(3000))
    symlinkSync('f0', `${source}/${directory}/link`)
  }
  return source
}

/** All that a program may want to know of a directory without opening a file. */
function look(path: string): void {
  for (const directory of ['', '/d', '/d/e']) {
    lstatSync(path + directory)
    assert.throws(() => lstatSync(`${path}${directory}/missing`), { code: 'ENOENT' })
  }
  for (const directory of ['/d', '/d/e']) {
    for (let i = 0; i < 5; i += 1) lstatSync(`${path}${directory}/f${i}`)
    assert.equal(readlinkSync(`${path}${directory}/link`), 'f0')
  }
}

test('stat, readlink and names that are missing ask nothing at all', options, async (t) => {
  const { path, ask } = await pushed(t, tree(t))
  for (let i = 0; i < 2; i += 1) look(path)
  await ask()
  for (let i = 0; i < TIMES; i += 1) look(path)
  assert.deepEqual(requests((await ask()).lines), {})
})

test('to read a file asks OPEN and RELEASE, to list a directory OPENDIR and RELEASEDIR', options, async (t) => {
  const { path, ask } = await pushed(t, tree(t))
  const use = () => {
    look(path)
    for (const directory of ['/d', '/d/e']) {
      assert.equal(readdirSync(path + directory).length, directory === '/d' ? 7 : 6)
      for (let i = 0; i < 5; i += 1) {
        assert.equal(
          readFileSync(`${path}${directory}/f${i}`, 'utf8').length,
          `${directory.slice(1)} ${i}`.length * 3000,
        )
      }
    }
  }
  // What is read the first time makes the time of last access move.
  for (let i = 0; i < 3; i += 1) use()
  await settled(ask)
  for (let i = 0; i < TIMES; i += 1) use()
  await settled(ask, (counts) => {
    assert.deepEqual(counts, {
      OPEN: 10 * TIMES,
      RELEASE: 10 * TIMES,
      OPENDIR: 2 * TIMES,
      RELEASEDIR: 2 * TIMES,
    })
  })
})

test('with a ttl of 0 the same asks for everything', options, async (t) => {
  const { path, ask } = await pushed(t, tree(t), { cache: 'none' })
  for (let i = 0; i < 2; i += 1) look(path)
  await ask()
  look(path)
  const counts = requests((await ask()).lines)
  assert.ok((counts['LOOKUP'] ?? 0) >= 20, JSON.stringify(counts))
})

type Ask = Awaited<ReturnType<typeof pushed>>['ask']

/** RELEASE is sent after close(2) has returned. */
async function settled(ask: Ask, check: (counts: Record<string, number>) => void = () => undefined): Promise<void> {
  const total: Record<string, number> = {}
  const end = performance.now() + 10_000
  for (;;) {
    const { lines } = await ask()
    for (const [op, count] of Object.entries(requests(lines))) total[op] = (total[op] ?? 0) + count
    if (total['OPEN'] === total['RELEASE'] && total['OPENDIR'] === total['RELEASEDIR']) return check(total)
    assert.ok(performance.now() < end, JSON.stringify(total))
  }
}
