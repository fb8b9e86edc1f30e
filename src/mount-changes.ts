import { SYSTEM_CLOCK } from './base/clock.js'
import { UnsupportedError } from './base/errors.js'
import { Changes } from './changes/changes.js'
import type { Edit } from './changes/edit.js'
import type { ChangeFeed } from './changes/feed.js'
import { Follower, type Following, type FollowOptions } from './changes/follow.js'
import { Holdings } from './changes/holdings.js'
import { Pruner } from './changes/pruner.js'
import type { WatchEvent, WatchOptions } from './changes/watch-event.js'
import { Watchers } from './changes/watchers.js'
import { notWatchable, WatchableSetup, type WatchableMount } from './mount-watchable.js'
import type { Negotiated } from './protocol/negotiated.js'
import type { FileSystem } from './server/filesystem.js'
import type { Replay } from './server/replay.js'
import { findName } from './server/find-name.js'
import type { PeerObserver } from './notify/observer.js'
import type { Session } from './server/session.js'

/** How a mount is told of changes that are made behind it, and tells of all. */
export interface MountChanges {
  /**
   * Tells the kernel what changed at the source, in words of files rather than of notifications.
   * @throws UnsupportedError with threads, or where {@link MountOptions.changes} is false
   */
  readonly changes: Changes
  /**
   * Tells the kernel what a feed says, from now on, in its order: of the filesystem's own `changes`, or of any source. A gap, the
   * end of the feed and its failure make everything be asked for again.
   * @throws UnsupportedError as {@link changes}
   */
  follow<Cursor>(this: void, feed: ChangeFeed<Cursor>, options?: FollowOptions<Cursor>): Following
  /**
   * What happens from now on to a file or in a directory: through the mount, and by the word of {@link changes} and feeds. Until
   * the loop over it is left, or the mount ends. The object need not exist. Not seen are changes that a source does not tell,
   * and writes into mappings before the kernel sends them.
   *
   * @param path from the root of the filesystem, as in {@link changes}
   * @throws UnsupportedError as {@link changes}; RangeError
   */
  watch(this: void, path: string, options?: WatchOptions): AsyncIterableIterator<WatchEvent>
}

/** What a mount wants of {@link ChangesSetup}. */
interface ChangesSetupOptions {
  /** How many nodes the kernel may hold without need. @default Infinity */
  readonly maxNodes?: number | undefined
  /** Those who watch by inotify hear of nothing any more; undefined: they need not. */
  readonly onDeaf?: ((error: Error) => void) | undefined
}

/** Takes note of what the kernel holds, for {@link MountChanges}. */
export class ChangesSetup implements PeerObserver {
  private readonly fs: FileSystem
  private readonly holdings = new Holdings(SYSTEM_CLOCK)
  private readonly watchers: Watchers
  private readonly nodeOf: FileSystem['nodeOf']
  private readonly watchable: WatchableSetup | undefined
  private readonly maxNodes: number
  private pruner: Pruner | undefined

  constructor(fs: FileSystem, { maxNodes = Infinity, onDeaf }: ChangesSetupOptions = {}) {
    this.fs = fs
    this.maxNodes = maxNodes
    const { names } = this.holdings
    this.watchable = onDeaf && new WatchableSetup({ fs, names, clock: SYSTEM_CLOCK, onFail: onDeaf })
    this.nodeOf = fs.nodeOf && ((object) => fs.nodeOf!(object))
    this.watchers = new Watchers(this.holdings.names, this.nodeOf)
  }

  /** For the session. */
  get replay(): Replay | undefined {
    return this.watchable?.replay
  }

  asked(...args: Parameters<PeerObserver['asked']>): void {
    this.holdings.asked(...args)
  }

  answered(...args: Parameters<PeerObserver['answered']>): void {
    const [request, reply] = args
    if (this.watchable?.answered(request, reply) === true) return
    this.holdings.answered(...args)
    this.watchers.answered(request)
    this.pruner?.check()
  }

  forgot(...args: Parameters<PeerObserver['forgot']>): void {
    this.holdings.forgot(...args)
    this.watchable?.forgot(...args)
    this.pruner?.check()
  }

  /** To be called once INIT is answered. @param mountpoint where it is to be made watchable, if it is */
  begin(session: Session, kernel: Negotiated, mountpoint = ''): MountChanges & { watchable: WatchableMount } {
    const { fs, holdings, watchers, nodeOf, watchable } = this
    const { notifier: notify, coherence, closed } = session
    const turn = () => new Promise<void>((resolve) => setImmediate(resolve))
    const find = (parent: Parameters<typeof findName>[1], name: string) => findName(fs, parent, name)
    if (kernel.supports.prune && this.maxNodes < Infinity) {
      this.pruner = new Pruner({ notify, known: coherence.known, holdings }, this.maxNodes)
    }
    const telling = watchable && ((edit: Edit) => watchable.telling(edit))
    const changes = new Changes({ kernel, notify, coherence, holdings, find, nodeOf, turn, watchers, telling })
    const end = () => watchers.end()
    closed.then(end, end)
    return {
      changes,
      watchable: watchable?.begin(session, mountpoint) ?? notWatchable('it was not asked for'),
      follow: (feed, options = {}) => new Follower(feed, options, { changes, races: coherence.races, turn, closed }),
      watch: (path, options) => watchers.watch(path, options),
    }
  }
}

/** Of a mount that cannot be told. */
export function noChanges(reason: string): MountChanges & { watchable: WatchableMount } {
  const refuse = () => {
    throw new UnsupportedError(reason)
  }
  return {
    get changes() {
      return refuse()
    },
    follow: refuse,
    watch: refuse,
    watchable: notWatchable(reason),
  }
}
