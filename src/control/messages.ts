import type { RequestInFlight } from '../server/inflight.js'
import type { WaitingNotification } from '../notify/waiting.js'

/*
 * What goes over a control socket: lines of JSON, each a call with its number, or the answer with the same number. Bytes are
 * in base64; a length of `null` is "to the end"; numbers of requests are texts, for they may need 64 bits.
 */

/** Longest line, in bytes: some more than a piece of {@link PIECE_BYTES} takes. */
export const MAX_LINE = 2 * 1024 * 1024
/** The most data in one call, in bytes. */
export const PIECE_BYTES = 1024 * 1024

/** A call: its number, its name, and what the call needs. */
export interface CallMessage extends Readonly<Record<string, unknown>> {
  readonly id: number
  readonly call: string
}

/** The answer to a call. */
export type AnswerMessage =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: { readonly code: string; readonly message: string } }

/** What a server says of the mount that it serves. */
export interface MountInfo {
  readonly mountpoint: string
  readonly pid: number
  /** What the kernel may keep, and for how long, in words. */
  readonly cache: string
  /** Requests whose handlers are at work, the oldest first. */
  readonly requests: readonly RequestInfo[]
  /** Notifications that the kernel makes wait. */
  readonly notifications: readonly WaitingNotification[]
  /** Why these two are not known, if they are not. */
  readonly unknown?: string
}

/** A request whose handler is at work; its number is a text. */
export type RequestInfo = Omit<RequestInFlight, 'unique'> & { readonly unique: string }

/** One line. */
export function encodeLine(message: object): string {
  return `${JSON.stringify(message)}\n`
}

/** Cuts what comes in into lines. */
export class LineReader {
  private readonly each: (line: string) => void
  private parts: string[] = []
  private length = 0

  constructor(each: (line: string) => void) {
    this.each = each
  }

  /** @returns false if a line is too long */
  add(text: string): boolean {
    let start = 0
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
      const line = [...this.parts, text.slice(start, end)].join('')
      this.parts = []
      this.length = 0
      start = end + 1
      this.each(line)
    }
    const rest = text.slice(start)
    this.parts.push(rest)
    this.length += rest.length
    return this.length <= MAX_LINE
  }
}
