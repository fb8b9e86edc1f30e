import { createRequire } from 'node:module'
import type * as Koffi from 'koffi'
import { UnsupportedError } from '../base/errors.js'

/** What this library uses of the foreign function interface. */
export interface Ffi {
  /** `errno` as the last foreign call on this thread left it; ask at once, and only after a failure. */
  errno(this: void): number
  /** The function that `definition`, a C prototype, describes. Looked up in the executable and all it has loaded. */
  bind(this: void, definition: string): unknown
  /** An ArrayBuffer over `length` bytes at `address`, which stay where they are and are not owned by it. */
  view(this: void, address: number, length: number): ArrayBuffer
}

/**
 * Loads koffi. It is done here and nowhere else, and not before somebody needs a system call, so that the rest of the
 * library works where koffi does not.
 *
 * Symbols come from the executable itself: every Node links its C library dynamically, so this finds the right one,
 * whatever it is called (glibc or musl), and libuv besides.
 *
 * @throws UnsupportedError where this is not Linux on x64 or arm64, or koffi cannot be loaded (its `cause` says why)
 */
export function loadFfi(): Ffi {
  const { platform, arch } = process
  if (platform !== 'linux' || (arch !== 'x64' && arch !== 'arm64')) {
    throw new UnsupportedError(`system calls need Linux on x64 or arm64, this is ${platform} on ${arch}`)
  }
  try {
    const koffi = createRequire(import.meta.url)('koffi') as typeof Koffi
    const program = koffi.load(null)
    return {
      errno: () => koffi.errno(),
      bind: (definition) => program.func(definition),
      view: (address, length) => koffi.view(address, length),
    }
  } catch (cause) {
    throw new UnsupportedError('system calls need the package koffi, which cannot be loaded here', { cause })
  }
}
