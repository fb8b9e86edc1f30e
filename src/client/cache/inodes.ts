import type { Generation, NodeId } from '../../base/ids.js'
import { S_IFMT } from '../constants.js'
import { Inode, type CachedAttr } from '../objects.js'
import type { PageBudget } from './page-budget.js'
import { PageCache } from './page-cache.js'

/**
 * The inodes that are known, by node id. None is kept without a user: when the last dentry, open file, watch or call lets
 * go of one, its lookups are taken back and its pages dropped.
 */
export class Inodes {
  private readonly byId = new Map<NodeId, Inode>()
  private readonly forget: (nodeid: NodeId, nlookup: number) => void
  private readonly budget: PageBudget
  /** Goes up with each inode that is dropped though it exists: a reply from before may be about one of these. */
  evictions = 1

  constructor(budget: PageBudget, forget: (nodeid: NodeId, nlookup: number) => void) {
    this.budget = budget
    this.forget = forget
  }

  get(nodeid: NodeId): Inode | undefined {
    return this.byId.get(nodeid)
  }

  all(): IterableIterator<Inode> {
    return this.byId.values()
  }

  get size(): number {
    return this.byId.size
  }

  /**
   * The inode of a reply; made if it is not known. One that is known by another generation or type was another object,
   * whose node id was used again: it is bad from now on. The root alone stays.
   */
  obtain(nodeid: NodeId, generation: Generation, attr: CachedAttr, isRoot: boolean): Inode {
    const known = this.byId.get(nodeid)
    if (known !== undefined) {
      if (!isOther(known, generation, attr.mode)) return known
      known.isBad = true
      if (isRoot) return known
      this.unhash(known)
    }
    const made = new Inode(nodeid, generation, attr, new PageCache(this.budget))
    this.byId.set(nodeid, made)
    return made
  }

  /** Drops the inode if nobody uses it. */
  settle(inode: Inode): void {
    if (inode.refs > 0 || inode.aliases.size > 0 || inode.nlookup === 0) return
    this.unhash(inode)
    // One that was deleted does not come back by a reply that is under way.
    if (inode.attr.nlink > 0) this.evictions += 1
    inode.pages.clear()
    inode.listing = undefined
    this.forget(inode.nodeid, inode.nlookup)
    inode.nlookup = 0
  }

  private unhash(inode: Inode): void {
    if (!inode.isHashed) return
    inode.isHashed = false
    this.byId.delete(inode.nodeid)
  }
}

/** Whether a reply with this generation and mode is about another object than `inode`. */
export function isOther(inode: Inode, generation: Generation, mode: number): boolean {
  return inode.generation !== generation || inode.type !== (mode & S_IFMT)
}
