import { FuseError } from '../base/errors.js'
import { ROOT_ID, type Generation, type NodeId } from '../base/ids.js'

interface Slot<T> {
  readonly object: T
  readonly generation: Generation
  /** How many lookups the kernel holds. */
  count: number
}

/**
 * Gives node ids to the objects of a filesystem, and counts how often the kernel was told of each. Count every answer that
 * is a lookup, once: LOOKUP, MKNOD, MKDIR, SYMLINK, LINK, CREATE, TMPFILE, and each record of READDIRPLUS that was added,
 * "." and ".." excepted. Hand every FORGET to {@link forget}.
 *
 * A number is not used again while it is known; when it is, with another {@link generation}.
 */
export class NodeTable<T extends object> implements Iterable<[NodeId, T]> {
  /** By node id: dense, so that the look-up of each request is that of an array. 0 is no node. */
  private readonly slots: (Slot<T> | undefined)[] = [undefined]
  private readonly nodes = new Map<T, NodeId>()
  private readonly free: NodeId[] = []
  /** How many times a number was used again. One count for all: what is free takes no room for a generation. */
  private reuses = 0

  /** @param root the object that is always known, as `ROOT_ID` */
  constructor(root: T) {
    this.put(root, ROOT_ID, 0)
  }

  /** How many objects are known, the root included. */
  get size(): number {
    return this.nodes.size
  }

  /**
   * The node id of `object`, which is made known if it was not. This is no lookup: an object that is added and then not
   * looked up stays until {@link forget} with 0.
   */
  add(object: T): NodeId {
    const known = this.nodes.get(object)
    if (known !== undefined) return known
    const used = this.free.pop()
    if (used === undefined) return this.put(object, this.slots.length as NodeId, 0)
    this.reuses += 1
    return this.put(object, used, this.reuses)
  }

  /** As {@link add}, and counts one lookup: for an answer that carries the node. */
  lookup(object: T): NodeId {
    const node = this.add(object)
    this.slots[node]!.count += 1
    return node
  }

  /** The object of a node id. @throws FuseError ESTALE if there is none */
  get(node: NodeId): T {
    return this.slot(node).object
  }

  /** The node id of `object` if it is known. */
  nodeOf(object: T): NodeId | undefined {
    return this.nodes.get(object)
  }

  /** Tells the objects apart that have had this number. @throws FuseError ESTALE if it is not known */
  generation(node: NodeId): Generation {
    return this.slot(node).generation
  }

  /** How many lookups the kernel holds of it; 0 if it is not known. */
  lookups(node: NodeId): number {
    return this.slots[node]?.count ?? 0
  }

  /**
   * Takes back `nlookup` lookups. Returns the object if none is left, and then its number is free; undefined while the
   * kernel knows it, and always for the root. With 0 it takes away an object that was added but never looked up.
   *
   * @throws FuseError ESTALE for a node that is not known
   * @throws RangeError if there were never so many lookups: some answer was not counted. Nothing is forgotten then
   */
  forget(node: NodeId, nlookup: number): T | undefined {
    const slot = this.slot(node)
    if (nlookup > slot.count) {
      throw new RangeError(`${nlookup} lookups of node ${node} are to be forgotten, but ${slot.count} were counted`)
    }
    slot.count -= nlookup
    if (slot.count > 0 || node === ROOT_ID) return undefined
    this.slots[node] = undefined
    this.nodes.delete(slot.object)
    this.free.push(node)
    return slot.object
  }

  /** All that is known, by node id. */
  *[Symbol.iterator](): IterableIterator<[NodeId, T]> {
    for (const [node, slot] of this.slots.entries()) {
      if (slot !== undefined) yield [node as NodeId, slot.object]
    }
  }

  private put(object: T, node: NodeId, generation: number): NodeId {
    this.slots[node] = { object, generation: generation as Generation, count: 0 }
    this.nodes.set(object, node)
    return node
  }

  private slot(node: NodeId): Slot<T> {
    const slot = this.slots[node]
    if (slot === undefined) throw new FuseError('ESTALE')
    return slot
  }
}
