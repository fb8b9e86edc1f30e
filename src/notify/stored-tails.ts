import type { NodeId } from '../base/ids.js'
import { PAGE_SIZE } from '../protocol/limits.js'
import type { Work } from './job.js'

/**
 * Where stored bytes may have left zeros behind them that are none of the file's.
 *
 * STORE makes its last page valid, with zeros behind the bytes, if they end where the file ends; but that is by the size that
 * the kernel has, which is smaller than the file's until somebody asks for attributes. When the size grows then, the kernel
 * drops the pages; but not if something else has made it grow already: another STORE further on, or a write. So the end of
 * such a STORE is remembered until the file's size was given to the peer, and the page is dropped if it was not the end.
 * That costs a READ of one page where the kernel knew the size all the time, which nobody can see from here.
 */
export class StoredTails {
  /** By node, where bytes end that were stored from the start of their last page, and do not fill it. */
  private readonly tails = new Map<NodeId, number>()

  /** Something is sent, in order of what is told of its node. Returns what must follow it. */
  sent(work: Work): Work | undefined {
    if (work.notification === 'STORE') return this.store(work)
    if (this.tails.size > 0 && work.notification === 'INVAL_INODE') this.drop(work)
    return undefined
  }

  /** Whether nothing is remembered: then no size need be looked for. */
  get isEmpty(): boolean {
    return this.tails.size === 0
  }

  /** Attributes of `node` were given to the peer, with this size. Returns what must be sent. */
  gaveSize(node: NodeId, size: number): Work | undefined {
    const tail = this.tails.get(node)
    if (tail === undefined) return undefined
    this.tails.delete(node)
    return size > tail ? dropTail(node, tail) : undefined
  }

  /** A write(2) of `node` up to `end` was answered. Returns what must be sent. */
  wrote(node: NodeId, end: number): Work | undefined {
    const tail = this.tails.size === 0 ? undefined : this.tails.get(node)
    if (tail === undefined || end <= tail) return undefined
    this.tails.delete(node)
    return dropTail(node, tail)
  }

  /** The peer does not have the node any more. */
  forget(node: NodeId): void {
    if (this.tails.size > 0) this.tails.delete(node)
  }

  private store({ node, offset = 0, length = 0 }: Work): Work | undefined {
    const end = offset + length
    const before = this.tails.get(node)
    if (before !== undefined && end <= before) return undefined
    const hasGap = before !== undefined && offset > before
    const isBehind = before !== undefined && !hasGap && pageOf(end) === pageOf(before)
    this.tails.delete(node)
    if (end !== pageOf(end) && (isBehind || offset <= pageOf(end))) this.tails.set(node, end)
    return hasGap ? dropTail(node, before) : undefined
  }

  private drop({ node, offset, length = 0 }: Work): void {
    const tail = this.tails.get(node)
    if (tail === undefined || offset === undefined) return
    if (offset < tail && offset + length > pageOf(tail)) this.tails.delete(node)
  }
}

/** Where the page of byte `at` starts. */
function pageOf(at: number): number {
  return at - (at % PAGE_SIZE)
}

function dropTail(node: NodeId, tail: number): Work {
  return { notification: 'INVAL_INODE', node, offset: tail - 1, length: 1 }
}
