import type { MessageBuffer } from '../protocol/message.js'

/**
 * What a receiver did with a message.
 *
 * - `done`: all there was to do; the buffer may be used again at once.
 * - `pending`: something goes on after this call (a promise), for which the event loop must get a turn; the buffer may be
 *   used again all the same.
 * - `kept`: as `pending`, and the bytes are still needed: the receiver gives the buffer back with `release`.
 */
export type Received = 'done' | 'pending' | 'kept'

/** The one that a transport delivers to. */
export interface Receiver {
  /** One whole message, in bytes 0 to `end` of the buffer. Must not throw. */
  receive(message: MessageBuffer, end: number): Received
  /**
   * Nothing more will come. Called once, after the last message.
   * @param error why, if it was not an ordinary end (unmounted, closed)
   */
  ended(error: Error | undefined): void
}

/**
 * Moves whole messages between a server and its client. It knows of a message nothing but where it ends.
 *
 * Buffers belong to the transport. A receiver may look at the one it is given until it returns, or until it gives it back
 * if it kept it. To send, borrow a buffer, write a message at its start, and hand it to `send`, which gives it back.
 */
export interface Transport {
  /** Starts to deliver to `receiver`. Call it once. */
  start(receiver: Receiver): void
  /** A buffer to write a message into. To be given to {@link send} or {@link release}. */
  borrow(): MessageBuffer
  /**
   * Sends bytes 0 to `end` of a borrowed buffer, in one piece, and takes the buffer back. Returns at once.
   * @param payload what follows them in the same message; it is the sender's own, is not copied where that can be
   *   avoided, and must stay as it is until it has been sent, which may be after this call
   * @returns 0, or a negated errno: -ENOENT if nobody waits for this reply any more, -EINVAL if it is malformed,
   *   -EMSGSIZE if it is longer than a buffer, -EAGAIN if too much waits to be sent, -ENODEV after the end
   */
  send(message: MessageBuffer, end: number, payload?: Uint8Array): number
  /** Takes back a buffer that was borrowed or kept. */
  release(message: MessageBuffer): void
  /** Stops delivering and lets go of what it holds. Requests that nobody has answered fail at the other side. */
  close(): void
}

/** Waits for connections. Each of them is one transport. */
export interface Listener extends AsyncDisposable {
  /** Where it can be connected to. */
  readonly path: string
  /** Hands connections to `onConnection`, first those that came before. Call it once. */
  start(onConnection: (transport: Transport) => void): void
  /** Resolves when it has been closed; rejects if it failed before. */
  readonly closed: Promise<void>
  /** Takes no more connections; those that are there go on. Resolves when nobody can connect any more. */
  close(this: void): Promise<void>
}
