import { NODE } from './layout.js'
import type { SharedWords } from './shared-words.js'

/** Where an index keeps its counts in the head, and its links in a node. */
export interface IndexFields {
  /** How many chains there are. */
  readonly buckets: number
  /** How many nodes are in them. */
  readonly count: number
  readonly next: number
}

const FIRST_BUCKETS = 1024

/**
 * An index over nodes by hash: chains that start in an array of buckets. It grows by linear hashing: with each node too
 * many one chain is split in two, so that no insertion ever has to move everything.
 */
export abstract class ChainIndex {
  protected readonly nodes: SharedWords
  private readonly head: Int32Array
  private readonly chains: SharedWords
  private readonly fields: IndexFields

  constructor(head: Int32Array, nodes: SharedWords, chains: SharedWords, fields: IndexFields) {
    this.head = head
    this.nodes = nodes
    this.chains = chains
    this.fields = fields
  }

  /** What {@link first} is given for this node. */
  protected abstract hashOf(node: number): number

  /** The first node that may have this hash; 0 if there is none. */
  protected first(hash: number): number {
    return this.chains.words[this.bucket(hash)]!
  }

  /** The node after `node` in its chain, or 0. */
  protected after(node: number): number {
    return this.nodes.words[node * NODE.WORDS + this.fields.next]!
  }

  /** Adds a node that is not in it. False if there is no room. */
  add(node: number): boolean {
    const { head, fields, chains, nodes } = this
    if (head[fields.count]! >= this.buckets) {
      if (!chains.reserve((this.buckets + 1) * 4)) return false
      this.split()
    }
    const bucket = this.bucket(this.hashOf(node))
    nodes.words[node * NODE.WORDS + fields.next] = chains.words[bucket]!
    chains.words[bucket] = node
    head[fields.count] = head[fields.count]! + 1
    return true
  }

  /** Takes out a node that is in it, by what it still is. */
  remove(node: number): void {
    const { head, fields, chains, nodes } = this
    const bucket = this.bucket(this.hashOf(node))
    const next = nodes.words[node * NODE.WORDS + fields.next]!
    let before = chains.words[bucket]!
    if (before === node) chains.words[bucket] = next
    else {
      while (this.after(before) !== node) before = this.after(before)
      nodes.words[before * NODE.WORDS + fields.next] = next
    }
    nodes.words[node * NODE.WORDS + fields.next] = 0
    head[fields.count] = head[fields.count]! - 1
  }

  private get buckets(): number {
    return this.head[this.fields.buckets]! || FIRST_BUCKETS
  }

  /** With 2^k to 2^(k+1) - 1 chains, those that are not split yet answer for one bit less. */
  private bucket(hash: number): number {
    const { buckets } = this
    const highest = 1 << (31 - Math.clz32(buckets))
    const wide = hash & (2 * highest - 1)
    return wide < buckets ? wide : wide - highest
  }

  private split(): void {
    const { chains, nodes, fields } = this
    const made = this.buckets
    const highest = 1 << (31 - Math.clz32(made))
    const old = made - highest
    let node = chains.words[old]!
    chains.words[old] = 0
    chains.words[made] = 0
    while (node !== 0) {
      const next = this.after(node)
      const bucket = (this.hashOf(node) & (2 * highest - 1)) === made ? made : old
      nodes.words[node * NODE.WORDS + fields.next] = chains.words[bucket]!
      chains.words[bucket] = node
      node = next
    }
    this.head[fields.buckets] = made + 1
  }
}

/** Spreads the bits of `value`, so that the lower ones depend on all (the finish of MurmurHash3). */
export function mixed(value: number): number {
  let h = value
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return h ^ (h >>> 16)
}
