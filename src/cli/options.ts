import { parseArgs } from 'node:util'
import { UsageError } from './failure.js'

/** One option of a command, by its long name. */
export interface OptionRow {
  /** The same as one letter. */
  readonly short?: string
  /** What its value is called in the usage, such as `FILE`; without it the option is a switch. */
  readonly value?: string
  /** The value may be left out: `--trace`, `--trace=FILE`. Given apart (`--trace FILE`) it would be an operand. */
  readonly valueOptional?: true
  /** It may be given several times. A later one overrides an earlier one otherwise. */
  readonly multiple?: true
  /** What it does, its unit and its default, in a line or more. */
  readonly help: readonly string[]
}

export type OptionRows = Readonly<Record<string, OptionRow>>

/** What was given: `true` for a switch, text for a value (empty if an optional one was left out). */
export type OptionValues<Rows extends OptionRows> = {
  readonly [Name in keyof Rows]?: Rows[Name] extends { readonly value: string }
    ? Rows[Name] extends { readonly multiple: true }
      ? readonly string[]
      : string
    : true
}

/** Options that every command has. */
export const COMMON = { help: { short: 'h', help: ['show this'] } } as const satisfies OptionRows

/** The words behind the command, told apart. */
export interface ParsedWords<Rows extends OptionRows> {
  readonly operands: readonly string[]
  readonly options: OptionValues<Rows>
}

/** Tells options and operands apart. @throws UsageError for options that are not in `rows`, or lack their value */
export function parseWords<Rows extends OptionRows>(words: readonly string[], rows: Rows): ParsedWords<Rows> {
  const config = Object.entries<OptionRow>(rows).map(([name, { short, value, valueOptional }]) => {
    const type = value === undefined || valueOptional === true ? ('boolean' as const) : ('string' as const)
    return [name, short === undefined ? { type } : { type, short }] as const
  })
  // Not strict: its own messages are not ours, and it knows no option whose value may be left out.
  const { tokens } = parseArgs({
    args: [...words],
    options: Object.fromEntries(config),
    allowPositionals: true,
    strict: false,
    tokens: true,
  })
  const operands: string[] = []
  const options: Record<string, true | string | string[]> = {}
  for (const token of tokens) {
    if (token.kind === 'positional') operands.push(token.value)
    if (token.kind !== 'option') continue
    const { name, rawName } = token
    const row = Object.hasOwn(rows, name) ? rows[name] : undefined
    if (row === undefined) throw new UsageError(`there is no option ${rawName}`)
    const value = readValue(row, rawName, token.value)
    if (row.multiple === true) options[name] = [...((options[name] as string[] | undefined) ?? []), String(value)]
    else options[name] = value
  }
  return { operands, options: options as OptionValues<Rows> }
}

function readValue(row: OptionRow, rawName: string, given: string | undefined): true | string {
  if (row.value === undefined) {
    if (given !== undefined) throw new UsageError(`${rawName} takes no value`)
    return true
  }
  if (given !== undefined) return given
  if (row.valueOptional === true) return ''
  throw new UsageError(`${rawName} needs a value: ${rawName} ${row.value}`)
}
