import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { test } from 'node:test'
import { ENTRIES } from './entries.js'
import { findCycle, forbidden } from './import-rules.js'
import { filesOf, importsOf, read, resolveImport, ROOT } from './source.js'

const entries = new Set(ENTRIES.map(({ source }) => source))
const files = filesOf('src', '.ts')
const graph = new Map(
  files.map((file) => [file, importsOf(read(file)).map((specifier) => resolveImport(file, specifier))]),
)

test('every import of src is one that its folder may have', () => {
  const wrong = [...graph].flatMap(([file, targets]) =>
    targets.flatMap((target) => {
      const why = forbidden(file, target, entries)
      return why === undefined ? [] : [`${file} imports ${target}: ${why}`]
    }),
  )
  assert.deepEqual(wrong, [])
})

test('every relative import of src leads to a source file', () => {
  for (const [file, targets] of graph) {
    for (const target of targets.filter((target) => target.startsWith('src/'))) {
      assert.ok(graph.has(target), `${file} imports ${target}`)
    }
  }
})

test('no import of src goes in a circle, types included', () => {
  assert.deepEqual(findCycle(graph), undefined)
})

test('examples import the package by its name only', () => {
  if (!existsSync(`${ROOT}/examples`)) return
  for (const file of filesOf('examples', '.ts')) {
    for (const specifier of importsOf(read(file))) {
      assert.match(specifier, /^(node:|fusewire(\/|$))/, file)
    }
  }
})

test('tests and benchmarks reach the library by #src or as a user does', () => {
  for (const file of [...filesOf('test', '.ts'), ...filesOf('bench', '.ts')]) {
    for (const specifier of importsOf(read(file))) {
      assert.doesNotMatch(resolveImport(file, specifier), /^(src|dist)\/|^\.\.\//, `${file} imports ${specifier}`)
    }
  }
})

test('the rules forbid what they are there to forbid', () => {
  const cases: readonly (readonly [string, string, boolean])[] = [
    ['src/base/ids.ts', 'src/base/errno.ts', true],
    ['src/base/ids.ts', 'src/protocol/codec.ts', false],
    ['src/base/ids.ts', 'node:util', false],
    ['src/protocol/codec.ts', 'src/base/ids.ts', true],
    ['src/protocol/codec.ts', 'node:buffer', false],
    ['src/protocol/codec.ts', 'src/sys/fd.ts', false],
    ['src/sys/ffi.ts', 'koffi', true],
    ['src/sys/open.ts', 'koffi', false],
    ['src/transport/device.ts', 'src/sys/fd.ts', true],
    ['src/transport/memory.ts', 'src/sys/fd.ts', false],
    ['src/transport/device.ts', 'src/protocol/structs/header.ts', true],
    ['src/transport/device.ts', 'src/protocol/opcodes.ts', false],
    ['src/kernel/mount.ts', 'src/protocol/codec.ts', false],
    ['src/server/session.ts', 'src/transport/transport.ts', true],
    ['src/server/session.ts', 'src/transport/device.ts', false],
    ['src/server/session.ts', 'src/client/client.ts', false],
    ['src/client/client.ts', 'src/server/session.ts', false],
    ['src/server/session.ts', 'node:fs', false],
    ['src/notify/notifier.ts', 'src/server/session.ts', false],
    ['src/fs/memory/memory-fs.ts', 'src/sys/fd.ts', false],
    ['src/fs/passthrough/ops.ts', 'src/sys/fd.ts', true],
    ['src/cli/main.ts', 'src/index.ts', true],
    ['src/cli/main.ts', 'src/base/errno.ts', false],
    ['src/elsewhere/x.ts', 'src/base/errno.ts', false],
    ['src/mount.ts', 'src/kernel/mount.ts', true],
    ['src/mount.ts', 'left-pad', false],
  ]
  for (const [from, target, allowed] of cases) {
    assert.equal(forbidden(from, target, entries) === undefined, allowed, `${from} imports ${target}`)
  }
})

test('imports are found in every form, and not in comments', () => {
  const text = `import a from 'a'
import type { B } from "b"
import 'c'
export {
  d,
} from 'd'
const e = await import('e')
type F = import('f').F
// import 'no'
/* import 'neither' */
const url = 'http://x' // import 'nor this'`
  assert.deepEqual([...importsOf(text)].toSorted(), ['a', 'b', 'c', 'd', 'e', 'f'])
})

test('a cycle is found', () => {
  assert.deepEqual(findCycle(new Map([['a', ['b']], ['b', ['c']], ['c', ['b']]])), ['b', 'c', 'b']) // prettier-ignore
  assert.equal(findCycle(new Map([['a', ['b', 'c']], ['b', ['c']], ['c', []]])), undefined) // prettier-ignore
})
