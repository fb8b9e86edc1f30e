/** What a file should hold: plain memory, so simple that it needs no tests of its own. */
export class Model {
  /** The content; bytes from {@link size} on are always zero. */
  readonly bytes: Buffer
  size = 0

  constructor(maxSize: number) {
    this.bytes = Buffer.alloc(maxSize)
  }

  /** A write: fills a gap behind the old end with zeros and moves the end if needed. */
  write(data: Buffer, offset: number): void {
    data.copy(this.bytes, offset)
    this.grow(offset + data.length)
  }

  resize(size: number): void {
    if (size < this.size) this.bytes.fill(0, size, this.size)
    this.size = size
  }

  /** Moves the end to `size`, unless it is there or further already. */
  grow(size: number): void {
    this.size = Math.max(this.size, size)
  }

  /** Zeros for what of the range is within the file. */
  zero(offset: number, length: number): void {
    if (offset < this.size) this.bytes.fill(0, offset, Math.min(offset + length, this.size))
  }

  /** What a read answers. The result shares memory with the model. */
  read(offset: number, length: number): Buffer {
    return this.bytes.subarray(Math.min(offset, this.size), Math.min(offset + length, this.size))
  }
}

/** Where two buffers of one length differ first, or -1. */
export function firstDifference(a: Buffer, b: Buffer): number {
  if (a.equals(b)) return -1
  for (let at = 0; ; at++) if (a[at] !== b[at]) return at
}
