import type { NodeId } from '../base/ids.js'

/** Longer than a caller is kept from running between two steps of one system call. */
const RECENT_MS = 1000

/** Nodes to which something happened a short time ago: at least the last second's, at most those of the last two. */
export class RecentNodes {
  private current = new Set<NodeId>()
  private previous = new Set<NodeId>()
  /** When the current ones began. */
  private since = -Infinity

  /** @param now in ms */
  add(node: NodeId, now: number): void {
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
