import type { Clock } from '../base/clock.js'
import type { NodeId } from '../base/ids.js'

/** Longer than a caller is kept from running between two steps of one system call. */
const RECENT_MS = 1000

/** Nodes to which something happened a short time ago. */
export class RecentNodes {
  private readonly clock: Clock
  /** When, by node, the longest ago first. */
  private readonly times = new Map<NodeId, number>()

  constructor(clock: Clock) {
    this.clock = clock
  }

  /** It happens now. */
  add(node: NodeId): void {
    const now = this.clock.now()
    this.times.delete(node)
    this.times.set(node, now)
    for (const [each, when] of this.times) {
      if (now - when <= RECENT_MS) return
      this.times.delete(each)
    }
  }

  has(node: NodeId): boolean {
    if (this.times.size === 0) return false
    const when = this.times.get(node)
    return when !== undefined && this.clock.now() - when <= RECENT_MS
  }
}
