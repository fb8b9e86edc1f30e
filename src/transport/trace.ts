import type { MessageBuffer } from '../protocol/message.js'
import type { Received, Receiver, Transport } from './transport.js'

/** Is shown each message, as bytes 0 to `end` of a buffer, which it may look at until it returns. Must not throw. */
export interface Tap {
  /** Before the receiver gets it. */
  received(message: MessageBuffer, end: number): void
  /** Before it is sent. @param payload what follows in the same message */
  sending(message: MessageBuffer, end: number, payload?: Uint8Array): void
  /**
   * A notification, before it is sent by a way beside the transport.
   * @returns to be told how it ended: 0, or a negated errno
   */
  notifying(message: MessageBuffer, end: number, payload?: Uint8Array): (result: number) => void
}

/** A transport that shows each message of another one to a {@link Tap}, while there is one; else it only passes on. */
export class TracedTransport implements Transport, Receiver {
  /** May be set, changed and removed at any time. */
  tap: Tap | undefined
  private readonly inner: Transport
  private receiver!: Receiver

  constructor(inner: Transport) {
    this.inner = inner
  }

  start(receiver: Receiver): void {
    this.receiver = receiver
    this.inner.start(this)
  }

  receive(message: MessageBuffer, end: number): Received {
    this.tap?.received(message, end)
    return this.receiver.receive(message, end)
  }

  ended(error: Error | undefined): void {
    this.receiver.ended(error)
  }

  borrow(): MessageBuffer {
    return this.inner.borrow()
  }

  send(message: MessageBuffer, end: number, payload?: Uint8Array): number {
    this.tap?.sending(message, end, payload)
    return this.inner.send(message, end, payload)
  }

  release(message: MessageBuffer): void {
    this.inner.release(message)
  }

  close(): void {
    this.inner.close()
  }
}
