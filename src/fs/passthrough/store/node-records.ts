import type { PathBytes } from '../../../sys/path.js'
import { KeyIndex, PlaceIndex, type Key } from './indexes.js'
import { HEAD, limits, NODE, STATE, type StoreMemory } from './layout.js'
import { NameArena } from './name-arena.js'
import { SharedWords } from './shared-words.js'

const HIGH = 0x1_0000_0000

/**
 * The records of nodes with their indexes, and what keeps them in step: each file is at most one node, each name of a
 * directory leads to at most one node, each node has at most one place, and no node is its own ancestor. The caller holds
 * the lock of the store.
 */
export class NodeRecords {
  readonly nodes: SharedWords
  /** Parents that have lost a child and may not be needed any more. To be looked at before the lock is given. */
  readonly bereft: number[] = []
  private readonly head: Int32Array
  private readonly names: NameArena
  private readonly byKey: KeyIndex
  private readonly byPlace: PlaceIndex
  private readonly maxNodes: number
  private readonly grown: readonly SharedWords[]

  constructor(head: Int32Array, memory: StoreMemory, onGrowth: () => void) {
    const most = limits(memory.maxNodes)
    const names = new SharedWords(memory.names, most.names, onGrowth)
    const keys = new SharedWords(memory.keyBuckets, most.buckets, onGrowth)
    const places = new SharedWords(memory.placeBuckets, most.buckets, onGrowth)
    this.head = head
    this.maxNodes = memory.maxNodes
    this.nodes = new SharedWords(memory.nodes, most.nodes, onGrowth)
    this.names = new NameArena(head, names)
    this.byKey = new KeyIndex(head, this.nodes, keys)
    this.byPlace = new PlaceIndex(head, this.nodes, places, this.names)
    this.grown = [this.nodes, names, keys, places]
  }

  /** Takes note of what other isolates made grow. */
  refresh(): void {
    for (const words of this.grown) words.refresh()
  }

  /** Whether this isolate has noted already that there may be such a node. */
  isInView(node: number): boolean {
    return (node + 1) * NODE.WORDS <= this.nodes.words.length
  }

  word(node: number, field: number): number {
    return this.nodes.words[node * NODE.WORDS + field]!
  }

  set(node: number, field: number, value: number): void {
    this.nodes.words[node * NODE.WORDS + field] = value
  }

  isLive(node: number): boolean {
    return node > 0 && node <= this.head[HEAD.NODES_USED]! && (this.word(node, NODE.STATE) & STATE.LIVE) !== 0
  }

  lookups(node: number): number {
    return (this.word(node, NODE.LOOKUPS_HIGH) >>> 0) * HIGH + (this.word(node, NODE.LOOKUPS_LOW) >>> 0)
  }

  setLookups(node: number, count: number): void {
    this.set(node, NODE.LOOKUPS_LOW, (count % HIGH) | 0)
    this.set(node, NODE.LOOKUPS_HIGH, Math.floor(count / HIGH))
  }

  /** The node of this file; one whose number the host has given to a new file since is let go of. 0 if there is none. */
  find(key: Key): number {
    const node = this.byKey.find(key)
    if (node === 0) return 0
    const birth = this.word(node, NODE.BIRTH)
    if (birth === key.birth || birth === 0 || key.birth === 0) return node
    this.unkey(node)
    this.detach(node)
    return 0
  }

  /** A new node for this file, without a place; 0 if there is no room. */
  make(key: Key): number {
    const { head } = this
    let node = head[HEAD.NODES_FREE]!
    if (node !== 0) head[HEAD.NODES_FREE] = this.word(node, NODE.NEXT_BY_KEY)
    else {
      node = head[HEAD.NODES_USED]! + 1
      if (node > this.maxNodes || !this.nodes.reserve((node + 1) * NODE.WORDS * 4)) return 0
      head[HEAD.NODES_USED] = node
    }
    this.set(node, NODE.INO_LOW, key.inoLow)
    this.set(node, NODE.INO_HIGH, key.inoHigh)
    this.set(node, NODE.DEV, key.dev)
    this.set(node, NODE.BIRTH, key.birth)
    this.set(node, NODE.NEXT_BY_KEY, 0)
    head[HEAD.NODES_LIVE] = head[HEAD.NODES_LIVE]! + 1
    if (this.byKey.add(node)) {
      this.set(node, NODE.STATE, STATE.LIVE | STATE.KEYED)
      return node
    }
    this.free(node)
    return 0
  }

  /** Makes the record of a node that has no place free for another. */
  free(node: number): void {
    const { head } = this
    this.unkey(node)
    this.set(node, NODE.STATE, 0)
    this.set(node, NODE.GENERATION, this.word(node, NODE.GENERATION) + 1)
    this.set(node, NODE.NEXT_BY_KEY, head[HEAD.NODES_FREE]!)
    head[HEAD.NODES_FREE] = node
    head[HEAD.NODES_LIVE] = head[HEAD.NODES_LIVE]! - 1
  }

  /** The node that was seen at this name, or 0. */
  at(parent: number, name: PathBytes): number {
    return this.byPlace.find(parent, name)
  }

  isAt(node: number, parent: number, name: PathBytes): boolean {
    return this.word(node, NODE.PARENT) !== 0 && this.byPlace.isAt(node, parent, name)
  }

  /** The length of the name of a node that has a place, which is copied into `into`. */
  readName(node: number, into: Uint8Array): number {
    return this.names.read(this.word(node, NODE.NAME), into)
  }

  /**
   * Gives a node without a place this one, which no node has. False, and none, if there is no room. Whatever made it an
   * ancestor of itself was seen longer ago than this, and is forgotten.
   */
  attach(node: number, parent: number, name: PathBytes): boolean {
    if (this.word(node, NODE.CHILDREN) > 0) this.breakCircle(node, parent)
    const block = this.names.add(name)
    if (block === 0) return false
    this.set(node, NODE.PARENT, parent)
    this.set(node, NODE.NAME, block)
    if (!this.byPlace.add(node)) {
      this.names.free(block)
      this.set(node, NODE.PARENT, 0)
      this.set(node, NODE.NAME, 0)
      return false
    }
    this.set(parent, NODE.CHILDREN, this.word(parent, NODE.CHILDREN) + 1)
    return true
  }

  /** Takes the place of a node away. */
  detach(node: number): void {
    const parent = this.word(node, NODE.PARENT)
    if (parent === 0) return
    this.byPlace.remove(node)
    this.names.free(this.word(node, NODE.NAME))
    this.set(node, NODE.PARENT, 0)
    this.set(node, NODE.NAME, 0)
    this.set(parent, NODE.CHILDREN, this.word(parent, NODE.CHILDREN) - 1)
    this.bereft.push(parent)
  }

  private breakCircle(node: number, parent: number): void {
    for (let at = parent; at !== 0; at = this.word(at, NODE.PARENT)) {
      if (this.word(at, NODE.PARENT) === node) return this.detach(at)
    }
  }

  private unkey(node: number): void {
    const state = this.word(node, NODE.STATE)
    if ((state & STATE.KEYED) === 0) return
    this.byKey.remove(node)
    this.set(node, NODE.STATE, state & ~STATE.KEYED)
  }
}
