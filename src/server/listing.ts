import { ProtocolError } from '../base/errors.js'
import { encodedNameLength } from '../base/name.js'
import { direntSize, DirentWriter } from '../protocol/dirent.js'
import { messageBuffer } from '../protocol/message.js'

/** One name of a {@link Listing}. */
export interface ListingEntry {
  readonly name: string
  /** The number that readdir(3) shows. */
  readonly ino: number | bigint
  /** Of the object; only its type is shown. */
  readonly mode: number
}

/**
 * The names of a directory at one moment, ready to be sent: made once, for instance by `opendir`, or as long as the directory
 * does not change. Each READDIR then costs one copy, however many names it takes; and whoever reads the directory sees
 * every name once, whatever changes meanwhile. Takes 24 bytes a name, and the name.
 */
export class Listing {
  /** The records, one behind the other, as READDIR has them. The cookie of a record is its index plus 1. */
  private readonly records: Uint8Array
  /** Where each record starts, and where the last one ends. */
  private readonly starts: Uint32Array

  /** @throws ProtocolError for a name that cannot be */
  constructor(entries: Iterable<ListingEntry>) {
    const all = [...entries]
    this.starts = new Uint32Array(all.length + 1)
    let end = 0
    for (const [index, { name }] of all.entries()) {
      const length = encodedNameLength(name)
      if (length < 0) throw new ProtocolError('fuse_dirent', 'name', end, 'has a surrogate that stands for no byte')
      end += direntSize(length)
      this.starts[index + 1] = end
    }
    const message = messageBuffer(end)
    const writer = new DirentWriter(message, 0, end)
    for (const [index, { name, ino, mode }] of all.entries()) {
      writer.add({ name, ino, off: index + 1, type: (mode >> 12) & 0xf })
    }
    this.records = message.bytes
  }

  /** How many names there are. */
  get size(): number {
    return this.starts.length - 1
  }

  /** The records behind cookie `offset` that fit into `room` bytes. */
  after(offset: number | bigint, room: number): Uint8Array {
    const first = Math.min(Number(offset), this.size)
    const start = this.starts[first]!
    let [low, high] = [first, this.size]
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (this.starts[middle]! - start <= room) low = middle
      else high = middle - 1
    }
    return this.records.subarray(start, this.starts[low])
  }
}
