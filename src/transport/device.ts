import { ERRNO } from '../base/errno.js'
import { SystemError } from '../base/errors.js'
import { FUSE_MIN_READ_BUFFER } from '../protocol/limits.js'
import type { MessageBuffer } from '../protocol/message.js'
import type { Fd } from '../sys/fd.js'
import { readRaw, writeRaw } from '../sys/io.js'
import { Memory } from '../sys/memory.js'
import { MORE, PENDING, WORKED, type Reactor, type Source } from './device-reactor.js'
import type { Receiver, Transport } from './transport.js'

/** How much larger than the data of one READ or WRITE a message may be: headers, and a name of the longest kind. */
const OVERHEAD = 8192

/** Options of a {@link DeviceTransport}. */
export interface DeviceTransportOptions {
  /**
   * The most bytes of data in one message: the larger of max_write and what one READ may ask for. A buffer of this size
   * (and some) takes only as much memory as was ever written to it.
   * @default 1 MiB
   */
  readonly maxDataBytes?: number | undefined
}

/** Memory that system calls reach by its address, without a look-up for each call. */
class DeviceBuffer implements MessageBuffer {
  readonly bytes: Uint8Array
  readonly view: DataView
  readonly address: number
  /** Holds the mapping for as long as the buffer is in use. */
  private readonly memory: Memory

  constructor(length: number) {
    this.memory = Memory.allocate(length)
    this.bytes = this.memory.bytes
    this.view = this.memory.view
    this.address = this.memory.address
  }

  dispose(): void {
    this.memory.dispose()
  }
}

/**
 * The device: one read is one request, one write is one reply or notification. It must have been opened with O_NONBLOCK
 * and belongs to the transport, which closes it.
 */
export class DeviceTransport implements Transport, Source {
  readonly fd: number
  private readonly device: Fd
  private readonly reactor: Reactor
  private readonly length: number
  private readonly free: DeviceBuffer[] = []
  private receiver: Receiver | undefined

  constructor(device: Fd, reactor: Reactor, options: DeviceTransportOptions = {}) {
    this.device = device
    this.fd = device.number
    this.reactor = reactor
    this.length = Math.max(FUSE_MIN_READ_BUFFER, (options.maxDataBytes ?? 1024 * 1024) + OVERHEAD)
  }

  start(receiver: Receiver): void {
    this.receiver = receiver
    this.reactor.add(this)
  }

  /** Reads and delivers until nothing is there, or `budget` messages are done. */
  pump(budget: number): number {
    let result = 0
    for (let i = 0; i < budget; i += 1) {
      const buffer = this.borrow()
      const end = readRaw(this.fd, buffer.address, this.length)
      if (end > 0) {
        const received = this.receiver!.receive(buffer, end)
        if (received !== 'kept') this.free.push(buffer)
        result |= received === 'done' ? WORKED : WORKED | PENDING
        if (this.receiver === undefined) return result
        continue
      }
      this.free.push(buffer)
      switch (-end) {
        case ERRNO.EAGAIN:
          return result
        // A signal came, or the request was taken back before it was read.
        case ERRNO.EINTR:
        case ERRNO.ENOENT:
          continue
        case ERRNO.ENODEV:
          this.end(undefined)
          // Those who wait for the end have something to do, which takes a turn.
          return result | WORKED | PENDING
        default:
          // ECONNABORTED: somebody aborted the connection; a read of 0 bytes does not happen on this device.
          this.end(new SystemError(end === 0 ? ERRNO.EIO : -end, 'read', '/dev/fuse'))
          return result | WORKED | PENDING
      }
    }
    return result | MORE
  }

  borrow(): DeviceBuffer {
    return this.free.pop() ?? new DeviceBuffer(this.length)
  }

  send(message: MessageBuffer, end: number): number {
    const buffer = message as DeviceBuffer
    if (this.receiver === undefined) {
      // Its number may be somebody else's descriptor by now.
      buffer.dispose()
      return -ERRNO.ENODEV
    }
    let written = writeRaw(this.fd, buffer.address, end)
    while (written === -ERRNO.EINTR) written = writeRaw(this.fd, buffer.address, end)
    this.free.push(buffer)
    return written < 0 ? written : 0
  }

  release(message: MessageBuffer): void {
    if (this.receiver === undefined) (message as DeviceBuffer).dispose()
    else this.free.push(message as DeviceBuffer)
  }

  close(): void {
    this.end(undefined)
  }

  private end(error: Error | undefined): void {
    const { receiver } = this
    if (receiver === undefined) return
    this.receiver = undefined
    this.reactor.remove(this)
    this.device.close()
    for (const buffer of this.free.splice(0)) buffer.dispose()
    receiver.ended(error)
  }
}
