import type { OptionRows, OptionValues } from './options.js'

/** What a command was called with. */
export interface Input<Rows extends OptionRows> {
  /** The operands, as many as {@link Command.operands} names. */
  readonly operands: readonly string[]
  readonly options: OptionValues<Rows>
}

/** One command: a row of the table in commands.ts. */
export interface Command<Rows extends OptionRows = OptionRows> {
  readonly name: string
  /** What it does, in one line without a full stop; for the list of commands. */
  readonly summary: string
  /**
   * The operands as they stand in the usage line: `['SOURCE', 'MOUNTPOINT']`. Those in brackets may be left out, and the last
   * may stand for any number: `'[NODE …]'`.
   */
  readonly operands: readonly string[]
  readonly options: Rows
  /** What else `--help` says, line by line. */
  readonly notes?: readonly string[]
  /** Does the work. Returns the exit code, one of `EXIT`; what it throws is shown as one line, see failure.ts. */
  run(input: Input<Rows>): Promise<number>
}

/** Gives `run` the types of the options of its row. */
export function command<const Rows extends OptionRows>(row: Command<Rows>): Command<Rows> {
  return row
}
