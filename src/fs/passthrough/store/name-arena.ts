import type { PathBytes } from '../../../sys/path.js'
import { HEAD } from './layout.js'
import type { SharedWords } from './shared-words.js'

/*
 * Names as bytes, in blocks of a multiple of 8: two bytes for the length, then the name. A free block holds the number of
 * the next free one of its size. Blocks are numbered in units of 8 bytes; 0 is none.
 */

const UNIT = 8
const LENGTH_BYTES = 2

/** The longest name that there is room for. Linux filesystems have 255, a few 1022 at most. */
export const MAX_NAME = (HEAD.WORDS - HEAD.FREE_NAMES - 2) * UNIT - LENGTH_BYTES

export class NameArena {
  private readonly head: Int32Array
  private readonly memory: SharedWords

  constructor(head: Int32Array, memory: SharedWords) {
    this.head = head
    this.memory = memory
  }

  /** The block of a copy of `name`, or 0 if there is no room. */
  add(name: PathBytes): number {
    const { head, memory } = this
    const units = unitsOf(name.length)
    const free = HEAD.FREE_NAMES + units
    let block = head[free]!
    if (block === 0) {
      // Block 0 is none, so the first is never used.
      block = head[HEAD.NAMES_USED]! + 1
      if (!memory.reserve((block + units) * UNIT)) return 0
      head[HEAD.NAMES_USED] = block + units - 1
    } else head[free] = memory.words[block * 2]!
    const { bytes } = memory
    const at = block * UNIT
    bytes[at] = name.length & 0xff
    bytes[at + 1] = name.length >> 8
    for (let i = 0; i < name.length; i += 1) bytes[at + LENGTH_BYTES + i] = name.bytes[i]!
    head[HEAD.NAMES_LIVE] = head[HEAD.NAMES_LIVE]! + units
    return block
  }

  free(block: number): void {
    const { head, memory } = this
    const units = unitsOf(this.length(block))
    memory.words[block * 2] = head[HEAD.FREE_NAMES + units]!
    head[HEAD.FREE_NAMES + units] = block
    head[HEAD.NAMES_LIVE] = head[HEAD.NAMES_LIVE]! - units
  }

  is(block: number, name: PathBytes): boolean {
    const { length } = name
    if (this.length(block) !== length) return false
    const at = block * UNIT + LENGTH_BYTES
    for (let i = 0; i < length; i += 1) if (this.memory.bytes[at + i] !== name.bytes[i]) return false
    return true
  }

  /** Copies the name into `into`, and answers its length. */
  read(block: number, into: Uint8Array): number {
    const length = this.length(block)
    const at = block * UNIT + LENGTH_BYTES
    for (let i = 0; i < length; i += 1) into[i] = this.memory.bytes[at + i]!
    return length
  }

  hash(block: number): number {
    const { bytes } = this.memory
    const at = block * UNIT + LENGTH_BYTES
    return hashBytes(bytes, at, at + this.length(block))
  }

  private length(block: number): number {
    const { bytes } = this.memory
    return bytes[block * UNIT]! | (bytes[block * UNIT + 1]! << 8)
  }
}

function unitsOf(length: number): number {
  return (length + LENGTH_BYTES + UNIT - 1) >> 3
}

/** FNV-1a. Whoever makes names that collide makes his own directory slow. */
export function hashBytes(bytes: Uint8Array, start: number, end: number): number {
  let h = 0x811c9dc5
  for (let i = start; i < end; i += 1) h = Math.imul(h ^ bytes[i]!, 0x01000193)
  return h
}
