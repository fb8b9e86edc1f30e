#!/usr/bin/env node
import { failureOf } from './failure.js'
import { EXIT } from './exit-codes.js'
import { helperWords, isMountHelper } from './mount-helper.js'
import { runCommandLine } from './run.js'

/* The command `fusewire`. The only place that ends the process. */

// Whoever reads what we print may stop reading (`fusewire probe | head -1`): no reason to end, least of all a mount.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)

try {
  const [, program, ...words] = process.argv
  const meant = isMountHelper(program!) ? helperWords(words) : words
  process.exit(meant === undefined ? EXIT.OK : await runCommandLine(meant))
} catch (error) {
  const { text, exitCode } = failureOf(error)
  process.stderr.write(`fusewire: ${text}\n`)
  process.exit(exitCode)
}
