import { storeMemory, type StoreMemory } from './store/layout.js'

/** Options of {@link PassthroughFileSystem}. */
export interface PassthroughOptions {
  /**
   * The memory of nodes, made once by `PassthroughFileSystem.share()` and given to each of the isolates that serve one
   * mount. @default memory of its own
   */
  readonly shared?: StoreMemory
  /**
   * How many files and directories the kernel may know at a time; more are ENFILE. Addresses are reserved for all of them,
   * memory is used for those there are. With `shared`, what was said there. @default 16,777,216
   */
  readonly maxNodes?: number
  /** How many directories of the source each isolate keeps open, 16 or more. @default 256 */
  readonly maxDirectories?: number
  /**
   * How many files and directories may be watched while the mount follows the source, each one of fs.inotify.max_user_watches,
   * which all programs of a user share. What cannot be watched is not cached. 0 or more. @default as many as there may be
   */
  readonly maxWatches?: number
}

const DEFAULT_MAX_NODES = 1 << 24
/** Chains of the indexes and bytes of names are counted in 31 bits. */
const MOST_NODES = 1 << 27

/** @throws RangeError */
export function sharedMemory(options: Pick<PassthroughOptions, 'maxNodes'> = {}): StoreMemory {
  const { maxNodes = DEFAULT_MAX_NODES } = options
  if (!Number.isInteger(maxNodes) || maxNodes < 1 || maxNodes > MOST_NODES) {
    throw new RangeError(`maxNodes is ${maxNodes}; it must be a whole number from 1 to ${MOST_NODES}`)
  }
  return storeMemory(maxNodes)
}

/** @throws RangeError */
export function directoryCapacity({ maxDirectories = 256 }: PassthroughOptions): number {
  if (Number.isInteger(maxDirectories) && maxDirectories >= 16) return maxDirectories
  throw new RangeError(`maxDirectories is ${maxDirectories}; it must be a whole number from 16`)
}

/** @throws RangeError */
export function watchCapacity({ maxWatches = Infinity }: PassthroughOptions): number {
  if (maxWatches === Infinity || (Number.isInteger(maxWatches) && maxWatches >= 0)) return maxWatches
  throw new RangeError(`maxWatches is ${maxWatches}; it must be a whole number from 0`)
}
