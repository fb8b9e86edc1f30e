import { FuseError } from '../../base/errors.js'
import type { Attr } from '../../server/results.js'
import type { FileOwner, OpenFile } from './open-files.js'

/** A name in a directory. */
interface Place {
  parent: TreeNode
  name: string
}

/**
 * An object that the kernel knows, or a directory on the way to one. Its path is put together when it is needed, so that
 * renaming a directory moves all that is below.
 */
export class TreeNode implements FileOwner {
  /** Its names; several for hard links, none for what was unlinked while it was in use. */
  readonly places: Place[] = []
  readonly children = new Map<string, TreeNode>()
  /** Open files, through which it can still be reached without a name. */
  readonly files = new Set<OpenFile>()
  /** Device and inode, where the fs has them. */
  readonly key: string | undefined
  /** The attributes as last seen. */
  last: Attr

  constructor(key: string | undefined, last: Attr) {
    this.key = key
    this.last = last
  }
}

/** The names of the nodes. It keeps what `isKnown` says, and the directories above. */
export class Tree {
  readonly root: TreeNode
  private readonly byKey = new Map<string, TreeNode>()
  private readonly isKnown: (node: TreeNode) => boolean

  constructor(root: TreeNode, isKnown: (node: TreeNode) => boolean) {
    this.root = root
    this.isKnown = isKnown
  }

  /** How many nodes there are, with the root. */
  get size(): number {
    let count = 0
    const visit = (node: TreeNode): void => {
      count += 1
      for (const child of node.children.values()) visit(child)
    }
    visit(this.root)
    return count
  }

  /** The names that lead to `node`; empty for the root. @throws FuseError ENOENT if it has none any more */
  names(node: TreeNode): string[] {
    const names: string[] = []
    for (let at = node; at !== this.root;) {
      const [place] = at.places
      if (place === undefined) throw new FuseError('ENOENT')
      names.push(place.name)
      at = place.parent
    }
    return names.toReversed()
  }

  /**
   * The node that was found at a name: the one that was there before, if it is still the same object; one that has another
   * name already, if it is a hard link; or a new one.
   */
  found(parent: TreeNode, name: string, key: string | undefined, attr: Attr): TreeNode {
    const there = parent.children.get(name)
    if (there !== undefined && there.key === key && isSameType(there.last, attr)) {
      there.last = attr
      return there
    }
    if (there !== undefined) this.remove(parent, name)
    const linked = key === undefined || (attr.nlink ?? 1) < 2 ? undefined : this.byKey.get(key)
    const node = linked !== undefined && isSameType(linked.last, attr) ? linked : new TreeNode(key, attr)
    node.last = attr
    if (key !== undefined) this.byKey.set(key, node)
    this.place(node, parent, name)
    return node
  }

  /** `node` has one more name. */
  place(node: TreeNode, parent: TreeNode, name: string): void {
    node.places.push({ parent, name })
    parent.children.set(name, node)
  }

  /** A name is gone; what it named is kept while it is in use. */
  remove(parent: TreeNode, name: string): TreeNode | undefined {
    const node = parent.children.get(name)
    if (node === undefined) return undefined
    parent.children.delete(name)
    node.places.splice(
      node.places.findIndex((place) => place.parent === parent && place.name === name),
      1,
    )
    node.last = { ...node.last, nlink: isDirectory(node.last) ? 0 : Math.max(0, (node.last.nlink ?? 1) - 1) }
    if (node.places.length === 0) this.unlist(node)
    return node
  }

  /** A name was moved, over another if there is one. */
  move(parent: TreeNode, name: string, newParent: TreeNode, newName: string): void {
    const node = parent.children.get(name)
    const replaced = newParent.children.get(newName)
    if (replaced !== undefined && replaced !== node) this.remove(newParent, newName)
    if (node === undefined) return
    parent.children.delete(name)
    const place = node.places.find((place) => place.parent === parent && place.name === name)!
    place.parent = newParent
    place.name = newName
    newParent.children.set(newName, node)
    this.prune(parent)
  }

  /** Lets go of `node` if nobody needs it, and then of the directories above. */
  prune(node: TreeNode): void {
    if (node === this.root || this.isKnown(node) || node.children.size > 0) return
    this.unlist(node)
    for (const { parent, name } of node.places.splice(0)) {
      parent.children.delete(name)
      this.prune(parent)
    }
  }

  private unlist(node: TreeNode): void {
    if (node.key !== undefined && this.byKey.get(node.key) === node) this.byKey.delete(node.key)
  }
}

const S_IFMT = 0o170000
const S_IFDIR = 0o40000

export function isDirectory({ mode }: Attr): boolean {
  return (mode & S_IFMT) === S_IFDIR
}

function isSameType(a: Attr, b: Attr): boolean {
  return (a.mode & S_IFMT) === (b.mode & S_IFMT)
}
