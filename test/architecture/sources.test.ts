import assert from 'node:assert/strict'
import { test } from 'node:test'
import { filesOf, read, withoutComments } from './source.js'

const MAX_LINES = 400
const files = filesOf('src', '.ts')

test(`no source file has more than ${MAX_LINES} lines`, (t) => {
  const sizes = files.map((file) => read(file).trimEnd().split('\n').length).toSorted((a, b) => a - b)
  t.diagnostic(`${files.length} files, median ${sizes[Math.floor(sizes.length / 2)]} lines, largest ${sizes.at(-1)}`)
  const large = files.filter((file) => read(file).trimEnd().split('\n').length > MAX_LINES)
  assert.deepEqual(large, [])
})

test('no source file exports with a star or by default', () => {
  for (const file of files) {
    assert.doesNotMatch(withoutComments(read(file)), /^export\s+(\*|type\s+\*|default\b)/m, file)
  }
})

test('no source file says any, or silences the compiler', () => {
  for (const file of [...files, ...filesOf('test', '.ts'), ...filesOf('bench', '.ts')]) {
    const code = withoutComments(read(file)).replaceAll(/'(?:\\.|[^'\\\n])*'|`(?:\\[^]|[^`\\])*`/g, "''")
    assert.doesNotMatch(code, /(:|\bas|<|\|)\s*any\b(?!\w)(?=\s*[,;)>\]|=\n{}[])/, file)
    assert.doesNotMatch(read(file), /^\s*(\/\/|\/\*)\s*@ts-(ignore|nocheck)/m, file)
  }
})

test('a rule of the linter is silenced only with a reason above it', () => {
  for (const file of [...files, ...filesOf('test', '.ts'), ...filesOf('bench', '.ts')]) {
    const lines = read(file).split('\n')
    for (const [index, line] of lines.entries()) {
      if (!/^\s*(\/\/|\/\*)\s*(oxlint|eslint)-disable/.test(line)) continue
      assert.match(`${lines[index - 1]} ${line}`, /\/\/ \w.*\w|--/, `${file}:${index + 1}`)
    }
  }
})
