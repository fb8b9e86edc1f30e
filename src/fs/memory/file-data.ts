import { FuseError } from '../../base/errors.js'
import { CHUNK, Chunk, countBits, innerPageBits, lowestBit, pageBits } from './chunk.js'
import { PAGE, type Space } from './space.js'

/** What a file has at some place: bytes, or a hole that reads as zeros; and where something else begins. */
export interface Run {
  /** A view of the file's own memory, until the next change. Undefined for a hole. */
  readonly bytes: Uint8Array | undefined
  readonly end: number
}

const NOTHING = new Uint8Array(0)

/** The bytes of a file, with holes. */
export class FileData {
  /** In bytes. Pages may be reserved beyond. */
  size = 0
  private readonly space: Space
  /** In order of their index; of a file without holes, each at its index. */
  private readonly chunks: Chunk[] = []
  private pageCount = 0

  constructor(space: Space) {
    this.space = space
  }

  /** How many pages are there, reserved ones included. */
  get pages(): number {
    return this.pageCount
  }

  /** The `length` bytes at `offset`, fewer at the end of the file, if they lie together in memory: a view of them. */
  view(offset: number, length: number): Uint8Array | undefined {
    const end = Math.min(offset + length, this.size)
    if (end <= offset) return NOTHING
    const run = this.runAt(offset, end)
    return run.end === end ? run.bytes : undefined
  }

  /** Fills `target` from `offset` on; returns how many bytes, less than its length at the end of the file. */
  read(target: Uint8Array, offset: number): number {
    const end = Math.min(offset + target.length, this.size)
    for (let at = offset; at < end;) {
      const run = this.runAt(at, end)
      if (run.bytes === undefined) target.fill(0, at - offset, run.end - offset)
      else target.set(run.bytes, at - offset)
      at = run.end
    }
    return Math.max(0, end - offset)
  }

  /**
   * Writes at `offset`, and makes the file longer if need be. Returns how many bytes there was space for.
   * @throws FuseError ENOSPC if there was none at all
   */
  write(source: Uint8Array, offset: number): number {
    let done = 0
    while (done < source.length) {
      const start = (offset + done) % CHUNK
      const index = (offset + done - start) / CHUNK
      const found = this.find(index)
      const end = this.affordable(start, Math.min(CHUNK, start + source.length - done), found?.pages ?? 0)
      if (end === start) break
      const chunk = found ?? this.insert(new Chunk(index))
      this.count(countBits(pageBits(start, end) & ~chunk.pages))
      chunk.write(source.subarray(done, done + end - start), start)
      done += end - start
    }
    if (done === 0 && source.length > 0) throw new FuseError('ENOSPC')
    if (done > 0) this.size = Math.max(this.size, offset + done)
    return done
  }

  /** Makes it as long as this, with a hole or by cutting off, what is reserved beyond included. */
  truncate(size: number): void {
    if (size <= this.size) this.clear(size, Infinity)
    this.size = size
  }

  /** Makes `[start, end)` zeros; whole pages of it become holes, and their memory is given back. */
  clear(start: number, end: number): void {
    const kept: Chunk[] = []
    const first = this.position(Math.floor(start / CHUNK))
    let position = first
    for (; position < this.chunks.length; position += 1) {
      const chunk = this.chunks[position]!
      const base = chunk.index * CHUNK
      if (base >= end) break
      const from = Math.max(0, start - base)
      const to = Math.min(CHUNK, end - base)
      const gone = chunk.pages & innerPageBits(from, to)
      this.count(-countBits(gone))
      chunk.pages &= ~gone
      if (chunk.pages === 0) continue
      chunk.zero(from, to)
      kept.push(chunk)
    }
    if (kept.length < position - first) this.chunks.splice(first, position - first, ...kept)
  }

  /**
   * Reserves the pages of `[start, end)`, whatever the size of the file. What is there stays.
   * @throws FuseError ENOSPC if there is not enough for all; then nothing is reserved
   */
  reserve(start: number, end: number): void {
    let missing = Math.ceil(end / PAGE) - Math.floor(start / PAGE)
    for (let i = this.position(Math.floor(start / CHUNK)); i < this.chunks.length; i += 1) {
      const { index, pages } = this.chunks[i]!
      if (index * CHUNK >= end) break
      missing -= countBits(pages & bitsOf(index, start, end))
    }
    this.count(missing)
    for (let index = Math.floor(start / CHUNK); index * CHUNK < end; index += 1) {
      const chunk = this.find(index) ?? this.insert(new Chunk(index))
      chunk.add(bitsOf(index, start, end))
    }
  }

  /** What is at `offset`, which is below `end`, and how far that goes; at most to `end`. */
  runAt(offset: number, end: number): Run {
    const start = offset % CHUNK
    const index = (offset - start) / CHUNK
    const position = this.position(index)
    const chunk = this.chunks[position]
    if (chunk === undefined || chunk.index !== index) return { bytes: undefined, end: this.startOf(position, end) }
    const base = offset - start
    const page = Math.floor(start / PAGE)
    if (((chunk.pages >>> page) & 1) === 0) {
      // A shift by 32 would be one by 0.
      const next = page + 1 === 32 ? 32 : page + 1 + lowestBit(chunk.pages >>> (page + 1))
      return { bytes: undefined, end: Math.min(end, base + Math.min(next * PAGE, CHUNK)) }
    }
    const there = page + lowestBit(~(chunk.pages >>> page))
    const limit = Math.min(there * PAGE, CHUNK, end - base)
    if (start >= chunk.bytes.length) return { bytes: undefined, end: base + limit }
    const stop = Math.min(limit, chunk.bytes.length)
    return { bytes: chunk.bytes.subarray(start, stop), end: base + stop }
  }

  /** Takes away all from page boundary `from` on, and returns it: where it was, and bytes that are nobody else's now. */
  detach(from: number): [offset: number, bytes: Uint8Array][] {
    const runs: [number, Uint8Array][] = []
    const last = this.chunks.at(-1)
    const end = last === undefined ? 0 : (last.index + 1) * CHUNK
    for (let at = from; at < end;) {
      const run = this.runAt(at, end)
      // The chunk that `from` cuts in two stays in use. (A slice of a Buffer would be no copy.)
      if (run.bytes !== undefined) runs.push([at, at % CHUNK === 0 ? run.bytes : new Uint8Array(run.bytes)])
      at = run.end
    }
    this.clear(from, Infinity)
    return runs
  }

  private find(index: number): Chunk | undefined {
    const chunk = this.chunks[this.position(index)]
    return chunk?.index === index ? chunk : undefined
  }

  /** Where the chunk with this index is, or would be. */
  private position(index: number): number {
    if (index < this.chunks.length && this.chunks[index]!.index === index) return index
    let [low, high] = [0, this.chunks.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.chunks[middle]!.index < index) low = middle + 1
      else high = middle
    }
    return low
  }

  private insert(chunk: Chunk): Chunk {
    this.chunks.splice(this.position(chunk.index), 0, chunk)
    return chunk
  }

  private startOf(position: number, end: number): number {
    const next = this.chunks[position]
    return next === undefined ? end : Math.min(end, next.index * CHUNK)
  }

  /** How far from `start` a chunk that has these pages can be written, in what space is left. */
  private affordable(start: number, end: number, pages: number): number {
    const free = Math.floor(this.space.freeBytes / PAGE)
    let missing = countBits(pageBits(start, end) & ~pages)
    let to = end
    for (; missing > free; missing = countBits(pageBits(start, to) & ~pages)) {
      to = Math.max(start, Math.ceil(to / PAGE) * PAGE - PAGE)
    }
    return to
  }

  private count(pages: number): void {
    if (pages > 0) this.space.take(pages * PAGE)
    else this.space.give(-pages * PAGE)
    this.pageCount += pages
  }
}

/** The bits of the pages of chunk `index` that `[start, end)` of the file touches. */
function bitsOf(index: number, start: number, end: number): number {
  const base = index * CHUNK
  return pageBits(Math.max(0, start - base), Math.min(CHUNK, end - base))
}
