import type { Socket } from 'node:net'
import { ERRNO } from '../../base/errno.js'
import { ProtocolError, SystemError } from '../../base/errors.js'
import { messageBuffer, type MessageBuffer } from '../../protocol/message.js'
import { Framer } from '../framer.js'
import type { Receiver, Transport } from '../transport.js'
import { isFull, type SocketSettings } from './options.js'

/** Up to so many bytes are copied to be sent, so that what waits takes no more memory than it has bytes. */
const COPIED = 16 * 1024
/** So many buffers are kept to be used again. */
const MAX_FREE = 64

/** Messages over a stream socket, one behind the other: each says how long it is. */
export class StreamTransport implements Transport {
  private readonly socket: Socket
  private readonly settings: SocketSettings
  private readonly free: MessageBuffer[] = []
  private readonly framer: Framer
  private receiver: Receiver | undefined
  /** Messages that wait to be sent. */
  private queued = 0
  /** What came and is not delivered yet, because too much waits to be sent. */
  private undelivered: Uint8Array | undefined
  private isPaused = false
  private hasPeerEnded = false
  private isClosed = false

  /** @param socket connected, and nobody else's from now on */
  constructor(socket: Socket, settings: SocketSettings) {
    this.socket = socket
    this.settings = settings
    this.framer = new Framer({
      maxBytes: settings.bufferBytes,
      borrow: () => this.borrow(),
      deliver: (message, end) => this.deliver(message, end),
    })
    // Until somebody receives, nothing is read, and an early end is not lost.
    socket.pause()
    socket.on('error', (error) => this.end(isHangUp(error) ? undefined : error))
    socket.on('close', () => this.end(undefined))
  }

  start(receiver: Receiver): void {
    if (this.isClosed) {
      receiver.ended(undefined)
      return
    }
    this.receiver = receiver
    this.socket.on('data', (chunk) => this.take(chunk))
    this.socket.on('end', () => {
      this.hasPeerEnded = true
      if (!this.isPaused) this.endAsPeer()
    })
    this.socket.resume()
  }

  borrow(): MessageBuffer {
    return this.free.pop() ?? messageBuffer(this.settings.bufferBytes)
  }

  release(message: MessageBuffer): void {
    if (this.free.length < MAX_FREE) this.free.push(message)
  }

  send(message: MessageBuffer, end: number, payload?: Uint8Array): number {
    const { socket } = this
    const whole = end + (payload?.length ?? 0)
    const refused = this.refusal(whole)
    if (refused !== 0) {
      this.release(message)
      return -refused
    }
    if (payload !== undefined) message.bytes.set(payload, end)
    const bytes = message.bytes.subarray(0, whole)
    this.queued += 1
    if (whole <= COPIED) {
      socket.write(Buffer.from(bytes), this.sent)
      this.release(message)
    } else {
      // The bytes are looked at until they are written.
      socket.write(bytes, () => {
        this.release(message)
        this.sent()
      })
    }
    if (this.settings.pausesWhenFull && isFull(socket.writableLength, this.queued)) this.pause()
    return 0
  }

  close(): void {
    this.end(undefined)
  }

  private refusal(bytes: number): number {
    if (this.isClosed || this.socket.destroyed) return ERRNO.ENODEV
    if (bytes > this.settings.bufferBytes) return ERRNO.EMSGSIZE
    if (this.socket.writableLength <= this.settings.maxQueuedBytes) return 0
    if (!this.settings.pausesWhenFull) return ERRNO.EAGAIN
    queueMicrotask(() => this.end(new SystemError(ERRNO.ENOBUFS, 'send')))
    return ERRNO.ENODEV
  }

  private readonly sent = (): void => {
    this.queued -= 1
    if (!this.isPaused || this.isClosed || this.queued > 0) return
    this.isPaused = false
    const rest = this.undelivered
    this.undelivered = undefined
    if (rest !== undefined) this.take(rest)
    if (this.isPaused) return
    if (this.hasPeerEnded) this.endAsPeer()
    else this.socket.resume()
  }

  private pause(): void {
    if (this.isPaused) return
    this.isPaused = true
    this.socket.pause()
  }

  private take(chunk: Uint8Array): void {
    if (this.isClosed) return
    // Answers that are given on the spot go out together.
    this.socket.cork()
    try {
      const taken = this.framer.push(chunk)
      if (taken < chunk.length) this.undelivered = chunk.subarray(taken)
    } catch (error) {
      this.end(error as Error)
    }
    this.socket.uncork()
  }

  /** @returns whether to go on */
  private deliver(message: MessageBuffer, end: number): boolean {
    const { receiver } = this
    if (receiver === undefined || receiver.receive(message, end) !== 'kept') this.release(message)
    return !this.isPaused
  }

  private endAsPeer(): void {
    const cut = this.framer.pending
    this.end(cut === 0 ? undefined : new ProtocolError('stream', 'end', cut, 'comes within a message'))
  }

  private end(error: Error | undefined): void {
    if (this.isClosed) return
    this.isClosed = true
    // What was sent goes out; nothing more comes in.
    if (error === undefined) this.socket.destroySoon()
    else this.socket.destroy()
    const { receiver } = this
    this.receiver = undefined
    receiver?.ended(error)
  }
}

/** The other side is gone, with or without having read everything: that is how connections end. */
function isHangUp(error: NodeJS.ErrnoException): boolean {
  return error.code === 'ECONNRESET' || error.code === 'EPIPE'
}
