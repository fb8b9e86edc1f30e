/* Bytes as Node gives them: a `Buffer` where there is one. */

/** A `Buffer` where programs have Node's types, else a `Uint8Array`. */
export type Bytes = typeof globalThis extends { Buffer: { alloc(size: number): infer B } } ? B : Uint8Array

interface Buffers {
  from(bytes: ArrayBufferLike, offset: number, length: number): Bytes
}

/** The same bytes, not copied. Programs that were written for Node call `toString('hex')` and the like on them. */
export function asBytes(bytes: Uint8Array): Bytes {
  const { Buffer } = globalThis as { readonly Buffer?: Buffers | undefined }
  return Buffer === undefined ? (bytes as Bytes) : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** The bytes that a view shows, not copied. */
export function viewed(data: ArrayBufferView): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
}
