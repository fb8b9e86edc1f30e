/**
 * A random tester of file content after the fashion of fsx: it does random operations on a file (and now and then on a
 * second one, the partner of copies) and on plain memory, and compares what each read answers and the size after each
 * operation. The same seed does the same operations, as long as the target supports the same ones.
 */
import { randomBytes } from 'node:crypto'
import { PosixError } from '../../helpers/posix.js'
import { Random } from '../../helpers/random.js'
import { Difference, TestedFile } from './file.js'
import { Model } from './model.js'
import { OPERATION_NAMES, type OperationName, OPERATIONS, WEIGHTS } from './operations.js'

export interface FsxOptions {
  /** How many operations to do. @default 10000 */
  readonly operations?: number
  /** A whole number below 2^32; random by default. */
  readonly seed?: number
  /** How large the file may grow, in bytes. @default 262144 */
  readonly maxSize?: number
  /** Operations not to do. */
  readonly without?: readonly OperationName[]
  /** After how many operations all content is compared. @default 1000 */
  readonly compareEvery?: number
  /** Called with each operation before it is done. */
  readonly trace?: (line: string) => void
  /** Called once for each operation that the target turns out not to support. */
  readonly onDropped?: (name: OperationName, code: string) => void
  /** Called after each operation and before what comes after it is checked. */
  readonly afterOperation?: (index: number, path: string) => void
}

export interface FsxResult {
  readonly seed: number
  /** How often each operation was done. */
  readonly done: ReadonlyMap<OperationName, number>
  /** What the target does not support, with the error it answered. */
  readonly dropped: ReadonlyMap<OperationName, string>
}

/** The target answered wrongly, or failed where it should not. */
export class FsxError extends Error {
  override readonly name = 'FsxError'
  readonly seed: number
  /** The number of the operation, from 0. */
  readonly index: number
  /** The first byte that differs, if content does. */
  readonly offset: number | undefined

  constructor(seed: number, index: number, history: readonly string[], cause: unknown) {
    const what = cause instanceof Error ? cause.message : String(cause)
    super(`seed ${seed}, operation ${index}: ${what}\nthe last operations:\n${history.join('\n')}`, { cause })
    this.seed = seed
    this.index = index
    this.offset = cause instanceof Difference ? cause.offset : undefined
  }
}

/** How many operations a report shows. */
const HISTORY = 50
/** What a filesystem answers for an operation that it does not have. */
const UNSUPPORTED: ReadonlySet<string> = new Set(['EOPNOTSUPP', 'ENOSYS', 'EXDEV', 'ENODEV'])

/**
 * Tests files in `directory`, which it removes again. Throws {@link FsxError} at the first difference. It blocks the
 * thread, so a filesystem that this very process serves needs the program (fsx.ts) instead.
 */
export function runFsx(directory: string, options: FsxOptions = {}): FsxResult {
  const { operations = 10_000, maxSize = 262_144, compareEvery = 1000, without = [] } = options
  const seed = options.seed ?? randomBytes(4).readUInt32LE()
  const random = new Random(seed)
  const pool = Buffer.alloc(Math.max(2 * maxSize, 131_072))
  for (let at = 0; at < pool.length; at++) pool[at] = 1 + random.below(255)

  const base = `${directory}/fsx-${randomBytes(6).toString('hex')}`
  // One byte more than a file may hold, to see if a read answers too much.
  const buffer = Buffer.alloc(maxSize + 1)
  const files: TestedFile[] = []
  const done = new Map<OperationName, number>()
  const dropped = new Map<OperationName, string>()
  const history: string[] = []
  let lottery = OPERATION_NAMES.filter((name) => !without.includes(name)).flatMap((name) =>
    Array.from({ length: WEIGHTS[name] ?? 1 }, () => name),
  )

  function step(index: number): void {
    if (lottery.length === 0) throw new Error('no operation is left')
    const name = random.pick(lottery)
    const second = random.below(8) === 0 ? 1 : 0
    const [file, other] = [files[second]!, files[1 - second]!]
    const note = (text: string): void => {
      const line = `${index} ${file.label} ${text}`
      options.trace?.(line)
      history[index % HISTORY] = line
    }
    try {
      OPERATIONS[name](file, { random, maxSize, pool, note, other })
      done.set(name, (done.get(name) ?? 0) + 1)
    } catch (error) {
      if (!(error instanceof PosixError) || !UNSUPPORTED.has(error.code)) throw error
      // An operation that worked before has no excuse.
      if (done.has(name)) throw error
      lottery = lottery.filter((item) => item !== name)
      dropped.set(name, error.code)
      options.onDropped?.(name, error.code)
    }
    options.afterOperation?.(index, files[0]!.path)
    file.checkSize()
    if (name === 'copybetween') other.checkSize()
    if ((index + 1) % compareEvery === 0) for (const each of files) each.checkAll()
  }

  let index = 0
  try {
    for (const label of ['a', 'b']) files.push(new TestedFile(`${base}-${label}`, label, new Model(maxSize), buffer))
    for (; index < operations; index++) step(index)
    index = Math.max(0, operations - 1)
    for (const file of files) {
      file.checkAll()
      file.reopen()
      file.checkAll()
    }
  } catch (error) {
    const oldest = (index + 1) % HISTORY
    throw new FsxError(seed, index, [...history.slice(oldest), ...history.slice(0, oldest)], error)
  } finally {
    for (const file of files) file.remove()
  }
  return { seed, done, dropped }
}
