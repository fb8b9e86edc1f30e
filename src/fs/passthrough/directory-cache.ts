import { SYSTEM_CLOCK, type Clock } from '../../base/clock.js'
import { ERRNO } from '../../base/errno.js'
import { errnoOf, FuseError } from '../../base/errors.js'
import { ROOT_ID, type NodeId } from '../../base/ids.js'
import { O } from '../../sys/constants.js'
import type { Fd } from '../../sys/fd.js'
import { closeFd, duplicate, openAt } from '../../sys/open.js'
import { createStat, statFd, statRaw } from '../../sys/stat.js'
import type { Identity } from './identity.js'
import { Place, type NodeStore } from './store/node-store.js'

interface CachedDirectory {
  readonly fd: number
  readonly generation: number
  /** When it was last seen to be where the store says, in milliseconds of the clock. */
  checkedMs: number
  /** Since the last search for one to close. */
  used: boolean
}

/** A directory that was moved away on the host, out of the source perhaps, is served no longer than this. */
const RECHECK_MS = 1000

/** What the host answers where a directory is not, or not any more, what it was. */
const GONE: ReadonlySet<number | undefined> = new Set([ERRNO.ENOENT, ERRNO.ENOTDIR, ERRNO.ELOOP])

/**
 * Directories of the source as descriptors, the most recently used ones kept open. Each is found from its parent by one
 * name that is no link, and looked at to be the very directory that the store knows: so nothing outside of the source can
 * be reached, whatever is renamed or replaced on the host meanwhile. (openat2 could do several steps at once, but would
 * not check the directories between.)
 */
export class DirectoryCache {
  private readonly cached = new Map<NodeId, CachedDirectory>()
  private readonly root: Fd
  private readonly store: NodeStore
  private readonly identity: Identity
  private readonly capacity: number
  private readonly stat = createStat()
  private readonly clock: Pick<Clock, 'now'>
  private latest = ROOT_ID

  /**
   * @param root stays the caller's
   * @param capacity how many to keep open, 16 or more
   * @param clock for tests
   */
  constructor(
    root: Fd,
    store: NodeStore,
    identity: Identity,
    capacity: number,
    clock: Pick<Clock, 'now'> = SYSTEM_CLOCK,
  ) {
    this.root = root
    this.store = store
    this.identity = identity
    this.capacity = capacity
    this.clock = clock
  }

  /**
   * A descriptor (O_PATH) of directory `node`, good until after the next call but one; if that is given the same `now`,
   * what was good then is not looked at again.
   * @throws FuseError ESTALE if it is not where it was seen last; SystemError
   */
  of(node: NodeId, now = this.clock.now()): number {
    if (node === ROOT_ID) return this.root.number
    const known = this.peek(node, now) ?? this.resolve(node, now)
    this.latest = node
    return known
  }

  /** The same if it is at hand, else undefined. */
  peek(node: NodeId, now = this.clock.now()): number | undefined {
    const known = this.cached.get(node)
    if (known === undefined || now - known.checkedMs > RECHECK_MS) return undefined
    if (known.generation !== this.store.generation(node)) return undefined
    known.used = true
    return known.fd
  }

  close(): void {
    for (const { fd } of this.cached.values()) closeFd(fd)
    this.cached.clear()
  }

  /** Goes up to the next directory that is at hand, and down again. */
  private resolve(node: NodeId, now: number): number {
    this.trim()
    const way: { node: NodeId; place: Place }[] = []
    let fd: number | undefined
    for (let at = node; fd === undefined;) {
      const place = new Place()
      this.store.read(at, place)
      if (place.parent === 0) fd = this.nameless(at, place, now)
      else {
        way.push({ node: at, place })
        at = place.parent
        fd = at === ROOT_ID ? this.root.number : this.peek(at, now)
      }
    }
    for (const step of way.toReversed()) fd = this.step(fd, step.node, step.place, now)
    return fd
  }

  private step(parent: number, node: NodeId, place: Place, now: number): number {
    const known = this.cached.get(node)
    if (known !== undefined && known.generation === place.generation) {
      if (statRaw(parent, place, this.stat) === 0 && this.identity.is(this.stat, place)) {
        known.checkedMs = now
        known.used = true
        return known.fd
      }
    }
    this.drop(node)
    const fd = openDirectory(parent, place)
    try {
      if (!this.identity.is(statFd(fd, this.stat), place)) throw new FuseError('ESTALE')
    } catch (error) {
      closeFd(fd)
      throw error
    }
    return this.keep(node, fd, place.generation, now)
  }

  /** One that was removed while somebody is in it: whoever removed it through the mount has left a descriptor. */
  private nameless(node: NodeId, place: Place, now: number): number {
    this.drop(node)
    const borrowed = this.store.borrow(node)
    if (borrowed < 0) throw new FuseError('ESTALE')
    try {
      return this.keep(node, duplicate(borrowed), place.generation, now)
    } finally {
      this.store.giveBack(borrowed)
    }
  }

  private keep(node: NodeId, fd: number, generation: number, now: number): number {
    this.cached.set(node, { fd, generation, checkedMs: now, used: true })
    return fd
  }

  private drop(node: NodeId): void {
    const known = this.cached.get(node)
    if (known === undefined) return
    this.cached.delete(node)
    closeFd(known.fd)
  }

  /** Closes what was not used for long; whoever was used since the last time gets a second chance. */
  private trim(): void {
    for (const [node, known] of this.cached) {
      if (this.cached.size < this.capacity) return
      this.cached.delete(node)
      if (known.used || node === this.latest) {
        known.used = false
        this.cached.set(node, known)
      } else closeFd(known.fd)
    }
  }
}

function openDirectory(parent: number, place: Place): number {
  try {
    return openAt(parent, place, O.PATH | O.DIRECTORY | O.NOFOLLOW)
  } catch (error) {
    throw GONE.has(errnoOf(error)) ? new FuseError('ESTALE') : error
  }
}
