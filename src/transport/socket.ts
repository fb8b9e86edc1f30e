import { connect, createServer, type Server, type Socket } from 'node:net'
import { ERRNO } from '../base/errno.js'
import { ProtocolError } from '../base/errors.js'
import { messageBuffer, type MessageBuffer } from '../protocol/message.js'
import { Framer } from './framer.js'
import type { Receiver, Transport } from './transport.js'

/** Larger than the data of one READ or WRITE, as in the device transport: headers and the longest name. */
const OVERHEAD = 8192

/** Options of a {@link SocketTransport}. */
export interface SocketOptions {
  /**
   * The most bytes of data in one message. A longer message of the other side ends the connection.
   * @default 1 MiB
   */
  readonly maxDataBytes?: number | undefined
  /**
   * How many bytes may wait to be sent; `send` refuses more with -EAGAIN.
   * @default 64 MiB
   */
  readonly maxQueuedBytes?: number | undefined
}

/** Messages over a stream socket, one behind the other: each says how long it is. */
export class SocketTransport implements Transport {
  private readonly socket: Socket
  private readonly bufferBytes: number
  private readonly maxQueuedBytes: number
  private readonly free: MessageBuffer[] = []
  private receiver: Receiver | undefined
  private isClosed = false

  /** @param socket connected, and nobody else's from now on */
  constructor(socket: Socket, options: SocketOptions = {}) {
    this.socket = socket
    this.bufferBytes = (options.maxDataBytes ?? 1024 * 1024) + OVERHEAD
    this.maxQueuedBytes = options.maxQueuedBytes ?? 64 * 1024 * 1024
    // Until somebody receives, nothing is read, and an early end is not lost.
    socket.pause()
    socket.on('error', (error) => this.end(error))
    socket.on('close', () => this.end(undefined))
  }

  start(receiver: Receiver): void {
    if (this.isClosed) {
      receiver.ended(undefined)
      return
    }
    this.receiver = receiver
    const framer = new Framer({
      maxBytes: this.bufferBytes,
      borrow: () => this.borrow(),
      deliver: (message, end) => this.deliver(message, end),
    })
    this.socket.on('data', (chunk) => {
      try {
        if (!this.isClosed) framer.push(chunk)
      } catch (error) {
        this.end(error as Error)
      }
    })
    this.socket.on('end', () => {
      const cut = framer.pending
      this.end(cut === 0 ? undefined : new ProtocolError('stream', 'end', cut, 'comes within a message'))
    })
    this.socket.resume()
  }

  borrow(): MessageBuffer {
    return this.free.pop() ?? messageBuffer(this.bufferBytes)
  }

  release(message: MessageBuffer): void {
    this.free.push(message)
  }

  send(message: MessageBuffer, end: number, payload?: Uint8Array): number {
    const refused = this.isClosed ? ERRNO.ENODEV : this.socket.writableLength > this.maxQueuedBytes ? ERRNO.EAGAIN : 0
    if (refused !== 0) {
      this.release(message)
      return -refused
    }
    let whole = end
    if (payload !== undefined) {
      message.bytes.set(payload, end)
      whole += payload.length
    }
    // The bytes are looked at until they are written.
    this.socket.write(message.bytes.subarray(0, whole), () => this.release(message))
    return 0
  }

  close(): void {
    this.end(undefined)
  }

  private deliver(message: MessageBuffer, end: number): void {
    const { receiver } = this
    if (receiver === undefined || receiver.receive(message, end) !== 'kept') this.release(message)
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

/** Connects to a Unix socket. @throws Node's own error, such as ENOENT or ECONNREFUSED */
export function connectSocket(path: string, options?: SocketOptions): Promise<SocketTransport> {
  return new Promise((resolve, reject) => {
    const socket = connect(path)
    socket.once('error', reject)
    socket.once('connect', () => {
      socket.off('error', reject)
      resolve(new SocketTransport(socket, options))
    })
  })
}

/** A Unix socket that is listened on. */
export interface SocketServer extends AsyncDisposable {
  readonly path: string
  /** Takes no more connections, and waits until those that are there have ended. */
  close(this: void): Promise<void>
}

/**
 * Listens on a Unix socket, which must not exist; each connection is one transport.
 * @throws Node's own error, such as EADDRINUSE
 */
export function listenSocket(
  path: string,
  onConnection: (transport: SocketTransport) => void,
  options?: SocketOptions,
): Promise<SocketServer> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => onConnection(new SocketTransport(socket, options)))
    const close = () => closed(server)
    server.once('error', reject)
    server.listen(path, () => {
      server.off('error', reject)
      resolve({ path, close, [Symbol.asyncDispose]: close })
    })
  })
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
  })
}
