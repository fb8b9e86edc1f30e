import { ERRNO } from '../base/errno.js'
import { SystemError } from '../base/errors.js'
import { FUSE_MIN_READ_BUFFER } from '../protocol/limits.js'
import type { MessageBuffer } from '../protocol/message.js'
import { fuse_in_header } from '../protocol/structs/header.js'
import { readRaw } from '../sys/io.js'
import type { CpuKeeper } from './device-cpu-keeper.js'
import { Placement } from './device-placement.js'
import { MORE, PENDING, WORKED, type Loop, type Source } from './device-source.js'
import { NativeBuffer } from './native-buffer.js'
import type { Receiver, Transport } from './transport.js'

/** How much larger than the data of one READ or WRITE a message may be: headers, and a name of the longest kind. */
const OVERHEAD = 8192

/** Where `fuse_in_header` has the client's thread id. */
const PID = fuse_in_header.fields.find(({ name }) => name === 'pid')!.offset

/** The open device; an `Fd`, or what somebody else closes. */
export interface Device {
  readonly number: number
  /** Called once, after the last use of the number. */
  close(): void
}

/** Options of a {@link DeviceTransport}. */
export interface DeviceTransportOptions {
  /**
   * The most bytes of data in one message: the larger of max_write and what one READ may ask for. A buffer of this size
   * (and some) takes only as much memory as was ever written to it.
   * @default 1 MiB
   */
  readonly maxDataBytes?: number | undefined
  /** Whether the thread goes to the CPU of a client that waits for each answer; see `Placement`. @default true */
  readonly followClients?: boolean | undefined
  /** Of a CPU that is to be kept awake meanwhile. @default none */
  readonly keeper?: CpuKeeper | undefined
}

/**
 * The device: one read is one request, one write is one reply or notification. It must have been opened with O_NONBLOCK
 * and belongs to the transport, which closes it.
 */
export class DeviceTransport implements Transport, Source {
  readonly fd: number
  private readonly device: Device
  private readonly loop: Loop
  private readonly length: number
  private readonly free: NativeBuffer[] = []
  private readonly placement: Placement | undefined
  private receiver: Receiver | undefined

  constructor(device: Device, loop: Loop, options: DeviceTransportOptions = {}) {
    this.device = device
    this.fd = device.number
    this.loop = loop
    this.placement = options.followClients === false ? undefined : new Placement(options.keeper)
    this.length = Math.max(FUSE_MIN_READ_BUFFER, (options.maxDataBytes ?? 1024 * 1024) + OVERHEAD)
  }

  start(receiver: Receiver): void {
    this.receiver = receiver
    this.loop.add(this)
  }

  /** Reads and delivers until nothing is there, or `budget` messages are done. */
  pump(budget: number): number {
    let result = 0
    for (let i = 0; i < budget; i += 1) {
      const buffer = this.borrow()
      const end = readRaw(this.fd, buffer.address, this.length)
      if (end > 0) {
        const client = buffer.view.getUint32(PID, true)
        const received = this.receiver!.receive(buffer, end)
        this.placement?.served(client)
        if (received !== 'kept') this.free.push(buffer)
        result |= received === 'done' ? WORKED : WORKED | PENDING
        if (this.receiver === undefined) return result
        continue
      }
      this.free.push(buffer)
      switch (-end) {
        case ERRNO.EAGAIN:
          this.placement?.waited()
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

  borrow(): NativeBuffer {
    return this.free.pop() ?? new NativeBuffer(this.length)
  }

  send(message: MessageBuffer, end: number, payload?: Uint8Array): number {
    const buffer = message as NativeBuffer
    if (this.receiver === undefined) {
      // Its number may be somebody else's descriptor by now.
      buffer.dispose()
      return -ERRNO.ENODEV
    }
    let written = buffer.write(this.fd, end, payload)
    while (written === -ERRNO.EINTR) written = buffer.write(this.fd, end, payload)
    this.free.push(buffer)
    if (written < 0) return written
    return 0
  }

  release(message: MessageBuffer): void {
    if (this.receiver === undefined) (message as NativeBuffer).dispose()
    else this.free.push(message as NativeBuffer)
  }

  close(): void {
    this.end(undefined)
  }

  private end(error: Error | undefined): void {
    const { receiver } = this
    if (receiver === undefined) return
    this.receiver = undefined
    this.loop.remove(this)
    this.device.close()
    for (const buffer of this.free.splice(0)) buffer.dispose()
    receiver.ended(error)
  }
}
