import { SYSTEM_CLOCK } from './base/clock.js'
import { UnsupportedError } from './base/errors.js'
import { Changes } from './changes/changes.js'
import type { ChangeFeed } from './changes/feed.js'
import { Follower, type Following, type FollowOptions } from './changes/follow.js'
import { Holdings } from './changes/holdings.js'
import { Pruner } from './changes/pruner.js'
import type { WatchEvent, WatchOptions } from './changes/watch-event.js'
import { Watchers } from './changes/watchers.js'
import type { Negotiated } from './protocol/negotiated.js'
import type { FileSystem } from './server/filesystem.js'
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

/** Takes note of what the kernel holds, for {@link MountChanges}. */
export class ChangesSetup implements PeerObserver {
  private readonly fs: FileSystem
  private readonly holdings = new Holdings(SYSTEM_CLOCK)
  private readonly watchers: Watchers
  private readonly nodeOf: FileSystem['nodeOf']
  private readonly maxNodes: number
  private pruner: Pruner | undefined

  /** @param maxNodes how many nodes the kernel may hold without need */
  constructor(fs: FileSystem, maxNodes: number) {
    this.fs = fs
    this.maxNodes = maxNodes
    this.nodeOf = fs.nodeOf && ((object) => fs.nodeOf!(object))
    this.watchers = new Watchers(this.holdings.names, this.nodeOf)
  }

  asked(...args: Parameters<PeerObserver['asked']>): void {
    this.holdings.asked(...args)
  }

  answered(...args: Parameters<PeerObserver['answered']>): void {
    this.holdings.answered(...args)
    this.watchers.answered(args[0])
    this.pruner?.check()
  }

  forgot(...args: Parameters<PeerObserver['forgot']>): void {
    this.holdings.forgot(...args)
    this.pruner?.check()
  }

  /** To be called once INIT is answered. */
  begin(session: Session, kernel: Negotiated): MountChanges {
    const { fs, holdings, watchers, nodeOf } = this
    const { notifier: notify, coherence, closed } = session
    const turn = () => new Promise<void>((resolve) => setImmediate(resolve))
    const find = (parent: Parameters<typeof findName>[1], name: string) => findName(fs, parent, name)
    if (kernel.supports.prune && this.maxNodes < Infinity) {
      this.pruner = new Pruner({ notify, known: coherence.known, holdings }, this.maxNodes)
    }
    const changes = new Changes({ kernel, notify, coherence, holdings, find, nodeOf, turn, watchers })
    const end = () => watchers.end()
    closed.then(end, end)
    return {
      changes,
      follow: (feed, options = {}) => new Follower(feed, options, { changes, races: coherence.races, turn, closed }),
      watch: (path, options) => watchers.watch(path, options),
    }
  }
}

/** Of a mount that cannot be told. */
export function noChanges(reason: string): MountChanges {
  const refuse = () => {
    throw new UnsupportedError(reason)
  }
  return {
    get changes() {
      return refuse()
    },
    follow: refuse,
    watch: refuse,
  }
}
