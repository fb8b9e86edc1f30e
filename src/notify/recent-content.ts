import type { NodeId } from '../base/ids.js'

/** Longer than a writer is kept from running between two steps of one write(2). */
const RECENT_MS = 1000

/**
 * The files whose pages were dropped or replaced a short time ago: at least the last second's, at most those of the last
 * two. A write(2) puts its bytes into the page cache first, page by page, and sends WRITE then. If a page is dropped in
 * between and read again, or stored to, it lacks those bytes, which the source has once WRITE came; and nothing tells the
 * kernel.
 */
export class RecentContent {
  private current = new Set<NodeId>()
  private previous = new Set<NodeId>()
  /** When the current ones began. */
  private since = -Infinity

  /** The peer has dropped or replaced bytes of `node`. @param now in ms */
  change(node: NodeId, now: number): void {
    this.age(now)
    this.current.add(node)
  }

  /** @param now in ms */
  has(node: NodeId, now: number): boolean {
    if (this.current.size === 0 && this.previous.size === 0) return false
    this.age(now)
    return this.current.has(node) || this.previous.has(node)
  }

  private age(now: number): void {
    const ms = now - this.since
    if (ms <= RECENT_MS) return
    this.previous = ms <= 2 * RECENT_MS ? this.current : new Set()
    this.current = new Set()
    this.since = now
  }
}
