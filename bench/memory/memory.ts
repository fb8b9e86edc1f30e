import { execFileSync, fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { table } from '../lib/table.js'

/*
 * What a passthrough mount remembers of each file that the kernel knows: 200,000 files in 200 directories of a tmpfs,
 * looked at by another process. To reach, beyond the server that nobody has used: at most 150 bytes of JavaScript heap and
 * 250 bytes of resident memory each.
 */

const DIRECTORIES = 200
const FILES_EACH = 1000
const MOST_HEAP = 150
const MOST_RSS = 250
const LIMIT_MS = 300_000

interface Usage {
  readonly heapUsed: number
  readonly rss: number
  readonly nodes: number
}

export async function benchMemory(): Promise<unknown> {
  const top = mkdtempSync(join(tmpdir(), 'fusewire-memory-'))
  const [source, mountpoint] = [join(top, 'source'), join(top, 'mnt')]
  for (const path of [source, mountpoint]) mkdirSync(path)
  execFileSync('mount', ['-t', 'tmpfs', 'fusewire-bench', source])
  try {
    build(source)
    const server = fork(fileURLToPath(new URL('server.js', import.meta.url)), [mountpoint, source], {
      execArgv: ['--expose-gc'],
    })
    try {
      await once(server, 'message')
      return await measureIt(server, mountpoint)
    } finally {
      execFileSync('umount', ['-l', mountpoint])
      if (server.exitCode === null) await once(server, 'exit')
    }
  } finally {
    execFileSync('umount', [source])
    rmSync(top, { recursive: true })
  }
}

function build(source: string): void {
  for (let i = 0; i < DIRECTORIES; i += 1) {
    const directory = join(source, `directory-${i}`)
    mkdirSync(directory)
    for (let j = 0; j < FILES_EACH; j += 1) writeFileSync(join(directory, `file-${i}-${j}.txt`), '')
  }
}

async function measureIt(server: ChildProcess, mountpoint: string): Promise<unknown> {
  const usage = async () => {
    server.send('?')
    return (await once(server, 'message'))[0] as Usage
  }
  const empty = await usage()
  const walker = fileURLToPath(new URL('walk.js', import.meta.url))
  const walk = () => execFileSync(process.execPath, [walker, mountpoint], { timeout: LIMIT_MS })
  // Blocking here is fine: the server is another process.
  walk()
  const full = await usage()
  walk()
  const again = await usage()
  const results = [full, again].map(({ heapUsed, rss, nodes }) => {
    const inodes = nodes - empty.nodes
    const heap = (heapUsed - empty.heapUsed) / inodes
    const resident = (rss - empty.rss) / inodes
    return { inodes, heap, resident, reached: heap <= MOST_HEAP && resident <= MOST_RSS }
  })
  const rows = results.map(({ inodes, heap, resident, reached }, i) => [
    i === 0 ? 'walked once' : 'walked twice',
    String(inodes),
    heap.toFixed(1),
    resident.toFixed(1),
    reached ? 'yes' : 'NO',
  ])
  console.log(`\n${table(['bytes per inode', 'inodes', 'heap', 'resident', 'reached'], rows)}`)
  console.log(`to reach: heap at most ${MOST_HEAP}, resident at most ${MOST_RSS}`)
  console.log(`the empty server: heap ${mib(empty.heapUsed)}, resident ${mib(empty.rss)}`)
  return results
}

function mib(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`
}
