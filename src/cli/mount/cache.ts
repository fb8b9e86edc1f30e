import type { MountOptions } from '../../index.js'
import { UsageError } from '../failure.js'

/**
 * The options of mount() for a value of `--cache`; without one the filesystem knows best.
 * @throws UsageError for one that is not known, or not there yet
 */
export function cacheOptions(how: string | undefined): MountOptions {
  if (how === undefined) return {}
  if (how === 'none') return forMs(0)
  if (how === 'push') {
    throw new UsageError('--cache push is not there yet: notifications are to come; take ttl=SECONDS or none')
  }
  const seconds = /^ttl=(\d+(?:\.\d+)?)$/.exec(how)?.[1]
  if (seconds === undefined) throw new UsageError(`--cache ${how}: ttl=SECONDS, none or push is expected`)
  return forMs(Number(seconds) * 1000)
}

/**
 * Names that do not exist are asked for again each time, so that a file shows at once where it was made. Cached data is
 * dropped when the attributes show that a file has changed.
 */
function forMs(ttlMs: number): MountOptions {
  const init = { autoInvalidateData: 'auto' } as const
  return { entryTimeoutMs: ttlMs, attrTimeoutMs: ttlMs, negativeTimeoutMs: 0, keepCache: false, cacheDir: false, init }
}
