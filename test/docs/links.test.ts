import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
const docs = readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
const pages = [
  'README.md',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  ...docs.filter((file) => file.endsWith('.md')).map((file) => join('docs', file)),
]

test('every relative link leads to a file', () => {
  const dead = pages.flatMap((page) => {
    const text = readFileSync(join(ROOT, page), 'utf8')
    const targets = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target!.replace(/#.*$/, ''))
    return targets
      .filter((target) => target !== '' && !/^[a-z]+:/.test(target))
      .filter((target) => !existsSync(resolve(ROOT, dirname(page), target)))
      .map((target) => `${page}: ${target}`)
  })
  assert.deepEqual(dead, [])
})

test('docs/errors.md lists every code of src, and no other', () => {
  const src = join(ROOT, 'src')
  const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))
  const codes = (text: string) => [...new Set(text.match(/\bERR_[A-Z]+(?:_[A-Z]+)*\b/g))].toSorted()
  const thrown = codes(files.map((file) => readFileSync(join(src, file), 'utf8')).join('\n'))
  assert.deepEqual(codes(readFileSync(join(ROOT, 'docs', 'errors.md'), 'utf8')), thrown)
})
