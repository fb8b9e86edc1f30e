import type { Command } from './command.js'
import { COMMON, type OptionRow } from './options.js'

/** What `fusewire --help` prints. */
export function overview(commands: readonly Command[]): string {
  const width = Math.max(...commands.map(({ name }) => name.length))
  return [
    'usage: fusewire COMMAND [OPTION …]',
    '',
    ...commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`),
    '',
    '  --version  show the version',
    '  --help     show this; fusewire COMMAND --help shows the options of a command',
    '',
  ].join('\n')
}

/** What `fusewire COMMAND --help` prints. */
export function usage({ name, summary, operands, options, notes = [] }: Command): string {
  const rows = Object.entries<OptionRow>({ ...options, ...COMMON }).map(([long, row]) => ({
    head: head(long, row),
    help: row.help,
  }))
  const width = Math.max(...rows.map(({ head }) => head.length))
  const lines = rows.flatMap(({ head, help }) =>
    help.map((line, i) => `  ${(i === 0 ? head : '').padEnd(width)}  ${line}`),
  )
  return [
    `usage: ${[`fusewire ${name}`, ...operands].join(' ')} [OPTION …]`,
    '',
    `${summary[0]!.toUpperCase()}${summary.slice(1)}.`,
    '',
    ...lines,
    ...(notes.length === 0 ? [] : ['', ...notes]),
    '',
  ].join('\n')
}

function head(long: string, { short, value, valueOptional }: OptionRow): string {
  const suffix = value === undefined ? '' : valueOptional === true ? `[=${value}]` : ` ${value}`
  // A name of one letter is the short form alone, as in -o.
  if (long.length === 1) return `-${long}${suffix}`
  return `${short === undefined ? '    ' : `-${short}, `}--${long}${suffix}`
}
