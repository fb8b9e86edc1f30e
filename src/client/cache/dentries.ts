import { Dentry, type Inode } from '../objects.js'
import type { Inodes } from './inodes.js'

/**
 * The names that are known. A dentry that nobody uses stays until it is invalidated, or until there are too many. Those
 * below a dentry count as its users.
 */
export class Dentries {
  private readonly inodes: Inodes
  private readonly limit: number
  /** Not used by anybody, least recently used first. */
  private readonly unused = new Set<Dentry>()
  private total = 0
  /** The last name of an object without links is dropped. */
  onGone: (inode: Inode) => void = () => undefined

  constructor(inodes: Inodes, limit: number) {
    this.inodes = inodes
    this.limit = limit
  }

  get size(): number {
    return this.total
  }

  /** The dentry of that name that is cached, valid or not. */
  find(parent: Dentry, name: string): Dentry | undefined {
    return parent.children.get(name)
  }

  /** A new dentry that is found by its name, held once for the caller. */
  add(parent: Dentry, name: string, inode: Inode | undefined): Dentry {
    const made = new Dentry(parent, name, undefined)
    this.total += 1
    this.hold(parent)
    this.hold(made)
    if (inode !== undefined) this.instantiate(made, inode)
    this.hash(made)
    return made
  }

  /** Somebody uses it: to be given back by {@link release}. */
  hold(dentry: Dentry): Dentry {
    if (dentry.refs === 0) this.unused.delete(dentry)
    dentry.refs += 1
    return dentry
  }

  release(dentry: Dentry): void {
    dentry.refs -= 1
    if (dentry.refs > 0 || dentry.isRoot) return
    if (!dentry.isHashed) this.free(dentry)
    else {
      this.unused.add(dentry)
      if (this.unused.size > this.limit) this.shrink()
    }
  }

  /** A negative dentry becomes one of `inode`. */
  instantiate(dentry: Dentry, inode: Inode): void {
    dentry.inode = inode
    inode.aliases.add(dentry)
  }

  /** The name is gone from the directory: the dentry is negative, or, if others use it, no longer found. */
  delete(dentry: Dentry): void {
    const { inode } = dentry
    if (dentry.refs > 1 || inode === undefined) {
      this.unhash(dentry)
      return
    }
    dentry.inode = undefined
    this.part(dentry, inode)
  }

  /** The name finds it no more. Who uses it goes on using it. */
  unhash(dentry: Dentry): void {
    if (!dentry.isHashed) return
    dentry.isHashed = false
    if (dentry.parent.children.get(dentry.name) === dentry) dentry.parent.children.delete(dentry.name)
    if (dentry.refs === 0 && !dentry.isRoot) this.free(dentry)
  }

  /** Drops it and whatever is unused below it. */
  invalidate(dentry: Dentry): void {
    if (!dentry.isHashed || dentry.isRoot) return
    this.hold(dentry)
    this.unhash(dentry)
    this.prune(dentry)
    this.release(dentry)
  }

  /** Drops whatever is unused below it. */
  prune(dentry: Dentry): void {
    // Not by recursion: a server may make a tree of any depth.
    const stack: Dentry[] = [dentry]
    const order: Dentry[] = []
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
      order.push(next)
      stack.push(...next.children.values())
    }
    for (const candidate of order.toReversed()) {
      if (candidate !== dentry && candidate.refs === 0) this.unhash(candidate)
    }
  }

  /** Drops an unused dentry, and the directories above it that are unused then (as d_prune_aliases does). */
  pruneUpwards(dentry: Dentry): void {
    for (let next = dentry; next.refs === 0 && next.isHashed && !next.isRoot;) {
      const { parent } = next
      this.unhash(next)
      next = parent
    }
  }

  /** The name `name` in `parent` finds `dentry` from now on, as after a rename; what had the name is not found any more. */
  move(dentry: Dentry, parent: Dentry, name: string): void {
    const there = parent.children.get(name)
    if (there === dentry) return
    if (there !== undefined) this.unhash(there)
    const from = dentry.parent
    if (dentry.isHashed) from.children.delete(dentry.name)
    dentry.isHashed = false
    this.hold(parent)
    dentry.parent = parent
    dentry.name = name
    this.hash(dentry)
    this.release(from)
  }

  /** Two names change their objects. */
  exchange(a: Dentry, b: Dentry): void {
    const [parentA, nameA, parentB, nameB] = [a.parent, a.name, b.parent, b.name]
    parentA.children.delete(nameA)
    parentB.children.delete(nameB)
    a.parent = parentB
    a.name = nameB
    b.parent = parentA
    b.name = nameA
    parentB.children.set(nameB, a)
    parentA.children.set(nameA, b)
  }

  private hash(dentry: Dentry): void {
    const there = dentry.parent.children.get(dentry.name)
    if (there !== undefined && there !== dentry) this.unhash(there)
    dentry.parent.children.set(dentry.name, dentry)
    dentry.isHashed = true
  }

  private free(dentry: Dentry): void {
    this.unused.delete(dentry)
    this.total -= 1
    const { inode } = dentry
    dentry.inode = undefined
    if (inode !== undefined) this.part(dentry, inode)
    this.release(dentry.parent)
  }

  private part(dentry: Dentry, inode: Inode): void {
    inode.aliases.delete(dentry)
    if (inode.attr.nlink === 0) this.onGone(inode)
    this.inodes.settle(inode)
  }

  private shrink(): void {
    for (const dentry of this.unused) {
      if (this.unused.size <= this.limit) return
      this.unhash(dentry)
    }
  }
}
