import type { NodeId } from '../base/ids.js'
import type { Place } from './place.js'

/** How many former names of one node are remembered: the latest. */
const MAX_PLACES = 8

/**
 * Where nodes were, or are by the word of the source, that the peer has by no name or by another: an open file that was
 * renamed, or whose name was dropped from the cache. What is told of such a name is told of them too. That may be once too
 * often, since nobody says when such a node is at the name no more; it ends when the peer gives the node back.
 */
export class FormerNames {
  private readonly directories = new Map<NodeId, Map<string, Set<NodeId>>>()
  /** By node, the oldest first. */
  private readonly places = new Map<NodeId, Place[]>()

  at(parent: NodeId, name: string): ReadonlySet<NodeId> | undefined {
    return this.places.size === 0 ? undefined : this.directories.get(parent)?.get(name)
  }

  /** The latest. */
  placeOf(node: NodeId): Place | undefined {
    return this.places.get(node)?.at(-1)
  }

  add(node: NodeId, { parent, name }: Place): void {
    this.delete(node, parent, name)
    const places = this.places.get(node) ?? []
    if (places.length === MAX_PLACES) this.delete(node, places[0]!.parent, places[0]!.name)
    places.push({ parent, name })
    this.places.set(node, places)
    const names = this.directories.get(parent) ?? new Map<string, Set<NodeId>>()
    this.directories.set(parent, names)
    names.set(name, (names.get(name) ?? new Set()).add(node))
  }

  delete(node: NodeId, parent: NodeId, name: string): void {
    if (this.places.size === 0) return
    const names = this.directories.get(parent)
    const nodes = names?.get(name)
    if (names === undefined || nodes?.delete(node) !== true) return
    if (nodes.size === 0) names.delete(name)
    if (names.size === 0) this.directories.delete(parent)
    const places = this.places.get(node)!
    places.splice(
      places.findIndex((place) => place.parent === parent && place.name === name),
      1,
    )
    if (places.length === 0) this.places.delete(node)
  }

  /** Nothing that was at this name is there any more. */
  clear(parent: NodeId, name: string): void {
    for (const node of Array.from(this.at(parent, name) ?? [])) this.delete(node, parent, name)
  }

  move(from: Place, to: Place): void {
    for (const node of this.taken(from)) this.add(node, to)
  }

  exchange(a: Place, b: Place): void {
    const [first, second] = [this.taken(a), this.taken(b)]
    for (const node of first) this.add(node, b)
    for (const node of second) this.add(node, a)
  }

  /** The peer has given the node back, and every name in it. */
  forget(node: NodeId): void {
    if (this.places.size === 0) return
    for (const { parent, name } of Array.from(this.places.get(node) ?? [])) this.delete(node, parent, name)
    for (const name of Array.from(this.directories.get(node)?.keys() ?? [])) this.clear(node, name)
  }

  private taken({ parent, name }: Place): NodeId[] {
    const nodes = [...(this.at(parent, name) ?? [])]
    this.clear(parent, name)
    return nodes
  }
}
