import type { MemoryFileSystemOptions } from '../../fs/index.js'
import { UsageError } from '../failure.js'

const UNITS: Readonly<Record<string, number>> = { '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 }

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

/** What `memory:?size=1G&inodes=1000&mode=1777` says; the words are those of tmpfs. @throws UsageError */
export function memoryOptions(source: string): MemoryFileSystemOptions {
  const options: Mutable<MemoryFileSystemOptions> = {}
  for (const [name, value] of new URLSearchParams(source.replace(/^memory:\??/, ''))) {
    if (name === 'size') options.sizeLimitBytes = amount(name, value)
    else if (name === 'inodes') options.inodeLimit = amount(name, value)
    else if (name === 'mode' && /^[0-7]{3,4}$/.test(value)) options.mode = Number.parseInt(value, 8)
    else if (name === 'mode') throw new UsageError(`memory: mode=${value} is not like 0755`)
    else throw new UsageError(`memory: there is no option '${name}'; there are size, inodes and mode`)
  }
  return options
}

function amount(name: string, text: string): number {
  const [, digits, unit] = /^(\d+)([KMGT]?)$/i.exec(text) ?? []
  const value = Number(digits) * UNITS[unit?.toUpperCase() ?? '']!
  if (digits === undefined || value < 1 || !Number.isSafeInteger(value)) {
    throw new UsageError(`memory: ${name}=${text} is not like 500, 64K, 512M or 2G`)
  }
  return value
}
