import { FuseError } from '../base/errors.js'
import type { FileHandle, NodeId } from '../base/ids.js'
import type { RequestHost } from '../server/context.js'
import type { FileSystem } from '../server/filesystem.js'
import { FlushRequest, ReleaseRequest } from '../server/requests/file.js'
import type { LockRequest } from '../server/requests/misc.js'

export type ReleaseMethod = 'release' | 'releasedir'

/** What was opened, and how often: handles need not be unique, where a filesystem has none. */
interface Opened {
  readonly method: ReleaseMethod
  readonly node: NodeId
  readonly fh: FileHandle
  readonly flags: number
  count: number
}

/** Numbers for those who hold locks: each client has its own, which may be the same as another's. */
export interface OwnerNumbers {
  last: number
}

/**
 * What one of several clients has of a filesystem besides lookups: open files and locks. It is given back when the client
 * leaves, whatever it was doing, and it cannot give back what others have.
 */
export class Holdings {
  private readonly opened = new Map<string, Opened>()
  private readonly owners = new Map<number | bigint, number>()
  /** By owner, as the filesystem knows it: where it may have locks. */
  private readonly locked = new Map<number, Map<NodeId, FileHandle>>()
  private readonly numbers: OwnerNumbers

  constructor(numbers: OwnerNumbers) {
    this.numbers = numbers
  }

  open(method: ReleaseMethod, node: NodeId, fh: FileHandle, flags: number): void {
    const key = keyOf(method, node, fh)
    const known = this.opened.get(key)
    if (known === undefined) this.opened.set(key, { method, node, fh, flags, count: 1 })
    else known.count += 1
  }

  /** @throws FuseError EBADF if this client has no such handle */
  release(method: ReleaseMethod, node: NodeId, fh: FileHandle): void {
    const key = keyOf(method, node, fh)
    const known = this.opened.get(key)
    if (known === undefined) throw new FuseError('EBADF')
    known.count -= 1
    if (known.count === 0) this.opened.delete(key)
  }

  /** The number by which the filesystem knows an owner of locks of this client. */
  owner(theirs: number | bigint): number {
    const known = this.owners.get(theirs)
    if (known !== undefined) return known
    this.numbers.last += 1
    return this.numbers.last
  }

  /** A lock may be set from now on. @param theirs the owner, as the client says */
  lock(theirs: number | bigint, { node, fh }: LockRequest): number {
    const owner = this.owner(theirs)
    this.owners.set(theirs, owner)
    const where = this.locked.get(owner) ?? new Map<NodeId, FileHandle>()
    this.locked.set(owner, where.set(node, fh))
    return owner
  }

  /** An owner has no locks on a file any more. */
  unlock(theirs: number | bigint, node: NodeId): void {
    const owner = this.owners.get(theirs)
    const where = owner === undefined ? undefined : this.locked.get(owner)
    if (where === undefined || !where.delete(node) || where.size > 0) return
    this.locked.delete(owner!)
    this.owners.delete(theirs)
  }

  /** Gives everything back, as the client would have done. */
  async giveBack(fs: FileSystem): Promise<void> {
    const calls: (() => unknown)[] = []
    for (const [owner, where] of this.locked) {
      for (const [node, fh] of where) calls.push(() => fs.flush?.(flushOf(node, fh, owner)))
    }
    for (const one of this.opened.values()) {
      for (let i = 0; i < one.count; i += 1) calls.push(() => fs[one.method]?.(releaseOf(one)))
    }
    this.locked.clear()
    this.owners.clear()
    this.opened.clear()
    // What a release throws is seen by nobody, here as elsewhere.
    await Promise.allSettled(calls.map(async (call) => call()))
  }
}

function keyOf(method: ReleaseMethod, node: NodeId, fh: FileHandle): string {
  return `${method} ${node} ${fh}`
}

const header = (nodeid: NodeId) => ({ unique: 0, nodeid, uid: 0, gid: 0, pid: 0, len: 0, opcode: 0, total_extlen: 0 })

function releaseOf({ method, node, fh, flags }: Opened): ReleaseRequest {
  const op = method === 'release' ? 'RELEASE' : 'RELEASEDIR'
  const fuse_release_in = { fh, flags, release_flags: 0, lock_owner: 0 }
  return new ReleaseRequest(NOBODY, { op, header: header(node), fuse_release_in } as never)
}

function flushOf(node: NodeId, fh: FileHandle, lock_owner: number): FlushRequest {
  return new FlushRequest(NOBODY, { op: 'FLUSH', header: header(node), fuse_flush_in: { fh, lock_owner } } as never)
}

/** These calls have no caller who could interrupt them, and no reply. */
const NOBODY: RequestHost = {
  signal: () => new AbortController().signal,
  afterReply: () => undefined,
  pollHandle: () => {
    throw new TypeError('only POLL has a handle')
  },
}
