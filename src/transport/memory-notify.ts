import { ERRNO } from '../base/errno.js'
import { NOTIFY_HEAD_MAX } from '../protocol/limits.js'
import { messageBuffer, type MessageBuffer } from '../protocol/message.js'
import type { MemoryEnd } from './memory.js'

/**
 * Sends notifications through one end of a memory pair, and learns from the other end what became of each, as from the
 * device. Has the shape of the notifier's port.
 */
export class MemoryNotifyPort {
  readonly scratch: MessageBuffer = messageBuffer(NOTIFY_HEAD_MAX)
  onTaken: (token: object, result: number) => void = () => undefined
  private readonly end: MemoryEnd
  /** What the next message is to be taken after. */
  private before: Promise<unknown> | undefined

  constructor(end: MemoryEnd) {
    this.end = end
  }

  /** With latency, 0 says no more than that it is under way. */
  send(end: number, payload?: Uint8Array): number {
    const message = this.end.borrow()
    message.bytes.set(this.scratch.bytes.subarray(0, end))
    // It may be under way for longer than the caller keeps it as it is.
    if (payload !== undefined) message.bytes.set(payload, end)
    const result = this.end.write(message, end + (payload?.length ?? 0))
    return typeof result === 'number' ? result : 0
  }

  borrow(): MessageBuffer {
    return this.end.borrow()
  }

  giveBack(message: MessageBuffer): void {
    this.end.release(message)
  }

  sendWaiting(
    message: MessageBuffer,
    end: number,
    payload: Uint8Array | undefined,
    token: object,
    more: boolean,
  ): void {
    const taken = this.deliver(this.before, message, end, payload)
    this.before = more ? taken : undefined
    void taken.then((result) => this.onTaken(token, result))
  }

  /** Nothing is collected. */
  flush(): void {
    this.before = undefined
  }

  private async deliver(
    before: Promise<unknown> | undefined,
    message: MessageBuffer,
    end: number,
    payload: Uint8Array | undefined,
  ): Promise<number> {
    await before
    try {
      return await this.end.write(message, end, payload)
    } catch {
      // The other side has a fault; it is not told more than a kernel would tell.
      return -ERRNO.EIO
    }
  }
}
