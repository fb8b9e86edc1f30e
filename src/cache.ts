import type { CacheMode } from './server/cache-mode.js'
import type { InitWishes } from './protocol/init-wishes.js'
import type { MountDefaults } from './server/filesystem.js'

type Timeouts = Omit<MountDefaults, 'defaultPermissions' | 'cache'>

const FOR_EVER: Timeouts = {
  entryTimeoutMs: Infinity,
  attrTimeoutMs: Infinity,
  negativeTimeoutMs: Infinity,
  keepCache: true,
  cacheDir: true,
  // A change of time or size that the kernel comes upon says nothing that it was not told.
  init: { autoInvalidateData: false, explicitInvalidateData: 'auto', cacheSymlinks: 'auto', writebackCache: false },
}

/** What a mode means, under what the options say besides. @throws RangeError for a time that is none */
export function withCache<Options extends MountDefaults>(cache: CacheMode | undefined, options: Options): Options {
  if (cache === undefined) return options
  const timeouts = timeoutsOf(cache)
  const init: InitWishes = { ...timeouts.init, ...options.init }
  return { ...timeouts, ...options, init }
}

function timeoutsOf(cache: CacheMode): Timeouts {
  if (cache === 'push') return FOR_EVER
  const ttlMs = cache === 'none' ? 0 : cache.ttlMs
  if (Number.isNaN(ttlMs) || ttlMs < 0) throw new RangeError(`ttlMs is ${ttlMs}; it must be 0 or more`)
  return {
    entryTimeoutMs: ttlMs,
    attrTimeoutMs: ttlMs,
    negativeTimeoutMs: 0,
    keepCache: false,
    cacheDir: false,
    init: { autoInvalidateData: 'auto', explicitInvalidateData: false },
  }
}

/** What a mount does, in words. */
export function describeCache(cache: CacheMode | undefined, { entryTimeoutMs, attrTimeoutMs }: MountDefaults): string {
  if (cache === 'push') return 'push: the kernel keeps what it knows for ever, and is told what changes'
  if (cache === 'none') return 'none: the kernel asks each time'
  const ms = (value = 1000) => (value === Infinity ? 'for ever' : `${value} ms`)
  return `names ${ms(entryTimeoutMs)}, attributes ${ms(attrTimeoutMs)}, and nothing is told by itself`
}

const SAYS = ['cache', 'entryTimeoutMs', 'attrTimeoutMs', 'negativeTimeoutMs', 'keepCache', 'cacheDir'] as const
type Says = Readonly<Partial<Record<(typeof SAYS)[number], unknown>>>

/** Who has said so, in words. @param given the options of `mount()`, which go before what the filesystem would like */
export function cacheReason(mountDefaults: MountDefaults = {}, given: Says): string {
  const says = (one: Says) => SAYS.some((name) => one[name] !== undefined)
  const who = [says(given) && 'the options', says(mountDefaults) && 'the filesystem'].filter((each) => each !== false)
  return who.length === 0 ? 'the defaults: nobody has said otherwise' : `as ${who.join(' and ')} would have it`
}
