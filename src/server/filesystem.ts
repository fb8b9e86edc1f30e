import type { NodeId } from '../base/ids.js'
import type { ChangeFeed } from '../changes/feed.js'
import type { InitWishes } from '../protocol/init-wishes.js'
import type { Negotiated } from '../protocol/negotiated.js'
import type { Notifier } from '../notify/notifier.js'
import type { RequestContext } from './context.js'
import type { GetattrRequest, SetattrRequest, StatxRequest } from './requests/attr.js'
import type { ReaddirplusRequest, ReaddirRequest } from './requests/dir.js'
import type {
  CopyFileRangeRequest,
  FallocateRequest,
  FlushRequest,
  FsyncRequest,
  LseekRequest,
  OpenRequest,
  ReadRequest,
  ReleaseRequest,
  WriteRequest,
} from './requests/file.js'
import type {
  AccessRequest,
  BmapRequest,
  GetxattrRequest,
  IoctlRequest,
  LockRequest,
  PollRequest,
  SetxattrRequest,
} from './requests/misc.js'
import type {
  CreateRequest,
  ForgetRequest,
  LinkRequest,
  MkdirRequest,
  MknodRequest,
  NameRequest,
  RenameRequest,
  SymlinkRequest,
} from './requests/name.js'
import type { Awaitable, AttrResult, CreateResult, Entry, FileLock, IoctlResult } from './results.js'
import type { NegativeEntry, OpenResult, Statfs, StatxResult } from './results.js'

/** What a filesystem would like of its mount, where the options of `mount()` say nothing. Units and defaults as there. */
export interface MountDefaults {
  /** The kernel checks permissions by mode, owner and group. */
  readonly defaultPermissions?: boolean
  readonly entryTimeoutMs?: number
  readonly attrTimeoutMs?: number
  readonly negativeTimeoutMs?: number
  readonly keepCache?: boolean
  readonly cacheDir?: boolean
  /** What to ask of the kernel, one wish at a time: a wish of `mount()` goes before the same wish here. */
  readonly init?: InitWishes
}

/**
 * A filesystem: methods by the names of the protocol's requests. Write those that you have, in a class that extends this
 * one or in an object of this type. A method answers a value, on the spot, or a promise.
 *
 * To fail, throw a `FuseError` (or any error with the name of an errno as its `code`, as Node's own have): it is the
 * answer to the caller. Anything else that is thrown is answered EIO and reported, and the filesystem goes on.
 *
 * A method that is not there is answered ENOSYS. For most the kernel remembers that and does not ask again; what it does
 * instead stands at each.
 */
export class FileSystem {
  /** What this filesystem needs of its mount to work as it should. */
  readonly mountDefaults?: MountDefaults
  /**
   * INIT was negotiated, and requests will follow. Called once for each mount, before any other method; keep
   * `notify` to tell the kernel what changes.
   */
  init?(kernel: Negotiated, notify: Notifier): void
  /**
   * Tells of what changes in its source from now on, other than through this mount; for filesystems that can know. Nobody
   * calls it unless the mount is to follow it: `mounted.follow(fs.changes({ signal }))`. When `signal` is aborted the feed
   * ends.
   */
  changes?(options: { readonly signal: AbortSignal }): ChangeFeed
  /**
   * The node of an object of the filesystem's own, if the kernel may know it: for `mounted.changes`, whose methods take such
   * objects then. A `NodeTable` has a method of this name.
   */
  nodeOf?(object: object): NodeId | undefined
  /**
   * Finds a name. A found one counts as a lookup of its node until `forget`. `{ node: 0 }` says that there is none, to be
   * cached; ENOENT, not to be cached. Without it nothing but the root can be reached.
   */
  lookup?(req: NameRequest): Awaitable<Entry | NegativeEntry>
  /** Lookups are taken back; when none is left, the kernel will not name the node again unless it is looked up. */
  forget?(req: ForgetRequest): void
  /** Attributes. Without it no object can be used, not even the root. */
  getattr?(req: GetattrRequest): Awaitable<AttrResult>
  /** Changes attributes, and answers all of them. Without it chmod, chown, truncate and utimes fail with ENOSYS. */
  setattr?(req: SetattrRequest): Awaitable<AttrResult>
  /** Since 7.39. Without it getattr is asked, and there are no times of birth. */
  statx?(req: StatxRequest): Awaitable<StatxResult>
  /** Where a symbolic link leads. Without it links cannot be followed (ENOSYS). */
  readlink?(req: RequestContext): Awaitable<string>
  /** Without it symlink(2) fails with ENOSYS. So do the requests below with the calls of their names. */
  symlink?(req: SymlinkRequest): Awaitable<Entry>
  mknod?(req: MknodRequest): Awaitable<Entry>
  mkdir?(req: MkdirRequest): Awaitable<Entry>
  unlink?(req: NameRequest): Awaitable<void>
  rmdir?(req: NameRequest): Awaitable<void>
  /** RENAME, and RENAME2 (`flags` not 0; since 7.23). Refuse flags that you do not know with EINVAL. */
  rename?(req: RenameRequest): Awaitable<void>
  /** Without it link(2) fails with EPERM. */
  link?(req: LinkRequest): Awaitable<Entry>
  /** Without it the kernel opens files by itself, and keeps what is cached of them. */
  open?(req: OpenRequest): Awaitable<OpenResult>
  /**
   * Fills `req.buffer` and answers how many bytes; or answers the bytes themselves, at most `req.size` of them, where they
   * are in memory already: they are sent from where they are, and must not change until then (which is right after a
   * plain answer, and in the turn of the event loop in which a promise resolves). Without it reading fails with ENOSYS.
   */
  read?(req: ReadRequest): Awaitable<number | Uint8Array>
  /** Answers how many bytes it took; 0 is an error to the kernel. Without it writing fails with ENOSYS. */
  write?(req: WriteRequest): Awaitable<number>
  /** Without it close(2) always succeeds. */
  flush?(req: FlushRequest): Awaitable<void>
  /** What it throws is seen by nobody. */
  release?(req: ReleaseRequest): Awaitable<void>
  /** Without it fsync(2) succeeds, once all data was written to the filesystem. */
  fsync?(req: FsyncRequest): Awaitable<void>
  /** Without it the kernel opens directories by itself, and may cache their listings. */
  opendir?(req: OpenRequest): Awaitable<OpenResult>
  /**
   * Calls `req.add` for each entry behind `req.offset`, or `req.addListing` with all of them. Without it directories cannot be listed (ENOSYS).
   */
  readdir?(req: ReaddirRequest): Awaitable<void>
  /** The same with attributes. Asked only if it is there: the flag READDIRPLUS is not negotiated otherwise. */
  readdirplus?(req: ReaddirplusRequest): Awaitable<void>
  releasedir?(req: ReleaseRequest): Awaitable<void>
  /** Without it fsync(2) of a directory succeeds. */
  fsyncdir?(req: FsyncRequest): Awaitable<void>
  /** Without it statfs(2) fails with ENOSYS. */
  statfs?(req: RequestContext): Awaitable<Statfs>
  /** The whole value. ENODATA if there is none. Without any of the four extended attributes are EOPNOTSUPP. */
  getxattr?(req: GetxattrRequest): Awaitable<Uint8Array>
  setxattr?(req: SetxattrRequest): Awaitable<void>
  /** The names, each with its namespace. */
  listxattr?(req: RequestContext): Awaitable<readonly string[]>
  removexattr?(req: GetxattrRequest): Awaitable<void>
  /** Without it, and without default_permissions, access(2) always succeeds. */
  access?(req: AccessRequest): Awaitable<void>
  /** Makes a file and opens it. Without it the kernel sends mknod and open. */
  create?(req: CreateRequest): Awaitable<CreateResult>
  /** Since 7.37. Without it open(O_TMPFILE) fails with EOPNOTSUPP. */
  tmpfile?(req: CreateRequest): Awaitable<CreateResult>
  /** The lock that is in the way, or one of type F_UNLCK. Asked only with POSIX_LOCKS or FLOCK_LOCKS. */
  getlk?(req: LockRequest): Awaitable<FileLock>
  /** SETLK and SETLKW (`req.wait`). EAGAIN if somebody else holds it. */
  setlk?(req: LockRequest): Awaitable<void>
  /** Only on block-device mounts. */
  bmap?(req: BmapRequest): Awaitable<number>
  /** Without it ioctl(2) fails with ENOTTY. */
  ioctl?(req: IoctlRequest): Awaitable<IoctlResult>
  /** The events that are ready. Without it the kernel takes files for always ready. */
  poll?(req: PollRequest): Awaitable<number>
  /** Without it fallocate(2) fails with EOPNOTSUPP. */
  fallocate?(req: FallocateRequest): Awaitable<void>
  /** Where the data or the hole starts; ENXIO if there is none. Without it the whole file is data. */
  lseek?(req: LseekRequest): Awaitable<number>
  /** Without it the kernel copies by reading and writing. */
  copyFileRange?(req: CopyFileRangeRequest): Awaitable<number>
  /** Since 7.34, and only on mounts that the kernel trusts. */
  syncfs?(req: RequestContext): Awaitable<void>
  /**
   * The mount is over: called once, if `init` was. What the kernel still held of nodes and handles it will never give back,
   * so close what is open. On block-device mounts it is a request, and unmounting waits for the answer; on all others the
   * connection has ended already. Handlers that are still at work go on; what they open is released, what they looked up is
   * forgotten.
   */
  destroy?(): Awaitable<void>
}
