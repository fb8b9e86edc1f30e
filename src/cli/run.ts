import { readFileSync } from 'node:fs'
import type { Command } from './command.js'
import { COMMANDS } from './commands.js'
import { EXIT } from './exit-codes.js'
import { CommandError, UsageError } from './failure.js'
import { overview, usage } from './help.js'
import { checkOperands } from './operands.js'
import { COMMON, parseWords } from './options.js'

/** Runs the command that `words` (the arguments of the program) name, and returns its exit code. */
export async function runCommandLine(words: readonly string[]): Promise<number> {
  const [first, ...rest] = words
  if (first === undefined) {
    process.stderr.write(overview(COMMANDS))
    return EXIT.USAGE
  }
  if (first === '--version' || first === '-V') return print(`fusewire ${version()}\n`)
  if (first === '--help' || first === '-h' || first === 'help') return print(overview(COMMANDS))
  const command = COMMANDS.find(({ name }) => name === first)
  if (command === undefined) {
    const names = COMMANDS.map(({ name }) => name).join(', ')
    throw new UsageError(`there is no command '${first}'; there are ${names} ('fusewire --help')`)
  }
  return runCommand(command, rest)
}

async function runCommand(command: Command, words: readonly string[]): Promise<number> {
  const { name, operands } = command
  try {
    const given = parseWords(words, { ...command.options, ...COMMON })
    if (given.options.help === true) return print(usage(command))
    checkOperands(operands, given.operands)
    return await command.run(given)
  } catch (error) {
    // Which command it was helps only those who got it wrong.
    if (!(error instanceof UsageError)) throw error
    throw new CommandError(`${error.message} ('fusewire ${name} --help')`, error.exitCode)
  }
}

function print(text: string): number {
  process.stdout.write(text)
  return EXIT.OK
}

function version(): string {
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(manifest) as { readonly version: string }).version
}
