import { FuseError } from '../../base/errors.js'
import type { NodeId } from '../../base/ids.js'
import type { Change } from '../../changes/feed.js'
import * as linux from './constants.js'
import { Directory } from './directory.js'
import { CTIME, RegularFile, Symlink, type Inode, type NewInode } from './inode.js'
import type { Space } from './space.js'
import * as tree from './tree.js'

/** What the files need of the filesystem that they are in. */
export interface MemoryFilesHost {
  readonly root: Directory
  readonly space: Space
  readonly nowMs: () => number
  newInode(this: void, mode: number): NewInode
  /** The number by which the kernel knows an object, if it does. */
  nodeOf(this: void, inode: Inode): NodeId | undefined
  disposeIfGone(this: void, inode: Inode): void
  tell(this: void, change: Change): void
}

/** New bytes up to this many go with the change, and are put where open files see them without asking. */
const MAX_TOLD_BYTES = 65_536

/**
 * The files of a `MemoryFileSystem` for the program that it is in: changed here, they are changed for everybody who uses the mount,
 * at once. Paths are from the root (`'a/b'`); symbolic links in them are not followed. New objects belong to the owner of the root.
 *
 * Everything is synchronous and throws FuseError: ENOENT, ENOTDIR, EEXIST, EISDIR, ENOTEMPTY, EINVAL, ENAMETOOLONG, ENOSPC.
 */
export class MemoryFiles {
  readonly #host: MemoryFilesHost

  constructor(host: MemoryFilesHost) {
    this.#host = host
  }

  /** The bytes of a file, copied. */
  readFile(path: string): Uint8Array {
    const { data } = this.#file(path)
    const bytes = new Uint8Array(data.size)
    return bytes.subarray(0, data.read(bytes, 0))
  }

  /** Replaces what is in a file, which is made if it is not there. A text is UTF-8. @param mode of a new file. @default 0o644 */
  writeFile(path: string, content: string | Uint8Array, mode = 0o644): void {
    const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content
    const { parent, name } = this.#place(path)
    const known = parent.get(name)
    const file = known ?? new RegularFile(this.#host.newInode(mode & linux.PERMISSIONS), this.#host.space)
    if (!(file instanceof RegularFile)) throw new FuseError(file instanceof Directory ? 'EISDIR' : 'EINVAL')
    if (known === undefined) this.#link(parent, name, file, path)
    file.data.truncate(0)
    this.#write(file, path, bytes, 0)
  }

  /** Puts bytes behind the end of a file. A text is UTF-8. */
  appendFile(path: string, content: string | Uint8Array): void {
    const file = this.#file(path)
    this.#write(file, path, typeof content === 'string' ? new TextEncoder().encode(content) : content, file.size)
  }

  /** Makes a file shorter, or longer with zeros. @param size in bytes */
  truncate(path: string, size: number): void {
    if (!Number.isSafeInteger(size) || size < 0) throw new FuseError('EINVAL')
    const file = this.#file(path)
    file.data.truncate(size)
    file.contentChanged(false, this.#host.nowMs(), this.#host.space)
    this.#modified(file, path, {})
  }

  /** @param mode permissions. @default 0o755 */
  mkdir(path: string, mode = 0o755): void {
    const { parent, name } = this.#free(path)
    this.#link(parent, name, new Directory(this.#host.newInode(mode & linux.PERMISSIONS), parent), path)
  }

  symlink(target: string, path: string): void {
    const { parent, name } = this.#free(path)
    this.#link(parent, name, new Symlink(this.#host.newInode(0), target), path)
  }

  /** Gives a file one more name. */
  link(existing: string, path: string): void {
    const inode = this.#find(existing)
    if (inode instanceof Directory) throw new FuseError('EPERM')
    const { parent, name } = this.#free(path)
    this.#link(parent, name, inode, path)
    this.#modified(inode, existing, { attributesOnly: true })
  }

  /** Changes permissions. */
  chmod(path: string, mode: number): void {
    const inode = this.#find(path)
    inode.mode = (inode.mode & linux.S_IFMT) | (mode & linux.PERMISSIONS)
    inode.stamp(CTIME, this.#host.nowMs())
    this.#modified(inode, path, { attributesOnly: true })
  }

  /** Takes a name away, or an empty directory. */
  remove(path: string): void {
    const { parent, name } = this.#place(path)
    const nowMs = this.#host.nowMs()
    const isDirectory = parent.require(name) instanceof Directory
    const gone = isDirectory ? tree.rmdir(parent, name, nowMs) : tree.unlink(parent, name, nowMs)
    this.#named('removed', parent, name, path)
    this.#lostName(gone, path)
  }

  /** As rename(2): what has the new name is replaced. */
  rename(from: string, to: string): void {
    const [old, next] = [this.#place(from), this.#place(to)]
    const moved = old.parent.require(old.name)
    const replaced = tree.rename(old, next, 0, this.#host.nowMs(), () => moved)
    this.#named('removed', old.parent, old.name, from)
    this.#named('created', next.parent, next.name, to)
    this.#modified(moved, to, { attributesOnly: true })
    if (replaced !== undefined) this.#lostName(replaced, to)
  }

  /** The names in a directory. */
  readdir(path: string): string[] {
    return [...tree.directory(this.#find(path)).after(0)].map(({ name }) => name)
  }

  #find(path: string): Inode {
    let inode: Inode = this.#host.root
    for (const name of split(path)) inode = tree.directory(inode).require(name)
    return inode
  }

  #file(path: string): RegularFile {
    const inode = this.#find(path)
    if (inode instanceof RegularFile) return inode
    throw new FuseError(inode instanceof Directory ? 'EISDIR' : 'EINVAL')
  }

  #place(path: string): tree.Place {
    const names = split(path)
    const name = names.pop()
    if (name === undefined) throw new FuseError('EINVAL')
    tree.checkName(name)
    return { parent: tree.directory(this.#find(names.join('/'))), name }
  }

  #free(path: string): tree.Place {
    const place = this.#place(path)
    tree.checkFree(place.parent, place.name)
    return place
  }

  #link(parent: Directory, name: string, inode: Inode, path: string): void {
    tree.link(parent, name, inode, this.#host.nowMs())
    this.#named('created', parent, name, path)
  }

  #write(file: RegularFile, path: string, bytes: Uint8Array, offset: number): void {
    file.data.write(bytes, offset)
    file.contentChanged(false, this.#host.nowMs(), this.#host.space)
    if (bytes.length === 0 || bytes.length > MAX_TOLD_BYTES) return this.#modified(file, path, {})
    this.#modified(file, path, { offset, data: bytes.slice(), size: file.size })
  }

  #lostName(inode: Inode, path: string): void {
    this.#modified(inode, path, { attributesOnly: true })
    this.#host.disposeIfGone(inode)
  }

  #modified(inode: Inode, path: string, what: Modified): void {
    const node = this.#host.nodeOf(inode)
    this.#host.tell(node === undefined ? { is: 'modified', path, ...what } : { is: 'modified', node, ...what })
  }

  #named(is: 'created' | 'removed', parent: Directory, name: string, path: string): void {
    const node = this.#host.nodeOf(parent)
    this.#host.tell(node === undefined ? { is, path } : { is, parent: node, name })
  }
}

type Modified = Omit<Extract<Change, { readonly is: 'modified'; readonly path: string }>, 'is' | 'path'>

function split(path: string): string[] {
  const names = path.split('/').filter((name) => name !== '')
  if (names.some((name) => name === '.' || name === '..' || name.includes('\0'))) throw new FuseError('EINVAL')
  return names
}
