/* Memory that several isolates see, and that grows in place. */

/** A SharedArrayBuffer that can grow (ES2024, Node 20). */
export interface GrowableBuffer extends SharedArrayBuffer {
  grow(byteLength: number): void
}

const Growable = SharedArrayBuffer as unknown as new (
  byteLength: number,
  options: { readonly maxByteLength: number },
) => GrowableBuffer

/** The least that a buffer grows by: one system call for many nodes, and at most this much too much. */
const STEP_BYTES = 64 * 1024

/** `byteLength` bytes of zeros that may become `maxByteLength`, of which only addresses are taken before they are used. */
export function growableBuffer(byteLength: number, maxByteLength: number): GrowableBuffer {
  return new Growable(byteLength, { maxByteLength })
}

/**
 * The words and bytes of a growable buffer. Views of a fixed length, made anew after it grew: in Node 20 one that follows
 * the length costs 44 ns an access, these 4 (measured).
 */
export class SharedWords {
  words!: Int32Array
  bytes!: Uint8Array
  private readonly buffer: GrowableBuffer
  private readonly maxByteLength: number
  private readonly onGrowth: () => void

  /** @param onGrowth tells the other isolates that they have to {@link refresh} */
  constructor(buffer: GrowableBuffer, maxByteLength: number, onGrowth: () => void) {
    this.buffer = buffer
    this.maxByteLength = maxByteLength
    this.onGrowth = onGrowth
    this.refresh()
  }

  /** Takes note of what another isolate did. */
  refresh(): void {
    this.words = new Int32Array(this.buffer, 0, this.buffer.byteLength >> 2)
    this.bytes = new Uint8Array(this.buffer, 0, this.buffer.byteLength)
  }

  /** Makes room for `byteLength` bytes. False if it is not to become that large. */
  reserve(byteLength: number): boolean {
    if (byteLength <= this.bytes.length) return true
    if (byteLength > this.maxByteLength) return false
    const wanted = Math.max(byteLength, this.bytes.length + STEP_BYTES)
    this.buffer.grow(Math.min(this.maxByteLength, Math.ceil(wanted / STEP_BYTES) * STEP_BYTES))
    this.refresh()
    this.onGrowth()
    return true
  }
}
