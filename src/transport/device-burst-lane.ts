import type { Lane } from './device-lane.js'
import type { LaneJob } from './device-lane-queue.js'
import type { Source } from './device-source.js'
import { ThreadLane } from './device-thread-lane.js'

/** So many with the kernel at a time are a burst. */
const BURST = 32
/** Without a burst for so long the next one is begun by io_uring again. */
const COOL_MS = 1000

/**
 * By io_uring, whose threads are the kernel's own; but what comes in bursts is written by one thread of this process, since
 * the kernel takes 2 µs to hand a write to its threads and 1 µs to make it. When that thread has to wait, what it has not
 * begun goes to io_uring after all.
 */
export class BurstLane implements Lane {
  readonly kind = 'io_uring'
  readonly sources: readonly Source[]
  private readonly uring: Lane
  private readonly thread: ThreadLane
  /** Where the last write went that others are to follow; undefined if none are. */
  private chain: Lane | undefined
  private hotUntil = 0
  private hasThread = false

  /** @param uring a `UringLane` of the same device; this closes it */
  constructor(device: number, uring: Lane) {
    this.uring = uring
    this.thread = new ThreadLane(device)
    this.thread.onStall = () => {
      this.thread.reclaim(this.instead)
      this.uring.flush()
    }
    this.sources = [...uring.sources, this.thread]
  }

  get onTaken(): Lane['onTaken'] {
    return this.uring.onTaken
  }

  set onTaken(onTaken: Lane['onTaken']) {
    this.uring.onTaken = onTaken
    this.thread.onTaken = onTaken
  }

  write(slot: number, address: number, length: number, more: boolean): void {
    this.laneFor(more).write(slot, address, length, more)
  }

  writev(slot: number, iov: number, count: number, more: boolean): void {
    this.laneFor(more).writev(slot, iov, count, more)
  }

  flush(): void {
    this.uring.flush()
    this.thread.flush()
  }

  get inFlight(): number {
    return this.uring.inFlight + this.thread.inFlight
  }

  close(): void {
    this.uring.close()
    this.thread.close()
  }

  private readonly instead = ({ slot, address, length, iovecs, more }: LaneJob): void => {
    if (iovecs === 0) this.uring.write(slot, address, length, more)
    else this.uring.writev(slot, address, iovecs, more)
  }

  private laneFor(more: boolean): Lane {
    const lane = this.chain ?? this.choose(more)
    this.chain = more ? lane : undefined
    return lane
  }

  /** @param isChain others are to follow */
  private choose(isChain: boolean): Lane {
    const { uring, thread } = this
    if (this.inFlight >= BURST) {
      this.hotUntil = performance.now() + COOL_MS
      if (!this.hasThread) {
        this.hasThread = true
        thread.grow()
      }
    }
    return thread.isReady && (isChain || performance.now() < this.hotUntil) ? thread : uring
  }
}
