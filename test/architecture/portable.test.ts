import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readSources, resolveImport } from './sources.js'

/* What must run where there is no Node: in a browser, say. Types are not there when it runs. */

const sources = new Map(readSources().map((source) => [source.path, source]))

/** All that is loaded with a file: paths within src, and other modules by name. */
function loadedWith(entry: string): Set<string> {
  const all = new Set<string>()
  const visit = (path: string) => {
    if (all.has(path)) return
    all.add(path)
    for (const { specifier, typeOnly } of sources.get(path)?.imports ?? []) {
      if (typeOnly) continue
      if (specifier.startsWith('.')) visit(resolveImport(path, specifier))
      else all.add(specifier)
    }
  }
  visit(entry)
  return all
}

const ANYWHERE = ['protocol/index.ts', 'client/index.ts', 'serve/index.ts', 'transport/index.ts', 'fs/memory/index.ts']

for (const entry of ANYWHERE) {
  test(`${entry} loads no module of Node, no system call and no package`, () => {
    const foreign = [...loadedWith(entry)].filter((name) => !sources.has(name) || /^(sys|kernel|control)\//.test(name))
    assert.deepEqual(foreign, [])
  })

  test(`nothing that ${entry} loads speaks of Node's globals`, () => {
    const using = [...loadedWith(entry)].filter((path) =>
      /\b(process|Buffer|setImmediate)\b[.(]/.test(withoutTexts(path)),
    )
    assert.deepEqual(using, [])
  })
}

test('the socket is not portable, so this test would see it', () => {
  assert.ok([...loadedWith('transport/socket/index.ts')].some((name) => name.startsWith('node:')))
})

function withoutTexts(path: string): string {
  return (sources.get(path)?.text ?? '').replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*|'[^'\n]*'|`[^`]*`/g, '')
}
