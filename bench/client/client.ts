import { execFileSync, fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { median, spread } from '../lib/measure.js'
import { table } from '../lib/table.js'
import type { Count } from './contender.js'
import { ROWS } from './rows.js'

/*
 * The client over each transport: calls per second, with the server in the same process for a pair, and in another for
 * sockets; and what its caches take. In each round every contender gets the same load for a moment. `--quick` does one short
 * round, to see that it works.
 */

const CONTENDERS: readonly string[] =
  process.platform === 'linux' ? ['pair', 'stream', 'seqpacket'] : ['pair', 'stream']
const LIMIT_MS = 60_000

interface Result {
  readonly row: string
  readonly atOnce: number
  /** Calls per second: the median of all rounds, and their spread. */
  readonly perSecond: Readonly<Record<string, number>>
  readonly spread: Readonly<Record<string, number>>
}

export async function benchClient(): Promise<unknown> {
  const [rounds, milliseconds] = process.argv.includes('--quick') ? [1, 50] : [7, 250]
  const directory = mkdtempSync(join(tmpdir(), 'fusewire-client-'))
  const children: ChildProcess[] = []
  try {
    for (const kind of CONTENDERS) children.push(await start(kind, join(directory, kind)))
    const results: Result[] = []
    for (const [row, { name, atOnce }] of [...ROWS, { name: 'STORE of a page', atOnce: 500 }].entries()) {
      const measured = CONTENDERS.map((): number[] => [])
      // The first round warms up.
      for (let round = 0; round <= rounds; round += 1) {
        for (const [i, child] of children.entries()) {
          child.send({ row, milliseconds })
          const [{ times, ns }] = (await once(child, 'message', { signal: AbortSignal.timeout(LIMIT_MS) })) as [Count]
          if (round > 0) measured[i]!.push((times / ns) * 1e9)
        }
      }
      const each = (of: (values: readonly number[]) => number) =>
        Object.fromEntries(CONTENDERS.map((kind, i) => [kind, of(measured[i]!)]))
      results.push({ row: name, atOnce, perSecond: each(median), spread: each(spread) })
    }
    const memory = measureMemory()
    print(results, memory)
    return { rounds, milliseconds, results, memory }
  } finally {
    for (const child of children) {
      child.disconnect()
      if (child.exitCode === null) await once(child, 'exit')
    }
    rmSync(directory, { recursive: true })
  }
}

async function start(kind: string, path: string): Promise<ChildProcess> {
  const child = fork(fileURLToPath(new URL('contender.js', import.meta.url)), [kind, path])
  await once(child, 'message', { signal: AbortSignal.timeout(LIMIT_MS) })
  return child
}

interface Memory {
  readonly inodes: number
  readonly bytesPerInode: number
  readonly pages: number
  readonly heapPerPage: number
  readonly dataPerPage: number
}

function measureMemory(): Memory {
  const program = fileURLToPath(new URL('memory.js', import.meta.url))
  const printed = execFileSync(process.execPath, ['--expose-gc', program], { encoding: 'utf8', timeout: LIMIT_MS })
  return JSON.parse(printed) as Memory
}

function print(results: readonly Result[], memory: Memory): void {
  const rows = results.map(({ row, atOnce, perSecond, spread }) => [
    row,
    String(atOnce),
    ...CONTENDERS.map((kind) => `${perSecond[kind]!.toFixed(0)} ±${(spread[kind]! * 100).toFixed(0)}%`),
  ])
  console.log(`\n${table(['calls per second', 'at once', ...CONTENDERS], rows)}`)
  const { inodes, bytesPerInode, pages, heapPerPage, dataPerPage } = memory
  console.log(
    `\n${table(
      ['memory of the caches', 'number', 'bytes each'],
      [
        ['inode with its name', String(inodes), bytesPerInode.toFixed(0)],
        ['page of 4096 bytes', String(pages), `${dataPerPage.toFixed(0)} + ${heapPerPage.toFixed(0)}`],
      ],
    )}`,
  )
}
