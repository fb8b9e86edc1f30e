import { readdirSync, readlinkSync, realpathSync } from 'node:fs'
import { basename, dirname, join, resolve, sep } from 'node:path'
import { MemoryFileSystem, PASSTHROUGH_MODULE, PassthroughFileSystem, type PassthroughData } from '../../fs/index.js'
import type { FileSystem, MountOptions } from '../../index.js'
import { EXIT } from '../exit-codes.js'
import { CommandError, UsageError } from '../failure.js'
import { memoryOptions } from './memory-options.js'

/** Something that can be mounted. */
export interface Source {
  /** The same source, in words that mean the same in every directory; also what `mount` and `df` show. */
  readonly name: string
  /** How many threads may serve it. */
  readonly maxThreads: number
  /**
   * Makes the filesystem.
   * @param mountpoint an absolute path; undefined if it is not mounted
   * @throws CommandError if it cannot be had, or must not be mounted there
   */
  open(this: void, mountpoint: string | undefined, threads: number): OpenSource
}

/** What mount() is called with. */
export interface OpenSource {
  readonly fs: FileSystem | URL
  readonly options: Pick<MountOptions, 'threads' | 'data'>
}

/** What SOURCE means: `memory:`, or else a directory. @throws UsageError */
export function parseSource(text: string): Source {
  if (text === '') throw new UsageError('SOURCE is empty')
  return /^memory:($|\?)/.test(text) ? memorySource(text) : directorySource(resolve(text))
}

function memorySource(name: string): Source {
  const options = memoryOptions(name)
  const { getuid, getgid } = process
  const owner = { uid: getuid?.() ?? 0, gid: getgid?.() ?? 0 }
  return { name, maxThreads: 1, open: () => ({ fs: new MemoryFileSystem({ ...owner, ...options }), options: {} }) }
}

function directorySource(path: string): Source {
  return {
    name: path,
    maxThreads: Infinity,
    open(mountpoint, threads) {
      const source = realDirectory(path)
      if (mountpoint !== undefined && isWithin(realpath(mountpoint), source)) {
        const problem = `${mountpoint} lies within ${path}: the filesystem would wait for itself`
        throw new CommandError(`${problem}; mount it elsewhere`, EXIT.PATH)
      }
      if (threads === 1) return { fs: new PassthroughFileSystem(source), options: {} }
      const data: PassthroughData = { source, options: { shared: PassthroughFileSystem.share() } }
      return { fs: PASSTHROUGH_MODULE, options: { threads, data } }
    },
  }
}

/** The path of a directory without symbolic links, once it is sure that it can be read. */
function realDirectory(path: string): string {
  try {
    const real = realpathSync.native(path)
    readdirSync(real)
    return real
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    const fail = (problem: string) => new CommandError(`${path}: ${problem}`, EXIT.PATH, { cause: error })
    switch (code) {
      case 'ENOENT':
        throw fail('there is no such directory to mount')
      case 'ENOTDIR':
        throw fail("SOURCE must be a directory, or 'memory:'")
      case 'EACCES':
        throw fail('the source cannot be read: permission denied')
      case 'ENOTCONN':
        throw fail(`the source is a dead FUSE mount; 'fusewire umount --lazy ${path}' clears it`)
      default:
        throw error
    }
  }
}

/** The directory itself is not within it: it is opened before it is mounted over. */
function isWithin(path: string, directory: string): boolean {
  return path !== directory && path.startsWith(directory.endsWith(sep) ? directory : `${directory}${sep}`)
}

/**
 * Without symbolic links, as far as it exists: what is wrong with a mount point is for mount() to say. Looking at the last
 * component could hang, where a server that hangs is mounted; readlink(2) asks no server.
 */
function realpath(path: string): string {
  try {
    const direct = join(realpathSync.native(dirname(path)), basename(path))
    return isLink(direct) ? realpathSync.native(direct) : direct
  } catch {
    return path
  }
}

function isLink(path: string): boolean {
  try {
    readlinkSync(path)
    return true
  } catch {
    return false
  }
}
