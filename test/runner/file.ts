import { spawn, type ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { leftProcesses, MARK_VARIABLE } from './leaks.js'
import { END, type Outcome } from './report.js'

const REPORTER = fileURLToPath(new URL('report.js', import.meta.url))
/** How much a file may print before the rest is dropped. */
const MAX_OUTPUT = 1 << 20
/** How long a process may take to die of SIGKILL; one that the kernel holds (D state) may never do. */
const DEATH_MS = 5000

/** What one test file came to. */
export interface FileResult {
  readonly file: string
  readonly outcomes: readonly Outcome[]
  /** What is wrong with the file as a whole: over its time, a bad exit, processes left behind. */
  readonly problems: readonly string[]
  readonly output: string
  readonly ms: number
}

const running = new Set<number>()

/** Kills every test file that runs, with what it started. For when the run itself is told to end. */
export function killAll(): void {
  for (const group of running) killGroup(group)
}

/** Runs the tests of `file` in a process of their own, which is killed with its group after `limitMs`. */
export async function runFile(path: string, file: string, scratch: string, limitMs: number): Promise<FileResult> {
  const began = performance.now()
  const mark = `${process.pid}-${file}`
  const reportPath = join(scratch, `${file.replaceAll('/', '-')}.report`)
  const { NODE_TEST_CONTEXT: _context, ...env } = process.env
  const options = [`--test-reporter=${REPORTER}`, `--test-reporter-destination=${reportPath}`]
  const child = spawn(process.execPath, [...options, path], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...env, TMPDIR: scratch, [MARK_VARIABLE]: mark },
  })
  const group = child.pid
  const output = collect(child)
  if (group !== undefined) running.add(group)
  const end = await ended(child, limitMs)
  const problems: string[] = end === undefined ? [] : [end]
  if (group !== undefined) {
    const left = await leftProcesses(mark, group)
    for (const { pid, command } of left) {
      problems.push(`left process ${pid} behind: ${command}`)
      kill(pid)
    }
    running.delete(group)
  }
  const { outcomes, complete } = readReport(reportPath)
  const failed = outcomes.some(({ result }) => result === 'fail')
  if (problems.length === 0 && !complete) problems.push('ended before its tests did, or has none')
  if (problems.length === 0 && child.exitCode !== 0 && !failed) problems.push(`exited with ${child.exitCode}`)
  return { file, outcomes, problems, output: output(), ms: performance.now() - began }
}

/** Waits until `child` has ended; what was wrong with that, if anything. */
async function ended(child: ChildProcess, limitMs: number): Promise<string | undefined> {
  let over: string | undefined
  const gone = new Promise<string | undefined>((resolve) => {
    child.once('error', (error) => {
      resolve(`did not start: ${error.message}`)
    })
    child.once('exit', (_code, signal) => {
      resolve(over ?? (signal === null ? undefined : `was killed by ${signal}`))
    })
  })
  const timers: NodeJS.Timeout[] = []
  const stuck = new Promise<string>((resolve) => {
    const timer = setTimeout(() => {
      over = `ran longer than ${limitMs / 1000} s and was killed`
      if (child.pid !== undefined) killGroup(child.pid)
      timers.push(setTimeout(resolve, DEATH_MS, `ran longer than ${limitMs / 1000} s and could not be killed`))
    }, limitMs)
    timers.push(timer)
  })
  try {
    return await Promise.race([gone, stuck])
  } finally {
    for (const timer of timers) clearTimeout(timer)
    // A process left behind may hold the pipes open: what it says is not waited for.
    await new Promise(setImmediate)
    child.stdout?.destroy()
    child.stderr?.destroy()
    child.unref()
  }
}

function collect(child: ChildProcess): () => string {
  const chunks: Buffer[] = []
  let size = 0
  const take = (chunk: Buffer) => {
    if (size < MAX_OUTPUT) chunks.push(chunk)
    size += chunk.length
  }
  child.stdout?.on('data', take)
  child.stderr?.on('data', take)
  return () => Buffer.concat(chunks).toString('utf8')
}

function readReport(path: string): { outcomes: readonly Outcome[]; complete: boolean } {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch {
    return { outcomes: [], complete: false }
  }
  // The last piece is empty, or a line that was cut off.
  const lines = text.split('\n').slice(0, -1)
  const complete = lines.at(-1) === END
  const outcomes = lines.filter((line) => line !== END && line !== '').map((line) => JSON.parse(line) as Outcome)
  return { outcomes, complete }
}

function killGroup(group: number): void {
  kill(-group)
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // Gone already.
  }
}
