import { FuseError } from '../../base/errors.js'
import type { NodeId } from '../../base/ids.js'
import type { ChangeFeed } from '../../changes/feed.js'
import { ChangeQueue } from '../../server/change-queue.js'
import type { RequestContext } from '../../server/context.js'
import { FileSystem, type MountDefaults } from '../../server/filesystem.js'
import { HandleTable } from '../../server/handle-table.js'
import { NodeTable } from '../../server/node-table.js'
import type * as attr from '../../server/requests/attr.js'
import type * as dir from '../../server/requests/dir.js'
import type * as file from '../../server/requests/file.js'
import type * as misc from '../../server/requests/misc.js'
import type * as name from '../../server/requests/name.js'
import type {
  AttrResult,
  CreateResult,
  Entry,
  FileLock,
  NegativeEntry,
  OpenResult,
  Statfs,
  StatxResult,
} from '../../server/results.js'
import { attributes, setAttributes } from './attributes.js'
import * as linux from './constants.js'
import { COOKIE_PARENT, COOKIE_SELF, Directory } from './directory.js'
import { FileLocks } from './file-locks.js'
import { MemoryFiles } from './files.js'
import { copyRange, fallocate, seekData, seekHole } from './file-ranges.js'
import { CTIME, Inode, RegularFile, Symlink, type NewInode } from './inode.js'
import { limitsOf, type MemoryFileSystemOptions, type MemoryUsage } from './options.js'
import { PAGE, Space } from './space.js'
import * as tree from './tree.js'
import { checkXattrName, Xattrs } from './xattrs.js'

/** The most that one COPY_FILE_RANGE copies, so that it does not keep others waiting. The caller goes on by itself. */
const COPY_MAX_BYTES = 64 * 1024 * 1024

/**
 * A filesystem in the memory of this process, complete as POSIX and Linux have it: links of both kinds, special files,
 * holes, extended attributes, locks, files without a name. Everything is gone with the object. The kernel keeps what it has seen
 * for ever, and is told what the program itself changes through {@link files}; so mount one object at one place at a time.
 */
export class MemoryFileSystem extends FileSystem {
  override readonly mountDefaults: MountDefaults = {
    cache: 'push',
    defaultPermissions: true,
    init: { posixLocks: 'auto', flockLocks: 'auto', atomicTruncate: 'auto', handleKillPrivV2: 'auto' },
  }

  /** The files, for the program that this is in. */
  readonly files: MemoryFiles
  private readonly feeds = new Set<ChangeQueue>()
  private readonly space: Space
  private readonly nowMs: () => number
  private readonly root: Directory
  private nodes: NodeTable<Inode>
  private handles = new HandleTable<Inode>()
  private locks = new FileLocks()
  private lastIno = 0

  constructor(options: MemoryFileSystemOptions = {}) {
    super()
    this.space = new Space(limitsOf(options))
    this.nowMs = options.nowMs ?? Date.now
    const { uid = 0, gid = 0, mode = 0o755 } = options
    this.root = new Directory(this.newInode({ uid, gid }, mode & linux.PERMISSIONS), undefined)
    this.nodes = new NodeTable<Inode>(this.root)
    this.files = new MemoryFiles({
      root: this.root,
      space: this.space,
      nowMs: this.nowMs,
      newInode: (fileMode) => this.newInode(this.root, fileMode),
      nodeOf: (inode) => this.nodes.nodeOf(inode),
      disposeIfGone: (inode) => this.disposeIfGone(inode),
      tell: (change) => {
        for (const feed of this.feeds) feed.tell(change)
      },
    })
  }

  /** What is changed through {@link files}, from now on. */
  override changes({ signal }: { readonly signal: AbortSignal }): ChangeFeed {
    const feed = new ChangeQueue(signal)
    this.feeds.add(feed)
    signal.addEventListener('abort', () => this.feeds.delete(feed), { once: true })
    return feed
  }

  /** What is in use. */
  get usage(): MemoryUsage {
    const { usedBytes, inodes } = this.space
    return { bytes: usedBytes, inodes, knownNodes: this.nodes.size, handles: this.handles.size }
  }

  /** A new mount: what an earlier one knew and had open is no more. */
  override init(): void {
    const known = this.nodes
    this.nodes = new NodeTable<Inode>(this.root)
    this.handles = new HandleTable()
    this.locks = new FileLocks()
    for (const [, inode] of known) {
      inode.recordLocks = undefined
      inode.fileLocks = undefined
      this.disposeIfGone(inode)
    }
  }

  override lookup(req: name.NameRequest): Entry | NegativeEntry {
    tree.checkName(req.name)
    const found = this.directory(req.parent).get(req.name)
    return found === undefined ? { node: 0 } : this.entry(found)
  }

  override forget({ node, nlookup }: name.ForgetRequest): void {
    const inode = this.nodes.forget(node, nlookup)
    if (inode !== undefined) this.disposeIfGone(inode)
  }

  override getattr(req: attr.GetattrRequest): AttrResult {
    return attributes(this.nodes.get(req.node))
  }

  override setattr(req: attr.SetattrRequest): AttrResult {
    const inode = this.nodes.get(req.node)
    setAttributes(inode, req, this.nowMs(), this.space)
    return attributes(inode)
  }

  override statx(req: attr.StatxRequest): StatxResult {
    const inode = this.nodes.get(req.node)
    return { mask: linux.STATX_ALL, ...attributes(inode), btime: inode.btime, btimensec: inode.btimensec }
  }

  override readlink(req: RequestContext): string {
    const inode = this.nodes.get(req.node)
    if (!(inode instanceof Symlink)) throw new FuseError('EINVAL')
    inode.accessed(this.nowMs())
    return inode.target
  }

  override symlink(req: name.SymlinkRequest): Entry {
    return this.make(req, (made) => new Symlink(made, req.target), 0)
  }

  override mknod(req: name.MknodRequest): Entry {
    const type = req.mode & linux.S_IFMT
    const isRegular = type === linux.S_IFREG || type === 0
    return this.make(
      req,
      (made) => (isRegular ? new RegularFile(made, this.space) : new Inode(made, req.rdev)),
      req.mode,
    )
  }

  override mkdir(req: name.MkdirRequest): Entry {
    const parent = this.directory(req.parent)
    const mode = (req.mode & linux.PERMISSIONS) | (parent.mode & linux.S_ISGID)
    return this.make(req, (made) => new Directory(made, parent), mode)
  }

  override unlink(req: name.NameRequest): void {
    this.disposeIfGone(tree.unlink(this.directory(req.parent), req.name, this.nowMs()))
  }

  override rmdir(req: name.NameRequest): void {
    this.disposeIfGone(tree.rmdir(this.directory(req.parent), req.name, this.nowMs()))
  }

  override rename(req: name.RenameRequest): void {
    const from = { parent: this.directory(req.parent), name: req.name }
    const to = { parent: this.directory(req.newParent), name: req.newName }
    const makeWhiteout = () => new Inode(this.newInode(this.ownerIn(from.parent, req), linux.S_IFCHR))
    const old = tree.rename(from, to, req.flags, this.nowMs(), makeWhiteout)
    if (old !== undefined) this.disposeIfGone(old)
  }

  override link(req: name.LinkRequest): Entry {
    const inode = this.nodes.get(req.node)
    const parent = this.directory(req.newParent)
    if (inode instanceof Directory) throw new FuseError('EPERM')
    tree.checkFree(parent, req.newName)
    tree.link(parent, req.newName, inode, this.nowMs())
    return this.entry(inode)
  }

  override create(req: name.CreateRequest): CreateResult {
    const known = this.directory(req.parent).get(req.name)
    if (known === undefined || (req.flags & linux.O_EXCL) !== 0 || !(known instanceof RegularFile)) {
      const entry = this.make(req, (made) => new RegularFile(made, this.space), req.mode)
      return { entry, open: { fh: this.handles.open(this.nodes.get(entry.node)) } }
    }
    this.truncateOnOpen(known, req)
    return { entry: this.entry(known), open: { fh: this.handles.open(known) } }
  }

  override tmpfile(req: name.CreateRequest): CreateResult {
    const made = this.newInode(this.ownerIn(this.directory(req.parent), req), req.mode & linux.PERMISSIONS)
    const inode = new RegularFile(made, this.space)
    return { entry: this.entry(inode), open: { fh: this.handles.open(inode) } }
  }

  override open(req: file.OpenRequest): OpenResult {
    const inode = this.nodes.get(req.node)
    this.truncateOnOpen(inode, req)
    return { fh: this.handles.open(inode) }
  }

  /** What lies together in memory, as most reads find it, is sent without a copy. */
  override read(req: file.ReadRequest): number | Uint8Array {
    const inode = this.regular(req.node)
    if ((req.flags & linux.O_NOATIME) === 0) inode.accessed(this.nowMs())
    return inode.data.view(req.offset, req.size) ?? inode.data.read(req.buffer, req.offset)
  }

  override write(req: file.WriteRequest): number {
    const inode = this.regular(req.node)
    const written = inode.data.write(req.data, req.offset)
    this.changed(inode, req.killSuidgid)
    return written
  }

  override flush(req: file.FlushRequest): void {
    this.locks.flushed(this.nodes.get(req.node), req.lockOwner)
  }

  override release(req: file.ReleaseRequest): void {
    this.locks.released(this.handles.close(req.fh), req.fh)
  }

  override opendir(req: file.OpenRequest): OpenResult {
    return { fh: this.handles.open(this.directory(req.node)) }
  }

  override readdir(req: dir.ReaddirRequest): void {
    this.list(req, (label, inode, cookie) => req.add(label, inode.ino, inode.mode, cookie))
  }

  override readdirplus(req: dir.ReaddirplusRequest): void {
    this.list(req, (label, inode, cookie) => {
      if (cookie <= COOKIE_PARENT) return req.addName(label, inode.ino, inode.mode, cookie)
      const node = this.nodes.add(inode)
      const isAdded = req.add(label, { node, generation: this.nodes.generation(node), ...attributes(inode) }, cookie)
      // What did not fit was not looked up.
      if (isAdded) this.nodes.lookup(inode)
      else this.nodes.forget(node, 0)
      return isAdded
    })
  }

  /** Directories are opened only for this: a lock of flock(2) goes with the open directory. */
  override releasedir(req: file.ReleaseRequest): void {
    this.release(req)
  }

  override statfs(): Statfs {
    const { limitBytes, freeBytes, inodeLimit, inodes } = this.space
    const free = Math.floor(freeBytes / PAGE)
    const ffree = inodeLimit - inodes
    return { blocks: Math.floor(limitBytes / PAGE), bfree: free, bavail: free, files: inodeLimit, ffree, bsize: PAGE }
  }

  override getxattr(req: misc.GetxattrRequest): Uint8Array {
    checkXattrName(req.name)
    const { xattrs } = this.nodes.get(req.node)
    if (xattrs === undefined) throw new FuseError('ENODATA')
    return xattrs.get(req.name)
  }

  override setxattr(req: misc.SetxattrRequest): void {
    checkXattrName(req.name)
    const inode = this.nodes.get(req.node)
    inode.xattrs ??= new Xattrs()
    inode.xattrs.set(req.name, req.value, req.flags, this.space)
    inode.stamp(CTIME, this.nowMs())
  }

  override listxattr(req: RequestContext): readonly string[] {
    return this.nodes.get(req.node).xattrs?.list(req.uid === 0) ?? []
  }

  override removexattr(req: misc.GetxattrRequest): void {
    checkXattrName(req.name)
    const inode = this.nodes.get(req.node)
    if (inode.xattrs === undefined) throw new FuseError('ENODATA')
    inode.xattrs.delete(req.name, this.space)
    inode.stamp(CTIME, this.nowMs())
  }

  override getlk(req: misc.LockRequest): FileLock {
    return this.locks.find(this.nodes.get(req.node), req)
  }

  override setlk(req: misc.LockRequest): void | Promise<void> {
    return this.locks.set(this.nodes.get(req.node), req)
  }

  override fallocate(req: file.FallocateRequest): void {
    const inode = this.regular(req.node)
    fallocate(inode.data, req.mode, req.offset, req.length)
    // There is no flag for it here: the kernel leaves it to the server to guess who may keep the set-id bits.
    this.changed(inode, req.uid !== 0)
  }

  override lseek(req: file.LseekRequest): number {
    const { data } = this.regular(req.node)
    return req.whence === linux.SEEK_DATA ? seekData(data, req.offset) : seekHole(data, req.offset)
  }

  override copyFileRange(req: file.CopyFileRangeRequest): number {
    const from = this.regular(req.node)
    const to = this.regular(req.nodeOut)
    const length = Math.min(Number(req.length), COPY_MAX_BYTES)
    const copied = copyRange(from.data, req.offsetIn, to.data, req.offsetOut, length)
    if (copied > 0) this.changed(to, req.uid !== 0)
    from.accessed(this.nowMs())
    return copied
  }

  private directory(node: NodeId): Directory {
    return tree.directory(this.nodes.get(node))
  }

  private regular(node: NodeId): RegularFile {
    const inode = this.nodes.get(node)
    if (inode instanceof RegularFile) return inode
    throw new FuseError(inode instanceof Directory ? 'EISDIR' : 'EINVAL')
  }

  /** The answer that tells the kernel of an object, and counts. */
  private entry(inode: Inode): Entry {
    const node = this.nodes.lookup(inode)
    return { node, generation: this.nodes.generation(node), ...attributes(inode) }
  }

  /** Makes an object with a name. */
  private make(
    req: { readonly parent: NodeId; readonly name: string; readonly uid: number; readonly gid: number },
    maker: (made: NewInode) => Inode,
    mode: number,
  ): Entry {
    const parent = this.directory(req.parent)
    tree.checkFree(parent, req.name)
    const inode = maker(this.newInode(this.ownerIn(parent, req), mode))
    tree.link(parent, req.name, inode, this.nowMs())
    return this.entry(inode)
  }

  /** In a set-group-id directory, new objects belong to the directory's group. */
  private ownerIn(parent: Directory, { uid, gid }: { readonly uid: number; readonly gid: number }) {
    return { uid, gid: (parent.mode & linux.S_ISGID) === 0 ? gid : parent.gid }
  }

  private newInode({ uid, gid }: { readonly uid: number; readonly gid: number }, mode: number): NewInode {
    this.space.takeInode()
    this.lastIno += 1
    return { ino: this.lastIno, mode, uid, gid, nowMs: this.nowMs() }
  }

  /** What has no name and is not known to the kernel can never be reached again. */
  private disposeIfGone(inode: Inode): void {
    if (inode.nlink === 0 && this.nodes.nodeOf(inode) === undefined) inode.dispose(this.space)
  }

  private truncateOnOpen(inode: Inode, req: { readonly flags: number; readonly openFlags: number }): void {
    if ((req.flags & linux.O_TRUNC) === 0 || !(inode instanceof RegularFile)) return
    inode.data.truncate(0)
    this.changed(inode, (req.openFlags & linux.OPEN_KILL_SUIDGID) !== 0)
  }

  private changed(inode: RegularFile, killSuidgid: boolean): void {
    inode.contentChanged(killSuidgid, this.nowMs(), this.space)
  }

  private list(
    req: { readonly node: NodeId; readonly offset: number | bigint },
    add: (label: string, inode: Inode, cookie: number) => boolean,
  ): void {
    const directory = this.directory(req.node)
    const offset = Number(req.offset)
    directory.accessed(this.nowMs())
    if (offset < COOKIE_SELF && !add('.', directory, COOKIE_SELF)) return
    if (offset < COOKIE_PARENT && !add('..', directory.parent, COOKIE_PARENT)) return
    for (const { name: label, inode, cookie } of directory.after(Math.max(offset, COOKIE_PARENT))) {
      if (!add(label, inode, cookie)) return
    }
  }
}
