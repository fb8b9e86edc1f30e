import type { NodeId } from '../base/ids.js'
import { ROOT_ID } from '../base/ids.js'

/** How full the table may become, in entries per slot. */
const LOAD = 0.7
const LEAST_SLOTS = 64
/** What a node is known to be. */
const [OTHER, DIRECTORY, FILE] = [0, 1, 2]

/**
 * What the peer may hold: the nodes that were given to it by a reply and not taken back by FORGET, how many lookups it has
 * of each, and the directory through which it got the last one. Counted by the session from the replies that were sent, so
 * it is exact whatever a filesystem keeps for itself.
 *
 * An open-addressed table in typed arrays: 28 bytes a slot, nothing on the heap for each node.
 */
export class KnownNodes {
  /** How many nodes there are, without the root. */
  size = 0
  private nodes = new Float64Array(LEAST_SLOTS)
  private counts = new Float64Array(LEAST_SLOTS)
  private parents = new Float64Array(LEAST_SLOTS)
  private kinds = new Uint8Array(LEAST_SLOTS)

  /** Whether the peer may hold the node. The root it always holds. */
  has(node: NodeId): boolean {
    return node === ROOT_ID || this.find(node) >= 0
  }

  /** How many lookups of `node` were not taken back. 0 for the root, whose are not counted. */
  count(node: NodeId): number {
    const slot = this.find(node)
    return slot < 0 ? 0 : this.counts[slot]!
  }

  /** The directory in which the peer last got `node`; undefined if it does not hold it. */
  parentOf(node: NodeId): NodeId | undefined {
    const slot = this.find(node)
    return slot < 0 ? undefined : (this.parents[slot] as NodeId)
  }

  /** Whether `node` is known to be a directory. */
  isKnownDirectory(node: NodeId): boolean {
    if (node === ROOT_ID) return true
    const slot = this.find(node)
    return slot >= 0 && this.kinds[slot] === DIRECTORY
  }

  /** All of them, without the root. */
  *[Symbol.iterator](): Iterator<NodeId> {
    for (const node of this.nodes) if (node !== 0) yield node as NodeId
  }

  /** Whether `node` is known to be a regular file. */
  isKnownFile(node: NodeId): boolean {
    const slot = this.find(node)
    return slot >= 0 && this.kinds[slot] === FILE
  }

  /** A reply with `node`, found or made in `parent`, was sent. @param file whether it is a regular file */
  add(node: NodeId, parent: NodeId, directory: boolean, file = false): void {
    if (node === ROOT_ID || node === 0) return
    let slot = this.find(node)
    if (slot < 0) {
      if ((this.size + 1) / this.nodes.length > LOAD) this.resize(this.nodes.length * 2)
      slot = this.place(node)
      this.size += 1
      this.counts[slot] = 0
    }
    this.counts[slot] = this.counts[slot]! + 1
    this.parents[slot] = parent
    this.kinds[slot] = directory ? DIRECTORY : file ? FILE : OTHER
  }

  /** The peer took back `nlookup` lookups. */
  forget(node: NodeId, nlookup: number): void {
    const slot = this.find(node)
    if (slot < 0) return
    const left = this.counts[slot]! - nlookup
    if (left > 0) this.counts[slot] = left
    else this.remove(slot)
  }

  /** All but the root, with how many lookups there are of each. Not to be changed meanwhile. */
  *entries(): IterableIterator<[node: NodeId, count: number]> {
    for (const [slot, node] of this.nodes.entries()) if (node !== 0) yield [node as NodeId, this.counts[slot]!]
  }

  private find(node: number): number {
    const { nodes } = this
    const mask = nodes.length - 1
    for (let slot = hash(node) & mask; ; slot = (slot + 1) & mask) {
      const there = nodes[slot]!
      if (there === node) return node === 0 ? -1 : slot
      if (there === 0) return -1
    }
  }

  /** The free slot for a node that is not there. */
  private place(node: number): number {
    const { nodes } = this
    const mask = nodes.length - 1
    let slot = hash(node) & mask
    while (nodes[slot] !== 0) slot = (slot + 1) & mask
    nodes[slot] = node
    return slot
  }

  /** Closes the gap, so that no search ends at it too early. */
  private remove(slot: number): void {
    const { nodes } = this
    const mask = nodes.length - 1
    let gap = slot
    for (let next = (gap + 1) & mask; nodes[next] !== 0; next = (next + 1) & mask) {
      const home = hash(nodes[next]!) & mask
      if (((next - home) & mask) < ((next - gap) & mask)) continue
      this.move(next, gap)
      gap = next
    }
    nodes[gap] = 0
    this.size -= 1
    if (nodes.length > LEAST_SLOTS && this.size < nodes.length / 8) this.resize(nodes.length / 2)
  }

  private move(from: number, to: number): void {
    this.nodes[to] = this.nodes[from]!
    this.counts[to] = this.counts[from]!
    this.parents[to] = this.parents[from]!
    this.kinds[to] = this.kinds[from]!
  }

  private resize(slots: number): void {
    const { nodes, counts, parents, kinds } = this
    this.nodes = new Float64Array(slots)
    this.counts = new Float64Array(slots)
    this.parents = new Float64Array(slots)
    this.kinds = new Uint8Array(slots)
    for (let old = 0; old < nodes.length; old += 1) {
      const node = nodes[old]!
      if (node === 0) continue
      const slot = this.place(node)
      this.counts[slot] = counts[old]!
      this.parents[slot] = parents[old]!
      this.kinds[slot] = kinds[old]!
    }
  }
}

/** Spreads node ids, which are mostly consecutive or addresses, over 32 bits. */
function hash(node: number): number {
  const low = (node % 0x1_0000_0000) | 0
  const high = (node / 0x1_0000_0000) | 0
  let h = Math.imul(low ^ Math.imul(high, 0x9e37_79b1), 0x85eb_ca6b)
  h ^= h >>> 15
  h = Math.imul(h, 0xc2b2_ae35)
  return h ^ (h >>> 16)
}
