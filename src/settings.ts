import type { MountOptions as KernelMountOptions } from './kernel/options.js'
import type { InitWishes } from './protocol/init-wishes.js'
import type { ReplyDefaults } from './server/encode.js'
import type { FileSystem, MountDefaults } from './server/filesystem.js'

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
  return {
    wanted,
    defaults: {
      entryTimeoutMs: wanted.entryTimeoutMs ?? 1000,
      attrTimeoutMs: wanted.attrTimeoutMs ?? 1000,
      negativeTimeoutMs: wanted.negativeTimeoutMs ?? 0,
      keepCache: wanted.keepCache ?? false,
      cacheDir: wanted.cacheDir ?? false,
    },
    init: {
      readdirplus: hasReaddirplus ? 'auto' : false,
      defaultPermissions: wanted.defaultPermissions ?? false,
      ...mountDefaults?.init,
      ...options.init,
    },
  }
}
