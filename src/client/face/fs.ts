import {
  O_CREAT,
  O_DIRECTORY,
  O_NONBLOCK,
  O_RDONLY,
  S_IFMT,
  S_IFREG,
  STATX_BASIC_STATS,
  STATX_BTIME,
} from '../constants.js'
import type { Core } from '../core.js'
import { failure } from '../failure.js'
import type { CachedAttr, Dentry } from '../objects.js'
import type { Task } from '../task.js'
import { open } from '../vfs/create.js'
import { statfs, type Statfs } from '../vfs/device-calls.js'
import { readEntries } from '../vfs/directory.js'
import { getattr, type GetattrOptions } from '../vfs/getattr.js'
import { link, mkdir, mknod, symlink } from '../vfs/make.js'
import { checkAccess } from '../vfs/permission.js'
import { rmdir, unlink } from '../vfs/remove.js'
import { rename } from '../vfs/rename.js'
import { setattr, type Change } from '../vfs/setattr.js'
import { readTarget } from '../vfs/symlink.js'
import { withObject, type WalkOptions } from '../vfs/walk.js'
import { getxattr, listxattr, removexattr, setxattr } from '../vfs/xattr.js'
import { decoded, toBytes, toFlags, toPath, toTime, type Encoding, type PathLike, type TimeLike } from './arguments.js'
import { ClientDirectory, entryOf } from './directory-handle.js'
import { asCall } from './errors.js'
import { ClientFileHandle, ownerChange } from './file-handle.js'
import { BigIntStats, Stats, type DirectoryEntry, type StatOptions } from './stats.js'
import { makeTree, removeTree } from './trees.js'

interface DataOptions {
  readonly mode?: number
  readonly flag?: string | number
}

/** The shape of `fs.promises`: paths start at the root of the filesystem. Errors are as Node's own. */
export class ClientFs {
  readonly #core: Core
  readonly #task: Task

  constructor(core: Core, task: Task) {
    this.#core = core
    this.#task = task
  }

  /** @throws SystemError if the access (R_OK 4, W_OK 2, X_OK 1, F_OK 0) is not allowed */
  async access(path: PathLike, mode = 0): Promise<void> {
    await this.#at('access', path, ({ inode }) => checkAccess(this.#core, inode!, this.#task, mode))
  }

  async stat(path: PathLike, options?: StatOptions & { bigint?: false }): Promise<Stats>
  async stat(path: PathLike, options: StatOptions & { bigint: true }): Promise<BigIntStats>
  async stat(path: PathLike, options?: StatOptions): Promise<Stats | BigIntStats> {
    return this.#stat('stat', path, options, true)
  }

  async lstat(path: PathLike, options?: StatOptions & { bigint?: false }): Promise<Stats>
  async lstat(path: PathLike, options: StatOptions & { bigint: true }): Promise<BigIntStats>
  async lstat(path: PathLike, options?: StatOptions): Promise<Stats | BigIntStats> {
    return this.#stat('lstat', path, options, false)
  }

  async open(path: PathLike, flags: string | number = 'r', mode = 0o666): Promise<ClientFileHandle> {
    const name = toPath(path)
    const file = await asCall('open', name, () => open(this.#core, name, toFlags(flags), mode, this.#task))
    return new ClientFileHandle(this.#core, file, this.#task, name)
  }

  async readFile(path: PathLike, options?: { encoding?: null; flag?: string | number } | null): Promise<Uint8Array>
  async readFile(path: PathLike, options: { encoding: Encoding; flag?: string | number } | Encoding): Promise<string>
  async readFile(
    path: PathLike,
    options?: { encoding?: Encoding | null; flag?: string | number } | Encoding | null,
  ): Promise<Uint8Array | string> {
    const { encoding, flag } = typeof options === 'string' ? { encoding: options, flag: 'r' } : (options ?? {})
    const bytes = await this.#using(path, flag ?? 'r', 0o666, (handle) => handle.readFile())
    return decoded(bytes, encoding)
  }

  async writeFile(path: PathLike, data: string | ArrayBufferView, options: DataOptions = {}): Promise<void> {
    await this.#using(path, options.flag ?? 'w', options.mode ?? 0o666, (handle) => handle.writeFile(data))
  }

  async appendFile(path: PathLike, data: string | ArrayBufferView, options: DataOptions = {}): Promise<void> {
    await this.writeFile(path, data, { flag: 'a', ...options })
  }

  async truncate(path: PathLike, length = 0): Promise<void> {
    await this.#using(path, 'r+', 0, (handle) => handle.truncate(length))
  }

  /** @param mode COPYFILE_EXCL 1: `to` must not exist */
  async copyFile(from: PathLike, to: PathLike, mode = 0): Promise<void> {
    await this.#using(from, 'r', 0, async (source) => {
      const { mode: permissions } = await source.stat()
      await this.#using(to, (mode & 1) === 0 ? 'w' : 'wx', permissions & 0o7777, async (target) => {
        for (let at = 0; ;) {
          const count = await source.copyRange(at, target, at, COPY_BYTES)
          if (count === 0) return
          at += count
        }
      })
    })
  }

  async opendir(path: PathLike): Promise<ClientDirectory> {
    const name = toPath(path)
    const file = await asCall('opendir', name, () => this.#openDirectory(name))
    return new ClientDirectory(this.#core, file, this.#task, name)
  }

  async readdir(path: PathLike, options?: { withFileTypes?: false } | Encoding | null): Promise<string[]>
  async readdir(path: PathLike, options: { withFileTypes: true }): Promise<DirectoryEntry[]>
  async readdir(
    path: PathLike,
    options?: { withFileTypes?: boolean } | Encoding | null,
  ): Promise<string[] | DirectoryEntry[]> {
    const name = toPath(path)
    const wantsTypes = typeof options === 'object' && options?.withFileTypes === true
    const entries = await asCall('scandir', name, () => this.#list(name))
    return wantsTypes ? entries : entries.map((entry) => entry.name)
  }

  /** Answers the first directory that was made, with `recursive`; undefined if there was none to make. */
  async mkdir(path: PathLike, options?: number | { mode?: number; recursive?: boolean }): Promise<string | undefined> {
    const { mode = 0o777, recursive = false } = typeof options === 'number' ? { mode: options } : (options ?? {})
    const name = toPath(path)
    return asCall('mkdir', name, async () => {
      if (recursive) return makeTree(this.#core, name, mode, this.#task)
      await mkdir(this.#core, name, mode, this.#task)
      return undefined
    })
  }

  async rmdir(path: PathLike): Promise<void> {
    await this.#call('rmdir', path, (name) => rmdir(this.#core, name, this.#task))
  }

  async unlink(path: PathLike): Promise<void> {
    await this.#call('unlink', path, (name) => unlink(this.#core, name, this.#task))
  }

  async rm(path: PathLike, options: { recursive?: boolean; force?: boolean } = {}): Promise<void> {
    await this.#call('rm', path, (name) => removeTree(this.#core, name, options, this.#task))
  }

  /** @param flags RENAME_NOREPLACE 1, RENAME_EXCHANGE 2, RENAME_WHITEOUT 4: not in Node */
  async rename(from: PathLike, to: PathLike, flags = 0): Promise<void> {
    await this.#call('rename', from, (name) => rename(this.#core, name, toPath(to), flags, this.#task))
  }

  async link(existing: PathLike, path: PathLike): Promise<void> {
    await this.#call('link', existing, (name) => link(this.#core, name, toPath(path), this.#task))
  }

  async symlink(target: PathLike, path: PathLike): Promise<void> {
    await this.#call('symlink', path, (name) => symlink(this.#core, toPath(target), name, this.#task))
  }

  async readlink(path: PathLike): Promise<string> {
    return this.#at('readlink', path, ({ inode }) => readTarget(this.#core, inode!, this.#task), NO_FOLLOW)
  }

  /** The path without links, "." and "..". */
  async realpath(path: PathLike): Promise<string> {
    return this.#at('realpath', path, async (dentry) => pathOf(dentry))
  }

  /** A device, FIFO, socket or file: not in Node. @param mode with its type */
  async mknod(path: PathLike, mode: number, rdev = 0): Promise<void> {
    const whole = (mode & S_IFMT) === 0 ? mode | S_IFREG : mode
    await this.#call('mknod', path, (name) => mknod(this.#core, name, whole, rdev, this.#task))
  }

  async chmod(path: PathLike, mode: number): Promise<void> {
    await this.#change('chmod', path, ({ inode }) => ({ mode: inode!.type | (mode & 0o7777) }))
  }

  async chown(path: PathLike, uid: number, gid: number): Promise<void> {
    await this.#change('chown', path, () => ownerChange(uid, gid))
  }

  async lchown(path: PathLike, uid: number, gid: number): Promise<void> {
    await this.#change('lchown', path, () => ownerChange(uid, gid), NO_FOLLOW)
  }

  async utimes(path: PathLike, atime: TimeLike, mtime: TimeLike): Promise<void> {
    await this.#change('utime', path, () => ({ atime: toTime(atime), mtime: toTime(mtime) }))
  }

  async lutimes(path: PathLike, atime: TimeLike, mtime: TimeLike): Promise<void> {
    await this.#change('lutime', path, () => ({ atime: toTime(atime), mtime: toTime(mtime) }), NO_FOLLOW)
  }

  /** utimensat(2): `undefined` leaves a time, `'now'` sets it to the server's. Not in Node. */
  async setTimes(
    path: PathLike,
    atime: TimeLike | 'now' | undefined,
    mtime: TimeLike | 'now' | undefined,
  ): Promise<void> {
    const time = (value: TimeLike | 'now' | undefined) =>
      value === undefined || value === 'now' ? value : toTime(value)
    if (atime === undefined && mtime === undefined) return
    await this.#change('utimensat', path, () => ({ atime: time(atime), mtime: time(mtime) }))
  }

  /** Counts of blocks are in units of `frsize`. */
  async statfs(path: PathLike): Promise<Statfs> {
    return this.#at('statfs', path, ({ inode }) => statfs(this.#core, inode!, this.#task))
  }

  /** Extended attributes are not in Node. @throws SystemError ENODATA if there is no such attribute */
  async getxattr(path: PathLike, name: string): Promise<Uint8Array> {
    return this.#at('getxattr', path, ({ inode }) => getxattr(this.#core, inode!, name, this.#task))
  }

  async listxattr(path: PathLike): Promise<string[]> {
    return this.#at('listxattr', path, ({ inode }) => listxattr(this.#core, inode!, this.#task))
  }

  /** @param flags XATTR_CREATE 1: must not be there; XATTR_REPLACE 2: must be there */
  async setxattr(path: PathLike, name: string, value: string | ArrayBufferView, flags = 0): Promise<void> {
    const bytes = toBytes(value)
    await this.#at('setxattr', path, (dentry) => setxattr(this.#core, dentry, name, bytes, flags, this.#task))
  }

  async removexattr(path: PathLike, name: string): Promise<void> {
    await this.#at('removexattr', path, (dentry) => removexattr(this.#core, dentry, name, this.#task))
  }

  async #stat(
    syscall: string,
    path: PathLike,
    options: StatOptions | undefined,
    follow: boolean,
  ): Promise<Stats | BigIntStats> {
    const asked: GetattrOptions = { mask: options?.mask ?? STATX_BASIC_STATS | STATX_BTIME, sync: options?.sync }
    const ask = ({ inode }: Dentry) => getattr(this.#core, inode!, this.#task, asked)
    const attr: Readonly<CachedAttr> = await this.#at(syscall, path, ask, { follow })
    return options?.bigint === true ? new BigIntStats(attr) : new Stats(attr)
  }

  async #using<T>(
    path: PathLike,
    flags: string | number,
    mode: number,
    run: (handle: ClientFileHandle) => Promise<T>,
  ): Promise<T> {
    const handle = await this.open(path, flags, mode)
    let result: T
    try {
      result = await run(handle)
    } catch (error) {
      // The first error counts.
      await handle.close().catch(() => undefined)
      throw error
    }
    await handle.close()
    return result
  }

  async #list(path: string): Promise<DirectoryEntry[]> {
    const file = await this.#openDirectory(path)
    const directory = new ClientDirectory(this.#core, file, this.#task, path)
    try {
      const entries: DirectoryEntry[] = []
      for (;;) {
        const batch = await readEntries(this.#core, file, this.#task)
        if (batch.length === 0) return entries
        for (const entry of batch) if (entry.name !== '.' && entry.name !== '..') entries.push(entryOf(entry, path))
        if (entries.length > this.#core.settings.maxEntries) throw failure('EOVERFLOW')
      }
    } finally {
      await directory.close()
    }
  }

  #openDirectory(path: string) {
    const flags = toFlags(O_RDONLY | O_DIRECTORY | O_NONBLOCK) & ~O_CREAT
    return open(this.#core, path, flags, 0, this.#task)
  }

  async #change(
    syscall: string,
    path: PathLike,
    change: (dentry: Dentry) => Change,
    options: WalkOptions = {},
  ): Promise<void> {
    const run = (dentry: Dentry) => setattr(this.#core, dentry, change(dentry), this.#task)
    await this.#at(syscall, path, run, options)
  }

  #at<T>(syscall: string, path: PathLike, run: (dentry: Dentry) => Promise<T>, options: WalkOptions = {}): Promise<T> {
    return this.#call(syscall, path, (name) => withObject(this.#core, name, this.#task, run, options))
  }

  #call<T>(syscall: string, path: PathLike, run: (path: string) => Promise<T>): Promise<T> {
    const name = toPath(path)
    return asCall(syscall, name, () => run(name))
  }
}

const NO_FOLLOW = { follow: false }
const COPY_BYTES = 1024 * 1024 * 1024

function pathOf(dentry: Dentry): string {
  const names: string[] = []
  for (let at = dentry; !at.isRoot; at = at.parent) names.unshift(at.name)
  return `/${names.join('/')}`
}
