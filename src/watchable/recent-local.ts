import type { Clock } from '../base/clock.js'
import type { NodeId } from '../base/ids.js'
import type { Request } from '../protocol/message.js'
import type { ReplayPlace } from '../server/replay.js'

/** For how long after a change through the mount what the source tells of the same is taken for its echo, in ms. */
const ECHO_MS = 1000
/** So many of them are remembered at most. */
const MAX_REMEMBERED = 10_000

/** The flag of open(2). */
const O_TRUNC = 0o1000

/**
 * What programs have changed through the mount a short time ago: the kernel has told watchers of it, and a source that tells of
 * everything tells of it once more.
 */
export class RecentLocal {
  private readonly clock: Clock
  /** By node or name, when it was changed last; the oldest first. */
  private readonly times = new Map<string, number>()

  constructor(clock: Clock) {
    this.clock = clock
  }

  /** A request was answered without an error. @param made the object that it made */
  answered(request: Request, made?: NodeId): void {
    const node = request.header.nodeid
    if (made !== undefined) this.note(String(made))
    switch (request.op) {
      case 'WRITE':
      case 'SETATTR':
      case 'FALLOCATE':
      case 'SETXATTR':
      case 'REMOVEXATTR':
        this.note(String(node))
        break
      case 'OPEN':
        if ((request.fuse_open_in.flags & O_TRUNC) !== 0) this.note(String(node))
        break
      case 'COPY_FILE_RANGE':
      case 'COPY_FILE_RANGE_64':
        this.note(String(request.fuse_copy_file_range_in.nodeid_out))
        break
      case 'CREATE':
      case 'MKNOD':
      case 'MKDIR':
      case 'SYMLINK':
      case 'UNLINK':
      case 'RMDIR':
        this.note(keyOf({ parent: node, name: request.name }))
        break
      case 'LINK':
        this.note(keyOf({ parent: node, name: request.newname }))
        this.note(String(request.fuse_link_in.oldnodeid))
        break
      case 'RENAME':
        this.note(keyOf({ parent: node, name: request.oldname }))
        this.note(keyOf({ parent: request.fuse_rename_in.newdir, name: request.newname }))
        break
      case 'RENAME2':
        this.note(keyOf({ parent: node, name: request.oldname }))
        this.note(keyOf({ parent: request.fuse_rename2_in.newdir, name: request.newname }))
        break
      default:
    }
  }

  /** The kernel has given the node back: its number may come again, for another object. */
  forgot(node: NodeId): void {
    this.times.delete(String(node))
  }

  /** Whether the object was changed through the mount just now. */
  hasNode(node: NodeId): boolean {
    return this.has(String(node))
  }

  /** Whether the name was. */
  hasName(place: ReplayPlace): boolean {
    return this.has(keyOf(place))
  }

  private has(key: string): boolean {
    const time = this.times.get(key)
    return time !== undefined && this.clock.now() - time < ECHO_MS
  }

  private note(key: string): void {
    const now = this.clock.now()
    // Set anew, so that it is the last.
    this.times.delete(key)
    this.times.set(key, now)
    for (const [oldest, time] of this.times) {
      if (now - time < ECHO_MS && this.times.size <= MAX_REMEMBERED) break
      this.times.delete(oldest)
    }
  }
}

function keyOf({ parent, name }: ReplayPlace): string {
  return `${parent}/${name}`
}
