import { FuseError } from '../../base/errors.js'
import { S_IFDIR } from './constants.js'
import { Inode, type NewInode } from './inode.js'

/** The cookies of "." and "..", which are in no list. */
export const COOKIE_SELF = 1
export const COOKIE_PARENT = 2

/** A name and what it names. */
export interface DirectoryEntry {
  readonly name: string
  inode: Inode
  /** Where a listing goes on behind it. Never used again in this directory, and larger with each new name. */
  readonly cookie: number
}

/**
 * A directory. Entries are listed in the order in which their names were made, and a cookie is the number of a name in
 * that order: so a listing that is taken up again, after whatever changes, shows each name that stayed exactly once.
 */
export class Directory extends Inode {
  /** What ".." is; of the root, itself. */
  parent: Directory
  private readonly names = new Map<string, DirectoryEntry>()
  /** By cookie. Where a name was taken away there is a gap, until there are as many gaps as names. */
  private order: (DirectoryEntry | { readonly name: undefined; readonly cookie: number })[] = []
  private lastCookie = COOKIE_PARENT

  /** @param parent undefined for the root */
  constructor(made: NewInode, parent: Directory | undefined) {
    super({ ...made, mode: made.mode | S_IFDIR })
    this.parent = parent ?? this
    this.nlink = 2
  }

  /** As many as there are names, for those who look at it. */
  override get size(): number {
    return this.names.size
  }

  get(name: string): Inode | undefined {
    return this.names.get(name)?.inode
  }

  /** @throws FuseError ENOENT */
  require(name: string): Inode {
    const found = this.get(name)
    if (found === undefined) throw new FuseError('ENOENT')
    return found
  }

  /** Makes the name, or lets it name something else; in the second case it keeps its place. */
  set(name: string, inode: Inode): void {
    const known = this.names.get(name)
    if (known !== undefined) {
      known.inode = inode
      return
    }
    this.lastCookie += 1
    const entry = { name, inode, cookie: this.lastCookie }
    this.names.set(name, entry)
    this.order.push(entry)
  }

  delete(name: string): void {
    const entry = this.names.get(name)
    if (entry === undefined) return
    this.names.delete(name)
    this.order[this.position(entry.cookie)] = { name: undefined, cookie: entry.cookie }
    if (this.order.length > 2 * this.names.size) this.order = this.order.filter(isEntry)
  }

  /** The entries behind a cookie, in their order. The directory must not change meanwhile. */
  *after(cookie: number): IterableIterator<DirectoryEntry> {
    for (let i = this.position(cookie + 1); i < this.order.length; i += 1) {
      const entry = this.order[i]!
      if (isEntry(entry)) yield entry
    }
  }

  /** Where the first entry with this cookie or a larger one is. */
  private position(cookie: number): number {
    let [low, high] = [0, this.order.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.order[middle]!.cookie < cookie) low = middle + 1
      else high = middle
    }
    return low
  }
}

function isEntry(entry: DirectoryEntry | { readonly name: undefined }): entry is DirectoryEntry {
  return entry.name !== undefined
}
