import type { NodeId } from '../base/ids.js'
import type { MessageBuffer, Request } from '../protocol/message.js'

/**
 * Hears what a session and its peer tell each other, while it happens. It holds up the thread that answers requests, so it
 * takes note and does no more; it must not throw.
 */
export interface PeerObserver {
  /** A request came; its handler is called next, if it has one. */
  asked(request: Request): void
  /** It was answered without an error, and the peer took the answer: bytes 0 to `end` of `reply`, which are only lent. */
  answered(request: Request, reply: MessageBuffer, end: number): void
  /** The peer took back its last lookup of the node. */
  forgot(node: NodeId): void
}
