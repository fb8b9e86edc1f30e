import { FuseError } from '#src/base/errors.js'
import { ROOT_ID, type NodeId } from '#src/base/ids.js'
import type { Attr } from '#src/server/results.js'

export type Kind = 'file' | 'directory' | 'symlink'
const TYPES: Readonly<Record<Kind, number>> = { file: 0o100000, directory: 0o40000, symlink: 0o120000 }

/** An object of the source. */
export interface Item {
  readonly id: NodeId
  readonly kind: Kind
  content: Buffer
  mode: number
  /** In seconds; every change gives another. */
  mtime: number
  nlink: number
  readonly entries: Map<string, Item>
  readonly xattrs: Map<string, Buffer>
  /** Opened with FOPEN_DIRECT_IO. */
  directIo: boolean
}

/** The source: what is true. Paths start at the root, without a slash in front. */
export class Tree {
  readonly items = new Map<NodeId, Item>()
  readonly root: Item
  private nextId = ROOT_ID as number
  private time = 1_000_000

  constructor() {
    this.root = this.make('directory')
  }

  item(id: NodeId): Item {
    const found = this.items.get(id)
    if (found === undefined) throw new FuseError('ESTALE')
    return found
  }

  at(path: string): Item {
    let item = this.root
    for (const name of path.split('/').filter((part) => part !== '')) item = this.in(item, name)
    return item
  }

  in(directory: Item, name: string): Item {
    const found = directory.entries.get(name)
    if (found === undefined) throw new FuseError('ENOENT')
    return found
  }

  /** Content is also the target of a symlink. */
  add(path: string, kind: Kind = 'file', content: string | Uint8Array = ''): NodeId {
    const { directory, name } = this.place(path)
    return this.put(directory, name, kind, Buffer.from(content)).id
  }

  put(directory: Item, name: string, kind: Kind, content = Buffer.alloc(0)): Item {
    if (directory.entries.has(name)) throw new FuseError('EEXIST')
    const item = this.make(kind)
    item.content = content
    directory.entries.set(name, item)
    this.touch(directory)
    return item
  }

  link(item: Item, directory: Item, name: string): void {
    if (directory.entries.has(name)) throw new FuseError('EEXIST')
    directory.entries.set(name, item)
    item.nlink += 1
    this.touch(directory)
  }

  linkAt(from: string, to: string): void {
    const { directory, name } = this.place(to)
    this.link(this.at(from), directory, name)
  }

  /** Replaces everything that the file has, or the target of a symlink. */
  write(path: string, content: string | Uint8Array): void {
    const item = this.at(path)
    item.content = Buffer.from(content)
    this.touch(item)
  }

  /** Replaces some bytes of a file. */
  patch(path: string, offset: number, data: string | Uint8Array): void {
    this.overwrite(this.at(path), offset, Buffer.from(data))
  }

  overwrite(item: Item, offset: number, data: Uint8Array): void {
    const length = Math.max(item.content.length, offset + data.length)
    if (length > item.content.length) this.resize(item, length)
    item.content.set(data, offset)
    this.touch(item)
  }

  resize(item: Item, length: number): void {
    const grown = Buffer.alloc(length)
    item.content.copy(grown, 0, 0, length)
    item.content = grown
    this.touch(item)
  }

  chmod(path: string, mode: number): void {
    this.at(path).mode = mode
  }

  directIo(path: string): void {
    this.at(path).directIo = true
  }

  remove(path: string): void {
    const { directory, name } = this.place(path)
    this.removeIn(directory, name)
  }

  removeIn(directory: Item, name: string): void {
    const item = this.in(directory, name)
    directory.entries.delete(name)
    item.nlink -= 1
    this.touch(directory)
  }

  rename(from: string, to: string): void {
    const [old, fresh] = [this.place(from), this.place(to)]
    this.move(old.directory, old.name, fresh.directory, fresh.name)
  }

  move(directory: Item, name: string, newDirectory: Item, newName: string): void {
    const item = this.in(directory, name)
    const over = newDirectory.entries.get(newName)
    if (over !== undefined) over.nlink -= 1
    directory.entries.delete(name)
    newDirectory.entries.set(newName, item)
    this.touch(directory)
    this.touch(newDirectory)
  }

  exchange(a: Item, nameInA: string, b: Item, nameInB: string): void {
    const [first, second] = [this.in(a, nameInA), this.in(b, nameInB)]
    a.entries.set(nameInA, second)
    b.entries.set(nameInB, first)
    this.touch(a)
    this.touch(b)
  }

  touch(item: Item): void {
    this.time += 1
    item.mtime = this.time
  }

  make(kind: Kind): Item {
    const id = this.nextId as NodeId
    this.nextId += 1
    const item: Item = {
      id,
      kind,
      content: Buffer.alloc(0),
      mode: kind === 'directory' ? 0o755 : 0o644,
      mtime: 0,
      nlink: 1,
      entries: new Map(),
      xattrs: new Map(),
      directIo: false,
    }
    this.touch(item)
    this.items.set(id, item)
    return item
  }

  private place(path: string): { directory: Item; name: string } {
    const slash = path.lastIndexOf('/')
    return { directory: this.at(path.slice(0, Math.max(slash, 0))), name: path.slice(slash + 1) }
  }
}

export function attrOf({ kind, mode, content, mtime, nlink }: Item): Attr {
  return { mode: TYPES[kind] | mode, size: content.length, mtime, ctime: mtime, atime: mtime, nlink }
}
