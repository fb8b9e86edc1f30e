import { accessSync, chmodSync, constants, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runFile, type FileResult } from './file.js'
import { detach, fuseMounts, leftMounts } from './leaks.js'
import { printFile, printSummary, type Print } from './print.js'

export interface RunOptions {
  /** Where the test files are, at any depth. */
  readonly root: string
  /** Where the sources of those files are, if they have any. */
  readonly sources?: string | undefined
  /** A file runs if its path below `root` contains one of these; all do when there is none. */
  readonly filters: readonly string[]
  /** How long a file may run; undefined: see {@link SLOW}. */
  readonly limitMs: number | undefined
  /** Whether a test that needs /dev/fuse has it, and so must not be skipped. */
  readonly hasFuse: boolean
  readonly print: Print
}

const LIMIT_MS = 60_000
/** Folders whose files mount, or install packages: they may take longer, and run one at a time. */
const SLOW = /^(kernel|contract|package|examples|cli)\//
const SLOW_LIMIT_MS = 240_000
const CONCURRENCY = 2
/** How the reason of a skip starts that is not accepted where there is a /dev/fuse. */
const NEEDS_FUSE = 'needs /dev/fuse'

/** Runs all test files that `options` asks for; true if nothing at all is wrong. */
export async function runAll(options: RunOptions): Promise<boolean> {
  const { print } = options
  const files = select(options.root, options.sources, options.filters)
  const reported = new Set<string>()
  const scratch = mkdtempSync(join(tmpdir(), 'fusewire-test-'))
  // Open to all, as /tmp is: tests that act as an ordinary user work in there too.
  chmodSync(scratch, 0o1777)
  const began = performance.now()
  const results: FileResult[] = []
  const problems: string[] = []
  const run = async (file: string) => {
    const limit = options.limitMs ?? (SLOW.test(file) ? SLOW_LIMIT_MS : LIMIT_MS)
    const result = await runFile(join(options.root, file), file, scratch, limit)
    results.push(result)
    printFile(result, print)
  }
  const checkMounts = async (who: string) => {
    for (const mount of await leftMounts(scratch, reported)) {
      problems.push(`${who} left a mount behind: ${mount}`)
      reported.add(mount)
      detach(mount)
    }
  }
  const queue = files.filter((file) => !SLOW.test(file))
  const lanes = Array.from({ length: CONCURRENCY }, async () => {
    for (let file = queue.shift(); file !== undefined; file = queue.shift()) await run(file)
  })
  await Promise.all(lanes)
  await checkMounts('a test file outside of the folders whose tests mount')
  for (const file of files.filter((file) => SLOW.test(file))) {
    await run(file)
    await checkMounts(file)
  }
  if (options.hasFuse) {
    for (const { file, outcomes } of results) {
      for (const { name, result, detail } of outcomes) {
        if (result === 'skip' && detail.startsWith(NEEDS_FUSE)) {
          problems.push(`${file}: "${name}" was skipped (${detail}), but /dev/fuse is here`)
        }
      }
    }
  }
  // Never remove what lies behind a mount that is still there.
  if (fuseMounts(scratch).length === 0) {
    rmSync(scratch, { recursive: true, force: true })
  }
  return printSummary(results, problems, performance.now() - began, print)
}

/** Whether tests can mount here: root, and a /dev/fuse that opens. */
export function hasFuse(): boolean {
  try {
    accessSync('/dev/fuse', constants.R_OK | constants.W_OK)
    return process.getuid?.() === 0
  } catch {
    return false
  }
}

/** What the compiler left of a test whose source was removed is not run. */
function select(root: string, sources: string | undefined, filters: readonly string[]): readonly string[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => path.endsWith('.test.js'))
    .filter((path) => sources === undefined || existsSync(join(sources, path.replace(/js$/, 'ts'))))
    .filter((path) => filters.length === 0 || filters.some((filter) => path.includes(filter)))
    .toSorted()
}
