import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { ENTRIES } from './entries.js'
import { PINS } from './export-pins.js'
import { read, ROOT, withoutComments } from './source.js'

test('every entry has a pinned list, and every list an entry', () => {
  assert.deepEqual(ENTRIES.map(({ specifier }) => specifier).toSorted(), Object.keys(PINS).toSorted())
})

for (const { specifier, built, source } of ENTRIES) {
  test(`${specifier} exports what is pinned`, async () => {
    const module = (await import(pathToFileURL(`${ROOT}/${built}`).href)) as Record<string, unknown>
    assert.deepEqual(Object.keys(module).toSorted(), PINS[specifier]?.values)
    assert.deepEqual(typeExports(read(source)), PINS[specifier]?.types)
  })

  test(`${specifier} does nothing but export names, one by one`, () => {
    const rest = withoutComments(read(source)).replaceAll(/^export (?:type )?\{[^}]*\} from '[^']+'$/gm, '')
    assert.equal(rest.trim(), '')
  })
}

/** The names of `export type { … }`; an `export { type X }` would be missed, and is refused. */
function typeExports(text: string): readonly string[] {
  assert.doesNotMatch(text, /[{,]\s*type /)
  const lists = [...text.matchAll(/^export type \{([^}]*)\} from/gm)].map(([, names]) => names!)
  const names = lists.flatMap((list) => list.split(',').map((name) => name.trim()))
  return names.filter((name) => name !== '').toSorted()
}
