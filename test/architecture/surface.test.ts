import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { SURFACE } from './public-surface.js'
import { readSources, ROOT, withoutComments } from './sources.js'

interface Manifest {
  readonly exports: Readonly<Record<string, string | { readonly types: string; readonly default: string }>>
}

const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Manifest
const entries = Object.entries(manifest.exports).flatMap(([entry, target]) =>
  typeof target === 'string' ? [] : [{ entry, file: target.default.replace('./dist/', '').replace(/\.js$/, '.ts') }],
)
const sources = readSources()

/** The names in `export { … }` or `export type { … }` of an entry, which has no other kind of export. */
function exported(text: string, types: boolean): string[] {
  const pattern = types ? /^export type \{([^}]*)\}/gm : /^export \{([^}]*)\}/gm
  const lists = [...text.matchAll(pattern)].map(([, list]) => list!)
  const names = lists.flatMap((list) => list.split(',').map((name) => name.trim()))
  return names.filter((name) => name !== '').toSorted()
}

test('every entry of package.json is pinned, and no other', () => {
  assert.deepEqual(entries.map(({ entry }) => entry).toSorted(), Object.keys(SURFACE).toSorted())
})

for (const { entry, file } of entries) {
  const name = `fusewire${entry.slice(1)}`
  const text = withoutComments(sources.find(({ path }) => path === file)?.text ?? '')

  test(`${name} exports the values it is known for`, async () => {
    const module = (await import(name)) as object
    assert.deepEqual(Object.keys(module).toSorted(), SURFACE[entry]?.values)
    assert.deepEqual(exported(text, false), SURFACE[entry]?.values)
  })

  test(`${name} exports the types it is known for`, () => {
    assert.deepEqual(exported(text, true), SURFACE[entry]?.types)
  })

  test(`${name} has lists of exports and no logic`, () => {
    assert.equal(text.replaceAll(/^export (type )?\{[^}]*\}( from '[^']+')?$/gm, '').trim(), '')
  })
}

test('nothing is exported by a star', () => {
  assert.deepEqual(
    sources.filter(({ text }) => /^\s*export\s*(type\s*)?\*/m.test(text)).map(({ path }) => path),
    [],
  )
})

test('no type of src is any', () => {
  const anywhere = /(?:[:<|&,(=]|=>|\bas)\s*any\b(?!['\w])/
  assert.match('x as any', anywhere)
  assert.match('Promise<any>', anywhere)
  assert.doesNotMatch("'u64:any'", anywhere)
  assert.deepEqual(
    sources.filter(({ text }) => anywhere.test(withoutComments(text))).map(({ path }) => path),
    [],
  )
})
