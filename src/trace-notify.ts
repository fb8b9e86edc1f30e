import type { NotifyPort } from './notify/port.js'
import type { MessageBuffer } from './protocol/message.js'
import type { TracedTransport } from './transport/trace.js'

/** The way of notifications, shown to the tap of the transport beside it: they do not go through that. */
export class TracedNotifyPort implements NotifyPort {
  private readonly inner: NotifyPort
  private readonly beside: TracedTransport

  constructor(inner: NotifyPort, beside: TracedTransport) {
    this.inner = inner
    this.beside = beside
  }

  get scratch(): MessageBuffer {
    return this.inner.scratch
  }

  get onTaken(): NotifyPort['onTaken'] {
    return this.inner.onTaken
  }

  set onTaken(then: NotifyPort['onTaken']) {
    this.inner.onTaken = then
  }

  send(end: number, payload?: Uint8Array): number {
    this.beside.tap?.sending(this.inner.scratch, end, payload)
    return this.inner.send(end, payload)
  }

  borrow(): MessageBuffer | undefined {
    return this.inner.borrow()
  }

  giveBack(message: MessageBuffer): void {
    this.inner.giveBack(message)
  }

  sendWaiting(
    message: MessageBuffer,
    end: number,
    payload: Uint8Array | undefined,
    token: object,
    more: boolean,
  ): void {
    this.beside.tap?.sending(message, end, payload)
    this.inner.sendWaiting(message, end, payload, token, more)
  }

  flush(): void {
    this.inner.flush()
  }
}
