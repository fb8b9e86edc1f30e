import type { ErrnoName } from '../../base/errno.js'
import { checkBooleans, checkInteger, checkObject, coded, wrongType } from './argument-errors.js'
import type { TimeLike } from './arguments.js'
import type { ClientDirectory } from './directory-handle.js'
import { pathIn } from './dirent.js'
import { isMissing, TreeError } from './errors.js'
import { absolute, isWithin, parentOf } from './paths.js'
import type { Stats } from './stats.js'

/** Options of `cp`. */
export interface CopyOptions {
  /** Directories too, with all that is in them. @default false */
  readonly recursive?: boolean | undefined
  /** Copies what links lead to. @default false */
  readonly dereference?: boolean | undefined
  /** Replaces files that are there; else they are passed over, or are an error. @default true */
  readonly force?: boolean | undefined
  /** With `force: false`: a file that is there is ERR_FS_CP_EEXIST. @default false */
  readonly errorOnExist?: boolean | undefined
  /** Only what it says true to is copied. @default all */
  readonly filter?: ((from: string, to: string) => boolean | Promise<boolean>) | undefined
  /** Of `copyFile`. @default 0 */
  readonly mode?: number | undefined
  /** Copies the times too. @default false */
  readonly preserveTimestamps?: boolean | undefined
  /** Copies links as they are; else what they say becomes an absolute path. @default false */
  readonly verbatimSymlinks?: boolean | undefined
}

/** What copying needs of a filesystem: some calls of `ClientFs`. */
export interface CopyFs {
  stat(path: string): Promise<Stats>
  lstat(path: string): Promise<Stats>
  mkdir(path: string, options?: { recursive: boolean }): Promise<string | undefined>
  opendir(path: string): Promise<ClientDirectory>
  copyFile(from: string, to: string, mode?: number): Promise<void>
  chmod(path: string, mode: number): Promise<void>
  utimes(path: string, atime: TimeLike, mtime: TimeLike): Promise<void>
  readlink(path: string): Promise<string>
  realpath(path: string): Promise<string>
  symlink(target: string, path: string): Promise<void>
  unlink(path: string): Promise<void>
}

const FLAGS = ['dereference', 'errorOnExist', 'force', 'preserveTimestamps', 'recursive', 'verbatimSymlinks']

/** @throws TypeError with the codes of Node for options that cannot be */
export function checkCopyOptions(options: CopyOptions): void {
  checkObject(options)
  checkBooleans(options, FLAGS)
  if (options.mode !== undefined) checkInteger('mode', options.mode, 0, 7)
  if (options.filter !== undefined && typeof options.filter !== 'function')
    throw wrongType('options.filter', 'a function', options.filter)
  if (options.dereference === true && options.verbatimSymlinks === true)
    throw coded(
      new TypeError('dereference and verbatimSymlinks cannot go together: one copies no links, the other copies them'),
      'ERR_INCOMPATIBLE_OPTION_PAIR',
    )
}

/** Copies files, links and, with `recursive`, directories. @throws TreeError with the codes of Node, such as ERR_FS_CP_EINVAL */
export async function copyTree(fs: CopyFs, from: string, to: string, options: CopyOptions): Promise<void> {
  await new Copier(fs, options).copyTop(from, to)
}

class Copier {
  private readonly fs: CopyFs
  private readonly options: CopyOptions

  constructor(fs: CopyFs, options: CopyOptions) {
    this.fs = fs
    this.options = options
  }

  async copyTop(from: string, to: string): Promise<void> {
    if (!(await this.isWanted(from, to))) return
    const source = await this.stat(from)
    const target = await this.statIfThere(to)
    check(from, to, source, target)
    await this.checkParents(from, to, source)
    await this.fs.mkdir(parentOf(absolute(to)), { recursive: true })
    await this.copy(from, to, source, target)
  }

  private async copyOne(from: string, to: string): Promise<void> {
    if (!(await this.isWanted(from, to))) return
    const source = await this.stat(from)
    const target = await this.statIfThere(to)
    check(from, to, source, target)
    await this.copy(from, to, source, target)
  }

  private async isWanted(from: string, to: string): Promise<boolean> {
    return this.options.filter === undefined || this.options.filter(from, to)
  }

  private stat(path: string): Promise<Stats> {
    return this.options.dereference === true ? this.fs.stat(path) : this.fs.lstat(path)
  }

  private async statIfThere(path: string): Promise<Stats | undefined> {
    try {
      return await this.stat(path)
    } catch (error) {
      if (isMissing(error)) return undefined
      throw error
    }
  }

  /** The copy must not end up in what is copied, whatever links lead there. */
  private async checkParents(from: string, to: string, source: Stats): Promise<void> {
    if (!source.isDirectory()) return
    const parent = await this.realParent(absolute(to))
    if (isWithin(parent, await this.fs.realpath(from)))
      throw refusal('ERR_FS_CP_EINVAL', to, `it lies within ${from}, which is to be copied there`)
  }

  /** Where the first directory above `path` is that is there. */
  private async realParent(path: string): Promise<string> {
    for (let parent = parentOf(path); parent !== '/'; parent = parentOf(parent)) {
      try {
        return await this.fs.realpath(parent)
      } catch (error) {
        if (!isMissing(error)) throw error
      }
    }
    return '/'
  }

  private async copy(from: string, to: string, source: Stats, target: Stats | undefined): Promise<void> {
    if (source.isDirectory()) await this.copyDirectory(from, to, source, target)
    else if (source.isSymbolicLink()) await this.copyLink(from, to, target)
    else if (source.isSocket()) throw refusal('ERR_FS_CP_SOCKET', to, 'a socket cannot be copied', 'EINVAL')
    else if (source.isFIFO()) throw refusal('ERR_FS_CP_FIFO_PIPE', to, 'a FIFO cannot be copied', 'EINVAL')
    else await this.copyFile(from, to, source, target)
  }

  private async copyDirectory(from: string, to: string, source: Stats, target: Stats | undefined): Promise<void> {
    if (this.options.recursive !== true)
      throw new TreeError('ERR_FS_EISDIR', 'EISDIR', 'cp', from, 'it is a directory, and recursive is not set')
    if (target === undefined) await this.fs.mkdir(to)
    for await (const { name } of await this.fs.opendir(from)) await this.copyOne(pathIn(from, name), pathIn(to, name))
    if (target === undefined) await this.fs.chmod(to, source.mode)
  }

  private async copyFile(from: string, to: string, source: Stats, target: Stats | undefined): Promise<void> {
    if (target !== undefined) {
      if (this.options.force === false) {
        if (this.options.errorOnExist === true) throw refusal('ERR_FS_CP_EEXIST', to, 'it is there already', 'EEXIST')
        return
      }
      await this.fs.unlink(to)
    }
    await this.fs.copyFile(from, to, this.options.mode)
    if (this.options.preserveTimestamps === true) {
      // Reading it has moved them.
      const { atime, mtime } = await this.fs.stat(from)
      await this.fs.utimes(to, atime, mtime)
    }
    await this.fs.chmod(to, source.mode)
  }

  private async copyLink(from: string, to: string, target: Stats | undefined): Promise<void> {
    const says = await this.fs.readlink(from)
    const leadsTo = this.options.verbatimSymlinks === true ? says : absolute(says, parentOf(absolute(from)))
    if (target === undefined || !target.isSymbolicLink()) {
      await this.fs.symlink(leadsTo, to)
      return
    }
    const there = absolute(await this.fs.readlink(to), parentOf(absolute(to)))
    if (isWithin(there, leadsTo)) throw refusal('ERR_FS_CP_EINVAL', to, `it leads to ${there}, within ${leadsTo}`)
    if ((await this.fs.stat(from)).isDirectory() && isWithin(leadsTo, there))
      throw refusal('ERR_FS_CP_SYMLINK_TO_SUBDIRECTORY', to, `${leadsTo} lies within ${there}`, 'EINVAL')
    await this.fs.unlink(to)
    await this.fs.symlink(leadsTo, to)
  }
}

function check(from: string, to: string, source: Stats, target: Stats | undefined): void {
  if (target?.ino === source.ino) throw refusal('ERR_FS_CP_EINVAL', to, `it is the same as ${from}`)
  if (target !== undefined && source.isDirectory() && !target.isDirectory())
    throw refusal('ERR_FS_CP_DIR_TO_NON_DIR', to, `it is no directory, and ${from} is one`, 'EISDIR')
  if (target !== undefined && !source.isDirectory() && target.isDirectory())
    throw refusal('ERR_FS_CP_NON_DIR_TO_DIR', to, `it is a directory, and ${from} is none`, 'ENOTDIR')
  if (source.isDirectory() && isWithin(absolute(to), absolute(from)))
    throw refusal('ERR_FS_CP_EINVAL', to, `it lies within ${from}, which is to be copied there`)
}

function refusal(code: string, path: string, why: string, errno: ErrnoName = 'EINVAL'): TreeError {
  return new TreeError(code, errno, 'cp', path, why)
}
