import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readSources, resolveImport, withoutComments } from './sources.js'

/* What runs in a browser reaches no module of Node, no native code, and no global of Node without a look. */

/** What a page imports: see test/browser/program.ts. */
const ENTRIES = [
  'client/index.ts',
  'fs/memory/index.ts',
  'protocol/index.ts',
  'server/session.ts',
  'transport/memory-notify.ts',
  'transport/memory.ts',
]
const sources = new Map(readSources().map((source) => [source.path, source]))

/** The files that are loaded with an entry: types are not. */
function reached(): Map<string, string> {
  const found = new Map<string, string>()
  const queue: string[] = [...ENTRIES]
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    if (found.has(path)) continue
    const { text, imports } = sources.get(path)!
    found.set(path, text)
    for (const { specifier, typeOnly } of imports) {
      if (!typeOnly && specifier.startsWith('.')) queue.push(resolveImport(path, specifier))
    }
  }
  return found
}

const files = reached()

test('no module of Node and no package is imported', () => {
  const foreign = [...files.keys()].flatMap((path) =>
    sources
      .get(path)!
      .imports.filter(({ specifier, typeOnly }) => !typeOnly && !specifier.startsWith('.'))
      .map(({ specifier }) => `${path}: ${specifier}`),
  )
  assert.deepEqual(foreign, [])
  assert.ok(files.size > 100, `only ${files.size} files are reached`)
})

/** A global that only Node has, unless it is asked for by `globalThis.name?.` or `name?.`, or is a key or a field. */
const NODE_GLOBAL =
  /(?<!globalThis\.|['"`.\w$])\b(?:Buffer|process|setImmediate|clearImmediate|__dirname|__filename|global)\b(?!\s*[:?]|['"`\w$]| \} = globalThis)|(?<!typeof )globalThis\.(?:Buffer|process)(?!\?\.)/

const code = (text: string) =>
  withoutComments(text)
    .replaceAll(/'(?:[^'\\\n]|\\.)*'/g, "''")
    .replaceAll(/\/\*[^\n]*?\*\//g, '')
    .replaceAll(/`(?:[^`\\]|\\.)*`/g, '``')

test('no global of Node is used without a look', () => {
  const found = [...files].flatMap(([path, text]) => {
    const match = NODE_GLOBAL.exec(code(text))
    return match === null ? [] : [`${path}: ${match[0]}`]
  })
  assert.deepEqual(found, [])
})

test('the pattern for that finds what it is for', () => {
  for (const text of ['Buffer.from(x)', 'process.pid', 'globalThis.process.pid', 'f(setImmediate)', 'if (global) {']) {
    assert.match(code(text), NODE_GLOBAL, text)
  }
  for (const text of ['globalThis.Buffer?.from(x)', "'No such process'", 'asBuffer(x)', 'a.process', '// process it']) {
    assert.doesNotMatch(code(text), NODE_GLOBAL, text)
  }
})
