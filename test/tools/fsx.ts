/** The random tester of file content as a program; see {@link USAGE}, and fsx/run.ts for what it does. */
import { parseArgs } from 'node:util'
import { FsxError, type FsxOptions, runFsx } from './fsx/run.js'
import { OPERATION_NAMES } from './fsx/operations.js'

const USAGE = `usage: node build/test/tools/fsx.js DIR [options]
  --ops N            how many operations (10000)
  --seed N           what operations (random)
  --max-size N       how large a file may grow, in bytes (262144)
  --compare-every N  after how many operations all content is compared (1000)
  --trace            print each operation on standard error before it is done: a page of a mapping that cannot be read
                     or written ends the program with SIGBUS, without a report
  --no-OP            leave out one of ${OPERATION_NAMES.join(', ')}`

function wholeNumber(name: string, text: string | undefined, least = 1): number | undefined {
  if (text === undefined) return undefined
  const number = Number(text)
  if (text === '' || !Number.isSafeInteger(number) || number < least) throw new Error(`--${name} ${text} is no good`)
  return number
}

function readArguments(): [directory: string, options: FsxOptions] {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      ops: { type: 'string' },
      seed: { type: 'string' },
      'max-size': { type: 'string' },
      'compare-every': { type: 'string' },
      trace: { type: 'boolean' },
      ...Object.fromEntries(OPERATION_NAMES.map((name) => [`no-${name}`, { type: 'boolean' as const }])),
    },
  })
  const [directory, ...rest] = positionals
  if (directory === undefined || rest.length > 0) throw new Error('name one directory')
  const given = new Map<string, unknown>(Object.entries(values))
  const without = OPERATION_NAMES.filter((name) => given.has(`no-${name}`))
  const options = {
    operations: wholeNumber('ops', values.ops),
    seed: wholeNumber('seed', values.seed, 0) ?? Math.floor(Math.random() * 2 ** 32),
    maxSize: wholeNumber('max-size', values['max-size']),
    compareEvery: wholeNumber('compare-every', values['compare-every']),
    trace: values.trace === true ? (line: string) => void process.stderr.write(`${line}\n`) : undefined,
    onDropped: (name: string, code: string) => console.log(`${name} is dropped: ${code}`),
    without,
  }
  return [directory, Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))]
}

function main(): number {
  let directory: string
  let options: FsxOptions
  try {
    ;[directory, options] = readArguments()
  } catch (error) {
    console.error(`${String(error)}\n${USAGE}`)
    return 2
  }
  console.log(`seed ${options.seed}`)
  const start = performance.now()
  try {
    const { done } = runFsx(directory, options)
    const total = [...done.values()].reduce((sum, count) => sum + count, 0)
    console.log([...done].map(([name, count]) => `${name} ${count}`).join(', '))
    console.log(`${total} operations in ${((performance.now() - start) / 1000).toFixed(1)} s, no difference`)
    return 0
  } catch (error) {
    console.error(error instanceof FsxError ? error.message : error)
    return 1
  }
}

process.exitCode = main()
