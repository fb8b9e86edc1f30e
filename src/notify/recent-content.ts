import type { Clock } from '../base/clock.js'
import type { NodeId } from '../base/ids.js'

/** Longer than a writer is kept from running between two steps of one write(2). */
const RECENT_MS = 1000

/**
 * The files whose pages were dropped or replaced a short time ago. A write(2) puts its bytes into the page cache first, page
 * by page, and sends WRITE then. If a page is dropped in between and read again, or stored to, it lacks those bytes, which
 * the source has once WRITE came; and nothing tells the kernel.
 */
export class RecentContent {
  private readonly clock: Clock
  /** When, by node, the longest ago first. */
  private readonly changed = new Map<NodeId, number>()

  constructor(clock: Clock) {
    this.clock = clock
  }

  /** The peer has dropped or replaced bytes of `node`. */
  change(node: NodeId): void {
    const now = this.clock.now()
    this.changed.delete(node)
    this.changed.set(node, now)
    for (const [each, when] of this.changed) {
      if (now - when <= RECENT_MS) return
      this.changed.delete(each)
    }
  }

  has(node: NodeId): boolean {
    if (this.changed.size === 0) return false
    const when = this.changed.get(node)
    return when !== undefined && this.clock.now() - when <= RECENT_MS
  }
}
