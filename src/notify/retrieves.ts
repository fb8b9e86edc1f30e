import type { Clock } from '../base/clock.js'
import type { NodeId } from '../base/ids.js'
import { FuseWireError } from '../base/errors.js'
import { PAGE_SIZE } from '../protocol/limits.js'
import type { Work } from './job.js'
import { mountEnded, type NotifyResult } from './result.js'

/** Numbers of requests start at 2 and will not get here; even, since odd ones belong to INTERRUPT. */
const FIRST_UNIQUE = 2 ** 33

/** How many pieces of one retrieval may be asked for at a time. */
const WINDOW = 8

/** What {@link Retrieves} works with. */
export interface RetrievesContext {
  /** Sends one RETRIEVE. */
  readonly send: (work: Work) => Promise<NotifyResult>
  /** The most bytes that one answer has. */
  readonly maxBytes: number
  readonly clock: Clock
}

interface Piece {
  readonly node: NodeId
  readonly offset: number
  readonly size: number
  readonly into: Uint8Array
  readonly resolve: (found: number) => void
  readonly reject: (error: unknown) => void
}

/** Asks the peer for bytes of its page cache, and puts the answers, which come as requests of their own, together. */
export class Retrieves {
  private readonly context: RetrievesContext
  private readonly pieces = new Map<number, Piece>()
  private nextUnique = FIRST_UNIQUE

  constructor(context: RetrievesContext) {
    this.context = context
  }

  /** The bytes from `offset` up to the first page that the peer does not have. */
  async retrieve(node: NodeId, offset: number, length: number, timeoutMs: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(length)
    const stop =
      timeoutMs === Infinity
        ? undefined
        : this.context.clock.after(timeoutMs, () => {
            const message = `RETRIEVE of node ${node}: no answer within ${timeoutMs} ms`
            this.giveUp(bytes, new FuseWireError('ERR_NOTIFY_TIMEOUT', message))
          })
    try {
      const found = await this.fetch(node, offset, bytes)
      return found === length ? bytes : bytes.slice(0, found)
    } finally {
      stop?.()
    }
  }

  /** NOTIFY_REPLY came. One that nobody asked for is left alone. */
  answered(unique: number, offset: number, data: Uint8Array): void {
    const piece = this.pieces.get(unique)
    if (piece === undefined) return
    this.pieces.delete(unique)
    const found = offset === piece.offset ? Math.min(data.length, piece.size) : 0
    piece.into.set(data.subarray(0, found))
    piece.resolve(found)
  }

  /** The connection is over. */
  end(): void {
    for (const { reject } of this.pieces.values()) reject(mountEnded('RETRIEVE'))
    this.pieces.clear()
  }

  /** A few pieces at a time, in order; the first short one is the end. */
  private async fetch(node: NodeId, offset: number, bytes: Uint8Array): Promise<number> {
    const maxBytes = Math.floor(this.context.maxBytes / PAGE_SIZE) * PAGE_SIZE
    let found = 0
    for (let start = 0; start < bytes.length;) {
      const pieces: { size: number; found: Promise<number> }[] = []
      for (let i = 0; i < WINDOW && start < bytes.length; i += 1) {
        const at = offset + start
        // The first page counts from its start, whatever part of it is asked for.
        const size = Math.min(bytes.length - start, maxBytes - (at % PAGE_SIZE))
        pieces.push({ size, found: this.piece(node, at, size, bytes.subarray(start, start + size)) })
        start += size
      }
      const results = await Promise.all(pieces.map((piece) => piece.found))
      const short = results.findIndex((result, i) => result < pieces[i]!.size)
      const whole = short < 0 ? results : results.slice(0, short + 1)
      found += whole.reduce((sum, result) => sum + result, 0)
      if (short >= 0) break
    }
    return found
  }

  private async piece(node: NodeId, offset: number, size: number, into: Uint8Array): Promise<number> {
    const unique = this.nextUnique
    this.nextUnique += 2
    const answer = new Promise<number>((resolve, reject) => {
      this.pieces.set(unique, { node, offset, size, into, resolve, reject })
    })
    // It may be rejected while the notification is still on its way.
    answer.catch(() => undefined)
    try {
      // Given up while it stands in line: nobody waits for the notification itself.
      const sent = this.context.send({ notification: 'RETRIEVE', node, offset, length: size, unique })
      const result = await Promise.race([sent, answer])
      if (typeof result === 'number') return result
      return result.outcome === 'applied' ? await answer : 0
    } finally {
      this.pieces.delete(unique)
    }
  }

  private giveUp(bytes: Uint8Array, error: Error): void {
    for (const [unique, piece] of this.pieces) {
      if (piece.into.buffer !== bytes.buffer) continue
      this.pieces.delete(unique)
      piece.reject(error)
    }
  }
}
