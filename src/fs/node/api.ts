import { FuseError } from '../../base/errors.js'

/* What is asked of an object that has Node's `fs` API, and how it is called. */

/** Text, or bytes for an fs that takes them. */
export type NodePath = string | Buffer

/** Whatever its parameters are: they are those of Node's function of the same name. */
type Method = (...args: never[]) => unknown

/** The functions of `fs.promises` that are used. Without an optional one the request that needs it is answered ENOSYS. */
export interface NodePromises {
  readonly lstat: Method
  readonly readdir: Method
  readonly open: Method
  readonly readlink?: Method
  readonly mkdir?: Method
  readonly rmdir?: Method
  readonly unlink?: Method
  readonly rename?: Method
  readonly link?: Method
  readonly symlink?: Method
  readonly chmod?: Method
  readonly lchown?: Method
  readonly lutimes?: Method
  readonly access?: Method
  readonly statfs?: Method
}

/** The same with `Sync` at the ends of their names, and the functions on descriptors, such as `readSync` and `fstatSync`. */
export interface NodeSync {
  readonly lstatSync: Method
  readonly readdirSync: Method
  readonly openSync: Method
  readonly readSync: Method
  readonly fstatSync: Method
  readonly closeSync: Method
}

/** Anything with Node's `fs` API: `node:fs` itself, `node:fs/promises`, `memfs`, `@zenfs/core` … */
export type NodeFsLike = { readonly promises: NodePromises } | NodePromises | NodeSync

/** Numbers are bigints where the fs was asked for them and knows how. */
export interface NodeStats {
  readonly mode: number | bigint
  readonly size: number | bigint
  readonly nlink: number | bigint
  readonly uid: number | bigint
  readonly gid: number | bigint
  readonly dev?: number | bigint
  readonly ino?: number | bigint
  readonly rdev?: number | bigint
  readonly blksize?: number | bigint
  readonly blocks?: number | bigint
  readonly atimeMs: number | bigint
  readonly mtimeMs: number | bigint
  readonly ctimeMs: number | bigint
  readonly atimeNs?: bigint
  readonly mtimeNs?: bigint
  readonly ctimeNs?: bigint
}

/** As `fs.promises.statfs` answers. */
export interface NodeStatfs {
  readonly bsize: number | bigint
  readonly blocks: number | bigint
  readonly bfree: number | bigint
  readonly bavail: number | bigint
  readonly files: number | bigint
  readonly ffree: number | bigint
}

/** Seconds since 1970, or a Date for what is before. */
export type NodeTime = number | Date

/** An open file. */
export interface NodeFile {
  stat(): Promise<NodeStats>
  /** Answers how many bytes were read; 0 at the end. */
  read(into: Uint8Array, offset: number, length: number, position: number): Promise<number>
  write(from: Uint8Array, offset: number, length: number, position: number): Promise<number>
  truncate(size: number): Promise<void>
  chmod(mode: number): Promise<void>
  chown(uid: number, gid: number): Promise<void>
  utimes(atime: NodeTime, mtime: NodeTime): Promise<void>
  sync(): Promise<void>
  datasync(): Promise<void>
  close(): Promise<void>
}

/** The calls on paths, in one form for both kinds of API. Each rejects with an error that has a `code`. */
export abstract class NodeApi {
  abstract open(path: NodePath, flags: number, mode: number): Promise<NodeFile>

  /** Calls the function `name` of the fs, or that with `Sync` behind it. */
  protected abstract call(name: Exclude<keyof NodePromises, 'open'>, ...args: readonly unknown[]): Promise<unknown>

  async lstat(path: NodePath): Promise<NodeStats> {
    return (await this.call('lstat', path, { bigint: true })) as NodeStats
  }

  async readdir(path: NodePath, encoding: 'buffer' | 'utf8'): Promise<readonly (string | Uint8Array)[]> {
    return (await this.call('readdir', path, { encoding })) as readonly (string | Uint8Array)[]
  }

  async readlink(path: NodePath, encoding: 'buffer' | 'utf8'): Promise<string | Uint8Array> {
    return (await this.call('readlink', path, { encoding })) as string | Uint8Array
  }

  async mkdir(path: NodePath, mode: number): Promise<void> {
    await this.call('mkdir', path, { mode })
  }

  async rmdir(path: NodePath): Promise<void> {
    await this.call('rmdir', path)
  }

  async unlink(path: NodePath): Promise<void> {
    await this.call('unlink', path)
  }

  async rename(from: NodePath, to: NodePath): Promise<void> {
    await this.call('rename', from, to)
  }

  async link(existing: NodePath, made: NodePath): Promise<void> {
    await this.call('link', existing, made)
  }

  async symlink(target: NodePath, made: NodePath): Promise<void> {
    await this.call('symlink', target, made)
  }

  async chmod(path: NodePath, mode: number): Promise<void> {
    await this.call('chmod', path, mode)
  }

  async lchown(path: NodePath, uid: number, gid: number): Promise<void> {
    await this.call('lchown', path, uid, gid)
  }

  async lutimes(path: NodePath, atime: NodeTime, mtime: NodeTime): Promise<void> {
    await this.call('lutimes', path, atime, mtime)
  }

  async access(path: NodePath, mask: number): Promise<void> {
    await this.call('access', path, mask)
  }

  async statfs(path: NodePath): Promise<NodeStatfs> {
    return (await this.call('statfs', path, { bigint: true })) as NodeStatfs
  }
}

/**
 * Calls a method of an object by its name.
 * @throws FuseError ENOSYS if there is none
 */
export function callMethod(object: object, name: string, args: readonly unknown[]): unknown {
  const method: unknown = Reflect.get(object, name)
  if (typeof method !== 'function') throw new FuseError('ENOSYS')
  return Reflect.apply(method, object, args)
}

export function hasMethod(object: unknown, name: string): object is object {
  return typeof object === 'object' && object !== null && typeof Reflect.get(object, name) === 'function'
}
