import { FuseWireError } from '../base/errors.js'
import { check } from './check.js'
import { MAP, PROT } from './constants.js'
import { libc } from './libc.js'

/**
 * Memory outside the JavaScript heap, at an address that never changes, for system calls and rings.
 *
 * **Lifetime.** The range of addresses stays mapped as long as `buffer`, or any view of it, can be reached, and is
 * unmapped after that by the garbage collector. So a view never points at nothing, nor at somebody else's memory. The
 * content lives until {@link dispose}, which puts untouched zero pages in its place: the memory goes back to the system
 * (and a mapped file or ring is let go) at once, while views that are still held read zeros, and what is written to
 * them is lost. An address is only a number and keeps nothing alive: whoever gave it to the kernel must hold on to this
 * object for as long as the kernel may use it.
 *
 * Detaching the buffer would be stricter, but Node 20 has no way to (`structuredClone` copies a buffer of this kind
 * instead) and later versions only `ArrayBuffer.prototype.transfer`. Do not call that on `buffer`: the new buffer does
 * not keep the range mapped.
 *
 * When a worker thread ends, its collector ends too: what was not disposed stays until the process ends.
 */
export class Memory implements Disposable {
  /** The size, in bytes, as it was asked for. */
  readonly length: number
  /** The memory. Its contents are zero at first, except for a mapped file. */
  readonly buffer: ArrayBuffer
  /** All of {@link buffer}. */
  readonly bytes: Uint8Array
  /** All of {@link buffer}; creating a DataView costs 200 ns, so share this one. */
  readonly view: DataView
  readonly #address: number
  #disposed = false

  private constructor(address: number, length: number) {
    const native = libc()
    this.#address = address
    this.length = length
    this.buffer = native.view(address, length)
    this.bytes = new Uint8Array(this.buffer)
    this.view = new DataView(this.buffer)
    native.mappings.register(this.buffer, { address, length })
  }

  /**
   * `length` bytes of zeros that start at a page. Takes no memory until it is touched.
   *
   * @throws SystemError ENOMEM
   */
  static allocate(length: number): Memory {
    return Memory.#map(length, MAP.PRIVATE | MAP.ANONYMOUS, -1, 0)
  }

  /**
   * Shares `length` bytes of what `fd` stands for, from `offset`, for reading and writing.
   *
   * @param flags further bits of `MAP`, such as `POPULATE`
   * @throws SystemError
   */
  static share(fd: number, offset: number, length: number, flags = 0): Memory {
    return Memory.#map(length, MAP.SHARED | flags, fd, offset)
  }

  static #map(length: number, flags: number, fd: number, offset: number): Memory {
    if (!Number.isSafeInteger(length) || length <= 0) throw new RangeError(`cannot map ${length} bytes`)
    const address = check(libc().mmap(0, length, PROT.READ | PROT.WRITE, flags, fd, offset), 'mmap')
    return new Memory(address, length)
  }

  /**
   * Where it is.
   *
   * @throws FuseWireError ERR_MEMORY_DISPOSED
   */
  get address(): number {
    if (this.#disposed) throw new FuseWireError('ERR_MEMORY_DISPOSED', 'the memory has been disposed of')
    return this.#address
  }

  /** madvise(2) on all of it. @param advice one of `MADV` */
  advise(advice: number): void {
    check(libc().madvise(this.address, this.length, advice), 'madvise')
  }

  /** Gives the content back; see the class. The second time does nothing. */
  dispose(): void {
    if (this.#disposed) return
    this.#disposed = true
    const flags = MAP.PRIVATE | MAP.ANONYMOUS | MAP.FIXED | MAP.NORESERVE
    check(libc().mmap(this.#address, this.length, PROT.READ | PROT.WRITE, flags, -1, 0), 'mmap')
  }

  /** As {@link dispose}. */
  [Symbol.dispose](): void {
    this.dispose()
  }
}
