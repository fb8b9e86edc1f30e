import type { FileResult } from './file.js'
import type { Outcome } from './report.js'

export type Print = (line: string) => void

/** One line for a file; its failures in full, and each skip with its reason. */
export function printFile(result: FileResult, print: Print): void {
  const { file, outcomes, problems, output } = result
  const failures = outcomes.filter((outcome) => outcome.result === 'fail')
  const bad = failures.length > 0 || problems.length > 0
  const skipped = count(outcomes, 'skip')
  const counts = `${count(outcomes, 'pass')} passed${skipped === 0 ? '' : `, ${skipped} skipped`}`
  const failed = bad ? `, ${failures.length + problems.length} failed` : ''
  print(`${bad ? 'FAIL' : 'ok  '} ${file}  ${counts}${failed}  ${Math.round(result.ms)} ms`)
  for (const { name, detail } of outcomes.filter((outcome) => outcome.result === 'skip')) {
    print(`     skipped: ${name}: ${detail === '' ? 'no reason given' : detail}`)
  }
  for (const problem of problems) print(`     ${file} ${problem}`)
  for (const { name, detail } of failures) {
    print(`  ✖ ${name}`)
    print(indent(detail))
  }
  if (bad && output !== '') {
    print(`     ${file} printed:`)
    print(indent(output.trimEnd()))
  }
}

/** The totals; true if all is well. A file or a run that is wrong as a whole counts as one failed test. */
export function printSummary(
  results: readonly FileResult[],
  problems: readonly string[],
  ms: number,
  print: Print,
): boolean {
  const outcomes = results.flatMap((result) => result.outcomes)
  const passed = count(outcomes, 'pass')
  const skipped = count(outcomes, 'skip')
  const todo = count(outcomes, 'todo')
  const ran = outcomes.some(({ result }) => result === 'pass' || result === 'fail')
  const all = [...problems, ...(ran ? [] : ['no test ran'])]
  const failed = count(outcomes, 'fail') + all.length + results.flatMap((result) => result.problems).length
  for (const problem of all) print(`FAIL ${problem}`)
  print('')
  print(`# tests ${passed + failed + skipped + todo}`)
  print(`# pass ${passed}`)
  print(`# fail ${failed}`)
  print(`# skipped ${skipped}`)
  print(`# todo ${todo}`)
  print(`# duration_ms ${Math.round(ms)}`)
  print(`${passed} passed, ${failed} failed, ${skipped} skipped`)
  return failed === 0
}

function count(outcomes: readonly Outcome[], result: Outcome['result']): number {
  return outcomes.filter((outcome) => outcome.result === result).length
}

function indent(text: string): string {
  return text
    .split('\n')
    .map((line) => `      ${line}`)
    .join('\n')
}
