import { basename } from 'node:path'
import type { ClientFs } from '../../client/index.js'
import { join } from './listing.js'
import type { Tool } from './tool.js'

export const rm: Tool = {
  name: 'rm',
  operands: ['PATH', '[PATH …]'],
  options: ['recursive', 'force'],
  summary: 'remove files',
  async run(fs, operands, { recursive = false, force = false }) {
    for (const path of operands) await fs.rm(path, { recursive, force })
  },
}

export const mkdir: Tool = {
  name: 'mkdir',
  operands: ['PATH', '[PATH …]'],
  options: ['parents'],
  summary: 'make directories',
  async run(fs, operands, { parents = false }) {
    for (const path of operands) await fs.mkdir(path, { recursive: parents })
  },
}

export const rmdir: Tool = {
  name: 'rmdir',
  operands: ['PATH', '[PATH …]'],
  options: [],
  summary: 'remove empty directories',
  async run(fs, operands) {
    for (const path of operands) await fs.rmdir(path)
  },
}

export const mv: Tool = {
  name: 'mv',
  operands: ['FROM', 'TO'],
  options: [],
  summary: 'rename, or move into a directory',
  async run(fs, [from, to]) {
    await fs.rename(from!, await within(fs, to!, from!))
  },
}

export const ln: Tool = {
  name: 'ln',
  operands: ['TARGET', 'PATH'],
  options: ['symbolic'],
  summary: 'make a link at PATH, or in it if it is a directory',
  async run(fs, [target, path], { symbolic }) {
    const at = await within(fs, path!, target!)
    if (symbolic === true) await fs.symlink(target!, at)
    else await fs.link(target!, at)
  },
}

/** `path`, or what has the name of `from` in it if it is a directory. */
async function within(fs: ClientFs, path: string, from: string): Promise<string> {
  const isDirectory = await fs.stat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  )
  return isDirectory ? join(path, basename(from)) : path
}
