import type { MountOptions as KernelMountOptions } from './kernel/options.js'
import type { InitWishes } from './protocol/init-wishes.js'
import { PAGE_SIZE } from './protocol/limits.js'
import { MAX_PAGES_LIMIT } from './protocol/negotiated.js'
import type { ReplyDefaults } from './server/encode.js'
import type { FileSystem, MountDefaults } from './server/filesystem.js'

/** The longest value of an extended attribute, and the longest list of their names, as the kernel has it. */
const XATTR_SIZE_MAX = 65_536

/** What a mount must know of its filesystem before it is mounted. Can be sent to another thread. */
export interface Traits {
  readonly mountDefaults: MountDefaults | undefined
  readonly hasReaddirplus: boolean
}

/** What the mount, the session and the transport are made with. Can be sent to another thread. */
export interface Settings<Options> {
  readonly wanted: MountDefaults & Options
  readonly defaults: ReplyDefaults
  readonly init: InitWishes
}

export function traitsOf(fs: FileSystem): Traits {
  return { mountDefaults: fs.mountDefaults, hasReaddirplus: fs.readdirplus !== undefined }
}

/** The options, then what the filesystem would like, then the defaults. */
export function settingsOf<Options extends MountDefaults & KernelMountOptions>(
  { mountDefaults, hasReaddirplus }: Traits,
  options: Options,
): Settings<Options> {
  const wanted = { ...mountDefaults, ...options }
  const defaults = {
    entryTimeoutMs: wanted.entryTimeoutMs ?? 1000,
    attrTimeoutMs: wanted.attrTimeoutMs ?? 1000,
    negativeTimeoutMs: wanted.negativeTimeoutMs ?? 0,
    keepCache: wanted.keepCache ?? false,
    cacheDir: wanted.cacheDir ?? false,
  }
  return {
    wanted,
    defaults,
    init: {
      readdirplus: hasReaddirplus ? 'auto' : false,
      defaultPermissions: wanted.defaultPermissions ?? false,
      ...mountDefaults?.init,
      ...options.init,
    },
  }
}

/** The most bytes of data in one message. More than the kernel's limit of pages is never negotiated. */
export function mostDataBytes({ maxWrite, maxPages = 0 }: InitWishes): number | undefined {
  // What is no number of bytes at all, the negotiation will refuse.
  if (maxWrite === undefined || !Number.isInteger(maxWrite)) return undefined
  return Math.min(Math.max(maxWrite, maxPages * PAGE_SIZE, XATTR_SIZE_MAX), MAX_PAGES_LIMIT * PAGE_SIZE)
}
