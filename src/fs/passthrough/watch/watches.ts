import { ERRNO, errnoName } from '../../../base/errno.js'
import type { NodeId } from '../../../base/ids.js'
import { IN, S } from '../../../sys/constants.js'
import { Inotify, type InotifyEvent } from '../../../sys/inotify.js'

/** What is told of a regular file. Its attributes change with its names, too: ATTRIB is also for a link more or less. */
const OF_FILE = IN.MODIFY | IN.CLOSE_WRITE | IN.ATTRIB | IN.MOVE_SELF
/** What is told of anything that has no content. */
const OF_OTHERS = IN.ATTRIB | IN.MOVE_SELF
/** What is told of a directory; what is in the files of it is told of the files. */
const OF_DIRECTORY = OF_OTHERS | IN.CREATE | IN.DELETE | IN.MOVED_FROM | IN.MOVED_TO | IN.EXCL_UNLINK

/** How many nodes are watched. */
export interface WatchCounts {
  readonly watched: number
  /** How often one could not be watched: what is said of it was not to be cached. */
  readonly refused: number
}

/**
 * Which nodes the host tells of: one watch for each, on the very object, whatever names it has, within the source or
 * elsewhere. (A watch on directories alone would miss what is done to a file by a name in a directory that is not watched.)
 */
export class Watches {
  readonly inotify = new Inotify()
  private readonly byNode = new Map<NodeId, number>()
  private readonly byWatch = new Map<number, NodeId>()
  private readonly max: number
  private readonly onRefused: (reason: string) => void
  private refused = 0

  /**
   * @param max how many there may be
   * @param onRefused is told why, the first time that something could not be watched
   */
  constructor(max: number, onRefused: (reason: string) => void) {
    this.max = max
    this.onRefused = onRefused
  }

  get counts(): WatchCounts {
    return { watched: this.byNode.size, refused: this.refused }
  }

  has(node: NodeId): boolean {
    return this.byNode.has(node)
  }

  nodeOf(watch: number): NodeId | undefined {
    return this.byWatch.get(watch)
  }

  /** Watches what `fd` stands for. @param mode its type is that of the file. False if it cannot be watched */
  add(node: NodeId, fd: number, mode: number): boolean {
    if (this.byNode.size >= this.max) return this.refuse(`maxWatches is ${this.max}`)
    const type = mode & S.IFMT
    const watch = this.inotify.watch(fd, type === S.IFDIR ? OF_DIRECTORY : type === S.IFREG ? OF_FILE : OF_OTHERS)
    if (watch < 0) return this.refuse(reasonOf(-watch))
    this.byNode.set(node, watch)
    this.byWatch.set(watch, node)
    return true
  }

  /** The kernel has given the node back. */
  forget(node: NodeId): void {
    const watch = this.byNode.get(node)
    if (watch === undefined) return
    this.ended(watch)
    this.inotify.unwatch(watch)
  }

  /** The watch has ended, by itself perhaps. Returns the node that it was of. */
  ended(watch: number): NodeId | undefined {
    const node = this.byWatch.get(watch)
    if (node === undefined) return undefined
    this.byWatch.delete(watch)
    if (this.byNode.get(node) === watch) this.byNode.delete(node)
    return node
  }

  read(): InotifyEvent[] {
    return this.inotify.read()
  }

  private refuse(reason: string): false {
    if (this.refused === 0) this.onRefused(reason)
    this.refused += 1
    return false
  }
}

function reasonOf(errno: number): string {
  if (errno === ERRNO.ENOSPC) {
    return 'fs.inotify.max_user_watches is used up: raise it with sysctl, or take a cache with a ttl'
  }
  return `inotify says ${errnoName(errno)}`
}
