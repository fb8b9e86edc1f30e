import type { CacheMode } from '../../index.js'
import { UsageError } from '../failure.js'
import type { Source } from './source.js'

/** How a mount is to be cached. */
export interface CachePlan {
  /** Undefined: as the filesystem likes it. */
  readonly mode: CacheMode | undefined
  /** Taken where `mode` cannot be had; nobody asked for it then, so that is no error. */
  readonly otherwise?: CacheMode
  /** Why so. */
  readonly reason: string
}

/** A directory that cannot tell of its changes. */
const SECOND: CacheMode = { ttlMs: 1000 }

/**
 * What a value of `--cache` means.
 *
 * @throws UsageError for one that is not known, or cannot be had
 */
export function planCache(how: string | undefined, source: Source, threads: number): CachePlan {
  if (how === undefined) return byDefault(source, threads)
  if (how === 'none') return { mode: 'none', reason: 'as asked for' }
  if (how === 'push') {
    if (threads > 1)
      throw new UsageError('--cache push needs one thread, which knows what the kernel has: no --threads')
    return { mode: 'push', reason: 'as asked for' }
  }
  const seconds = /^ttl=(\d+(?:\.\d+)?)$/.exec(how)?.[1]
  if (seconds === undefined) throw new UsageError(`--cache ${how}: ttl=SECONDS, none or push is expected`)
  return { mode: { ttlMs: Number(seconds) * 1000 }, reason: 'as asked for' }
}

function byDefault({ isChangedByOthers }: Source, threads: number): CachePlan {
  if (!isChangedByOthers) return { mode: undefined, reason: 'nobody else can change what is there' }
  if (threads > 1) return { mode: SECOND, reason: 'with threads there is no push' }
  return { mode: 'push', otherwise: SECOND, reason: 'the source tells of its changes' }
}

/** What was chosen, and why, in one line. */
export function cacheLine(mode: CacheMode | undefined, reason: string): string {
  const seconds = (ms: number) => `for ${ms / 1000} s`
  const what =
    mode === undefined
      ? 'as the filesystem likes it'
      : mode === 'push'
        ? 'push: the kernel keeps everything for ever and is told what changes'
        : mode === 'none'
          ? 'none: the kernel asks each time'
          : `ttl: the kernel trusts what it knows ${seconds(mode.ttlMs)}`
  return `cache ${what} (${reason})`
}
