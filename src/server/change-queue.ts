import type { Change, ChangeBatch, ChangeFeed } from '../changes/feed.js'

/** What a queue holds by default before it says that something was lost. */
const MAX_CHANGES = 16_384

/**
 * A feed for filesystems that hear of the changes of their source one by one: what is told waits here until it is asked for. When
 * more waits than there is room for, it is dropped, and the next batch says `gap`.
 */
export class ChangeQueue implements ChangeFeed {
  private readonly signal: AbortSignal
  private readonly maxChanges: number
  private changes: Change[] = []
  private isGap = false
  private error: { readonly cause: unknown } | undefined
  private wake: () => void = () => undefined

  /**
   * @param signal ends the feed
   * @param maxChanges how many may wait, 1 or more
   */
  constructor(signal: AbortSignal, maxChanges = MAX_CHANGES) {
    this.signal = signal
    this.maxChanges = maxChanges
    signal.addEventListener('abort', () => this.wake(), { once: true })
  }

  /** The source has changed so. Does nothing once the feed has ended. */
  tell(...changes: readonly Change[]): void {
    if (this.signal.aborted) return
    if (this.changes.length + changes.length > this.maxChanges) return this.lose()
    this.changes.push(...changes)
    this.wake()
  }

  /** The source has changed, and nobody knows how. */
  lose(): void {
    this.changes = []
    this.isGap = true
    this.wake()
  }

  /** Nothing will be told any more, for this reason; what waits still is. */
  fail(error: unknown): void {
    this.error ??= { cause: error }
    this.wake()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<ChangeBatch, void, undefined> {
    while (!this.signal.aborted) {
      if (this.changes.length > 0 || this.isGap) {
        const batch = { changes: this.changes, gap: this.isGap }
        this.changes = []
        this.isGap = false
        yield batch
      } else if (this.error !== undefined) throw this.error.cause
      else await new Promise<void>((resolve) => (this.wake = resolve))
    }
  }
}
