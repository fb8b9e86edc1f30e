import type { Unique } from '../base/ids.js'
import type { MessageBuffer } from '../protocol/message.js'
import { fuse_out_header } from '../protocol/structs/header.js'

const UNIQUE_AT = fuse_out_header.fields.find(({ name }) => name === 'unique')!.offset

/**
 * After RESEND a request that was not answered comes again, and only its new number can be answered. If its handler is still
 * at work, it is not called a second time: its answer goes out under the new number.
 */
export class Resends {
  private readonly renamed = new Map<Unique, Unique>()

  /** The request `first` is to be answered as `unique`. */
  rename(first: Unique, unique: Unique): void {
    this.renamed.set(first, unique)
  }

  /** Puts the number into a reply under which it will be taken. */
  readdress(unique: Unique, reply: MessageBuffer): void {
    if (this.renamed.size === 0) return
    const now = this.renamed.get(unique)
    if (now === undefined) return
    this.renamed.delete(unique)
    reply.view.setBigUint64(UNIQUE_AT, BigInt(now), true)
  }
}
