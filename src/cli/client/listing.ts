import type { ClientFs, Stats } from '../../client/index.js'
import { writeLines } from './output.js'
import type { Tool } from './tool.js'

/** Lines of a listing that are written together. */
const BATCH = 512

export const ls: Tool = {
  name: 'ls',
  operands: ['[PATH …]'],
  options: ['long', 'all'],
  summary: 'list directories, or show files',
  async run(fs, operands, { long, all }) {
    const paths = operands.length === 0 ? ['/'] : operands
    for (const [i, path] of paths.entries()) {
      const stats = long === true ? await fs.lstat(path) : await fs.stat(path)
      if (!stats.isDirectory()) {
        await writeLines([long === true ? await longLine(fs, path, path) : path])
        continue
      }
      if (paths.length > 1) await writeLines([`${i === 0 ? '' : '\n'}${path}:`])
      const names = (await fs.readdir(path)).filter((name) => all === true || !name.startsWith('.'))
      names.sort(byBytes)
      for (let at = 0; at < names.length; at += BATCH) {
        const some = names.slice(at, at + BATCH)
        const lines = some.map(async (name) => (long === true ? longLine(fs, join(path, name), name) : name))
        await writeLines((await Promise.all(lines)).filter((line) => line !== undefined))
      }
    }
  },
}

export const find: Tool = {
  name: 'find',
  operands: ['[PATH …]'],
  options: ['long'],
  summary: 'list everything in directories and below',
  async run(fs, operands, { long }) {
    for (const path of operands.length === 0 ? ['/'] : operands) {
      const below = async (at: string): Promise<void> => {
        const stats = await fs.lstat(at)
        await writeLines([long === true ? await longLine(fs, at, at) : at])
        if (!stats.isDirectory()) return
        const names = await fs.readdir(at)
        for (const name of names.toSorted(byBytes)) await below(join(at, name))
      }
      await below(path)
    }
  },
}

/** The path of a name in a directory. */
export function join(directory: string, name: string): string {
  return directory.endsWith('/') ? `${directory}${name}` : `${directory}/${name}`
}

/** The same order everywhere, whatever the language of the user. */
function byBytes(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

async function longLine(fs: ClientFs, path: string, shown: string): Promise<string> {
  const stats = await fs.lstat(path)
  const target = stats.isSymbolicLink() ? ` -> ${await fs.readlink(path)}` : ''
  const { nlink, uid, gid, size, mtime } = stats
  const time = mtime.toISOString().slice(0, 16).replace('T', ' ')
  const columns = [modeText(stats), String(nlink).padStart(3), `${uid}:${gid}`.padEnd(9), String(size).padStart(10)]
  return `${[...columns, time, shown].join(' ')}${target}`
}

/** Type and permissions as `ls -l` has them. */
export function modeText({ mode }: Pick<Stats, 'mode'>): string {
  const type = { 0o04: 'd', 0o12: 'l', 0o02: 'c', 0o06: 'b', 0o01: 'p', 0o14: 's' }[(mode >> 12) & 0o17] ?? '-'
  const bits = [6, 3, 0].map((shift, i) => {
    const three = (mode >> shift) & 7
    const special = (mode & (0o4000 >> i)) !== 0
    const x = (three & 1) !== 0
    const last = special ? (i === 2 ? 't' : 's') : 'x'
    return `${(three & 4) === 0 ? '-' : 'r'}${(three & 2) === 0 ? '-' : 'w'}${x ? last : special ? last.toUpperCase() : '-'}`
  })
  return `${type}${bits.join('')}`
}
