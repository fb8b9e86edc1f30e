import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { median, spread } from '../lib/measure.js'
import { table } from '../lib/table.js'
import { buildNative, type Native } from './native.js'
import { CLIENTS, ROWS, type Row } from './rows.js'
import { Servers } from './servers.js'

/*
 * This library beside libfuse, both serving the same toy filesystem, in turns: in each round every server gets the same
 * load for a moment. `--quick` does one short round, to see that it works. `--one-cpu` keeps servers and clients on one CPU:
 * what is left is what a request costs, without what it costs to wake another CPU, which differs from moment to moment.
 *
 * To reach: on one thread no slower than libfuse's single-threaded loop, with two threads no slower than its
 * multi-threaded one, in every row; with two clients at least 3 times as fast on one thread where only metadata moves.
 */

const run = promisify(execFile)

/** Each column: who serves, and against whom it is held. */
const CONTENDERS = ['libfuse -s', 'libfuse mt', 'fusewire', 'fusewire x2'] as const
type Contender = (typeof CONTENDERS)[number]
const LEAST_METADATA_RATIO = 3

interface Result {
  readonly row: string
  readonly clients: number
  /** Operations per second: the median of all rounds, and their spread. */
  readonly perSecond: Readonly<Record<Contender, number>>
  readonly spread: Readonly<Record<Contender, number>>
  readonly single: number
  readonly threaded: number
  readonly reached: boolean
}

export async function benchServe(): Promise<unknown> {
  const quick = process.argv.includes('--quick')
  const why = process.platform !== 'linux' || process.getuid?.() !== 0 ? 'needs Linux and root' : undefined
  if (why !== undefined) return skip(why)
  const cpu = process.argv.includes('--one-cpu') ? '0' : undefined
  using servers = new Servers(cpu)
  const native = buildNative(servers.directory)
  if (typeof native === 'string') return skip(native)
  const paths = await startAll(servers, native)
  const [rounds, milliseconds] = quick ? [1, 40] : [9, 100]
  const results: Result[] = []
  for (const row of ROWS) {
    for (const clients of CLIENTS) {
      const measured = await measureRow(
        cpu === undefined ? ([native.load] as const) : (['taskset', '-c', cpu, native.load] as const),
        paths,
        row,
        clients,
        rounds,
        milliseconds,
      )
      results.push(judge(row, clients, measured))
    }
  }
  print(results, native)
  return { libfuse: native.libfuse, oneCpu: cpu !== undefined, rounds, milliseconds, results }
}

function skip(why: string): undefined {
  console.log(`\nserve: skipped: ${why}`)
}

async function startAll(servers: Servers, { toy }: Native): Promise<Record<Contender, string>> {
  const common = ['-f', '-o', 'allow_other,fsname=bench']
  return {
    'libfuse -s': await servers.startC(toy, ['-s', ...common], 'libfuse-single'),
    'libfuse mt': await servers.startC(toy, ['-o', 'clone_fd', ...common], 'libfuse-multi'),
    fusewire: await servers.startNode([], 'fusewire-single'),
    'fusewire x2': await servers.startNode(['2'], 'fusewire-multi'),
  }
}

async function measureRow(
  [load, ...before]: readonly [string, ...string[]],
  paths: Record<Contender, string>,
  { kind, block = 4096 }: Row,
  clients: number,
  rounds: number,
  milliseconds: number,
): Promise<Record<Contender, number[]>> {
  const measured = { 'libfuse -s': [], 'libfuse mt': [], fusewire: [], 'fusewire x2': [] } as Record<
    Contender,
    number[]
  >
  for (let round = 0; round < rounds; round += 1) {
    for (const contender of CONTENDERS) {
      const args = [...before, paths[contender], kind, clients, milliseconds, block].map(String)
      const { stdout } = await run(load, args, { timeout: milliseconds + 10_000, killSignal: 'SIGKILL' })
      const [done = 0, ns = 1] = stdout.split(' ').map(Number)
      measured[contender].push((done / ns) * 1e9)
    }
  }
  return measured
}

function judge({ name, metadata }: Row, clients: number, measured: Record<Contender, number[]>): Result {
  const each = (of: (values: number[]) => number) =>
    Object.fromEntries(CONTENDERS.map((contender) => [contender, of(measured[contender])])) as Record<Contender, number>
  const perSecond = each(median)
  const single = perSecond.fusewire / perSecond['libfuse -s']
  const threaded = perSecond['fusewire x2'] / perSecond['libfuse mt']
  const least = metadata && clients === 2 ? LEAST_METADATA_RATIO : 1
  return {
    row: name,
    clients,
    perSecond,
    spread: each(spread),
    single,
    threaded,
    reached: single >= least && threaded >= 1,
  }
}

function print(results: readonly Result[], native: Native): void {
  const head = ['operations per second', 'clients', ...CONTENDERS, '1 thread', '2 threads', 'reached']
  const rows = results.map(({ row, clients, perSecond, spread, single, threaded, reached }) => [
    row,
    String(clients),
    ...CONTENDERS.map((contender) => `${perSecond[contender].toFixed(0)} ±${(spread[contender] * 100).toFixed(0)}%`),
    `${single.toFixed(2)}x`,
    `${threaded.toFixed(2)}x`,
    reached ? 'yes' : 'NO',
  ])
  console.log(`\n${table(head, rows)}`)
  console.log(
    `libfuse ${native.libfuse}; "1 thread": fusewire over libfuse -s; "2 threads": fusewire x2 over libfuse mt with clone_fd. To reach: 1x in every row, and ${LEAST_METADATA_RATIO}x on one thread in metadata rows with 2 clients`,
  )
}
