import { S_IFMT, S_IFREG } from '../constants.js'
import type { Core } from '../core.js'
import type { Dentry } from '../objects.js'
import type { Task } from '../task.js'
import { open } from '../vfs/create.js'
import { statfs } from '../vfs/device-calls.js'
import { link, mkdir, mknod, symlink } from '../vfs/make.js'
import { checkAccess } from '../vfs/permission.js'
import { rmdir, unlink } from '../vfs/remove.js'
import { rename } from '../vfs/rename.js'
import { readTarget } from '../vfs/symlink.js'
import { getxattr, listxattr, removexattr, setxattr } from '../vfs/xattr.js'
import { checkBooleans, checkInteger } from './argument-errors.js'
import { toFlags, toMode, toPath, toTime, type ModeLike, type PathLike, type TimeLike } from './arguments.js'
import type { Bytes } from './bytes.js'
import { Calls } from './calls.js'
import { checkCopyOptions, copyTree, type CopyOptions } from './copy.js'
import { copyFile } from './copy-file.js'
import { FS_CONSTANTS } from './constants.js'
import { ClientDirectory, type DirectoryOptions } from './directory-handle.js'
import { encodedName, type DirectoryEntry } from './dirent.js'
import { asCall } from './errors.js'
import { checkData, toBytes, type WriteData } from './file-io.js'
import { ClientFileHandle, ownerChange } from './file-handle.js'
import { fsWatch, type FsWatchEvent, type FsWatchOptions } from './fs-watch.js'
import { list, openDirectory } from './listing.js'
import { bindMethods } from './methods.js'
import {
  checkLinkType,
  checkRemoveOptions,
  encodingOf,
  type NameEncoding,
  type ReadFileOptions,
  type ReadTextOptions,
  type ReaddirOptions,
  type RemoveOptions,
  type WriteFileOptions,
} from './options.js'
import { StatFs } from './stat-fs.js'
import type { BigIntStats, StatOptions, Stats } from './stats.js'
import { makeTemporary } from './temporary.js'
import type { Encoding } from './text.js'
import { isDirectory, makeTree, removeTree } from './trees.js'

type Name = string | Bytes
/** Options of calls that answer names: an encoding, alone or in an object. */
type TextNames = { readonly encoding?: Encoding | null | undefined } | Encoding | null
type ByteNames = { readonly encoding: 'buffer' } | 'buffer'

type TextListing = ReaddirOptions & { readonly encoding?: Encoding | null | undefined }

/**
 * The shape of `fs.promises`: paths start at the root of the filesystem. Errors are as Node's own. The methods need no
 * `this`.
 */
export class ClientFs {
  /** Numbers for `open`, `access` and the like: those of Linux, everywhere. */
  readonly constants = FS_CONSTANTS
  readonly #core: Core
  readonly #task: Task
  readonly #calls: Calls

  constructor(core: Core, task: Task) {
    this.#core = core
    this.#task = task
    this.#calls = new Calls(core, task)
    bindMethods(this)
  }

  /** @throws SystemError if the access (R_OK 4, W_OK 2, X_OK 1, F_OK 0) is not allowed */
  async access(path: PathLike, mode = 0): Promise<void> {
    await this.#calls.at('access', path, ({ inode }) => checkAccess(this.#core, inode!, this.#task, mode))
  }

  async stat(path: PathLike, options?: StatOptions & { bigint?: false }): Promise<Stats>
  async stat(path: PathLike, options: StatOptions & { bigint: true }): Promise<BigIntStats>
  async stat(path: PathLike, options?: StatOptions): Promise<Stats | BigIntStats> {
    return this.#calls.stat('stat', path, options, true)
  }

  async lstat(path: PathLike, options?: StatOptions & { bigint?: false }): Promise<Stats>
  async lstat(path: PathLike, options: StatOptions & { bigint: true }): Promise<BigIntStats>
  async lstat(path: PathLike, options?: StatOptions): Promise<Stats | BigIntStats> {
    return this.#calls.stat('lstat', path, options, false)
  }

  /** @param mode permissions of a file that is made */
  async open(path: PathLike, flags?: string | number | null, mode?: ModeLike | null): Promise<ClientFileHandle> {
    const [name, bits, permissions] = [toPath(path), toFlags(flags ?? 'r'), toMode(mode, 0o666)]
    const file = await asCall('open', name, () => open(this.#core, name, bits, permissions, this.#task))
    return new ClientFileHandle(this.#core, file, this.#task, name)
  }

  async readFile(path: PathLike | ClientFileHandle, options?: ReadFileOptions | null): Promise<Bytes>
  async readFile(path: PathLike | ClientFileHandle, options: ReadTextOptions | Encoding): Promise<string>
  async readFile(
    path: PathLike | ClientFileHandle,
    options?: ReadFileOptions | ReadTextOptions | Encoding | null,
  ): Promise<Bytes | string> {
    encodingOf(options)
    // The handle tells the forms of options apart.
    const read = (handle: ClientFileHandle) => handle.readFile(options as ReadTextOptions)
    if (path instanceof ClientFileHandle) return read(path)
    const { flag, signal } = typeof options === 'object' && options !== null ? options : {}
    return this.#calls.using(path, flag ?? 'r', 0o666, signal, read)
  }

  async writeFile(
    path: PathLike | ClientFileHandle,
    data: WriteData,
    options?: WriteFileOptions | Encoding | null,
  ): Promise<void> {
    encodingOf(options)
    checkData(data)
    const { flag, mode, flush, signal }: WriteFileOptions =
      typeof options === 'object' && options !== null ? options : {}
    checkBooleans({ flush }, ['flush'])
    if (path instanceof ClientFileHandle) {
      await path.writeFile(data, options)
      return
    }
    await this.#calls.using(path, flag ?? 'w', toMode(mode, 0o666), signal, async (handle) => {
      await handle.writeFile(data, options)
      if (flush === true) await handle.sync()
    })
  }

  async appendFile(
    path: PathLike | ClientFileHandle,
    data: WriteData,
    options?: WriteFileOptions | Encoding | null,
  ): Promise<void> {
    const given = typeof options === 'string' ? { encoding: options } : options
    await this.writeFile(path, data, { ...given, flag: given?.flag ?? 'a' })
  }

  async truncate(path: PathLike, length = 0): Promise<void> {
    await this.#calls.using(path, 'r+', 0, undefined, (handle) => handle.truncate(length))
  }

  /** @param mode COPYFILE_EXCL 1: `to` must not exist; COPYFILE_FICLONE_FORCE 4 is EOPNOTSUPP, for nothing is cloned */
  async copyFile(from: PathLike, to: PathLike, mode = 0): Promise<void> {
    const subject = { path: toPath(from, 'src'), dest: toPath(to, 'dest') }
    checkInteger('mode', mode, 0, 7)
    await asCall('copyfile', subject, () => copyFile(this.#core, subject.path, subject.dest, mode, this.#task))
  }

  /** Copies files, links and, with `recursive`, directories. @throws TreeError with the codes of Node, such as ERR_FS_CP_EINVAL */
  async cp(from: PathLike, to: PathLike, options: CopyOptions = {}): Promise<void> {
    checkCopyOptions(options)
    await copyTree(this, toPath(from, 'src'), toPath(to, 'dest'), options)
  }

  async opendir(
    path: PathLike,
    options: DirectoryOptions & { readonly encoding: 'buffer' },
  ): Promise<ClientDirectory<Bytes>>
  async opendir(path: PathLike, options?: (DirectoryOptions & TextNames) | Encoding | null): Promise<ClientDirectory>
  async opendir(path: PathLike, options?: DirectoryOptions | Encoding | null): Promise<ClientDirectory<Name>> {
    const name = toPath(path)
    const encoding = encodingOf<NameEncoding>(options)
    const recursive = typeof options === 'object' && options?.recursive === true
    const file = await asCall('opendir', name, () => openDirectory(this.#core, name, this.#task))
    return new ClientDirectory<Name>(this.#core, file, this.#task, name, encoding, recursive)
  }

  async readdir(
    path: PathLike,
    options: ByteNames | (ReaddirOptions & { readonly encoding: 'buffer'; readonly withFileTypes?: false | undefined }),
  ): Promise<Bytes[]>
  async readdir(
    path: PathLike,
    options?: (TextListing & { readonly withFileTypes?: false | undefined }) | Encoding | null,
  ): Promise<string[]>
  async readdir(
    path: PathLike,
    options: ReaddirOptions & { readonly encoding: 'buffer'; readonly withFileTypes: true },
  ): Promise<DirectoryEntry<Bytes>[]>
  async readdir(path: PathLike, options: TextListing & { readonly withFileTypes: true }): Promise<DirectoryEntry[]>
  async readdir(
    path: PathLike,
    options?: ReaddirOptions | NameEncoding | null,
  ): Promise<(Name | DirectoryEntry<Name>)[]> {
    const encoding = encodingOf<NameEncoding>(options)
    const { recursive = false, withFileTypes = false } = typeof options === 'object' && options !== null ? options : {}
    return list(this.#core, toPath(path), { recursive, withFileTypes, encoding }, this.#task)
  }

  /** Answers the first directory that was made, with `recursive`; undefined if there was none to make. */
  async mkdir(
    path: PathLike,
    options?: ModeLike | { readonly mode?: ModeLike | undefined; readonly recursive?: boolean | undefined } | null,
  ): Promise<string | undefined> {
    const isObject = typeof options === 'object' && options !== null
    const { mode: permissions, recursive } = isObject ? options : { mode: options, recursive: false }
    checkBooleans({ recursive }, ['recursive'])
    const mode = toMode(permissions, 0o777)
    return this.#calls.call('mkdir', path, async (name) => {
      if (recursive === true) return makeTree(this.#core, name, mode, this.#task)
      await mkdir(this.#core, name, mode, this.#task)
      return undefined
    })
  }

  /** Makes a directory for its owner alone, with six letters behind `prefix` that no other has. Answers its path. */
  async mkdtemp(prefix: PathLike, options?: TextNames): Promise<string>
  async mkdtemp(prefix: PathLike, options: ByteNames): Promise<Bytes>
  async mkdtemp(prefix: PathLike, options?: TextNames | ByteNames): Promise<Name> {
    const encoding = encodingOf<NameEncoding>(options)
    return encodedName(await makeTemporary(this.#core, toPath(prefix, 'prefix'), this.#task), encoding)
  }

  /** @param options `recursive`: as `rm`, for the sake of older programs */
  async rmdir(path: PathLike, options: RemoveOptions = {}): Promise<void> {
    checkRemoveOptions(options)
    const name = toPath(path)
    if (
      options.recursive === true &&
      (await asCall('stat', name, () => isDirectory(this.#core, name, this.#task, true)))
    )
      await removeTree(this.#core, name, { recursive: true }, this.#task)
    else await this.#calls.call('rmdir', name, () => rmdir(this.#core, name, this.#task))
  }

  async unlink(path: PathLike): Promise<void> {
    await this.#calls.call('unlink', path, (name) => unlink(this.#core, name, this.#task))
  }

  /** @throws TreeError ERR_FS_EISDIR for a directory without `recursive` */
  async rm(path: PathLike, options: RemoveOptions = {}): Promise<void> {
    checkRemoveOptions(options)
    await removeTree(this.#core, toPath(path), options, this.#task)
  }

  /** @param flags RENAME_NOREPLACE 1, RENAME_EXCHANGE 2, RENAME_WHITEOUT 4: not in Node */
  async rename(from: PathLike, to: PathLike, flags = 0): Promise<void> {
    await this.#calls.both('rename', from, to, (path, dest) => rename(this.#core, path, dest, flags, this.#task))
  }

  async link(existing: PathLike, path: PathLike): Promise<void> {
    await this.#calls.both('link', existing, path, (from, dest) => link(this.#core, from, dest, this.#task))
  }

  /** @param type for Windows, in Node: links are links here. Another than those is ERR_FS_INVALID_SYMLINK_TYPE */
  async symlink(target: PathLike, path: PathLike, type?: 'dir' | 'file' | 'junction' | null): Promise<void> {
    checkLinkType(type)
    await this.#calls.both('symlink', target, path, (says, name) => symlink(this.#core, says, name, this.#task))
  }

  async readlink(path: PathLike, options?: TextNames): Promise<string>
  async readlink(path: PathLike, options: ByteNames): Promise<Bytes>
  async readlink(path: PathLike, options?: TextNames | ByteNames): Promise<Name> {
    const encoding = encodingOf<NameEncoding>(options)
    const run = ({ inode }: Dentry) => readTarget(this.#core, inode!, this.#task)
    return encodedName(await this.#calls.at('readlink', path, run, NO_FOLLOW), encoding)
  }

  /** The path without links, "." and "..". */
  async realpath(path: PathLike, options?: TextNames): Promise<string>
  async realpath(path: PathLike, options: ByteNames): Promise<Bytes>
  async realpath(path: PathLike, options?: TextNames | ByteNames): Promise<Name> {
    const encoding = encodingOf<NameEncoding>(options)
    return encodedName(await this.#calls.at('realpath', path, async (dentry) => pathOf(dentry)), encoding)
  }

  /**
   * The changes of the object at `path`, and of the names in it if it is a directory, as they come. What the server does by
   * itself it does not hear of, but for DELETE notifications: see `Client.watch`, which tells more.
   */
  watch(
    path: PathLike,
    options: (FsWatchOptions & { readonly encoding: 'buffer' }) | 'buffer',
  ): AsyncGenerator<FsWatchEvent<Bytes>, undefined>
  watch(
    path: PathLike,
    options?: (FsWatchOptions & { readonly encoding?: Encoding | undefined }) | Encoding,
  ): AsyncGenerator<FsWatchEvent, undefined>
  watch(path: PathLike, options?: FsWatchOptions | NameEncoding): AsyncGenerator<FsWatchEvent<Name>, undefined> {
    const encoding = encodingOf(options)
    return fsWatch(this.#core, toPath(path), { ...(typeof options === 'object' ? options : {}), encoding }, this.#task)
  }

  /** A device, FIFO, socket or file: not in Node. @param mode with its type */
  async mknod(path: PathLike, mode: number, rdev = 0): Promise<void> {
    const whole = (mode & S_IFMT) === 0 ? mode | S_IFREG : mode
    await this.#calls.call('mknod', path, (name) => mknod(this.#core, name, whole, rdev, this.#task))
  }

  async chmod(path: PathLike, mode: ModeLike): Promise<void> {
    const permissions = toMode(mode)
    await this.#calls.change('chmod', path, ({ inode }) => ({ mode: inode!.type | permissions }))
  }

  async chown(path: PathLike, uid: number, gid: number): Promise<void> {
    const change = ownerChange(uid, gid)
    await this.#calls.change('chown', path, () => change)
  }

  async lchown(path: PathLike, uid: number, gid: number): Promise<void> {
    const change = ownerChange(uid, gid)
    await this.#calls.change('lchown', path, () => change, NO_FOLLOW)
  }

  async utimes(path: PathLike, atime: TimeLike, mtime: TimeLike): Promise<void> {
    const change = { atime: toTime(atime), mtime: toTime(mtime) }
    await this.#calls.change('utime', path, () => change)
  }

  async lutimes(path: PathLike, atime: TimeLike, mtime: TimeLike): Promise<void> {
    const change = { atime: toTime(atime), mtime: toTime(mtime) }
    await this.#calls.change('lutime', path, () => change, NO_FOLLOW)
  }

  /** utimensat(2): `undefined` leaves a time, `'now'` sets it to the server's. Not in Node. */
  async setTimes(path: PathLike, atime: TimeLike | undefined, mtime: TimeLike | undefined): Promise<void> {
    const time = (value: TimeLike | undefined) => (value === undefined || value === 'now' ? value : toTime(value))
    if (atime === undefined && mtime === undefined) return
    await this.#calls.change('utimensat', path, () => ({ atime: time(atime), mtime: time(mtime) }))
  }

  async statfs(path: PathLike, options?: { readonly bigint?: false | undefined }): Promise<StatFs<number>>
  async statfs(path: PathLike, options: { readonly bigint: true }): Promise<StatFs<bigint>>
  async statfs(path: PathLike, options?: { readonly bigint?: boolean | undefined }): Promise<StatFs<number | bigint>> {
    const said = await this.#calls.at('statfs', path, ({ inode }) => statfs(this.#core, inode!, this.#task))
    return options?.bigint === true ? new StatFs(said, BigInt) : new StatFs(said, Number)
  }

  /** Extended attributes are not in Node. @throws SystemError ENODATA if there is no such attribute */
  async getxattr(path: PathLike, name: string): Promise<Uint8Array> {
    return this.#calls.at('getxattr', path, ({ inode }) => getxattr(this.#core, inode!, name, this.#task))
  }

  async listxattr(path: PathLike): Promise<string[]> {
    return this.#calls.at('listxattr', path, ({ inode }) => listxattr(this.#core, inode!, this.#task))
  }

  /** @param flags XATTR_CREATE 1: must not be there; XATTR_REPLACE 2: must be there */
  async setxattr(path: PathLike, name: string, value: string | ArrayBufferView, flags = 0): Promise<void> {
    const bytes = toBytes(value)
    await this.#calls.at('setxattr', path, (dentry) => setxattr(this.#core, dentry, name, bytes, flags, this.#task))
  }

  async removexattr(path: PathLike, name: string): Promise<void> {
    await this.#calls.at('removexattr', path, (dentry) => removexattr(this.#core, dentry, name, this.#task))
  }
}

const NO_FOLLOW = { follow: false }

function pathOf(dentry: Dentry): string {
  const names: string[] = []
  for (let at = dentry; !at.isRoot; at = at.parent) names.unshift(at.name)
  return `/${names.join('/')}`
}
