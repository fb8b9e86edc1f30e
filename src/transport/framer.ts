import { ProtocolError } from '../base/errors.js'
import { OUT_HEADER_SIZE } from '../protocol/limits.js'
import type { MessageBuffer } from '../protocol/message.js'

/** What a {@link Framer} does with messages. */
export interface FramerOptions {
  /** A longer message is an error: nothing is allocated by a length that the other side made up. */
  readonly maxBytes: number
  /** A buffer of at least `maxBytes`. */
  readonly borrow: () => MessageBuffer
  /** Takes one whole message, in bytes 0 to `end`, and the buffer with it. @returns whether it takes more at once */
  readonly deliver: (message: MessageBuffer, end: number) => boolean
}

/** `len`, which starts every message. */
const LENGTH_SIZE = 4

/** Cuts a stream of bytes into messages, by the word that each starts with. */
export class Framer {
  private readonly options: FramerOptions
  private message: MessageBuffer | undefined
  private filled = 0

  constructor(options: FramerOptions) {
    this.options = options
  }

  /** How many bytes of a message are here that is not whole yet. */
  get pending(): number {
    return this.filled
  }

  /**
   * Takes the next bytes of the stream; each is copied once.
   * @returns how many were taken: fewer than there are if no more messages are to be delivered now
   * @throws ProtocolError for a length that cannot be; the stream is of no use then
   */
  push(chunk: Uint8Array): number {
    let at = 0
    while (at < chunk.length) {
      this.message ??= this.options.borrow()
      const wanted = this.filled < LENGTH_SIZE ? LENGTH_SIZE : this.length()
      const taken = Math.min(wanted - this.filled, chunk.length - at)
      this.message.bytes.set(chunk.subarray(at, at + taken), this.filled)
      this.filled += taken
      at += taken
      if (this.filled < LENGTH_SIZE) break
      const length = this.length()
      if (this.filled === length && !this.deliver(length)) break
    }
    return at
  }

  private length(): number {
    const { maxBytes } = this.options
    const length = this.message!.view.getUint32(0, true)
    if (length >= OUT_HEADER_SIZE && length <= maxBytes) return length
    throw new ProtocolError('stream', 'len', 0, `is ${length}; a message has ${OUT_HEADER_SIZE} to ${maxBytes} bytes`)
  }

  private deliver(end: number): boolean {
    const message = this.message!
    this.message = undefined
    this.filled = 0
    return this.options.deliver(message, end)
  }
}
