import type { NodeId } from '../base/ids.js'
import type { KnownNodes } from '../notify/known-nodes.js'
import type { Notifier } from '../notify/notifier.js'
import type { Holdings } from './holdings.js'

/** What {@link Pruner} works with. */
export interface PrunerContext {
  readonly notify: Notifier
  readonly known: KnownNodes
  readonly holdings: Holdings
}

/** The most that are to be forgotten in one go. */
const MOST = 4096

/**
 * Keeps the number of nodes that the peer holds in bounds: when there are too many, it is asked to forget some that nobody uses,
 * in turn. Those in use it keeps, so the bound is one for what is kept without need.
 */
export class Pruner {
  private readonly context: PrunerContext
  private readonly maxNodes: number
  /** From how many on it is asked next: what could not be forgotten is not asked for with every node that comes. */
  private limit: number
  /** Goes round all nodes. */
  private hand: Iterator<NodeId>

  constructor(context: PrunerContext, maxNodes: number) {
    this.context = context
    this.maxNodes = maxNodes
    this.limit = maxNodes
    this.hand = context.holdings.names.nodes()[Symbol.iterator]()
  }

  /** The peer was given nodes, or has given some back. */
  check(): void {
    const { size } = this.context.known
    if (size < this.maxNodes) this.limit = this.maxNodes
    if (size <= this.limit) return
    const share = Math.ceil(this.maxNodes / 8)
    this.limit = size + share
    this.prune(Math.min(MOST, size - this.maxNodes + share))
  }

  private prune(count: number): void {
    const { notify, known, holdings } = this.context
    const nodes: NodeId[] = []
    // Once round at most.
    for (let seen = known.size; seen > 0 && nodes.length < count; seen -= 1) {
      const node = this.next()
      if (node === undefined) break
      if (!holdings.isOpen(node)) nodes.push(node)
    }
    // When the connection is over there is nothing to be forgotten.
    notify.prune(nodes).catch(() => undefined)
  }

  private next(): NodeId | undefined {
    const next = this.hand.next()
    if (next.done !== true) return next.value
    this.hand = this.context.holdings.names.nodes()[Symbol.iterator]()
    return this.hand.next().value as NodeId | undefined
  }
}
