import type { NodeId } from '../base/ids.js'
import { PAGE_SIZE } from '../protocol/limits.js'
import type { Work } from './job.js'

/**
 * The nodes of which a STORE is with the peer. It makes the last page valid, with zeros behind the bytes, if they end where
 * the file ends by the size that the kernel had when it began; attributes with a larger size may be taken in while it waits
 * for a page, and then the zeros are not behind the end. So where attributes were given meanwhile, that page is dropped.
 */
export class Stores {
  /** How many of a node are with the peer, and whether attributes were given meanwhile. */
  private readonly waiting = new Map<NodeId, { count: number; gave: boolean }>()

  begin(node: NodeId): void {
    const stores = this.waiting.get(node)
    if (stores === undefined) this.waiting.set(node, { count: 1, gave: false })
    else stores.count += 1
  }

  /** A reply with attributes of `node` was sent. */
  gaveAttributes(node: NodeId): void {
    if (this.waiting.size === 0) return
    const stores = this.waiting.get(node)
    if (stores !== undefined) stores.gave = true
  }

  /** The peer took the STORE. Returns what must follow it. */
  end({ node, offset = 0, length = 0 }: Work): Work | undefined {
    const stores = this.waiting.get(node)
    const gave = stores?.gave === true
    if (stores !== undefined) stores.count -= 1
    if (stores?.count === 0) this.waiting.delete(node)
    const end = offset + length
    return gave && end % PAGE_SIZE !== 0 ? { notification: 'INVAL_INODE', node, offset: end - 1, length: 1 } : undefined
  }
}
