import { IOSQE } from '../sys/constants.js'
import { IoRing } from '../sys/io-uring.js'
import { PENDING, WORKED, type Source } from './device-source.js'
import { SLOTS, type Lane } from './device-lane.js'

/** Few threads that are never idle are faster than many that wake one another. */
const FEW_WORKERS = 2
/** Without any progress for so long, those few are taken to be waiting, and more are allowed. */
const STALLED_MS = 2

/**
 * Writes by io_uring with IOSQE_ASYNC: the kernel's own threads do the waiting, as many as are needed, and the thread that
 * serves requests never does.
 */
export class UringLane implements Lane, Source {
  readonly kind = 'io_uring'
  readonly fd: number
  readonly sources: readonly Source[] = [this]
  onTaken: Lane['onTaken'] = () => undefined
  private readonly device: number
  private readonly ring: IoRing
  private isQueued = false
  /** How many writes have not ended. */
  inFlight = 0
  /** How many workers there may be. */
  private workers: number
  /** How many writes have ended, and how many had at the last look. */
  private ended = 0
  private seen = 0
  private timer: NodeJS.Timeout | undefined

  private readonly each = (slot: number, result: number): void => {
    this.inFlight -= 1
    this.ended += 1
    if (this.inFlight === 0 && this.workers > FEW_WORKERS && this.ring.limitWorkers(FEW_WORKERS)) {
      this.workers = FEW_WORKERS
    }
    this.onTaken(slot, result)
  }

  /** @throws UnsupportedError where io_uring is not allowed */
  constructor(device: number) {
    this.device = device
    this.ring = new IoRing(SLOTS)
    this.fd = this.ring.fd
    this.workers = this.ring.limitWorkers(FEW_WORKERS) ? FEW_WORKERS : SLOTS
  }

  write(slot: number, address: number, length: number, more: boolean): void {
    this.ring.write(this.device, address, length, slot, flagsFor(more))
    this.queued()
  }

  writev(slot: number, iov: number, count: number, more: boolean): void {
    this.ring.writev(this.device, iov, count, slot, flagsFor(more))
    this.queued()
  }

  flush(): void {
    if (!this.isQueued) return
    this.isQueued = false
    this.ring.submit()
    if (this.inFlight > this.workers) this.watch()
  }

  /** For the loop: what was queued by a handler goes out without a turn of the event loop. */
  pump(): number {
    this.flush()
    return this.ring.drain(this.each) > 0 ? WORKED | PENDING : 0
  }

  close(): void {
    clearTimeout(this.timer)
    this.timer = undefined
    this.ring[Symbol.dispose]()
  }

  private queued(): void {
    this.isQueued = true
    this.inFlight += 1
  }

  /** Looks again soon: there may be writes that no worker has begun, behind others that wait. */
  private watch(): void {
    if (this.timer !== undefined) return
    this.seen = this.ended
    this.timer = setTimeout(() => {
      this.timer = undefined
      if (this.inFlight <= this.workers) return
      if (this.ended === this.seen) {
        this.workers = Math.min(this.inFlight, this.workers * 4)
        this.ring.limitWorkers(this.workers)
      }
      this.watch()
    }, STALLED_MS)
    this.timer.unref()
  }
}

function flagsFor(more: boolean): number {
  return more ? IOSQE.ASYNC | IOSQE.IO_HARDLINK : IOSQE.ASYNC
}
