import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { test } from 'node:test'
import { filesOf, read, ROOT } from './source.js'

/** What git tracks, or undefined where this is no clone. */
function tracked(): readonly string[] | undefined {
  try {
    const out = execFileSync('git', ['ls-files', '-z'], {
      cwd: ROOT,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    return out.split('\0').filter((path) => path !== '' && existsSync(`${ROOT}/${path}`))
  } catch {
    return undefined
  }
}

const files = tracked()
const skip = files === undefined ? 'needs a git clone' : false
// Written so that this file does not hold what it forbids.
const FORBIDDEN: readonly (readonly [string, RegExp])[] = [
  ['a path of somebody’s machine', /(^|[\s'"`(=:])\/(home|work|root|Users)\/\w/],
  ['the host of a package registry', /registry[.](npmjs|yarnpkg|npmmirror)|"resolve[d]"\s*:/],
]
const REMARK = /\b(TOD[O]|FIXM[E]|XX[X])\b(?!: \S)/

test('no tracked file names a machine or a registry', { skip }, () => {
  for (const file of files ?? []) {
    const text = readFileSync(`${ROOT}/${file}`, 'utf8')
    for (const [what, pattern] of FORBIDDEN) {
      const line = text.split('\n').findIndex((line) => pattern.test(line))
      assert.equal(line, -1, `${file}:${line + 1} has ${what}`)
    }
  }
})

test('what is left to do is said in words', { skip }, () => {
  for (const file of (files ?? []).filter((file) => /\.(ts|md|json|sh)$/.test(file) && !file.endsWith('lock.json'))) {
    const line = read(file)
      .split('\n')
      .findIndex((line) => REMARK.test(line))
    assert.equal(line, -1, `${file}:${line + 1}`)
  }
})

test('nothing that is built or installed is tracked', { skip }, () => {
  assert.deepEqual(
    (files ?? []).filter((file) => /^(dist|build|node_modules)\/|\.(tgz|tsbuildinfo|node)$/.test(file)),
    [],
  )
})

const pages = ['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', ...filesOf('docs', '.md')]

test('every relative link of the documentation leads to a file, and to a heading if it names one', () => {
  for (const page of pages) {
    const text = read(page).replaceAll(/^```[^]*?^```/gm, '')
    for (const [, link] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(link!)) continue
      const [path = '', anchor] = link!.split('#')
      const target = path === '' ? page : posix.join(posix.dirname(page), path)
      assert.ok(existsSync(`${ROOT}/${target}`), `${page} links to ${link}`)
      if (anchor !== undefined) assert.ok(anchors(read(target)).has(anchor), `${page} links to ${link}`)
    }
  }
})

test('the README is short', () => {
  assert.ok(read('README.md').split('\n').length <= 150)
})

/** The anchors of a page's headings, as code hosts make them. */
function anchors(text: string): ReadonlySet<string> {
  const headings = [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading]) => heading!)
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
        .trim()
        .replaceAll(' ', '-'),
    ),
  )
}
