import { PAGE, type SpaceLimits } from './space.js'

/** Options of `MemoryFileSystem`. */
export interface MemoryFileSystemOptions {
  /**
   * How many bytes of data and extended attributes it may hold; data counts by pages of 4096. More is ENOSPC.
   * @default half of the machine's memory; 1 GiB where that is not known, as in a browser
   */
  readonly sizeLimitBytes?: number
  /**
   * How many objects there may be, the root included. More is ENOSPC.
   * @default one for each 4096 bytes of that half
   */
  readonly inodeLimit?: number
  /** Owner and group of the root. @default 0 */
  readonly uid?: number
  readonly gid?: number
  /** Permissions of the root. @default 0o755 */
  readonly mode?: number
  /** The clock, in milliseconds since 1970. @default Date.now */
  readonly nowMs?: () => number
}

/** What a `MemoryFileSystem` holds, and what the kernel holds of it. */
export interface MemoryUsage {
  readonly bytes: number
  readonly inodes: number
  /** Objects that the kernel knows, the root included. */
  readonly knownNodes: number
  /** Files and directories that are open. */
  readonly handles: number
}

/** Where nobody can be asked how much memory there is. */
const HALF_OF_UNKNOWN = 1024 * 1024 * 1024

/** As in the kernel's tmpfs, where nothing is said. */
export function limitsOf({ sizeLimitBytes, inodeLimit }: MemoryFileSystemOptions): SpaceLimits {
  // Not imported: this file also runs where there is no Node.
  const total = globalThis.process?.getBuiltinModule?.('node:os').totalmem()
  const half = total === undefined ? HALF_OF_UNKNOWN : Math.floor(total / 2)
  return { bytes: sizeLimitBytes ?? half, inodes: inodeLimit ?? Math.floor(half / PAGE) }
}
