import assert from 'node:assert/strict'
import { messageBuffer, type MessageBuffer } from '#src/protocol/message.js'

/** Bytes before and after the room of a {@link Guarded}. */
const GUARD = 32

/**
 * Room for a message at an odd start inside of a larger buffer, with known bytes around it. Two of these with different
 * `poison` show a reader that looks past its message: it would see different things.
 */
export class Guarded {
  readonly message: MessageBuffer
  readonly start: number
  private readonly poison: number
  private end: number

  constructor(capacity: number, poison: number, odd = 1) {
    this.poison = poison
    this.start = GUARD + odd
    this.end = this.start
    // The buffer itself starts somewhere in its memory, too.
    const memory = new Uint8Array(capacity + 2 * GUARD + odd + 3).fill(poison)
    this.message = messageBuffer(memory.subarray(3))
  }

  /** Puts a message there and poison behind it. Returns its end. */
  put(bytes: Uint8Array): number {
    const { message, start, poison } = this
    message.bytes.fill(poison, start + bytes.length, Math.max(this.end, start + bytes.length) + GUARD)
    message.bytes.set(bytes, start)
    this.end = start + bytes.length
    return this.end
  }

  /** The bytes around `[start, end)` are as they were. */
  check(end = this.end): void {
    const { bytes } = this.message
    for (let i = 0; i < GUARD; i += 1) {
      if (bytes[this.start - 1 - i] !== this.poison) assert.fail(`byte ${-1 - i} before the message was written`)
      if (bytes[end + i] !== this.poison) assert.fail(`byte ${i} after the message was written`)
    }
  }
}
