import { decodeName, encodeName } from '#src/base/name.js'
import { ERRNO } from '#src/base/errno.js'
import { MAY_WRITE, O_LARGEFILE, STATX_BASIC_STATS } from '#src/client/constants.js'
import type { Core } from '#src/client/core.js'
import { Failure, failure } from '#src/client/failure.js'
import { readAt, writeAt } from '#src/client/face/file-io.js'
import type { CachedAttr, Dentry } from '#src/client/objects.js'
import type { Task } from '#src/client/task.js'
import { close } from '#src/client/vfs/close.js'
import { copyRange } from '#src/client/vfs/copy-range.js'
import { open } from '#src/client/vfs/create.js'
import { ioctl, statfs, syncfs } from '#src/client/vfs/device-calls.js'
import { readEntries } from '#src/client/vfs/directory.js'
import { getLock, setLock, type LockWish } from '#src/client/vfs/file-locks.js'
import type { OpenFile } from '#src/client/vfs/file.js'
import { fsync } from '#src/client/vfs/fsync.js'
import { getattr } from '#src/client/vfs/getattr.js'
import { link, mkdir, mknod, symlink } from '#src/client/vfs/make.js'
import { checkAccess, checkPermission } from '#src/client/vfs/permission.js'
import { rmdir, unlink } from '#src/client/vfs/remove.js'
import { rename } from '#src/client/vfs/rename.js'
import { setattr, type Change } from '#src/client/vfs/setattr.js'
import { fallocate, seekEnd, seekExtent } from '#src/client/vfs/space.js'
import { readTarget } from '#src/client/vfs/symlink.js'
import { walk, withObject, type WalkOptions } from '#src/client/vfs/walk.js'
import { getxattr, listxattr, removexattr, setxattr } from '#src/client/vfs/xattr.js'
import { AT, F, LOCK, O, SEEK } from '../../../helpers/posix/constants.js'
import type { NewTime, RecordLock } from '../../../helpers/posix.js'
import type { Credentials } from '../credentials.js'

type Path = string | Uint8Array

/** What a descriptor leads to: an open file, or with O_PATH no more than a name. */
interface Description {
  readonly dentry: Dentry
  readonly file: OpenFile | undefined
  /** Descriptors that lead here. */
  users: number
}

const FOLLOW: WalkOptions = {}
const NO_FOLLOW: WalkOptions = { follow: false }

/** A process with its descriptors, credentials and umask, whose system calls the client's VFS makes: the words of `posix`. */
export class ClientProcess {
  /** Interrupts the call that is under way. */
  interruption = new AbortController()
  private readonly core: Core
  private readonly who: Credentials
  private readonly pid: number
  private mask = 0o022
  private readonly descriptors = new Map<number, Description>()

  constructor(core: Core, pid: number, who: Credentials) {
    this.core = core
    this.pid = pid
    this.who = who
  }

  async closeAll(): Promise<void> {
    this.mask = 0o022
    for (const fd of this.descriptors.keys()) await this.close(fd)
  }

  async open(path: Path, flags: number, mode = 0o666): Promise<number> {
    return this.openat(AT.FDCWD, path, flags, mode)
  }

  async openat(directory: number, path: Path, flags: number, mode = 0o666): Promise<number> {
    const from = directory === AT.FDCWD ? this.core.root : this.at(directory).dentry
    const name = this.name(path)
    if ((flags & O.PATH) !== 0) {
      const dentry = await walk(this.core, name, this.task, { follow: (flags & O.NOFOLLOW) === 0, from })
      if ((flags & O.DIRECTORY) !== 0 && !dentry.inode!.isDirectory) throw failure('ENOTDIR')
      return this.descriptor({ dentry, file: undefined, users: 1 })
    }
    const file = await open(this.core, name, (flags & ~O.CLOEXEC) | O_LARGEFILE, mode & 0o7777, this.task, from)
    return this.descriptor({ dentry: file.dentry, file, users: 1 })
  }

  async close(fd: number): Promise<void> {
    const description = this.at(fd)
    this.descriptors.delete(fd)
    description.users -= 1
    if (description.users > 0) return
    if (description.file === undefined) this.core.dentries.release(description.dentry)
    else await close(this.core, description.file, this.task)
  }

  dup(fd: number): number {
    const description = this.at(fd)
    description.users += 1
    return this.descriptor(description)
  }

  async read(fd: number, length: number): Promise<Uint8Array> {
    const out = new Uint8Array(length)
    return out.subarray(0, await readAt(this.core, this.file(fd), out, undefined, this.task))
  }

  async pread(fd: number, length: number, offset: number): Promise<Uint8Array> {
    const out = new Uint8Array(length)
    return out.subarray(0, await readAt(this.core, this.file(fd), out, offset, this.task))
  }

  async write(fd: number, data: string | Uint8Array): Promise<number> {
    return writeAt(this.core, this.file(fd), Buffer.from(data), undefined, this.task)
  }

  async pwrite(fd: number, data: string | Uint8Array, offset: number): Promise<number> {
    return writeAt(this.core, this.file(fd), Buffer.from(data), offset, this.task)
  }

  async lseek(fd: number, offset: number, whence: number): Promise<number> {
    const file = this.file(fd)
    const to = await this.place(file, offset, whence)
    if (to < 0) throw failure('EINVAL')
    if (file.inode.isDirectory) file.directoryPosition = to
    else file.position = to
    return to
  }

  private async place(file: OpenFile, offset: number, whence: number): Promise<number> {
    switch (whence) {
      case SEEK.SET:
        return offset
      case SEEK.CUR:
        return file.position + offset
      case SEEK.END:
        return (await seekEnd(this.core, file, this.task)) + offset
      case SEEK.DATA:
      case SEEK.HOLE:
        return seekExtent(this.core, file, offset, whence, this.task)
      default:
        throw failure('EINVAL')
    }
  }

  seekDirectory(fd: number, cookie: bigint): void {
    this.file(fd).directoryPosition = Number(cookie)
  }

  async getdents(fd: number) {
    const entries = await readEntries(this.core, this.file(fd), this.task)
    return entries.map(({ ino, off, type, name }) => ({
      ino: BigInt(ino),
      next: BigInt(off),
      type,
      name: bytesOf(name),
    }))
  }

  async truncate(path: Path, size: number): Promise<void> {
    if (size < 0) throw failure('EINVAL')
    await this.on(path, FOLLOW, async (dentry) => {
      const inode = dentry.inode!
      if (inode.isDirectory) throw failure('EISDIR')
      if (!inode.isFile) throw failure('EINVAL')
      await checkPermission(this.core, inode, this.task, MAY_WRITE)
      await setattr(this.core, dentry, { size }, this.task)
    })
  }

  async ftruncate(fd: number, size: number): Promise<void> {
    const file = this.file(fd)
    if (size < 0 || !file.isWritable || !file.inode.isFile) throw failure('EINVAL')
    await setattr(this.core, file.dentry, { size }, this.task, { fh: file.fh, lockOwner: file.lockOwner })
  }

  async fallocate(fd: number, mode: number, offset: number, length: number): Promise<void> {
    await fallocate(this.core, this.file(fd), mode, offset, length, this.task)
  }

  async copyFileRange(from: number, at: number | null, to: number, into: number | null, length: number, flags = 0) {
    if (flags !== 0) throw failure('EINVAL')
    const [source, target] = [this.file(from), this.file(to)]
    if (source.inode.isDirectory || target.inode.isDirectory) throw failure('EISDIR')
    if (!source.inode.isFile || !target.inode.isFile) throw failure('EINVAL')
    if ((target.flags & O.APPEND) !== 0) throw failure('EBADF')
    const range = { source, target, offsetIn: at ?? source.position, offsetOut: into ?? target.position, length }
    const isOverlap = range.offsetIn < range.offsetOut + length && range.offsetOut < range.offsetIn + length
    if (source.inode === target.inode && isOverlap) throw failure('EINVAL')
    const count = await copyRange(this.core, range, this.task)
    if (at === null) source.position += count
    if (into === null) target.position += count
    return count
  }

  async fsync(fd: number): Promise<void> {
    await fsync(this.core, this.file(fd), false, this.task)
  }

  async fdatasync(fd: number): Promise<void> {
    await fsync(this.core, this.file(fd), true, this.task)
  }

  async syncfs(fd: number): Promise<void> {
    this.at(fd)
    await syncfs(this.core, this.task)
  }

  getFlags(fd: number): number {
    const { file } = this.at(fd)
    return file === undefined ? O.PATH : file.flags
  }

  setFlags(fd: number, flags: number): void {
    const changeable = O.APPEND | O.NONBLOCK | O.DIRECT
    const file = this.file(fd)
    Object.assign(file, { flags: (file.flags & ~changeable) | (flags & changeable) })
  }

  async ioctl(fd: number, cmd: number): Promise<number> {
    const command = { cmd, arg: 0, data: new Uint8Array(0), outSize: 0 }
    return (await ioctl(this.core, this.file(fd), command, this.task)).result
  }

  async mkdir(path: Path, mode = 0o777): Promise<void> {
    await mkdir(this.core, this.name(path), mode, this.task)
  }

  async mkdirat(directory: number, path: Path, mode = 0o777): Promise<void> {
    await this.mkdir(this.below(directory, path), mode)
  }

  async rmdir(path: Path): Promise<void> {
    await rmdir(this.core, this.name(path), this.task)
  }

  async unlink(path: Path): Promise<void> {
    await unlink(this.core, this.name(path), this.task)
  }

  async unlinkat(directory: number, path: Path, flags: number): Promise<void> {
    const name = this.below(directory, path)
    await ((flags & AT.REMOVEDIR) === 0 ? this.unlink(name) : this.rmdir(name))
  }

  async link(from: Path, to: Path): Promise<void> {
    await link(this.core, this.name(from), this.name(to), this.task)
  }

  async linkat(fromDirectory: number, from: Path, toDirectory: number, to: Path, flags: number): Promise<void> {
    if ((flags & ~(AT.SYMLINK_FOLLOW | AT.EMPTY_PATH)) !== 0) throw failure('EINVAL')
    let source = this.below(fromDirectory, from)
    if ((flags & AT.SYMLINK_FOLLOW) !== 0) source = await this.on(source, FOLLOW, async (dentry) => pathOf(dentry))
    await this.link(source, this.below(toDirectory, to))
  }

  async symlink(target: Path, path: Path): Promise<void> {
    await symlink(this.core, text(target), this.name(path), this.task)
  }

  async readlink(path: Path, size = 4096): Promise<Uint8Array> {
    if (size <= 0) throw failure('EINVAL')
    const target = await this.on(path, NO_FOLLOW, ({ inode }) => readTarget(this.core, inode!, this.task))
    return bytesOf(target).subarray(0, size)
  }

  async rename(from: Path, to: Path): Promise<void> {
    await this.renameat2(from, to, 0)
  }

  async renameat2(from: Path, to: Path, flags: number): Promise<void> {
    await rename(this.core, this.name(from), this.name(to), flags, this.task)
  }

  async mknod(path: Path, mode: number, device = 0): Promise<void> {
    await mknod(this.core, this.name(path), (mode & 0o170000) === 0 ? mode | 0o100000 : mode, device, this.task)
  }

  async chmod(path: Path, mode: number): Promise<void> {
    await this.change(path, FOLLOW, ({ inode }) => ({ mode: inode!.type | (mode & 0o7777) }))
  }

  async fchmod(fd: number, mode: number): Promise<void> {
    const { dentry } = this.file(fd)
    await setattr(this.core, dentry, { mode: dentry.inode!.type | (mode & 0o7777) }, this.task)
  }

  async chown(path: Path, uid: number, gid: number): Promise<void> {
    await this.change(path, FOLLOW, () => ownerChange(uid, gid))
  }

  async lchown(path: Path, uid: number, gid: number): Promise<void> {
    await this.change(path, NO_FOLLOW, () => ownerChange(uid, gid))
  }

  async fchown(fd: number, uid: number, gid: number): Promise<void> {
    await setattr(this.core, this.file(fd).dentry, ownerChange(uid, gid), this.task)
  }

  async access(path: Path, mode: number): Promise<void> {
    if ((mode & ~7) !== 0) throw failure('EINVAL')
    await this.on(path, FOLLOW, ({ inode }) => checkAccess(this.core, inode!, this.task, mode))
  }

  umask(mask: number): number {
    const before = this.mask
    this.mask = mask & 0o777
    return before
  }

  async stat(path: Path) {
    return this.on(path, FOLLOW, (dentry) => this.attributes(dentry))
  }

  async lstat(path: Path) {
    return this.on(path, NO_FOLLOW, (dentry) => this.attributes(dentry))
  }

  async fstat(fd: number) {
    return this.attributes(this.at(fd).dentry)
  }

  async utimensat(path: Path, atime: NewTime, mtime: NewTime, flags = 0): Promise<void> {
    if ((flags & ~(AT.SYMLINK_NOFOLLOW | AT.EMPTY_PATH)) !== 0) throw failure('EINVAL')
    if (atime === 'omit' && mtime === 'omit') return
    const options = (flags & AT.SYMLINK_NOFOLLOW) === 0 ? FOLLOW : NO_FOLLOW
    await this.change(path, options, () => ({ atime: timeOf(atime), mtime: timeOf(mtime) }))
  }

  utimensatRaw(_path: Path, _seconds: bigint, nanoseconds: bigint): void {
    if (nanoseconds < 0n || nanoseconds >= 1_000_000_000n) throw failure('EINVAL')
    throw new Error('utimensatRaw is for what must be refused')
  }

  async futimens(fd: number, atime: NewTime, mtime: NewTime): Promise<void> {
    if (atime === 'omit' && mtime === 'omit') return
    await setattr(this.core, this.at(fd).dentry, { atime: timeOf(atime), mtime: timeOf(mtime) }, this.task)
  }

  async statfs(path: Path) {
    return this.on(path, FOLLOW, ({ inode }) => this.space(inode!))
  }

  async fstatfs(fd: number) {
    return this.space(this.at(fd).dentry.inode!)
  }

  async setxattr(path: Path, name: string, value: string | Uint8Array, flags = 0): Promise<void> {
    await this.on(path, FOLLOW, (dentry) => setxattr(this.core, dentry, name, Buffer.from(value), flags, this.task))
  }

  async lsetxattr(path: Path, name: string, value: string | Uint8Array, flags = 0): Promise<void> {
    await this.on(path, NO_FOLLOW, (dentry) => setxattr(this.core, dentry, name, Buffer.from(value), flags, this.task))
  }

  async fsetxattr(fd: number, name: string, value: string | Uint8Array, flags = 0): Promise<void> {
    await setxattr(this.core, this.file(fd).dentry, name, Buffer.from(value), flags, this.task)
  }

  async getxattr(path: Path, name: string, size?: number): Promise<Uint8Array> {
    return this.on(path, FOLLOW, ({ inode }) => getxattr(this.core, inode!, name, this.task).then(within(size)))
  }

  async lgetxattr(path: Path, name: string, size?: number): Promise<Uint8Array> {
    return this.on(path, NO_FOLLOW, ({ inode }) => getxattr(this.core, inode!, name, this.task).then(within(size)))
  }

  async fgetxattr(fd: number, name: string, size?: number): Promise<Uint8Array> {
    return getxattr(this.core, this.file(fd).inode, name, this.task).then(within(size))
  }

  async getxattrSize(path: Path, name: string): Promise<number> {
    return (await this.getxattr(path, name)).length
  }

  async listxattr(path: Path, size?: number): Promise<string[]> {
    return this.on(path, FOLLOW, ({ inode }) => listxattr(this.core, inode!, this.task).then(listWithin(size)))
  }

  async llistxattr(path: Path, size?: number): Promise<string[]> {
    return this.on(path, NO_FOLLOW, ({ inode }) => listxattr(this.core, inode!, this.task).then(listWithin(size)))
  }

  async flistxattr(fd: number, size?: number): Promise<string[]> {
    return listxattr(this.core, this.file(fd).inode, this.task).then(listWithin(size))
  }

  async listxattrSize(path: Path): Promise<number> {
    return bytesOfList(await this.listxattr(path))
  }

  async removexattr(path: Path, name: string): Promise<void> {
    await this.on(path, FOLLOW, (dentry) => removexattr(this.core, dentry, name, this.task))
  }

  async lremovexattr(path: Path, name: string): Promise<void> {
    await this.on(path, NO_FOLLOW, (dentry) => removexattr(this.core, dentry, name, this.task))
  }

  async fremovexattr(fd: number, name: string): Promise<void> {
    await removexattr(this.core, this.file(fd).dentry, name, this.task)
  }

  async flock(fd: number, operation: number): Promise<void> {
    const type = [LOCK.SH, LOCK.EX, LOCK.UN].indexOf((operation & ~LOCK.NB) as 1)
    if (type < 0) throw failure('EINVAL')
    const wish: LockWish = { start: 0, end: Infinity, type, isFlock: true }
    await setLock(this.core, this.file(fd), wish, (operation & LOCK.NB) === 0, this.task)
  }

  /** Locks of open files, which those of the client are. */
  async lockRecord(fd: number, command: number, lock: RecordLock) {
    const file = this.file(fd)
    const base = await this.place(file, 0, lock.whence ?? SEEK.SET)
    const [start, end] = rangeOf(base + lock.start, lock.length)
    const wish: LockWish = { start, end, type: lock.type, isFlock: false }
    if (command === F.OFD_GETLK) {
      const found = await getLock(this.core, file, wish, this.task)
      if (found === undefined) return { ...lock, type: 2, pid: 0 }
      const length = Number.isFinite(found.end) ? found.end - found.start + 1 : 0
      return { type: found.type, start: found.start, length, pid: -1 }
    }
    if (lock.type === 0 && !file.isReadable) throw failure('EBADF')
    if (lock.type === 1 && !file.isWritable) throw failure('EBADF')
    await setLock(this.core, file, wish, command === F.OFD_SETLKW, this.task)
    return { ...lock, pid: 0 }
  }

  private get task(): Task {
    const { uid, gid, groups } = this.who
    return { caller: { uid, gid, pid: this.pid }, groups, umask: this.mask, signal: this.interruption.signal }
  }

  private descriptor(description: Description): number {
    let fd = 3
    while (this.descriptors.has(fd)) fd += 1
    this.descriptors.set(fd, description)
    return fd
  }

  private at(fd: number): Description {
    const description = this.descriptors.get(fd)
    if (description === undefined) throw failure('EBADF')
    return description
  }

  private file(fd: number): OpenFile {
    const { file } = this.at(fd)
    if (file === undefined) throw failure('EBADF')
    return file
  }

  /** A path as the client has them; `/proc/self/fd` leads to where a descriptor does. */
  private name(path: Path): string {
    const name = text(path)
    const [whole, fd] = /^\/proc\/self\/fd\/(\d+)/.exec(name) ?? ['']
    return fd === undefined ? name : pathOf(this.at(Number(fd)).dentry) + name.slice(whole.length)
  }

  private below(directory: number, path: Path): string {
    const name = this.name(path)
    if (name.startsWith('/') || directory === AT.FDCWD) return name
    const { dentry } = this.at(directory)
    return name === '' ? pathOf(dentry) : `${pathOf(dentry)}/${name}`
  }

  private async on<T>(path: Path, options: WalkOptions, run: (dentry: Dentry) => Promise<T>): Promise<T> {
    return withObject(this.core, this.name(path), this.task, run, options)
  }

  private async change(path: Path, options: WalkOptions, change: (dentry: Dentry) => Change): Promise<void> {
    await this.on(path, options, (dentry) => setattr(this.core, dentry, change(dentry), this.task))
  }

  private async attributes({ inode }: Dentry) {
    return statOf(await getattr(this.core, inode!, this.task, { mask: STATX_BASIC_STATS }))
  }

  private async space(inode: NonNullable<Dentry['inode']>) {
    const { frsize, blocks, bfree, bavail, files, namelen } = await statfs(this.core, inode, this.task)
    const [free, available] = [Number(bfree), Number(bavail)]
    return { blockSize: frsize, blocks: Number(blocks), free, available, files: Number(files), nameLength: namelen }
  }
}

function text(path: Path): string {
  return decodeName(typeof path === 'string' ? Buffer.from(path) : path)
}

function bytesOf(name: string): Uint8Array {
  // Names of the client are bytes, or it would have refused them.
  return encodeName(name)!
}

function pathOf(dentry: Dentry): string {
  const names: string[] = []
  for (let at = dentry; !at.isRoot; at = at.parent) {
    if (!at.isHashed) throw failure('ENOENT')
    names.unshift(at.name)
  }
  return `/${names.join('/')}`
}

function timeOf(time: NewTime): Change['atime'] {
  if (time === 'now') return 'now'
  if (time === 'omit') return undefined
  const nsec = ((time % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n
  return { sec: Number((time - nsec) / 1_000_000_000n), nsec: Number(nsec) }
}

function statOf(attr: Readonly<CachedAttr>) {
  const ns = (sec: number, nsec: number) => BigInt(sec) * 1_000_000_000n + BigInt(nsec)
  const { mode, nlink, uid, gid, size, blocks, rdev } = attr
  return {
    ino: BigInt(attr.ino),
    mode,
    nlink,
    uid,
    gid,
    size,
    blocks,
    blockSize: attr.blksize,
    major: (rdev >> 8) & 0xfff,
    minor: (rdev & 0xff) | ((rdev >> 12) & 0xfff00),
    device: '0:1',
    atime: ns(attr.atime, attr.atimensec),
    mtime: ns(attr.mtime, attr.mtimensec),
    ctime: ns(attr.ctime, attr.ctimensec),
  }
}

/** An id is 32 bits, -1 leaves it as it is. */
function ownerChange(uid: number, gid: number): Change {
  const id = (value: number) => (value === -1 ? undefined : value >>> 0)
  return { uid: id(uid), gid: id(gid) }
}

/** As fcntl(2) counts: a negative length goes back from the start. */
function rangeOf(start: number, length: number): [number, number] {
  const range: [number, number] =
    length === 0 ? [start, Infinity] : length > 0 ? [start, start + length - 1] : [start + length, start - 1]
  if (range[0] < 0) throw failure('EINVAL')
  return range
}

/** @throws Failure ERANGE if there is not that much room */
function within(size = 65_536): (value: Uint8Array) => Uint8Array {
  return (value) => {
    if (value.length > size) throw new Failure(ERRNO.ERANGE)
    return value
  }
}

function listWithin(size = 65_536): (names: string[]) => string[] {
  return (names) => {
    if (bytesOfList(names) > size) throw new Failure(ERRNO.ERANGE)
    return names
  }
}

function bytesOfList(names: readonly string[]): number {
  return names.reduce((sum, name) => sum + Buffer.byteLength(name) + 1, 0)
}
