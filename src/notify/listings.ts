import type { NodeId } from '../base/ids.js'

/**
 * Which directories may be getting an old listing into the peer's cache: those that were listed since the last barrier. The
 * peer keeps a directory locked from before it asks until it has put the answer into its cache, so whoever asks for the lock
 * later and gets it (a barrier) knows that every listing before is in.
 */
export class Listings {
  /** How many barriers have begun. */
  private barriers = 0
  /** By directory, how many had when it was last listed. */
  private readonly listed = new Map<NodeId, number>()

  /** READDIR or READDIRPLUS came. */
  begin(directory: NodeId): void {
    this.listed.set(directory, this.barriers)
  }

  /** Whether a listing may be on its way. */
  isPending(directory: NodeId): boolean {
    return this.listed.has(directory)
  }

  /** A barrier is sent. Returns its number, for {@link endBarrier}. */
  beginBarrier(): number {
    this.barriers += 1
    return this.barriers
  }

  /** The peer took that barrier for `directory`. A listing that began behind it may still be on its way. */
  endBarrier(directory: NodeId, barrier: number): void {
    if ((this.listed.get(directory) ?? barrier) < barrier) this.listed.delete(directory)
  }

  /** The peer does not have the directory any more. */
  forget(directory: NodeId): void {
    this.listed.delete(directory)
  }
}
