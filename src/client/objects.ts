import type { FileHandle, Generation, NodeId } from '../base/ids.js'
import type { Listing } from './cache/listing.js'
import type { PageCache } from './cache/page-cache.js'
import { RwLock } from './cache/rw-lock.js'
import { S_IFDIR, S_IFLNK, S_IFMT, S_IFREG } from './constants.js'
import type { LocalLocks } from './vfs/local-locks.js'

/* Inodes and dentries, the two kinds of objects of a virtual filesystem. They know nothing of requests. */

/** Attributes as they are cached; changed in place. Times are seconds and nanoseconds, `blocks` of 512 bytes. */
export interface CachedAttr {
  ino: number | bigint
  /** As the server has it; without default_permissions the sticky bit does not count here. */
  mode: number
  nlink: number
  uid: number
  gid: number
  rdev: number
  size: number
  blocks: number
  blksize: number
  atime: number
  mtime: number
  ctime: number
  atimensec: number
  mtimensec: number
  ctimensec: number
  btime: number
  btimensec: number
}

/** Writeback of one inode: what holds it up, and what went wrong. */
export class WritebackState {
  /** WRITEs that are with the server. */
  inFlight = 0
  /** While above 0, WRITEs are put off: a truncate is under way. */
  blocked = 0
  readonly putOff: (() => void)[] = []
  readonly idleWaiters: (() => void)[] = []
  /** The errno of a WRITE that failed, until fsync or close has told it. */
  error = 0
  /** A timer will send what is dirty. */
  isDue = false
  /** Times set here are to be sent. */
  hasTimes = false
  /** Times are with the server. */
  sendingTimes: Promise<void> | undefined
}

/** An object of the filesystem that the client knows, by its node id. */
export class Inode {
  readonly nodeid: NodeId
  readonly generation: Generation
  /** S_IFMT bits; a node that changes its type is another one. */
  readonly type: number
  /** Lookups that the server counted, to be taken back by FORGET. */
  nlookup = 0
  readonly attr: CachedAttr
  /** Until when the attributes are valid, by the monotonic clock. */
  validUntilMs = -Infinity
  /** STATX bits of what is stale, whatever the time. */
  stale = ~0
  /** Set from the connection's counter with each change: an older reply does not undo it. 0: never. */
  version = 0
  /** An extending write or a truncate is under way: sizes in replies do not count. */
  isSizeUnstable = false
  /** The node id belongs to another object by now: everything is EIO. */
  isBad = false
  /** It can be found by its node id. */
  isHashed = true
  /** A directory that was deleted by notification. */
  isDead = false
  /** Extended attributes cannot clear anything on write: `security.capability` need not be asked for. */
  hasNoCapability = false
  /** `i_rwsem`: see kernel-client, "which locks". */
  readonly lock = new RwLock()
  /** Without PARALLEL_DIROPS: one LOOKUP or READDIR at a time. */
  readonly dirMutex = new RwLock()
  readonly pages: PageCache
  listing: Listing | undefined
  /** Goes up with each change of the directory that is known here. */
  changes = 0
  /** The next READDIR should be READDIRPLUS: an entry of the directory was looked up. */
  adviseReaddirplus = false
  /** It came by READDIRPLUS, and was not used yet. */
  isFromReaddirplus = false
  readonly aliases = new Set<Dentry>()
  /** Open files, watches and calls that hold it. */
  refs = 0
  /** Open files and directories. */
  openCount = 0
  /** Handles that writeback may use. */
  readonly writers = new Set<{ readonly fh: FileHandle; readonly flags: number }>()
  readonly writeback = new WritebackState()
  locks: LocalLocks | undefined

  constructor(nodeid: NodeId, generation: Generation, attr: CachedAttr, pages: PageCache) {
    this.nodeid = nodeid
    this.generation = generation
    this.type = attr.mode & S_IFMT
    this.attr = attr
    this.pages = pages
  }

  get isDirectory(): boolean {
    return this.type === S_IFDIR
  }

  get isFile(): boolean {
    return this.type === S_IFREG
  }

  get isSymlink(): boolean {
    return this.type === S_IFLNK
  }
}

/** A name in a directory, and the object it names; none if it is negative. */
export class Dentry {
  /** Itself for the root. */
  parent: Dentry
  name: string
  inode: Inode | undefined
  readonly children = new Map<string, Dentry>()
  /** The name finds it. */
  isHashed = false
  /** Calls, open files and watches that hold it, and dentries below it. */
  refs = 0
  expiresMs = -Infinity
  epoch = 0
  /** Lookups under way of names in it: whoever looks for the same name waits for that one. */
  readonly inLookup = new Map<string, Promise<Dentry>>()

  constructor(parent: Dentry | undefined, name: string, inode: Inode | undefined) {
    this.parent = parent ?? this
    this.name = name
    this.inode = inode
  }

  get isRoot(): boolean {
    return this.parent === this
  }
}
