import type { MessageBuffer } from '../protocol/message.js'

/**
 * The way of notifications to the peer. Buffers belong to the port; each holds the head of one notification: header, struct
 * and name, up to `NOTIFY_HEAD_MAX` bytes.
 */
export interface NotifyPort {
  /** For {@link send}: one message at a time. */
  readonly scratch: MessageBuffer
  /**
   * Sends bytes 0 to `end` of {@link scratch}, and then `payload`, from this thread, which stands still until the peer has
   * taken them: only for what does not wait.
   * @returns 0, or a negated errno
   */
  send(end: number, payload?: Uint8Array): number
  /** A buffer for {@link sendWaiting}; undefined while as many wait as may. */
  borrow(): MessageBuffer | undefined
  /** Gives a borrowed buffer back that is not needed. */
  giveBack(message: MessageBuffer): void
  /**
   * Sends bytes 0 to `end` of a borrowed buffer, and then `payload`, without holding up this thread, however long the peer
   * makes it wait; then calls {@link onTaken} with `token`, never before this call has returned. Takes the buffer back.
   * `payload` must not change until then. Nothing has to go out before {@link flush}.
   *
   * @param more the next message that is sent is to be taken after this one, whatever becomes of it; those that follow one
   *   another so wait for one another, and all others do not
   */
  sendWaiting(message: MessageBuffer, end: number, payload: Uint8Array | undefined, token: object, more: boolean): void
  /** Sends what {@link sendWaiting} has collected. */
  flush(): void
  /** To be set once, before the first {@link sendWaiting}. `result` is 0 or a negated errno. */
  onTaken: (token: object, result: number) => void
}
