import type { NodeId } from '../../base/ids.js'

/** Lookups that are to be taken back, and were not sent yet. */
export interface Forget {
  readonly nodeid: NodeId
  readonly nlookup: number
}

/** How many fit into one BATCH_FORGET of the smallest buffer that a server may read with. */
const MOST_AT_ONCE = 500

/**
 * Collects FORGETs until whatever runs now is done: dropping a directory and all below it makes one message of them, as
 * the kernel does with those that are queued when the device is read.
 */
export class Forgets {
  private readonly send: (batch: readonly Forget[]) => void
  private queue: Forget[] = []
  private isDue = false

  /** @param send sends at least one, at most {@link MOST_AT_ONCE} */
  constructor(send: (batch: readonly Forget[]) => void) {
    this.send = send
  }

  add(nodeid: NodeId, nlookup: number): void {
    this.queue.push({ nodeid, nlookup })
    if (this.isDue) return
    this.isDue = true
    queueMicrotask(() => {
      this.isDue = false
      this.flush()
    })
  }

  /** The connection is over. */
  discard(): void {
    this.queue = []
  }

  private flush(): void {
    const all = this.queue
    this.queue = []
    for (let i = 0; i < all.length; i += MOST_AT_ONCE) this.send(all.slice(i, i + MOST_AT_ONCE))
  }
}
