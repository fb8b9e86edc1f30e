import type { Clock } from '../base/clock.js'
import { FuseWireError } from '../base/errors.js'
import type { NodeId } from '../base/ids.js'
import { PAGE_SIZE } from '../protocol/limits.js'
import { Deadlines } from './deadlines.js'
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

/** One RETRIEVE that is with the peer, and its answer. */
interface Piece {
  readonly offset: number
  readonly into: Uint8Array
  readonly resolve: (found: number) => void
  readonly reject: (error: unknown) => void
}

/** Asks the peer for bytes of its page cache, and puts the answers, which come as requests of their own, together. */
export class Retrieves {
  private readonly context: RetrievesContext
  private readonly pieces = new Map<number, Piece>()
  private readonly deadlines: Deadlines
  /** In whole pages. */
  private readonly maxBytes: number
  private nextUnique = FIRST_UNIQUE

  constructor(context: RetrievesContext) {
    this.context = context
    this.maxBytes = Math.floor(context.maxBytes / PAGE_SIZE) * PAGE_SIZE
    this.deadlines = new Deadlines(context.clock)
  }

  /** Fills `into` with the bytes from `offset` up to the first page that the peer does not have; returns how many. */
  async retrieve(node: NodeId, offset: number, into: Uint8Array, timeoutMs: number): Promise<number> {
    let found = 0
    while (found < into.length) {
      const pieces: { size: number; found: Promise<number> }[] = []
      for (let start = found; pieces.length < WINDOW && start < into.length;) {
        const at = offset + start
        // The first page counts from its start, whatever part of it is asked for.
        const size = Math.min(into.length - start, this.maxBytes - (at % PAGE_SIZE))
        pieces.push({ size, found: this.piece(node, at, into.subarray(start, start + size), timeoutMs) })
        start += size
      }
      const results =
        pieces.length === 1 ? [await pieces[0]!.found] : await Promise.all(pieces.map((each) => each.found))
      for (const [i, count] of results.entries()) {
        found += count
        if (count < pieces[i]!.size) return found
      }
    }
    return found
  }

  /** NOTIFY_REPLY came. One that nobody asked for is left alone. */
  answered(unique: number, offset: number, data: Uint8Array): void {
    const piece = this.take(unique)
    if (piece === undefined) return
    const found = offset === piece.offset ? Math.min(data.length, piece.into.length) : 0
    piece.into.set(found === data.length ? data : data.subarray(0, found))
    piece.resolve(found)
  }

  /** The connection is over. */
  end(): void {
    this.deadlines.clear()
    const pieces = [...this.pieces.values()]
    this.pieces.clear()
    for (const { reject } of pieces) reject(mountEnded('RETRIEVE'))
  }

  private piece(node: NodeId, offset: number, into: Uint8Array, timeoutMs: number): Promise<number> {
    const unique = this.nextUnique
    this.nextUnique += 2
    return new Promise((resolve, reject) => {
      this.pieces.set(unique, { offset, into, resolve, reject })
      this.deadlines.set(unique, timeoutMs, () => {
        const message = `RETRIEVE of node ${node}: no answer within ${timeoutMs} ms`
        this.take(unique)?.reject(new FuseWireError('ERR_NOTIFY_TIMEOUT', message))
      })
      void this.send({ notification: 'RETRIEVE', node, offset, length: into.length, unique }, unique)
    })
  }

  private async send(work: Work, unique: number): Promise<void> {
    try {
      const { outcome } = await this.context.send(work)
      // Else the answer is on its way.
      if (outcome !== 'applied') this.take(unique)?.resolve(0)
    } catch (error) {
      this.take(unique)?.reject(error)
    }
  }

  private take(unique: number): Piece | undefined {
    const piece = this.pieces.get(unique)
    if (piece === undefined) return undefined
    this.pieces.delete(unique)
    this.deadlines.delete(unique)
    return piece
  }
}
