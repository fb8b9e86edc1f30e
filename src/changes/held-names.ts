import { ROOT_ID, type NodeId } from '../base/ids.js'
import { FormerNames } from './former-names.js'
import type { Place } from './place.js'

const NO_NODES: readonly NodeId[] = []
/** Longer than any path that the kernel resolves has names. */
const MAX_DEPTH = 4096

/**
 * Which names the peer may hold, and what it takes them for: made from the replies that gave them. It may have dropped some
 * without a word, so there may be too many here, never too few. Gone with the directory, or the object, that is given back.
 */
export class HeldNames {
  /** How many names that do not exist are remembered of one directory. */
  maxMissing = Infinity
  /** By directory and name; 0 is a name that the peer knows not to exist. */
  private readonly directories = new Map<NodeId, Map<string, NodeId | 0>>()
  /** Where each node is, by {@link directories}; a list for one that has several names. */
  private readonly places = new Map<NodeId, Place | Place[]>()
  /** How many names that do not exist each directory has here, if any. */
  private readonly missing = new Map<NodeId, number>()
  /** Directories of which the peer may know more names not to exist than are remembered. */
  private readonly overfull = new Set<NodeId>()
  private readonly former = new FormerNames()

  /** A reply said what a name is; 0: nothing. */
  gave(parent: NodeId, name: string, node: NodeId | 0): void {
    const before = this.directories.get(parent)?.get(name)
    if (before === node) return
    if (before !== undefined) this.demote(parent, name)
    if (node === 0) {
      this.gaveMissing(parent, name)
      return
    }
    this.namesOf(parent).set(name, node)
    this.former.delete(node, parent, name)
    const place = { parent, name }
    const places = this.places.get(node)
    if (places === undefined) this.places.set(node, place)
    else this.places.set(node, [place, ...(Array.isArray(places) ? places : [places])])
  }

  /** What the peer takes a name for: a node, 0 for one that does not exist, undefined if it does not hold the name. */
  get(parent: NodeId, name: string): NodeId | 0 | undefined {
    const held = this.directories.get(parent)?.get(name)
    return held ?? (this.overfull.has(parent) ? 0 : undefined)
  }

  /**
   * The nodes that may be what a name is at the source, as far as the peer has them: what it takes the name for, and what it
   * took it for before, which it may still have open.
   */
  nodesAt(parent: NodeId, name: string): readonly NodeId[] {
    const held = this.directories.get(parent)?.get(name)
    const former = this.former.at(parent, name)
    if (held === undefined || held === 0) return former === undefined ? NO_NODES : [...former]
    return former === undefined ? [held] : [held, ...former]
  }

  /** The peer is told, or has found out, that the name is no longer what it was. What it was may still be in use. */
  demote(parent: NodeId, name: string): void {
    const node = this.remove(parent, name)
    if (node !== 0) this.former.add(node, { parent, name })
  }

  /** UNLINK or RMDIR through the mount: the object is at this name no more, for certain. Returns what it was. */
  unlinked(parent: NodeId, name: string): NodeId | 0 {
    this.former.clear(parent, name)
    return this.remove(parent, name)
  }

  /** RENAME through the mount: the peer moves what it has. Returns what was at `to`. */
  moved(from: Place, to: Place): NodeId | 0 {
    const node = this.remove(from.parent, from.name)
    const before = this.unlinked(to.parent, to.name)
    this.former.move(from, to)
    if (node !== 0) this.gave(to.parent, to.name, node)
    return before
  }

  /** RENAME_EXCHANGE through the mount. */
  exchanged(a: Place, b: Place): void {
    const [first, second] = [this.remove(a.parent, a.name), this.remove(b.parent, b.name)]
    this.former.exchange(a, b)
    if (first !== 0) this.gave(b.parent, b.name, first)
    if (second !== 0) this.gave(a.parent, a.name, second)
  }

  /** Told of by the source: what was at `from`, whatever it is, is at `to`. */
  movedAtSource(from: Place, to: Place): void {
    for (const node of this.nodesAt(from.parent, from.name)) this.former.add(node, to)
  }

  /** The peer has given the node back, and every name in it. */
  forget(node: NodeId): void {
    const places = this.places.get(node)
    this.places.delete(node)
    if (places !== undefined) {
      for (const { parent, name } of Array.isArray(places) ? places : [places]) {
        const names = this.directories.get(parent)
        if (names?.get(name) === node) this.take(parent, names, name)
      }
    }
    this.former.forget(node)
    // The number may come again, as another directory.
    for (const [name, child] of this.entries(node)) if (child !== 0) this.leave(child, node, name)
    this.directories.delete(node)
    this.missing.delete(node)
    this.overfull.delete(node)
  }

  /** Every name was dropped (INC_EPOCH): those that do not exist are not held any more. */
  forgetMissing(): void {
    this.overfull.clear()
    for (const parent of this.missing.keys()) {
      const names = this.directories.get(parent)!
      for (const [name, node] of names) if (node === 0) this.take(parent, names, name)
    }
    this.missing.clear()
  }

  /** The path of a node from the root, by one of its names; undefined if that is not known. */
  pathOf(node: NodeId): string | undefined {
    const names: string[] = []
    let at = node
    while (at !== ROOT_ID) {
      const places = this.places.get(at)
      const place = Array.isArray(places) ? places[0] : (places ?? this.former.placeOf(at))
      if (place === undefined || names.length > MAX_DEPTH) return undefined
      names.push(place.name)
      at = place.parent
    }
    return names.toReversed().join('/')
  }

  /** The names in a directory, and what they are; 0 for one that does not exist. */
  entries(parent: NodeId): Iterable<[string, NodeId | 0]> {
    return this.directories.get(parent) ?? []
  }

  /** All nodes that have a name, those that were given first at the start. */
  nodes(): Iterable<NodeId> {
    return this.places.keys()
  }

  /** All directories of which a name is held. */
  parents(): Iterable<NodeId> {
    return this.directories.keys()
  }

  private namesOf(parent: NodeId): Map<string, NodeId | 0> {
    const known = this.directories.get(parent)
    if (known !== undefined) return known
    const made = new Map<string, NodeId | 0>()
    this.directories.set(parent, made)
    return made
  }

  private gaveMissing(parent: NodeId, name: string): void {
    const count = this.missing.get(parent) ?? 0
    if (count >= this.maxMissing) {
      this.overfull.add(parent)
      return
    }
    this.missing.set(parent, count + 1)
    this.namesOf(parent).set(name, 0)
  }

  /** Returns the node that it was; 0 for none. */
  private remove(parent: NodeId, name: string): NodeId | 0 {
    const names = this.directories.get(parent)
    const node = names?.get(name)
    if (names === undefined || node === undefined) return 0
    this.take(parent, names, name)
    if (node !== 0) this.leave(node, parent, name)
    return node
  }

  private take(parent: NodeId, names: Map<string, NodeId | 0>, name: string): void {
    if (names.get(name) === 0) {
      const left = (this.missing.get(parent) ?? 1) - 1
      if (left === 0) this.missing.delete(parent)
      else this.missing.set(parent, left)
    }
    names.delete(name)
    if (names.size === 0) this.directories.delete(parent)
  }

  private leave(node: NodeId, parent: NodeId, name: string): void {
    const places = this.places.get(node)
    if (!Array.isArray(places)) {
      this.places.delete(node)
      return
    }
    const left = places.filter((place) => place.parent !== parent || place.name !== name)
    if (left.length === 1) this.places.set(node, left[0]!)
    else this.places.set(node, left)
  }
}
