import type { MessageBuffer } from '../protocol/message.js'
import type { NotifyPort } from '../notify/port.js'
import { NOTIFY_HEAD_MAX } from '../protocol/limits.js'
import { messageBuffer } from '../protocol/message.js'
import type { Transport } from '../transport/transport.js'

interface Taken {
  readonly token: object
  readonly result: number
}

/**
 * Notifications over a transport whose `send` never waits for the peer: a memory pair, a socket. What the peer makes of them
 * is known as far as `send` tells.
 */
export class TransportPort implements NotifyPort {
  readonly scratch = messageBuffer(NOTIFY_HEAD_MAX)
  onTaken: NotifyPort['onTaken'] = () => undefined
  private readonly transport: Transport
  private taken: Taken[] = []

  constructor(transport: Transport) {
    this.transport = transport
  }

  send(end: number, payload?: Uint8Array): number {
    const message = this.transport.borrow()
    message.bytes.set(this.scratch.bytes.subarray(0, end))
    if (payload !== undefined) message.bytes.set(payload, end)
    return this.transport.send(message, end + (payload?.length ?? 0))
  }

  borrow(): MessageBuffer {
    return this.transport.borrow()
  }

  giveBack(message: MessageBuffer): void {
    this.transport.release(message)
  }

  /** The transport keeps the order of all messages, so what comes next is taken later anyway. */
  sendWaiting(message: MessageBuffer, end: number, payload: Uint8Array | undefined, token: object): void {
    if (payload !== undefined) message.bytes.set(payload, end)
    const result = this.transport.send(message, end + (payload?.length ?? 0))
    this.taken.push({ token, result })
  }

  flush(): void {
    const { taken } = this
    this.taken = []
    for (const { token, result } of taken) this.onTaken(token, result)
  }
}
