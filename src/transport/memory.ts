import { ERRNO } from '../base/errno.js'
import { messageBuffer, type MessageBuffer } from '../protocol/message.js'
import type { Receiver, Transport } from './transport.js'

/** Larger than the data of one READ or WRITE, as in the device transport: headers and the longest name. */
const OVERHEAD = 8192

/** Options of {@link createPair}. */
export interface PairOptions {
  /**
   * The most bytes of data in one message, as in `DeviceTransportOptions`: what a buffer has room for.
   * @default 1 MiB
   */
  readonly maxDataBytes?: number | undefined
  /**
   * How long each message is under way.
   * @default 0: delivered in a microtask, before any timer
   */
  readonly latencyMs?: number | undefined
  /**
   * How many messages may be under way to one end; `send` refuses more with -EAGAIN. A session does not send a refused
   * reply again, so set it only for an end that does.
   * @default Infinity
   */
  readonly maxQueued?: number | undefined
  /** Runs a delivery later. For tests that hold messages back. @default a microtask, or a timer of `latencyMs` */
  readonly schedule?: ((deliver: () => void) => void) | undefined
}

/** A receiver that tells what write(2) on a device would: what became of a message. A client is one. */
export interface JudgingReceiver extends Receiver {
  /**
   * Takes one whole message.
   * @returns 0 or a negated errno; a promise where a notification has to wait. The bytes are needed until then.
   */
  judge(message: MessageBuffer, end: number): number | Promise<number>
}

interface Item {
  readonly message: MessageBuffer
  readonly end: number
  readonly told: ((result: number) => void) | undefined
}

/** What both ends have in common. */
interface Link {
  readonly bufferBytes: number
  readonly free: MessageBuffer[]
  readonly maxQueued: number
  readonly isDelayed: boolean
  readonly schedule: (deliver: () => void) => void
}

/** One end of a pair: what it sends comes out of the other, in order, without a copy. */
export class MemoryEnd implements Transport {
  private readonly link: Link
  private peer!: MemoryEnd
  private receiver: JudgingReceiver | Receiver | undefined
  /** On their way to this end. */
  private incoming: Item[] = []
  private isDue = false
  private isClosed = false
  /** The other end was closed: this one ends when all is delivered. */
  private isEnding = false

  private constructor(link: Link) {
    this.link = link
  }

  static pair(link: Link): readonly [MemoryEnd, MemoryEnd] {
    const a = new MemoryEnd(link)
    const b = new MemoryEnd(link)
    a.peer = b
    b.peer = a
    return [a, b]
  }

  start(receiver: JudgingReceiver | Receiver): void {
    this.receiver = receiver
    this.deliverLater()
  }

  borrow(): MessageBuffer {
    return this.link.free.pop() ?? messageBuffer(this.link.bufferBytes)
  }

  release(message: MessageBuffer): void {
    this.link.free.push(message)
  }

  /** As {@link Transport.send}; the other side gets it later, so that 0 says no more than that it is under way. */
  send(message: MessageBuffer, end: number, payload?: Uint8Array): number {
    return this.post(message, append(message, end, payload), undefined)
  }

  /**
   * Sends as write(2) on the device does: behind all that was sent before, on the spot, and with the other side's word on
   * it. With latency that word comes later.
   * @returns 0 or a negated errno; a promise while the message is under way, or the other side has to wait
   */
  write(message: MessageBuffer, end: number, payload?: Uint8Array): number | Promise<number> {
    const whole = append(message, end, payload)
    const { peer, link } = this
    if (link.isDelayed || peer.receiver === undefined || this.isClosed || whole > link.bufferBytes) {
      return new Promise((resolve) => {
        const refused = this.post(message, whole, resolve)
        if (refused !== 0) resolve(refused)
      })
    }
    peer.deliver()
    // What was delivered may have closed it.
    if (peer.receiver === undefined) return -ERRNO.ENODEV
    return peer.hand({ message, end: whole, told: undefined })
  }

  close(): void {
    if (this.isClosed) return
    this.end()
    this.peer.isEnding = true
    this.peer.deliverLater()
  }

  private post(message: MessageBuffer, end: number, told: Item['told']): number {
    const { peer } = this
    const isTooLong = end > this.link.bufferBytes
    const refused = this.isClosed || peer.isClosed ? ERRNO.ENODEV : isTooLong ? ERRNO.EMSGSIZE : 0
    const full = peer.incoming.length >= this.link.maxQueued ? ERRNO.EAGAIN : 0
    if (refused !== 0 || full !== 0) {
      this.release(message)
      return -(refused || full)
    }
    peer.incoming.push({ message, end, told })
    peer.deliverLater()
    return 0
  }

  private deliverLater(): void {
    if (this.isDue || this.receiver === undefined) return
    this.isDue = true
    this.link.schedule(() => {
      this.isDue = false
      this.deliver()
    })
  }

  private deliver(): void {
    while (this.receiver !== undefined && this.incoming.length > 0) {
      const items = this.incoming
      this.incoming = []
      for (const item of items) {
        if (this.receiver === undefined) this.drop(item)
        else void this.hand(item)
      }
    }
    if (this.isEnding && this.receiver !== undefined) this.end()
  }

  /** Gives one message to the receiver; the buffer goes back to the pool once nobody looks at it. */
  private hand({ message, end, told }: Item): number | Promise<number> {
    const receiver = this.receiver!
    if (!('judge' in receiver)) {
      if (receiver.receive(message, end) !== 'kept') this.release(message)
      told?.(0)
      return 0
    }
    const result = receiver.judge(message, end)
    if (typeof result === 'number') {
      this.release(message)
      told?.(result)
      return result
    }
    return result.then((settled) => {
      this.release(message)
      told?.(settled)
      return settled
    })
  }

  private end(): void {
    const { receiver } = this
    this.isClosed = true
    this.receiver = undefined
    for (const item of this.incoming.splice(0)) this.drop(item)
    receiver?.ended(undefined)
  }

  private drop({ message, told }: Item): void {
    this.release(message)
    told?.(-ERRNO.ENODEV)
  }
}

function append(message: MessageBuffer, end: number, payload: Uint8Array | undefined): number {
  if (payload === undefined) return end
  const whole = end + payload.length
  // What is too long is refused by who is to take it.
  if (whole <= message.bytes.length) message.bytes.set(payload, end)
  return whole
}

/**
 * Two linked ends in memory: a session on one and a client on the other make a filesystem without a kernel. What is sent
 * is delivered later, never within `send`, in order, and only as long as the other end is there. The ends share their
 * buffers; nothing is copied.
 */
export function createPair(options: PairOptions = {}): readonly [MemoryEnd, MemoryEnd] {
  const { latencyMs = 0, schedule } = options
  return MemoryEnd.pair({
    bufferBytes: (options.maxDataBytes ?? 1024 * 1024) + OVERHEAD,
    free: [],
    maxQueued: options.maxQueued ?? Infinity,
    isDelayed: latencyMs > 0 || schedule !== undefined,
    // In a browser queueMicrotask is not to be called as the method of something else.
    schedule:
      schedule ?? ((deliver) => (latencyMs > 0 ? void setTimeout(deliver, latencyMs) : queueMicrotask(deliver))),
  })
}
