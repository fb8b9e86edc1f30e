import { PAGE_SIZE } from '../../protocol/limits.js'

/** Larger than the data of one READ or WRITE, as in the device transport: headers and the longest name. */
const OVERHEAD = 8192

/**
 * What kind of Unix socket: a `stream`, in which each message says how long it is, or `seqpacket`, where the system keeps
 * messages apart (Linux alone, by system calls).
 */
export type SocketKind = 'stream' | 'seqpacket'

/** Options of a transport over a Unix socket. */
export interface SocketOptions {
  /** Both sides must take the same. @default 'stream' */
  readonly kind?: SocketKind | undefined
  /**
   * The most bytes of data in one message. A longer message of the other side ends the connection. What system and user allow
   * for seqpacket is more than the default, but not without limit (`net.core.wmem_max`).
   * @default 1 MiB for a stream, 128 KiB for seqpacket
   */
  readonly maxDataBytes?: number | undefined
  /**
   * How many bytes may wait to be sent. `send` refuses more with -EAGAIN, or, with {@link pausesWhenFull}, ends the connection:
   * an answer or a notification that is lost is worse.
   * @default 64 MiB
   */
  readonly maxQueuedBytes?: number | undefined
  /**
   * While more than a little waits to be sent, nothing is received: who sends requests and does not take the answers costs no
   * memory. For servers only: if both sides did so, they could wait for each other for ever.
   * @default true for connections that were accepted, false for those that were made
   */
  readonly pausesWhenFull?: boolean | undefined
}

/** The options with all defaults in place. */
export interface SocketSettings {
  readonly bufferBytes: number
  readonly maxQueuedBytes: number
  readonly pausesWhenFull: boolean
}

/** No request has more pages. */
const LONGEST = 65_535 * PAGE_SIZE
const MAX_DATA_BYTES = { stream: 1024 * 1024, seqpacket: 128 * 1024 } as const

/** @throws RangeError for sizes that cannot be */
export function socketSettings(options: SocketOptions, isAccepted: boolean): SocketSettings {
  const { maxDataBytes = MAX_DATA_BYTES[options.kind ?? 'stream'], maxQueuedBytes = 64 * 1024 * 1024 } = options
  if (!Number.isSafeInteger(maxDataBytes) || maxDataBytes < PAGE_SIZE || maxDataBytes > LONGEST) {
    throw new RangeError(`maxDataBytes is ${maxDataBytes}; it must be a whole number from ${PAGE_SIZE} to ${LONGEST}`)
  }
  return { bufferBytes: maxDataBytes + OVERHEAD, maxQueuedBytes, pausesWhenFull: options.pausesWhenFull ?? isAccepted }
}

/** What waits to be sent: more than these, and a transport that pauses does. */
const FULL_BYTES = 1024 * 1024
const FULL_MESSAGES = 256

/** Whether so much waits to be sent that nothing more should be received. */
export function isFull(bytes: number, messages: number): boolean {
  return bytes > FULL_BYTES || messages > FULL_MESSAGES
}
