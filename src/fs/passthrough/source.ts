import { ERRNO } from '../../base/errno.js'
import { FuseError, FuseWireError } from '../../base/errors.js'
import { ROOT_ID, type NodeId } from '../../base/ids.js'
import type { Entry } from '../../server/results.js'
import { O } from '../../sys/constants.js'
import { statFilesystem } from '../../sys/data.js'
import { failure } from '../../sys/check.js'
import { Fd } from '../../sys/fd.js'
import { closeFd, open, openAt, reopen } from '../../sys/open.js'
import type { PathBytes } from '../../sys/path.js'
import { createStat, statFd, statRaw, type Stat } from '../../sys/stat.js'
import { attrOf } from './attributes.js'
import { DirectoryCache } from './directory-cache.js'
import { Identity } from './identity.js'
import { directoryCapacity, sharedMemory, type PassthroughOptions } from './options.js'
import { NodeStore, Place } from './store/node-store.js'
import { OwnChanges } from './watch/own-changes.js'

/** What the host answers where a name, or a directory above it, is not there any more. */
const GONE: ReadonlySet<number> = new Set([ERRNO.ENOENT, ERRNO.ENOTDIR])

/**
 * The host directory that is served, and the way from nodes to its files. What is found by name is always looked at to be
 * the file that the node stands for, before anything is done to it.
 */
export class Source {
  readonly store: NodeStore
  readonly directories: DirectoryCache
  readonly identity: Identity
  readonly own = new OwnChanges()
  /** The store has forgotten a node, whose number may be used again. */
  onForgotten: (node: NodeId) => void = () => undefined
  /** The answer of the last statx: good until the next. */
  readonly stat: Stat = createStat()
  private readonly root: Fd
  /** Whether no other isolate serves it. */
  readonly ownsStore: boolean
  private readonly place = new Place()
  private readonly key = new Place()

  /** @throws SystemError if `path` is no directory that can be opened; FuseWireError ERR_SOURCE; RangeError */
  constructor(path: string, options: PassthroughOptions) {
    const capacity = directoryCapacity(options)
    const memory = options.shared ?? sharedMemory(options)
    this.ownsStore = options.shared === undefined
    this.root = new Fd(open(path, O.PATH | O.DIRECTORY), 'the source of the passthrough filesystem')
    const { number } = this.root
    this.identity = new Identity(statFd(number, this.stat), statFilesystem(number).type)
    this.store = new NodeStore(memory, closeQuietly, (node) => this.onForgotten(node))
    this.identity.read(this.stat, this.key)
    if (!this.store.setRoot(this.key)) {
      this.root.close()
      throw new FuseWireError('ERR_SOURCE', `'${path}' is not the directory that the shared nodes are of`)
    }
    this.directories = new DirectoryCache(this.root, this.store, this.identity, capacity)
  }

  /** The attributes of `node`, in {@link stat}. @throws FuseError ESTALE */
  statNode(node: NodeId): Stat {
    const { stat, place, store } = this
    if (node === ROOT_ID) return statFd(this.root.number, stat)
    const borrowed = store.borrow(node)
    if (borrowed >= 0) {
      try {
        return statFd(borrowed, stat)
      } finally {
        store.giveBack(borrowed)
      }
    }
    const directory = this.directories.peek(node)
    if (directory !== undefined) return statFd(directory, stat)
    const parent = this.find(node)
    const errno = -statRaw(parent, place, stat)
    if (GONE.has(errno) || (errno === 0 && !this.identity.is(stat, place))) throw this.lost(node)
    if (errno !== 0) throw failure(errno, 'statx', place)
    return stat
  }

  /** Runs `action` with a descriptor, O_PATH perhaps, that stands for the file of `node`. @throws FuseError ESTALE */
  withFile<T>(node: NodeId, action: (fd: number) => T): T {
    if (node === ROOT_ID) return action(this.root.number)
    const borrowed = this.store.borrow(node)
    if (borrowed >= 0) {
      try {
        return action(borrowed)
      } finally {
        this.store.giveBack(borrowed)
      }
    }
    const directory = this.directories.peek(node)
    if (directory !== undefined) return action(directory)
    const fd = this.openByName(node, O.PATH)
    try {
      return action(fd)
    } finally {
      closeFd(fd)
    }
  }

  /**
   * A new descriptor of the file of `node`, which the caller must close. {@link stat} is filled.
   * @param flags of open(2); a link is never followed, and a pipe never waited for
   * @throws FuseError ESTALE
   */
  open(node: NodeId, flags: number): number {
    if (node === ROOT_ID) return openAt(this.root.number, '.', flags)
    this.store.read(node, this.place)
    if (this.place.parent !== 0) return this.openByName(node, flags)
    // Whoever has a file without a name open can open it again (through /proc/self/fd, for one).
    const borrowed = this.store.borrow(node)
    if (borrowed < 0) throw new FuseError('ESTALE')
    try {
      return reopen(borrowed, flags | O.NONBLOCK)
    } finally {
      this.store.giveBack(borrowed)
    }
  }

  /** A file that was found at this name with these attributes, as one more lookup of its node. */
  entry(parent: NodeId, name: PathBytes | undefined, stat: Stat): Entry {
    this.identity.read(stat, this.key)
    const { node, generation } = this.store.lookUp(this.key, name === undefined ? 0 : parent, name)
    return { node, generation, attr: attrOf(stat, this.identity) }
  }

  /** Whether `stat` is of the file that `node` stands for. */
  isNode(node: NodeId, stat: Stat): boolean {
    this.store.read(node, this.place)
    return this.identity.is(stat, this.place)
  }

  /** The device that the file of `node` is on. */
  deviceOf(node: NodeId): number {
    this.store.read(node, this.place)
    return this.place.dev >>> 0
  }

  close(): void {
    if (!this.root.isOpen) return
    this.root.close()
    this.directories.close()
    if (this.ownsStore) this.store.closeAll()
  }

  /** Fills `place`, and answers the directory that it is in. */
  private find(node: NodeId): number {
    this.store.read(node, this.place)
    if (this.place.parent === 0) throw new FuseError('ESTALE')
    return this.directories.of(this.place.parent)
  }

  /** It is not where it was seen last. The kernel looks its name up again; who has it open reaches it without. */
  private lost(node: NodeId): FuseError {
    this.store.displace(node)
    return new FuseError('ESTALE')
  }

  private openByName(node: NodeId, flags: number): number {
    const parent = this.find(node)
    let fd: number
    try {
      fd = openAt(parent, this.place, flags | O.NOFOLLOW | O.NONBLOCK | O.NOCTTY)
    } catch (error) {
      // What cannot be opened may be something else by now.
      const isOther = statRaw(parent, this.place, this.stat) !== 0 || !this.identity.is(this.stat, this.place)
      throw isOther ? this.lost(node) : error
    }
    try {
      if (this.identity.is(statFd(fd, this.stat), this.place)) return fd
      throw this.lost(node)
    } catch (error) {
      closeFd(fd)
      throw error
    }
  }
}

/** A failure to close (EIO of a late write) has nobody to be told to: FLUSH was the last chance. */
function closeQuietly(fd: number): void {
  try {
    closeFd(fd)
  } catch {
    // Closed all the same.
  }
}
