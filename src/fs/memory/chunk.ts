import { PAGE } from './space.js'

/** As many pages as a number has bits. */
const PAGES = 32
/** The bytes of a file come in pieces of this size. 1 MiB of them is copied by eight calls. */
export const CHUNK = PAGES * PAGE
/** Smaller than a page, for the many files that are. */
const MIN_CAPACITY = 256

/**
 * A piece of a file, at `index * CHUNK`. A bit of `pages` says that the page is there; one that is not is a hole, and its
 * bytes here mean nothing. What lies past the end of `bytes` is zeros: a page that is reserved needs no memory.
 */
export class Chunk {
  readonly index: number
  pages = 0
  bytes: Uint8Array = EMPTY

  constructor(index: number) {
    this.index = index
  }

  /** Writes `source` at `start`, within the chunk. Its pages become there. */
  write(source: Uint8Array, start: number): void {
    const end = start + source.length
    if (this.pages === 0 && start === 0 && end === CHUNK) this.bytes = unfilled(CHUNK)
    else this.grow(end)
    this.add(pageBits(start, end), start, end)
    this.bytes.set(source, start)
  }

  /** Makes all pages there that `bits` has. Those that were not are zeros but in `[start, end)`, which is to be written. */
  add(bits: number, start = 0, end = 0): void {
    const fresh = bits & ~this.pages
    this.pages |= bits
    if (fresh === 0) return
    for (let rest = fresh; rest !== 0; rest &= rest - 1) {
      const page = lowestBit(rest) * PAGE
      if (start > page) this.bytes.fill(0, page, Math.min(page + PAGE, start))
      if (end < page + PAGE) this.bytes.fill(0, Math.max(page, end), page + PAGE)
    }
  }

  /** Zeros in `[start, end)`; what is a hole stays one. */
  zero(start: number, end: number): void {
    this.bytes.fill(0, start, end)
  }

  private grow(end: number): void {
    if (end <= this.bytes.length) return
    let capacity = Math.max(MIN_CAPACITY, this.bytes.length)
    while (capacity < end) capacity *= 2
    const { bytes } = this
    this.bytes = new Uint8Array(capacity)
    this.bytes.set(bytes)
  }
}

const EMPTY = new Uint8Array(0)

/** The bits of the pages that `[start, end)` touches. */
export function pageBits(start: number, end: number): number {
  return end <= start ? 0 : bitsBetween(Math.floor(start / PAGE), Math.ceil(end / PAGE))
}

/** The bits of the pages that lie wholly in `[start, end)`. */
export function innerPageBits(start: number, end: number): number {
  return bitsBetween(Math.ceil(start / PAGE), Math.floor(end / PAGE))
}

/** How many bits are set. */
export function countBits(bits: number): number {
  let count = 0
  for (let rest = bits; rest !== 0; rest &= rest - 1) count += 1
  return count
}

/** Which of the bits that are set is the lowest, or 32 if none is. */
export function lowestBit(bits: number): number {
  return bits === 0 ? PAGES : 31 - Math.clz32(bits & -bits)
}

function bitsBetween(first: number, end: number): number {
  const count = end - first
  if (count <= 0) return 0
  return count >= PAGES ? -1 : ((1 << count) - 1) << first
}

/** Memory for what is written at once: without zeros, where that can be had. */
function unfilled(bytes: number): Uint8Array {
  const { Buffer } = globalThis as { readonly Buffer?: typeof globalThis.Buffer }
  return Buffer?.allocUnsafeSlow(bytes) ?? new Uint8Array(bytes)
}
