import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { COMMANDS } from '#src/cli/commands.js'
import { EXIT } from '#src/cli/exit-codes.js'
import type { OptionRow } from '#src/cli/options.js'
import { blocks, ROOT } from '../helpers/examples.js'

const page = readFileSync(join(ROOT, 'docs', 'command.md'), 'utf8')

/** The part of the page about one command. */
function section(heading: string): string {
  const at = page.indexOf(`\n## ${heading}\n`)
  assert.ok(at >= 0, `docs/command.md has no section '${heading}'`)
  const next = page.indexOf('\n## ', at + 1)
  return page.slice(at, next < 0 ? undefined : next)
}

test('docs/command.md has every command, and in its section every option and no other', () => {
  for (const { name, operands, options } of COMMANDS) {
    const listed = [...section(['fusewire', name, ...operands].join(' ')).matchAll(/^\| `(-[^`]+)` +\|/gm)]
    const rows = Object.entries<OptionRow>(options).map(([long, { value, valueOptional }]) => {
      const suffix = value === undefined ? '' : valueOptional === true ? `[=${value}]` : ` ${value}`
      return `${long.length === 1 ? '-' : '--'}${long}${suffix}`
    })
    assert.deepEqual(listed.map(([, option]) => option!).toSorted(), rows.toSorted(), name)
  }
  const sections = [...page.matchAll(/^## fusewire (\S+)/gm)].map(([, name]) => name!)
  assert.deepEqual(sections.toSorted(), COMMANDS.map(({ name }) => name).toSorted())
})

test('docs/command.md has every exit code', () => {
  const listed = [...section('Exit codes').matchAll(/^\| (\d+) +\|/gm)].map(([, code]) => Number(code))
  assert.deepEqual(
    listed,
    Object.values(EXIT).toSorted((a, b) => a - b),
  )
})

test('README.md calls commands and options that there are', () => {
  const [, calls] = blocks('README.md', 'sh')
  for (const line of calls!.trimEnd().split('\n')) {
    const [, name, ...words] = line.replace(/ *#.*/, '').split(' ')
    const command = COMMANDS.find((command) => command.name === name)
    assert.ok(command, line)
    for (const word of words.filter((word) => word.startsWith('-'))) {
      assert.ok(Object.hasOwn(command.options, word.replace(/^-+/, '')), `${line}: ${word}`)
    }
  }
})
