import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { killAll } from './runner/file.js'
import { hasFuse, runAll } from './runner/run-all.js'

/*
 * What `npm test` runs: every *.test.js, each in a process of its own with a time limit.
 *
 *   npm test -- golden unit/base      only files whose path contains one of these words
 *   npm test -- --limit 300           seconds that a file may take
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { limit: { type: 'string' }, root: { type: 'string' } },
})

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => {
    killAll()
    process.exit(1)
  })
}

const well = await runAll({
  root: values.root ?? fileURLToPath(new URL('.', import.meta.url)),
  sources: values.root === undefined ? fileURLToPath(new URL('../../test', import.meta.url)) : undefined,
  filters: positionals,
  limitMs: values.limit === undefined ? undefined : Number(values.limit) * 1000,
  hasFuse: hasFuse(),
  print: console.log,
})
process.exitCode = well ? 0 : 1
