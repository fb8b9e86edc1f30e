import assert from 'node:assert/strict'
import { test } from 'node:test'
import { objection } from './import-table.js'
import { importsOf, readSources, resolveImport } from './sources.js'

const sources = readSources()
const paths = new Set(sources.map(({ path }) => path))

test('every import of src is allowed by the table', () => {
  assert.deepEqual(
    sources.flatMap(({ path, imports }) => imports.map((one) => objection(path, one)).filter(Boolean)),
    [],
  )
})

test('every relative import leads to a file and ends in .js', () => {
  for (const { path, imports } of sources) {
    for (const { specifier } of imports.filter(({ specifier }) => specifier.startsWith('.'))) {
      assert.ok(specifier.endsWith('.js') && paths.has(resolveImport(path, specifier)), `${path}: ${specifier}`)
    }
  }
})

test('no import goes round in a circle, types included', () => {
  const targets = new Map(
    sources.map(({ path, imports }) => [
      path,
      imports
        .filter(({ specifier }) => specifier.startsWith('.'))
        .map(({ specifier }) => resolveImport(path, specifier)),
    ]),
  )
  const done = new Set<string>()
  const visit = (path: string, way: readonly string[]): void => {
    if (done.has(path)) return
    const seen = way.indexOf(path)
    if (seen >= 0) assert.fail(`a circle: ${[...way.slice(seen), path].join(' -> ')}`)
    for (const target of targets.get(path) ?? []) visit(target, [...way, path])
    done.add(path)
  }
  for (const path of paths) visit(path, [])
})

test('the reader finds every form of import', () => {
  const text = [
    "import a from './a.js'",
    "import type { B,\n C } from './b.js'",
    "export * as d from './d.js'",
    "export type { E } from './e.js'",
    "import './f.js'",
    "const g = await import('./g.js')",
    "const h = createRequire(import.meta.url)('koffi')",
  ].join('\n')
  assert.deepEqual(
    importsOf(text).map(({ specifier, typeOnly }) => `${specifier}${typeOnly ? ' type' : ''}`),
    ['./a.js', './b.js type', './d.js', './e.js type', './f.js', './g.js', 'koffi'],
  )
})

const REFUSED: readonly (readonly [string, string, boolean?])[] = [
  ['base/errors.ts', '../protocol/codec.js', true],
  ['base/errors.ts', 'node:os'],
  ['protocol/codec.ts', 'node:util'],
  ['protocol/codec.ts', '../sys/fd.js', true],
  ['sys/io.ts', 'koffi', true],
  ['sys/io.ts', '../protocol/codec.js'],
  ['kernel/direct.ts', '../protocol/limits.js'],
  ['transport/memory.ts', '../sys/io.js'],
  ['transport/device.ts', '../protocol/codec.js'],
  ['server/session.ts', '../client/client.js', true],
  ['server/session.ts', '../transport/transport.js'],
  ['server/session.ts', '../transport/device.js', true],
  ['server/session.ts', 'node:fs/promises'],
  ['notify/notifier.ts', '../server/session.js', true],
  ['client/client.ts', '../server/session.js', true],
  ['fs/memory/memory-fs.ts', '../../sys/io.js'],
  ['cli/main.ts', '../kernel/direct.js'],
  ['index.ts', './cli/main.js'],
  ['other/file.ts', './more.js'],
  ['sys/io.ts', '../../test/helpers/needs.js'],
  ['sys/io.ts', 'left-pad'],
]

const ALLOWED: readonly (readonly [string, string, boolean?])[] = [
  ['protocol/codec.ts', '../base/errors.js'],
  ['sys/ffi.ts', 'koffi'],
  ['transport/device.ts', '../sys/io.js'],
  ['transport/uring/ring.ts', '../../protocol/structs/device.js'],
  ['server/session.ts', '../transport/transport.js', true],
  ['server/session.ts', '../notify/notifier.js'],
  ['client/cache/page.ts', '../../protocol/index.js'],
  ['fs/passthrough/file-ops.ts', '../../sys/io.js'],
  ['mount.ts', './kernel/index.js'],
  ['cli/main.ts', 'fusewire/mount'],
  ['cli/main.ts', '../protocol/index.js'],
]

test('the table refuses and allows what it should, for folders to come as well', () => {
  for (const [from, specifier, typeOnly = false] of REFUSED) {
    assert.notEqual(objection(from, { specifier, typeOnly }), undefined, `${from}: ${specifier}`)
  }
  for (const [from, specifier, typeOnly = false] of ALLOWED) {
    assert.equal(objection(from, { specifier, typeOnly }), undefined, `${from}: ${specifier}`)
  }
})
