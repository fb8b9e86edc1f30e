import { IOSQE } from '../sys/constants.js'
import { IoRing } from '../sys/io-uring.js'
import { PENDING, WORKED, type Source } from './device-source.js'
import { SLOTS, type Lane } from './device-lane.js'

/**
 * Writes by io_uring with IOSQE_ASYNC: the kernel's own threads do the waiting, as many as are needed, and the thread that
 * serves requests never does.
 */
export class UringLane implements Lane, Source {
  readonly kind = 'io_uring'
  readonly fd: number
  onTaken: Lane['onTaken'] = () => undefined
  private readonly device: number
  private readonly ring: IoRing
  private isQueued = false

  /** @throws UnsupportedError where io_uring is not allowed */
  constructor(device: number) {
    this.device = device
    this.ring = new IoRing(SLOTS)
    this.fd = this.ring.fd
  }

  write(slot: number, address: number, length: number, more: boolean): void {
    this.ring.write(this.device, address, length, slot, more ? IOSQE.ASYNC | IOSQE.IO_HARDLINK : IOSQE.ASYNC)
    this.isQueued = true
  }

  writev(slot: number, iov: number, count: number, more: boolean): void {
    this.ring.writev(this.device, iov, count, slot, more ? IOSQE.ASYNC | IOSQE.IO_HARDLINK : IOSQE.ASYNC)
    this.isQueued = true
  }

  flush(): void {
    if (!this.isQueued) return
    this.isQueued = false
    this.ring.submit()
  }

  /** For the loop: what was queued by a handler goes out without a turn of the event loop. */
  pump(): number {
    this.flush()
    return this.ring.drain(this.onTaken) > 0 ? WORKED | PENDING : 0
  }

  close(): void {
    this.ring[Symbol.dispose]()
  }
}
