import type { Clock } from '../base/clock.js'
import type { Unique } from '../base/ids.js'
import { withoutResend } from '../protocol/limits.js'
import type { MessageBuffer } from '../protocol/message.js'
import { fuse_out_header } from '../protocol/structs/header.js'

import type { InFlight } from './inflight.js'

const UNIQUE_AT = fuse_out_header.fields.find(({ name }) => name === 'unique')!.offset
/** After this time a request does not come again: its caller was killed before it was read. */
const COMES_AGAIN_MS = 1000

/**
 * After RESEND a request that was not answered comes again, and only its new number can be answered. If its handler is still
 * at work, it is not called a second time: its answer goes out under the new number, which it waits for.
 */
export class Resends {
  private readonly clock: Clock
  private readonly inFlight: InFlight
  /** The request whose handler is being called at this moment. */
  private calling: Unique | undefined
  private readonly renamed = new Map<Unique, Unique>()
  /** Those that have not come again, and what to do when they do. */
  private readonly due = new Map<Unique, (() => void) | undefined>()

  constructor(clock: Clock, inFlight: InFlight) {
    this.clock = clock
    this.inFlight = inFlight
  }

  /** Calls a handler. What it answers on the spot becomes a promise if it had its own request sent again. */
  call(unique: Unique, handler: () => unknown): unknown {
    const outer = this.calling
    this.calling = unique
    try {
      const result = handler()
      return this.isDue(unique) ? Promise.resolve(result) : result
    } catch (error) {
      if (!this.isDue(unique)) throw error
      return Promise.reject(error)
    } finally {
      this.calling = outer
    }
  }

  /** Whether this request was read before and its handler is at work, so that it is not called a second time. */
  isAgain(unique: Unique): boolean {
    const first = this.inFlight.has(unique) ? unique : withoutResend(unique)
    if (!this.inFlight.has(first)) return false
    this.rename(first, unique)
    return true
  }

  /** RESEND was sent: what is not answered comes again. */
  sent(): void {
    this.expect(this.inFlight.uniques())
    if (this.calling !== undefined) this.expect([this.calling])
  }

  /** Waits until `unique` can be answered. */
  async answerable(unique: Unique): Promise<void> {
    if (this.isDue(unique)) await this.comesAgain(unique)
  }

  /** These were not answered when RESEND was sent. */
  private expect(uniques: Iterable<Unique>): void {
    for (const unique of uniques) this.due.set(unique, undefined)
  }

  /** Whether the number is not known yet under which `unique` can be answered. */
  private isDue(unique: Unique): boolean {
    return this.due.size > 0 && this.due.has(unique)
  }

  /** Waits for that number. */
  private async comesAgain(unique: Unique): Promise<void> {
    await new Promise<void>((resolve) => {
      const stop = this.clock.after(COMES_AGAIN_MS, () => this.arrived(unique))
      this.due.set(unique, () => {
        stop()
        resolve()
      })
    })
  }

  /** The request `first` came again, and is to be answered as `unique`. */
  private rename(first: Unique, unique: Unique): void {
    if (first !== unique) this.renamed.set(first, unique)
    this.arrived(first)
  }

  /** Puts the number into a reply under which it will be taken. */
  readdress(unique: Unique, reply: MessageBuffer): void {
    if (this.renamed.size === 0) return
    const now = this.renamed.get(unique)
    if (now === undefined) return
    this.renamed.delete(unique)
    reply.view.setBigUint64(UNIQUE_AT, BigInt(now), true)
  }

  /** The session is over: nothing comes again. */
  end(): void {
    for (const unique of this.due.keys()) this.arrived(unique)
  }

  private arrived(unique: Unique): void {
    const then = this.due.get(unique)
    this.due.delete(unique)
    then?.()
  }
}
