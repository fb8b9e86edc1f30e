/* Bytes as Node gives them: a `Buffer` where there is one. */

/** A `Buffer` where programs have Node's types, else a `Uint8Array`. */
export type Bytes = typeof globalThis extends { Buffer: { alloc(size: number): infer B } } ? B : Uint8Array

/** The same bytes, not copied. Programs that were written for Node call `toString('hex')` and the like on them. */
export function asBytes(bytes: Uint8Array): Bytes {
  // Where Node's types are, it is a Buffer that is asked for; where they are not, there is none.
  const buffer: Uint8Array | undefined = globalThis.Buffer?.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return (buffer ?? bytes) as Bytes
}

/** The bytes that a view shows, not copied. */
export function viewed(data: ArrayBufferView): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
}
