import { ERRNO } from '../../base/errno.js'
import type { ChangeFeed } from '../../changes/feed.js'
import type { Negotiated } from '../../protocol/negotiated.js'
import type { RequestContext } from '../../server/context.js'
import { FileSystem, type MountDefaults } from '../../server/filesystem.js'
import type { GetattrRequest, SetattrRequest, StatxRequest } from '../../server/requests/attr.js'
import type { ReaddirplusRequest, ReaddirRequest } from '../../server/requests/dir.js'
import type * as file from '../../server/requests/file.js'
import type { GetxattrRequest, SetxattrRequest } from '../../server/requests/misc.js'
import type * as name from '../../server/requests/name.js'
import type {
  AttrResult,
  CreateResult,
  Entry,
  NegativeEntry,
  OpenResult,
  Statfs,
  StatxResult,
} from '../../server/results.js'
import { failure } from '../../sys/check.js'
import { statFilesystem } from '../../sys/data.js'
import { readlinkAt } from '../../sys/names.js'
import { statRaw } from '../../sys/stat.js'
import { Attributes } from './attribute-requests.js'
import { Caller } from './caller.js'
import { Listing } from './listing.js'
import { Making } from './making.js'
import { NameBuffer } from './name-buffer.js'
import { OpenFiles } from './open-files.js'
import { sharedMemory, watchCapacity, type PassthroughOptions } from './options.js'
import { Removing } from './removing.js'
import { Source } from './source.js'
import type { StoreCounts } from './store/node-store.js'
import type { StoreMemory } from './store/layout.js'
import { OwnContent } from './watch/own-content.js'
import { OwnNames } from './watch/own-names.js'
import { SourceFeed } from './watch/source-feed.js'
import { needTelling } from './watch/telling.js'
import { Trust } from './watch/trust.js'
import { Watches, type WatchCounts } from './watch/watches.js'
import { Xattrs } from './xattrs.js'

/**
 * A directory of the host, served as it is: all kinds of files, attributes, extended attributes, holes, hard links, and
 * names that are not UTF-8. Linux only, and it needs /proc.
 *
 * Nothing outside of the directory can be reached, by links, by "..", or by what is renamed or replaced on the host
 * meanwhile. What is mounted within it is served too. A file that was moved or replaced behind the mount's back is looked
 * up again (ESTALE, which the kernel takes as a reason to), and never taken for another.
 *
 * A server that is root makes files as who asked for them, and lets the kernel check permissions, by mode and by ACLs. A
 * server of an ordinary user does everything as that user.
 *
 * The mount point must not be within the source: the server would come upon its own mount, and wait for itself for ever.
 *
 * Locks are the kernel's own, and seen by those who use the mount alone. What changes on the host is seen within the
 * timeouts of the mount, 1 second unless you say otherwise.
 */
export class PassthroughFileSystem extends FileSystem implements Disposable {
  override readonly mountDefaults: MountDefaults = {
    defaultPermissions: true,
    entryTimeoutMs: 1000,
    attrTimeoutMs: 1000,
    init: {
      dontMask: true,
      autoInvalidateData: 'auto',
      posixAcl: 'auto',
      handleKillPrivV2: 'auto',
      createSuppGroup: 'auto',
    },
  }

  private readonly source: Source
  private readonly trust: Trust
  private readonly maxWatches: number
  private watches: Watches | undefined
  private readonly attributes: Attributes
  private readonly files: OpenFiles
  private readonly listing: Listing
  private readonly making: Making
  private readonly removing: Removing
  private readonly xattrs: Xattrs
  private readonly name = new NameBuffer()

  /**
   * @param source a directory; a link to one is followed, once and for all
   * @throws SystemError if it cannot be opened; FuseWireError ERR_SOURCE if `shared` is of another directory; RangeError
   *   for an option out of range; UnsupportedError where there are no system calls
   */
  constructor(source: string, options: PassthroughOptions = {}) {
    super()
    const caller = new Caller()
    this.source = new Source(source, options)
    this.attributes = new Attributes(this.source, caller)
    this.files = new OpenFiles(this.source, caller)
    this.trust = new Trust(this.source)
    this.maxWatches = watchCapacity(options)
    this.listing = new Listing(this.source, this.trust)
    this.making = new Making(this.source, caller, this.files)
    this.removing = new Removing(this.source)
    this.xattrs = new Xattrs(this.source)
  }

  /**
   * Memory for the nodes of one source, to be given as `shared` to each of the isolates that serve one mount of it. May be
   * posted to worker threads. Descriptors of open files are closed when the process ends, not by {@link close}.
   *
   * @throws RangeError
   */
  static share(options: Pick<PassthroughOptions, 'maxNodes'> = {}): StoreMemory {
    return sharedMemory(options)
  }

  /** How much there is to remember: a mount that nobody has used, or that has forgotten all, knows one node, the root. */
  get counts(): StoreCounts {
    return this.source.store.counts()
  }

  /** How many nodes are watched while a mount follows {@link changes}; none before and after. */
  get watchCounts(): WatchCounts {
    return this.watches?.counts ?? { watched: 0, refused: 0 }
  }

  /**
   * What others change in the directory: everything that this machine does there by system calls, by whatever name, is told within
   * a millisecond or so. Each file and directory that the kernel knows is watched by inotify (about 1 KiB of kernel memory each,
   * and one of fs.inotify.max_user_watches), from before its answers are given; whatever cannot be watched is answered in a way
   * that the kernel does not cache, and a warning says why. What was done through the mount is told only in doubt.
   *
   * Not told are writes to mapped memory before the mapping is closed, times of last access, what is mounted or unmounted within
   * the source, and what other machines do to a filesystem that is shared.
   *
   * @throws UnsupportedError if the source cannot tell of its changes: filesystems of the network and pseudo-filesystems; with
   *   `shared`, since the isolates do not know of each other's nodes
   */
  override changes({ signal }: { readonly signal: AbortSignal }): ChangeFeed {
    needTelling(this.source)
    const watches = new Watches(this.maxWatches, (reason) =>
      process.emitWarning(`not all of the source can be watched, and what cannot is not cached: ${reason}`),
    )
    const names = new OwnNames()
    const content = new OwnContent(this.source, () => feed.drain())
    const feed = new SourceFeed(watches, { names, content }, signal, () => {
      this.trust.end()
      this.source.own.end()
      this.watches = undefined
    })
    this.watches = watches
    this.trust.begin(watches)
    this.source.own.begin(names, content, () => feed.isAllDealtWith)
    this.source.onForgotten = (node) => {
      this.trust.forget(node)
      this.source.own.forget(node)
    }
    return feed
  }

  override init(kernel: Negotiated): void {
    this.files.writeback = kernel.has('WRITEBACK_CACHE')
    this.trust.mounted()
  }

  override lookup(req: name.NameRequest): Entry | NegativeEntry {
    const { directories, stat, store } = this.source
    const told = this.trust.in(req.parent)
    const asked = this.name.set(req.name)
    const errno = -statRaw(directories.of(req.parent), asked, stat)
    if (errno === 0) return this.trust.entry(this.source.entry(req.parent, asked, stat), told)
    if (errno !== ERRNO.ENOENT) throw failure(errno, 'statx', req.name)
    store.clear(req.parent, asked)
    return this.trust.missing(told)
  }

  override forget(req: name.ForgetRequest): void {
    this.source.store.forget(req.node, req.nlookup)
  }

  override getattr(req: GetattrRequest): AttrResult {
    const told = this.trust.in(req.node)
    return this.trust.attributes(this.attributes.getattr(req), told)
  }

  override setattr(req: SetattrRequest): AttrResult {
    const told = this.trust.in(req.node)
    return this.trust.attributes(this.attributes.setattr(req), told)
  }

  override statx(req: StatxRequest): StatxResult {
    const told = this.trust.in(req.node)
    return this.trust.attributes(this.attributes.statx(req), told)
  }

  override readlink(req: RequestContext): string {
    return this.source.withFile(req.node, (fd) => readlinkAt(fd, ''))
  }

  override symlink(req: name.SymlinkRequest): Entry {
    const told = this.trust.in(req.parent)
    return this.trust.entry(this.making.symlink(req), told)
  }

  override mknod(req: name.MknodRequest): Entry {
    const told = this.trust.in(req.parent)
    return this.trust.entry(this.making.mknod(req), told)
  }

  override mkdir(req: name.MkdirRequest): Entry {
    const told = this.trust.in(req.parent)
    return this.trust.entry(this.making.mkdir(req), told)
  }

  override link(req: name.LinkRequest): Entry {
    const told = this.trust.in(req.newParent)
    return this.trust.entry(this.making.link(req), told)
  }

  override create(req: name.CreateRequest): CreateResult {
    const told = this.trust.in(req.parent)
    return this.trust.created(this.making.create(req), told)
  }

  override tmpfile(req: name.CreateRequest): CreateResult {
    const told = this.trust.in(req.parent)
    return this.trust.created(this.making.tmpfile(req), told)
  }

  override unlink(req: name.NameRequest): void {
    this.removing.unlink(req)
  }

  override rmdir(req: name.NameRequest): void {
    this.removing.rmdir(req)
  }

  override rename(req: name.RenameRequest): void {
    this.removing.rename(req)
  }

  override open(req: file.OpenRequest): OpenResult {
    const told = this.trust.in(req.node)
    return this.trust.opened(this.files.open(req), told)
  }

  override read(req: file.ReadRequest): number {
    return this.files.read(req)
  }

  override write(req: file.WriteRequest): number {
    return this.files.write(req)
  }

  override flush(req: file.FlushRequest): void {
    this.files.flush(req)
  }

  override release(req: file.ReleaseRequest): void {
    this.files.release(req)
  }

  override async fsync(req: file.FsyncRequest): Promise<void> {
    return this.files.fsync(req)
  }

  override fallocate(req: file.FallocateRequest): void {
    this.files.fallocate(req)
  }

  override lseek(req: file.LseekRequest): number {
    return this.files.lseek(req)
  }

  override copyFileRange(req: file.CopyFileRangeRequest): number {
    return this.files.copyFileRange(req)
  }

  override opendir(req: file.OpenRequest): OpenResult {
    return this.listing.opendir(req)
  }

  override readdir(req: ReaddirRequest): void {
    this.listing.readdir(req)
  }

  override readdirplus(req: ReaddirplusRequest): void {
    this.listing.readdirplus(req)
  }

  override releasedir(req: file.ReleaseRequest): void {
    this.files.release(req)
  }

  override async fsyncdir(req: file.FsyncRequest): Promise<void> {
    return this.files.fsync(req)
  }

  override statfs(req: RequestContext): Statfs {
    return this.source.withFile(req.node, statFilesystem)
  }

  override getxattr(req: GetxattrRequest): Uint8Array {
    return this.xattrs.get(req)
  }

  override setxattr(req: SetxattrRequest): void {
    this.xattrs.set(req)
  }

  override listxattr(req: RequestContext): readonly string[] {
    return this.xattrs.list(req)
  }

  override removexattr(req: GetxattrRequest): void {
    this.xattrs.remove(req)
  }

  /**
   * Closes all descriptors. To be called when the mount has ended: the object cannot be used any more. The second time does
   * nothing.
   */
  close(): void {
    this.source.close()
  }

  /** As {@link close}. */
  [Symbol.dispose](): void {
    this.close()
  }
}
