import { PAGE, type SpaceLimits } from './space.js'

/** Options of `MemoryFileSystem`. */
export interface MemoryFileSystemOptions {
  /**
   * How many bytes of data and extended attributes it may hold; data counts by pages of 4096. More is ENOSPC.
   * @default half of the machine's memory
   */
  readonly sizeLimitBytes?: number
  /**
   * How many objects there may be, the root included. More is ENOSPC.
   * @default one for each 8192 bytes of the machine's memory
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

/** As in the kernel's tmpfs, where nothing is said. */
export function limitsOf({ sizeLimitBytes, inodeLimit }: MemoryFileSystemOptions): SpaceLimits {
  const half = Math.floor(machineBytes() / 2)
  return { bytes: sizeLimitBytes ?? half, inodes: inodeLimit ?? Math.floor(half / PAGE) }
}

/** How much memory the machine has, as far as that can be known: where there is no Node, 1 GiB is taken for it. */
function machineBytes(): number {
  const { process } = globalThis as { readonly process?: { getBuiltinModule?(name: string): unknown } }
  const os = process?.getBuiltinModule?.('node:os') as { totalmem(): number } | undefined
  return os?.totalmem() ?? 2 ** 30
}
