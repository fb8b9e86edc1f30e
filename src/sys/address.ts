import { libc } from './libc.js'

/**
 * The address of the first byte of `bytes`, which the kernel may be given for as long as somebody here holds on to `bytes`
 * and nobody transfers its buffer. An array of up to 64 bytes lives on the heap at first, where it would be moved: asking
 * for its `buffer` takes it out. Costs some 65 ns.
 */
export function addressOf(bytes: Uint8Array): number {
  // Reading the property is what moves it.
  void bytes.buffer
  return libc().addressOf(bytes, bytes, 0)
}
