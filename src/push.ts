import { UnsupportedError } from './base/errors.js'
import type { ChangeFeed } from './changes/feed.js'
import type { MountChanges } from './mount-changes.js'
import type { Negotiated } from './protocol/negotiated.js'
import type { FileSystem } from './server/filesystem.js'

/** What is to be done instead. */
const INSTEAD = "take { ttlMs } or 'none'"

/** Tells the kernel what a filesystem says of its source, for as long as a mount with the cache `push` lasts. */
export class Push {
  private readonly ending = new AbortController()
  private readonly feed: ChangeFeed
  private readonly report: (error: unknown, what: string) => void

  /**
   * From now on the filesystem takes note of what changes: it begins before the kernel can be given anything.
   *
   * @param report is told if the filesystem does not tell of its changes any more; nothing is cached from then on
   * @throws UnsupportedError if it cannot tell
   */
  constructor(fs: FileSystem, report: (error: unknown, what: string) => void) {
    this.report = report
    const feed = fs.changes?.({ signal: this.ending.signal })
    if (feed === undefined) {
      throw new UnsupportedError(`cache 'push' needs a filesystem that tells of its changes (changes()): ${INSTEAD}`)
    }
    this.feed = feed
  }

  /** @throws UnsupportedError unless the kernel can be told what it has to be told */
  follow({ follow }: MountChanges, { supports, unsupportedReason }: Negotiated): void {
    for (const what of ['invalInode', 'invalEntry'] as const) {
      if (supports[what]) continue
      throw new UnsupportedError(`cache 'push' cannot be had: ${what} ${unsupportedReason(what)}; ${INSTEAD}`)
    }
    follow(this.feed, {
      onGap: ({ reason, error }) => {
        if (reason === 'gap' || this.ending.signal.aborted) return
        this.report(error ?? new Error('the filesystem does not tell of its changes any more'), 'changes')
      },
    })
  }

  end(): void {
    this.ending.abort()
  }
}
