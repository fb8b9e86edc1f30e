import type { RaceGuard } from '../notify/race-guard.js'
import type { Awaitable } from '../server/results.js'
import type { Changes } from './changes.js'
import type { ChangeBatch, ChangeFeed } from './feed.js'

/** Why everything was taken as changed. */
export interface FeedGap {
  /**
   * - `gap`: the feed said that something was lost.
   * - `refused`: a batch could not be told to the kernel; `error` says why. The feed is followed on.
   * - `ended`, `failed`: the feed tells of nothing any more. From now on nothing stays cached.
   */
  readonly reason: 'gap' | 'refused' | 'ended' | 'failed'
  readonly error: unknown
}

/** Options of `follow`. */
export interface FollowOptions<Cursor> {
  /**
   * Keeps where the feed can be resumed. Called with the cursor of a batch when the kernel has taken all of it, and of all before
   * it; one call at a time, in order. If it fails, the feed is not followed any further.
   */
  readonly saveCursor?: (cursor: Cursor) => Awaitable<void>
  /** Everything was taken as changed, and the kernel knows it. */
  readonly onGap?: (gap: FeedGap) => void
}

/** A feed that is being followed. */
export interface Following {
  /**
   * Resolves when it is followed no more: it ended, {@link stop} was called, or the mount ended. Rejects if the feed or
   * `saveCursor` failed. Everything was taken as changed before, and nothing is cached from then on, until a feed is followed
   * again.
   */
  readonly ended: Promise<void>
  /** Follows it no further: asks it to return, and resolves as {@link ended} does, but never rejects. */
  stop(): Promise<void>
}

/** What {@link Follower} works with. */
export interface FollowContext {
  readonly changes: Changes
  readonly races: RaceGuard
  /** Lets requests be answered. */
  readonly turn: () => Promise<void>
  /** Settles when the mount has ended. */
  readonly closed: Promise<void>
}

/** How many changes, and how many batches, may be with the kernel before the feed is asked for more. */
const MAX_CHANGES = 4096
const MAX_BATCHES = 64
/** How many changes are taken from the feed before requests get a turn. */
const TURN = 256

/** Tells the kernel what a feed says, in its order, and never has more of it in memory than it may. */
export class Follower<Cursor> implements Following {
  readonly ended: Promise<void>
  private readonly context: FollowContext
  private readonly options: FollowOptions<Cursor>
  private readonly iterator: AsyncIterator<ChangeBatch<Cursor>>
  private isStopped = false
  private isMountOver = false
  /** All that was told so far holds, and its cursors are saved. */
  private done: Promise<void> = Promise.resolve()
  private failure: { readonly error: unknown } | undefined
  private batches = 0
  private pending = 0
  private sinceTurn = 0
  /** To be called when there is room again, and when nothing more is to be read. */
  private onRoom: (() => void) | undefined
  private onStop: (() => void) | undefined

  constructor(feed: ChangeFeed<Cursor>, options: FollowOptions<Cursor>, context: FollowContext) {
    this.context = context
    this.options = options
    this.iterator = feed[Symbol.asyncIterator]()
    const over = () => {
      this.isMountOver = true
      this.halt()
    }
    context.closed.then(over, over)
    context.races.feedBegins()
    this.ended = this.run()
    this.ended.catch(() => undefined)
  }

  async stop(): Promise<void> {
    this.halt()
    await this.ended.catch(() => undefined)
  }

  private halt(): void {
    this.isStopped = true
    this.onStop?.()
    this.onRoom?.()
  }

  private async run(): Promise<void> {
    let end: FeedGap = { reason: 'ended', error: undefined }
    try {
      await this.read()
      await this.done
    } catch (error) {
      end = { reason: 'failed', error }
    }
    // Not awaited: it may be waiting for something that never comes.
    if (this.isStopped || end.reason === 'failed') void this.leave()
    if (this.isMountOver) return
    this.context.races.feedEnds()
    await this.everything(end)
    if (end.reason === 'failed') throw end.error
  }

  private async leave(): Promise<void> {
    try {
      await this.iterator.return?.()
    } catch {
      // It is followed no more, whatever it says to that.
    }
  }

  private async read(): Promise<void> {
    while (!this.isStopped) {
      const next = await this.next()
      if (next === undefined || next.done === true) return
      await this.take(next.value)
      if (this.failure !== undefined) throw this.failure.error
    }
  }

  /** Undefined when it is followed no more. Not by Promise.race, which would keep something of each batch until then. */
  private next(): Promise<IteratorResult<ChangeBatch<Cursor>> | undefined> {
    return new Promise((resolve, reject) => {
      this.onStop = () => resolve(undefined)
      this.iterator.next().then(resolve, reject)
    })
  }

  private async take(batch: ChangeBatch<Cursor>): Promise<void> {
    const { changes, cursor, gap = false } = batch
    if (gap) {
      await this.done
      await this.everything({ reason: 'gap', error: undefined })
    }
    this.batches += 1
    this.pending += changes.length
    const told = this.context.changes.apply(changes)
    this.done = this.settle(this.done, told, changes.length, cursor)
    this.done.catch((error: unknown) => {
      this.failure ??= { error }
      this.onStop?.()
      this.onRoom?.()
    })
    this.sinceTurn += changes.length + 1
    if (this.sinceTurn > TURN) {
      this.sinceTurn = 0
      await this.context.turn()
    }
    while (!this.isStopped && this.failure === undefined && !this.hasRoom) {
      await new Promise<void>((resolve) => (this.onRoom = resolve))
    }
  }

  private get hasRoom(): boolean {
    return this.pending <= MAX_CHANGES && this.batches <= MAX_BATCHES
  }

  private async settle(
    before: Promise<void>,
    told: Promise<unknown>,
    changes: number,
    cursor: Cursor | undefined,
  ): Promise<void> {
    const [, result] = await Promise.allSettled([before, told])
    await before
    if (result.status === 'rejected') await this.everything({ reason: 'refused', error: result.reason })
    if (cursor !== undefined && !this.isMountOver) await this.options.saveCursor?.(cursor)
    this.batches -= 1
    this.pending -= changes
    this.onRoom?.()
  }

  private async everything(gap: FeedGap): Promise<void> {
    await this.context.changes.everything()
    this.options.onGap?.(gap)
  }
}
