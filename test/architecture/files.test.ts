import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { readSources, ROOT } from './sources.js'

const MAX_LINES = 400
const MEDIAN_LINES = 120

/** How many lines the files of src have, in order. */
function lineCounts(): { path: string; lines: number }[] {
  return readSources()
    .map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 }))
    .toSorted((a, b) => a.lines - b.lines)
}

test(`no file of src has more than ${MAX_LINES} lines, and half of them at most ${MEDIAN_LINES}`, () => {
  const counts = lineCounts()
  assert.deepEqual(
    counts.filter(({ lines }) => lines > MAX_LINES),
    [],
  )
  const median = counts[counts.length >> 1]!
  assert.ok(median.lines <= MEDIAN_LINES, `the median is ${median.lines} lines, in ${median.path}`)
})

/** What would tie the repository to one machine. No pattern matches its own text. */
const PRIVATE: Readonly<Record<string, RegExp>> = {
  "a path of somebody's machine": /(?<![\w.])\/(?:home|Users|root|work)\/[\w.-]+/,
  'the host of a package registry': /\bregistry\.[a-z]+[.\w-]*/,
}

const inGit = existsSync(join(ROOT, '.git'))

test('nothing in the repository is about one machine or one registry', { skip: !inGit && 'needs git' }, () => {
  const listed = execFileSync('git', ['ls-files', '-z'], { cwd: ROOT, encoding: 'utf8' })
  const files = listed.split('\0').filter((file) => file !== '' && existsSync(join(ROOT, file)))
  assert.ok(files.includes('package.json'))
  const found = files.flatMap((file) => {
    const text = readFileSync(join(ROOT, file), 'utf8')
    return Object.entries(PRIVATE).flatMap(([what, pattern]) => {
      const match = pattern.exec(text)
      return match === null ? [] : [`${file}: ${what}: ${match[0]}`]
    })
  })
  assert.deepEqual(found, [])
})

test('the patterns for that find what they are for', () => {
  const [path, host] = Object.values(PRIVATE)
  assert.match(['cd ', 'home', 'someone'].join('/'), path!)
  assert.match(['registry', 'example', 'org'].join('.'), host!)
})
