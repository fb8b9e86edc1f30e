import type { NodeId } from '../base/ids.js'

/**
 * Which files the peer has open. Whoever reads or writes a file through the page cache, by a mapping too, has it open, and
 * RELEASE is sent only when all that was going on is over: the pages of a file that nobody has open are neither locked for
 * long nor dirty, so that a notification about them has nothing to wait for (fs/fuse/file.c, fuse_file_put).
 */
export class OpenFiles {
  /** How often each is open. */
  private readonly counts = new Map<NodeId, number>()
  private areSeen = true

  /** A reply that opened the file was sent. */
  opened(node: NodeId): void {
    this.counts.set(node, (this.counts.get(node) ?? 0) + 1)
  }

  /** RELEASE came. */
  released(node: NodeId): void {
    const count = this.counts.get(node)
    if (count === undefined) return
    if (count > 1) this.counts.set(node, count - 1)
    else this.counts.delete(node)
  }

  /** OPEN was answered ENOSYS: from now on files are opened and closed without a word. */
  unseen(): void {
    this.areSeen = false
  }

  /** Whether it may be open. */
  mayBeOpen(node: NodeId): boolean {
    return !this.areSeen || this.counts.has(node)
  }
}
