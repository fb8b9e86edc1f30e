import { ERRNO } from '../../base/errno.js'
import { errnoOf } from '../../base/errors.js'
import type { Change, ChangeFeed } from '../../changes/feed.js'
import { ChangeQueue } from '../../server/change-queue.js'
import { keyOf } from './attributes.js'
import { NodeFileSystem } from './node-file-system.js'
import type { NodeStats } from './api.js'
import { tellWatched, type Watched } from './watching.js'

/** A {@link NodeFileSystem} that tells of what others change, where its fs has a `watch` that can be relied upon. */
export class WatchedNodeFileSystem extends NodeFileSystem {
  private readonly watched: Omit<Watched, 'look'>

  constructor(watched: Omit<Watched, 'look'>, ...args: ConstructorParameters<typeof NodeFileSystem>) {
    super(...args)
    this.watched = watched
  }

  override changes({ signal }: { readonly signal: AbortSignal }): ChangeFeed {
    const feed = new ChangeQueue(signal)
    const look = (path: string, isNamed: boolean) => this.lookAgain(path, isNamed)
    tellWatched({ ...this.watched, look }, feed, signal)
    return feed
  }

  /** The fs tells of one name; what has several, or had, is known by its number. */
  private async lookAgain(path: string, isNamed: boolean): Promise<readonly Change[]> {
    let stats: NodeStats
    try {
      stats = await this.api.lstat(this.paths.path(path.split('/')))
    } catch (error) {
      if (errnoOf(error) !== ERRNO.ENOENT) throw error
      const gone: Change[] = isNamed ? [{ is: 'removed', path }] : []
      return [...gone, ...this.changed(([, { last }]) => (last.nlink ?? 1) > 1, true)]
    }
    const key = keyOf(stats)
    const linked =
      Number(stats.nlink) > 1 && key !== undefined ? this.changed(([, node]) => node.key === key, false) : []
    return isNamed ? [{ is: 'created', path }, ...linked] : linked
  }

  private changed(concerns: (entry: NodeEntry) => boolean, attributesOnly: boolean): Change[] {
    return [...this.nodes].filter(concerns).map(([node]) => ({ is: 'modified', node, attributesOnly }))
  }
}

type NodeEntry = WatchedNodeFileSystem['nodes'] extends Iterable<infer Entry> ? Entry : never
