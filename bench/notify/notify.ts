import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { median, spread } from '../lib/measure.js'
import { table } from '../lib/table.js'
import { Servers } from '../serve/servers.js'
import { Contender } from './contender.js'
import { FILES, ROWS, type Row } from './rows.js'

/*
 * Notifications beside libfuse: a loop in C, and this library by io_uring and by threads, in turns, all for the same files,
 * which the kernel has cached anew before each round. Then the age of a stored page when a reader that does nothing but
 * read first sees it. `--quick` does one round, to see that it works.
 */

const SOURCES = fileURLToPath(new URL('../../../bench/notify/native/', import.meta.url))
const SERVER = fileURLToPath(new URL('server.js', import.meta.url))
const CONTENDERS = ['libfuse', 'io_uring', 'threads'] as const
type Name = (typeof CONTENDERS)[number]
const MOST_VISIBLE_US = 100

interface Started {
  readonly path: string
  readonly contender: Contender
}

export async function benchNotify(): Promise<unknown> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return skip('needs Linux and root')
  const quick = process.argv.includes('--quick')
  using servers = new Servers()
  const built = build(servers.directory)
  if (typeof built === 'string') return skip(built)
  const started = await startAll(servers, built.notifier)
  const rounds = quick ? 1 : 9
  const results = []
  for (const row of ROWS) results.push(await measureRow(row, started, rounds))
  const visible = await measureVisible(started, built.watcher, quick ? 20 : 500)
  print(results, visible)
  return { rounds, results, visible }
}

function skip(why: string): undefined {
  console.log(`\nnotify: skipped: ${why}`)
}

function build(directory: string): { notifier: string; watcher: string } | string {
  const flags = spawnSync('pkg-config', ['--cflags', '--libs', 'fuse3'], { encoding: 'utf8' })
  if (flags.status !== 0) return 'needs libfuse and pkg-config (Debian: libfuse3-dev pkg-config)'
  const programs = { notifier: join(directory, 'notifier'), watcher: join(directory, 'watcher') }
  for (const [name, program] of Object.entries(programs)) {
    const libraries = name === 'notifier' ? [...flags.stdout.trim().split(/\s+/), '-pthread'] : []
    const how = ['-O2', '-Wall', '-Wextra', '-Wno-unused-result', '-o', program, join(SOURCES, `${name}.c`)]
    const { status, stderr } = spawnSync('cc', [...how, ...libraries], { encoding: 'utf8' })
    if (status !== 0) return `needs a C compiler that builds ${name}.c: ${stderr}`
  }
  return programs
}

async function startAll(servers: Servers, notifier: string): Promise<Record<Name, Started>> {
  const start = async (name: Name, command: string, args: (path: string) => string[]): Promise<Started> => {
    let contender: Contender | undefined
    const path = await servers.start(name, (at) => (contender = new Contender(command, args(at))).child)
    return { path, contender: contender! }
  }
  return {
    libfuse: await start('libfuse', notifier, (path) => ['-f', '-o', 'fsname=bench', path]),
    io_uring: await start('io_uring', process.execPath, (path) => [SERVER, path]),
    threads: await start('threads', process.execPath, (path) => [SERVER, path, 'threads']),
  }
}

/** Lets the kernel cache what the row needs. The servers are other processes, so this one may wait for them. */
function warm(path: string, what: Row['warm']): void {
  if (what === 'big') {
    const fd = openSync(join(path, 'big'), 'r')
    const chunk = Buffer.alloc(1 << 20)
    while (readSync(fd, chunk) > 0);
    closeSync(fd)
    return
  }
  for (let i = 0; i < FILES; i += 1) {
    const file = join(path, 'd', `f${i}`)
    if (what === 'names') statSync(file)
    else readFileSync(file)
  }
}

async function measureRow(row: Row, started: Record<Name, Started>, rounds: number) {
  const perSecond: Record<Name, number[]> = { libfuse: [], io_uring: [], threads: [] }
  // The first round is for compilers and caches.
  for (let round = 0; round <= rounds; round += 1) {
    for (const name of CONTENDERS) {
      const ns = await takeRound(started[name], row)
      if (round > 0) perSecond[name].push((row.count / ns) * 1e9)
    }
  }
  const medians = Object.fromEntries(CONTENDERS.map((name) => [name, median(perSecond[name])])) as Record<Name, number>
  const spreads = Object.fromEntries(CONTENDERS.map((name) => [name, spread(perSecond[name])])) as Record<Name, number>
  const ratio = medians.io_uring / medians.libfuse
  return { row: row.name, least: row.least, perSecond: medians, spread: spreads, ratio, reached: ratio >= row.least }
}

/** One round of one contender, in nanoseconds. */
async function takeRound({ path, contender }: Started, { warm: what, kind, count }: Row): Promise<number> {
  for (let tries = 3; ; tries -= 1) {
    warm(path, what)
    const { ns, taken } = await contender.run(kind, count)
    if (taken === count) return ns
    // Somebody has made the kernel drop its caches meanwhile.
    if (tries === 0) throw new Error(`${path}: the kernel took ${taken} of ${count} ${kind}`)
  }
}

/** The ages in microseconds at which a reader saw stored pages: median, and the 99th of 100. */
async function measureVisible(started: Record<Name, Started>, watcher: string, count: number) {
  const ages = {} as Record<Name, { p50: number; p99: number }>
  for (const name of CONTENDERS) {
    const { path, contender } = started[name]
    const child = spawn(watcher, [join(path, 'clock'), String(count)], { stdio: ['ignore', 'pipe', 'inherit'] })
    const lines = createInterface({ input: child.stdout })
    const seen: number[] = []
    const ready = once(lines, 'line')
    lines.on('line', (line) => {
      if (line !== 'ready') seen.push(Number(line) / 1000)
    })
    const ended = once(child, 'exit')
    await ready
    await contender.run('visible', count)
    // Where it had to wait for a processor it has missed some.
    child.kill('SIGKILL')
    await ended
    const sorted = seen.toSorted((a, b) => a - b)
    const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))]!
    ages[name] = { p50: at(0.5), p99: at(0.99) }
  }
  return ages
}

function print(
  results: readonly Awaited<ReturnType<typeof measureRow>>[],
  visible: Record<Name, { p50: number; p99: number }>,
): void {
  const head = ['notifications per second', ...CONTENDERS, 'io_uring/libfuse', 'to reach', 'reached']
  const rows = results.map(({ row, perSecond, spread, ratio, least, reached }) => [
    row,
    ...CONTENDERS.map((name) => `${perSecond[name].toFixed(0)} ±${(spread[name] * 100).toFixed(0)}%`),
    `${ratio.toFixed(2)}x`,
    `${least.toFixed(1)}x`,
    reached ? 'yes' : 'NO',
  ])
  console.log(`\n${table(head, rows)}`)
  const ages = (of: 'p50' | 'p99') => CONTENDERS.map((name) => visible[name][of].toFixed(1))
  const verdict = visible.io_uring.p50 < MOST_VISIBLE_US ? 'yes' : 'NO'
  console.log(
    `\n${table(
      ['store to a reader, in µs', ...CONTENDERS, 'to reach', 'reached'],
      [
        ['p50', ...ages('p50'), `< ${MOST_VISIBLE_US}`, verdict],
        ['p99', ...ages('p99'), '', ''],
      ],
    )}`,
  )
}
