import { ERRNO } from '../../base/errno.js'
import { ProtocolError, SystemError } from '../../base/errors.js'
import type { MessageBuffer } from '../../protocol/message.js'
import { POLL } from '../../sys/constants.js'
import type { Fd } from '../../sys/fd.js'
import { writeBytesRaw } from '../../sys/io.js'
import { receiveRaw } from '../../sys/socket.js'
import { MORE, PENDING, WORKED, type Loop, type Source } from '../device-source.js'
import { NativeBuffer } from '../native-buffer.js'
import type { Receiver, Transport } from '../transport.js'
import { isFull, type SocketSettings } from './options.js'

/** So many buffers are kept to be used again. */
const MAX_FREE = 64

/** Messages over a Unix socket that keeps them apart: one system call each, no bytes to be put together. */
export class SeqpacketTransport implements Transport, Source {
  readonly fd: number
  private readonly socket: Fd
  private readonly loop: Loop
  private readonly settings: SocketSettings
  private readonly free: NativeBuffer[] = []
  private readonly queue: Uint8Array[] = []
  private queuedBytes = 0
  private receiver: Receiver | undefined
  private state: 'new' | 'open' | 'draining' | 'closed' = 'new'
  private waitsFor: number = POLL.IN

  /**
   * @param socket connected, never blocking, and nobody else's from now on
   * @param loop used by this alone; closed at the end
   */
  constructor(socket: Fd, loop: Loop, settings: SocketSettings) {
    this.socket = socket
    this.fd = socket.number
    this.loop = loop
    this.settings = settings
  }

  get interest(): number {
    return this.waitsFor
  }

  start(receiver: Receiver): void {
    if (this.state !== 'new') {
      receiver.ended(undefined)
      return
    }
    this.receiver = receiver
    this.state = 'open'
    this.loop.add(this)
    this.settle(0)
  }

  /** Sends what waits, then receives and delivers until nothing is there, or `budget` messages are done. */
  pump(budget: number): number {
    let result = this.flush() ? WORKED : 0
    for (let i = 0; i < budget; i += 1) {
      if (this.state !== 'open' || this.isPaused()) return this.settle(result)
      const buffer = this.borrow()
      const end = receiveRaw(this.fd, buffer.address, buffer.length)
      if (end > 0 && end <= buffer.length) {
        const received = this.receiver!.receive(buffer, end)
        if (received !== 'kept') this.release(buffer)
        result |= received === 'done' ? WORKED : WORKED | PENDING
        continue
      }
      this.release(buffer)
      switch (end) {
        case -ERRNO.EAGAIN:
          return this.settle(result)
        case -ERRNO.EINTR:
        // The other side has closed with something unread; what it sent before is still here.
        case -ERRNO.ECONNRESET:
          continue
        default:
          this.end(end === 0 ? undefined : this.problem(end))
          // Those who wait for the end have something to do, which takes a turn.
          return result | WORKED | PENDING
      }
    }
    return this.settle(result | MORE)
  }

  borrow(): NativeBuffer {
    return this.free.pop() ?? new NativeBuffer(this.settings.bufferBytes)
  }

  release(message: MessageBuffer): void {
    const buffer = message as NativeBuffer
    if (this.state === 'closed' || this.free.length >= MAX_FREE) buffer.dispose()
    else this.free.push(buffer)
  }

  send(message: MessageBuffer, end: number, payload?: Uint8Array): number {
    const buffer = message as NativeBuffer
    const result = this.write(buffer, end, payload)
    this.release(buffer)
    return result
  }

  close(): void {
    this.end(undefined)
  }

  private write(buffer: NativeBuffer, end: number, payload: Uint8Array | undefined): number {
    if (this.state !== 'open' && this.state !== 'new') return -ERRNO.ENODEV
    const whole = end + (payload?.length ?? 0)
    if (whole > this.settings.bufferBytes) return -ERRNO.EMSGSIZE
    if (this.queue.length === 0) {
      let written = buffer.write(this.fd, end, payload)
      while (written === -ERRNO.EINTR) written = buffer.write(this.fd, end, payload)
      if (written >= 0) return 0
      // Its end is found by who reads.
      if (isGone(written)) return -ERRNO.ENODEV
      if (written !== -ERRNO.EAGAIN && written !== -ERRNO.ENOBUFS) return written
    }
    if (this.queuedBytes > this.settings.maxQueuedBytes) {
      if (!this.settings.pausesWhenFull) return -ERRNO.EAGAIN
      queueMicrotask(() => this.end(new SystemError(ERRNO.ENOBUFS, 'send')))
      return -ERRNO.ENODEV
    }
    if (payload !== undefined) buffer.bytes.set(payload, end)
    this.queue.push(buffer.bytes.slice(0, whole))
    this.queuedBytes += whole
    this.settle(0)
    return 0
  }

  /** Whether something that waited was sent. */
  private flush(): boolean {
    let sent = 0
    for (const bytes of this.queue) {
      const written = writeBytesRaw(this.fd, bytes)
      if (written < 0 && !isGone(written)) break
      this.queuedBytes -= bytes.length
      sent += 1
    }
    this.queue.splice(0, sent)
    if (this.queue.length === 0 && this.state === 'draining') this.letGo()
    return sent > 0
  }

  private isPaused(): boolean {
    return this.settings.pausesWhenFull && isFull(this.queuedBytes, this.queue.length)
  }

  /** Waits for what it has to wait for now. */
  private settle(result: number): number {
    if (this.state === 'closed' || this.state === 'new') return result
    const reads = this.state === 'open' && !this.isPaused()
    const interest = (reads ? POLL.IN : 0) | (this.queue.length > 0 ? POLL.OUT : 0)
    if (interest !== this.waitsFor) {
      this.waitsFor = interest
      this.loop.update(this)
    }
    return result
  }

  private problem(end: number): Error {
    const { bufferBytes } = this.settings
    if (end < 0) return new SystemError(-end, 'recv')
    return new ProtocolError('seqpacket', 'len', 0, `is ${end}; a message has at most ${bufferBytes} bytes`)
  }

  private end(error: Error | undefined): void {
    const { receiver, state } = this
    if (state === 'draining' || state === 'closed') return
    this.receiver = undefined
    if (state === 'new' && this.queue.length > 0) this.loop.add(this)
    // What was sent goes out; nothing more comes in.
    this.state = 'draining'
    if (this.queue.length === 0 || error !== undefined) this.letGo()
    else this.settle(0)
    receiver?.ended(error)
  }

  private letGo(): void {
    this.state = 'closed'
    this.queue.length = 0
    this.loop.remove(this)
    this.loop.close()
    this.socket.close()
    for (const buffer of this.free.splice(0)) buffer.dispose()
  }
}

/** The other side has closed: nobody will read what is sent. */
function isGone(written: number): boolean {
  return written === -ERRNO.EPIPE || written === -ERRNO.ECONNRESET || written === -ERRNO.ENOTCONN
}
