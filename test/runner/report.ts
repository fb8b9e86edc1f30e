import type { TestEvent } from 'node:test/reporters'

/*
 * The reporter that each test file runs with: one JSON line per outcome, written to a file of its own. The built-in
 * `spec` reporter of Node 20 was seen to spin for ever when many tests of one file fail, so the runner formats failures
 * itself.
 */

/** One test that ended. */
export interface Outcome {
  /** The names of the suites around it and its own. */
  readonly name: string
  readonly result: 'pass' | 'fail' | 'skip' | 'todo'
  /** Why it was skipped, or the error in full. */
  readonly detail: string
}

/** Stands on the last line: without it the process ended before its tests did. */
export const END = 'end'

async function* report(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const around: string[] = []
  for await (const event of events) {
    if (event.type === 'test:start') {
      around.length = event.data.nesting
      around.push(event.data.name)
    } else if (event.type === 'test:pass' || event.type === 'test:fail') {
      const { name, nesting, skip, todo, details } = event.data
      const error = event.type === 'test:fail' ? event.data.details.error : undefined
      const result = outcome(event.type, skip, todo)
      // A suite is no test of its own, unless it was skipped (then its tests are not reported) or its hooks failed.
      if (details.type === 'suite' && result !== 'skip' && (error === undefined || isOnlySubtests(error))) continue
      const line: Outcome = {
        name: [...around.slice(0, nesting), name].join(' > '),
        result,
        detail: error === undefined ? text(skip ?? todo) : inFull(error),
      }
      yield `${JSON.stringify(line)}\n`
    }
  }
  yield `${END}\n`
}

type Flag = string | boolean | undefined

function outcome(type: 'test:pass' | 'test:fail', skip: Flag, todo: Flag): Outcome['result'] {
  if (skip !== undefined && skip !== false) return 'skip'
  if (todo !== undefined && todo !== false) return 'todo'
  return type === 'test:pass' ? 'pass' : 'fail'
}

function text(reason: Flag): string {
  return typeof reason === 'string' ? reason : ''
}

function isOnlySubtests(error: Error): boolean {
  return 'failureType' in error && error.failureType === 'subtestsFailed'
}

/** The error that the test threw, which Node wraps in one of its own. */
function inFull(error: Error): string {
  const cause: unknown = error.cause ?? error
  return cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)
}

// Node loads a reporter by its default export.
// oxlint-disable-next-line import/no-default-export
export default report
