import assert from 'node:assert/strict'
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { test, type TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { cannotMount } from '../../helpers/needs.js'
import { privateDirectory } from '../../helpers/directory.js'
import { pushed, type Said } from './pushed.js'

/*
 * What is done through the mount needs not be told to the kernel, which did it: but what others do at the same time is told, even if
 * it looks the same.
 */

const MEMORY = '/dev/shm'
const options = { skip: cannotMount(), timeout: 60_000 }
const TIMES = 20

function messages(said: Said): number {
  return said.lines.filter((line) => line.startsWith('tx notify')).length
}

/** The server has heard of everything: this is told after all before. */
async function heard(source: string, path: string): Promise<void> {
  const mark = `mark${Math.random()}`
  assert.ok(!existsSync(`${path}/${mark}`))
  writeFileSync(`${source}/${mark}`, '')
  const end = performance.now() + 10_000
  while (!existsSync(`${path}/${mark}`)) {
    assert.ok(performance.now() < end, 'the mark is not seen')
    await sleep(1)
  }
}

/** On a filesystem whose times are exact, where there is one. */
function exact(t: TestContext): string | undefined {
  if (!existsSync(MEMORY)) return undefined
  const path = mkdtempSync(`${MEMORY}/fusewire-`)
  t.after(() => rmSync(path, { recursive: true, force: true }))
  return path
}

test('names that are made, moved and removed through the mount are not told', options, async (t) => {
  const { source, path, ask } = await pushed(t)
  await heard(source, path)
  await ask()
  for (let i = 0; i < TIMES; i += 1) {
    mkdirSync(`${path}/d${i}`)
    writeFileSync(`${path}/d${i}/f`, '')
    unlinkSync(`${path}/d${i}/f`)
    rmdirSync(`${path}/d${i}`)
  }
  await heard(source, path)
  const { lines, errors } = await ask()
  const names = lines.filter((line) => /^tx notify (INVAL_ENTRY|DELETE)/.test(line) && !/ "(mark.*|\.)"/.test(line))
  assert.deepEqual(names, [])
  assert.deepEqual(errors, [])
  t.diagnostic(`${messages({ lines } as Said)} messages for ${TIMES * 4} changes of names`)
})

test(
  'content that is written through the mount is not told where times are exact, and stays cached',
  options,
  async (t) => {
    const source = exact(t)
    if (source === undefined) return t.skip(`needs ${MEMORY}`)
    const { path, ask } = await pushed(t, source)
    await heard(source, path)
    await ask()
    for (let i = 0; i < TIMES; i += 1) {
      const file = `${path}/f${i}`
      writeFileSync(file, 'x'.repeat(5000))
      appendFileSync(file, 'more')
      truncateSync(file, 4000)
      chmodSync(file, 0o600)
      renameSync(file, `${file}-moved`)
    }
    await heard(source, path)
    const { lines } = await ask()
    const content = lines.filter((line) => /^tx notify INVAL_INODE n\d+ \[\d+ /.test(line) && !/ n1 \[/.test(line))
    t.diagnostic(
      `${messages({ lines } as Said)} messages for ${TIMES * 5} changes, ${content.length} of them of content`,
    )
    // In doubt they are told. How often there is doubt depends on what else the machine does; but not for most.
    assert.ok(content.length < TIMES, content.join('\n'))
    for (let i = 0; i < TIMES; i += 1) assert.equal(readFileSync(`${path}/f${i}-moved`).length, 4000)
  },
)

test('what others do to the same names and files at the same time is told all the same', options, async (t) => {
  const { source, path, ask } = await pushed(t, exact(t) ?? privateDirectory(t))
  for (let i = 0; i < 200; i += 1) {
    const name = `f${i % 5}`
    writeFileSync(`${path}/${name}`, `mine ${i}`)
    writeFileSync(`${source}/${name}`, `theirs ${i}`)
    appendFileSync(`${path}/${name}`, '+')
    unlinkSync(`${source}/${name}`)
    writeFileSync(`${path}/${name}`, `again ${i}`)
    renameSync(`${source}/${name}`, `${source}/other`)
    writeFileSync(`${source}/${name}`, `last ${i}`)
    const end = performance.now() + 10_000
    const shown = () => JSON.stringify([readdirSync(path).toSorted(), read(path, name), read(path, 'other')])
    const real = JSON.stringify([readdirSync(source).toSorted(), read(source, name), read(source, 'other')])
    while (shown() !== real) {
      assert.ok(performance.now() < end, `${shown()}, not ${real}`)
      await sleep(1)
    }
  }
  assert.deepEqual((await ask()).errors, [])
})

function read(directory: string, name: string): string {
  return readFileSync(`${directory}/${name}`, 'utf8')
}
