import type { PathBytes } from '../../../sys/path.js'
import { ChainIndex, mixed } from './chain-index.js'
import { HEAD, NODE } from './layout.js'
import { hashBytes, type NameArena } from './name-arena.js'
import type { SharedWords } from './shared-words.js'

/** What identifies a file on the host. */
export interface Key {
  inoLow: number
  inoHigh: number
  dev: number
  /** A digest of the time of birth; 0 where that says nothing. */
  birth: number
}

/** Nodes by what they are on the host; the birth is not looked at. */
export class KeyIndex extends ChainIndex {
  constructor(head: Int32Array, nodes: SharedWords, chains: SharedWords) {
    super(head, nodes, chains, { buckets: HEAD.KEY_BUCKETS, count: HEAD.KEY_COUNT, next: NODE.NEXT_BY_KEY })
  }

  /** The node of this file, or 0. */
  find(key: Key): number {
    const { words } = this.nodes
    let node = this.first(hashKey(key.inoLow, key.inoHigh, key.dev))
    for (; node !== 0; node = this.after(node)) {
      const at = node * NODE.WORDS
      if (
        words[at + NODE.INO_LOW] === key.inoLow &&
        words[at + NODE.INO_HIGH] === key.inoHigh &&
        words[at + NODE.DEV] === key.dev
      ) {
        break
      }
    }
    return node
  }

  protected hashOf(node: number): number {
    const { words } = this.nodes
    const at = node * NODE.WORDS
    return hashKey(words[at + NODE.INO_LOW]!, words[at + NODE.INO_HIGH]!, words[at + NODE.DEV]!)
  }
}

/** Nodes by where they were seen last. */
export class PlaceIndex extends ChainIndex {
  private readonly names: NameArena

  constructor(head: Int32Array, nodes: SharedWords, chains: SharedWords, names: NameArena) {
    super(head, nodes, chains, { buckets: HEAD.PLACE_BUCKETS, count: HEAD.PLACE_COUNT, next: NODE.NEXT_BY_PLACE })
    this.names = names
  }

  /** The node that was seen there, or 0. */
  find(parent: number, name: PathBytes): number {
    let node = this.first(hashPlace(parent, hashBytes(name.bytes, 0, name.length)))
    while (node !== 0 && !this.isAt(node, parent, name)) node = this.after(node)
    return node
  }

  isAt(node: number, parent: number, name: PathBytes): boolean {
    const { words } = this.nodes
    const at = node * NODE.WORDS
    return words[at + NODE.PARENT] === parent && this.names.is(words[at + NODE.NAME]!, name)
  }

  protected hashOf(node: number): number {
    const { words } = this.nodes
    const at = node * NODE.WORDS
    return hashPlace(words[at + NODE.PARENT]!, this.names.hash(words[at + NODE.NAME]!))
  }
}

function hashKey(inoLow: number, inoHigh: number, dev: number): number {
  return mixed(inoLow ^ Math.imul(inoHigh, 0x9e3779b1) ^ Math.imul(dev, 0x85ebca77))
}

function hashPlace(parent: number, name: number): number {
  return mixed(name ^ Math.imul(parent, 0x9e3779b1))
}
