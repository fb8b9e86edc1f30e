import type { NotifyPort } from './notify/port.js'
import type { MessageBuffer } from './protocol/message.js'
import type { TracedTransport } from './transport/trace.js'

/** The way of notifications, shown to the tap of the transport beside it: they do not go through that. */
export class TracedNotifyPort implements NotifyPort {
  private readonly inner: NotifyPort
  private readonly beside: TracedTransport
  /** Of those that are with the kernel and were shown: who is to be told of the end. */
  private readonly shown = new Map<object, (result: number) => void>()
  private listener: NotifyPort['onTaken'] = () => undefined

  constructor(inner: NotifyPort, beside: TracedTransport) {
    this.inner = inner
    this.beside = beside
    inner.onTaken = (token, result) => this.taken(token, result)
  }

  get scratch(): MessageBuffer {
    return this.inner.scratch
  }

  get onTaken(): NotifyPort['onTaken'] {
    return this.listener
  }

  set onTaken(then: NotifyPort['onTaken']) {
    this.listener = then
  }

  send(end: number, payload?: Uint8Array): number {
    const ended = this.beside.tap?.notifying(this.inner.scratch, end, payload)
    const result = this.inner.send(end, payload)
    ended?.(result)
    return result
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
    const ended = this.beside.tap?.notifying(message, end, payload)
    if (ended !== undefined) this.shown.set(token, ended)
    this.inner.sendWaiting(message, end, payload, token, more)
  }

  flush(): void {
    this.inner.flush()
  }

  private taken(token: object, result: number): void {
    if (this.shown.size > 0) {
      this.shown.get(token)?.(result)
      this.shown.delete(token)
    }
    this.listener(token, result)
  }
}
