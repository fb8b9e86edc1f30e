import type { Clock } from '../base/clock.js'
import type { Unique } from '../base/ids.js'
import type { MessageBuffer } from '../protocol/message.js'
import { fuse_out_header } from '../protocol/structs/header.js'

const UNIQUE_AT = fuse_out_header.fields.find(({ name }) => name === 'unique')!.offset
/** After this time a request does not come again: its caller was killed before it was read. */
const COMES_AGAIN_MS = 1000

/**
 * After RESEND a request that was not answered comes again, and only its new number can be answered. If its handler is still
 * at work, it is not called a second time: its answer goes out under the new number, which it waits for.
 */
export class Resends {
  private readonly clock: Clock
  private readonly renamed = new Map<Unique, Unique>()
  /** Those that have not come again, and what to do when they do. */
  private readonly due = new Map<Unique, (() => void) | undefined>()

  constructor(clock: Clock) {
    this.clock = clock
  }

  /** RESEND was sent while these were not answered. */
  expect(uniques: Iterable<Unique>): void {
    for (const unique of uniques) this.due.set(unique, undefined)
  }

  /** Whether the number is not known yet under which `unique` can be answered. */
  isDue(unique: Unique): boolean {
    return this.due.size > 0 && this.due.has(unique)
  }

  /** Waits for that number. */
  async comesAgain(unique: Unique): Promise<void> {
    await new Promise<void>((resolve) => {
      const stop = this.clock.after(COMES_AGAIN_MS, () => this.arrived(unique))
      this.due.set(unique, () => {
        stop()
        resolve()
      })
    })
  }

  /** The request `first` came again, and is to be answered as `unique`. */
  rename(first: Unique, unique: Unique): void {
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
