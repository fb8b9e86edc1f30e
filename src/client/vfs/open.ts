import type { FileHandle } from '../../base/ids.js'
import { FUSE_OPEN_KILL_SUIDGID } from '../../protocol/flags/open.js'
import { FOPEN_CACHE_DIR, FOPEN_DIRECT_IO, FOPEN_KEEP_CACHE, FOPEN_PASSTHROUGH } from '../../protocol/flags/open.js'
import {
  MAY_READ,
  MAY_WRITE,
  O_ACCMODE,
  O_CREAT,
  O_DIRECT,
  O_EXCL,
  O_NOCTTY,
  O_RDONLY,
  O_RDWR,
  O_TRUNC,
  O_WRONLY,
  STATX_WRITTEN,
} from '../constants.js'
import type { Core } from '../core.js'
import { failedWith, failure } from '../failure.js'
import type { Dentry, Inode } from '../objects.js'
import { isPrivileged, type Task } from '../task.js'
import { finish } from './close.js'
import { OpenFile } from './file.js'
import { invalidatePages, truncatePages } from './invalidate.js'
import { checkPermission } from './permission.js'
import { beforeTruncate, setattrLocked } from './setattr.js'
import { invalidateAttr } from './staleness.js'
import { touch } from './times.js'
import { allowWrites, blockWrites } from './writeback.js'

/* Opening what exists. Making files on the way is in create.ts. */

/** The flags that OPEN carries, and those that the open file keeps. */
const OPENING_ONLY = O_CREAT | O_EXCL | O_NOCTTY

export interface Opened {
  readonly fh: FileHandle
  readonly openFlags: number
  readonly isSynthetic: boolean
}

/** open(2) of what `dentry` is, permissions first. */
export async function openDentry(core: Core, dentry: Dentry, flags: number, task: Task): Promise<OpenFile> {
  const inode = dentry.inode!
  if (inode.isSymlink) throw failure('ELOOP')
  const writes = accessMask(flags) & MAY_WRITE
  if (inode.isDirectory && (writes !== 0 || (flags & O_CREAT) !== 0)) throw failure('EISDIR')
  await checkPermission(core, inode, task, accessMask(flags))
  if (!inode.isDirectory && !inode.isFile) throw failure('ENXIO')
  const file = await openInode(core, dentry, flags, task)
  if (inode.isDirectory && (flags & O_DIRECT) !== 0) {
    finish(core, file)
    throw failure('EINVAL')
  }
  core.events.about(dentry, 'open')
  if ((flags & O_TRUNC) === 0 || !inode.isFile) return file
  try {
    await beforeTruncate(core, inode, task)
    if (!core.negotiated.has('ATOMIC_O_TRUNC')) {
      const change = { size: 0 }
      await inode.lock.exclusive(() => setattrLocked(core, dentry, change, task, { lockOwner: file.lockOwner }))
    }
    core.events.about(dentry, 'modify')
    return file
  } catch (error) {
    finish(core, file)
    throw error
  }
}

function accessMask(flags: number): number {
  const truncates = (flags & O_TRUNC) === 0 ? 0 : MAY_WRITE
  switch (flags & O_ACCMODE) {
    case O_RDONLY:
      return MAY_READ | truncates
    case O_WRONLY:
      return MAY_WRITE
    case O_RDWR:
      return MAY_READ | MAY_WRITE
    default:
      throw failure('EINVAL')
  }
}

async function openInode(core: Core, dentry: Dentry, flags: number, task: Task): Promise<OpenFile> {
  const inode = dentry.inode!
  if (inode.isBad) throw failure('EIO')
  const isAtomic = (flags & O_TRUNC) !== 0 && core.negotiated.has('ATOMIC_O_TRUNC') && inode.isFile
  if (!isAtomic || !core.hasWriteback) return openNow(core, dentry, flags, isAtomic, task)
  return inode.lock.exclusive(async () => {
    await blockWrites(inode)
    try {
      return await openNow(core, dentry, flags, isAtomic, task)
    } finally {
      allowWrites(inode)
    }
  })
}

async function openNow(
  core: Core,
  dentry: Dentry,
  flags: number,
  isAtomicTruncate: boolean,
  task: Task,
): Promise<OpenFile> {
  const inode = dentry.inode!
  const opened = await sendOpen(core, inode, flags, task)
  const file = openedFile(core, dentry, opened, flags)
  if (isAtomicTruncate) {
    inode.version = core.nextVersion()
    inode.attr.size = 0
    if (core.hasWriteback) touch(core, inode)
    invalidateAttr(inode, STATX_WRITTEN)
    await truncatePages(inode, 0)
  } else if ((file.openFlags & FOPEN_KEEP_CACHE) === 0) await invalidatePages(core, inode)
  return file
}

/** The open file of a reply. @throws Failure EIO for passthrough, which was not negotiated */
export function openedFile(core: Core, dentry: Dentry, opened: Opened, flags: number): OpenFile {
  const kept = flags & ~(OPENING_ONLY | O_TRUNC)
  const file = new OpenFile(core, dentry, opened, kept)
  if ((opened.openFlags & FOPEN_PASSTHROUGH) !== 0) {
    finish(core, file)
    throw failure('EIO')
  }
  if (file.isWritable && core.hasWriteback && file.inode.isFile) file.inode.writers.add(file)
  return file
}

/** OPEN or OPENDIR; after ENOSYS the client opens by itself. */
async function sendOpen(core: Core, inode: Inode, flags: number, task: Task): Promise<Opened> {
  const op = inode.isDirectory ? 'OPENDIR' : 'OPEN'
  const { features } = core.connection
  if (!features.lacks(op)) {
    try {
      return await askOpen(core, op, inode, flags, task)
    } catch (error) {
      if (!failedWith(error, 'ENOSYS')) throw error
      features.forgo(op)
    }
  }
  const openFlags = FOPEN_KEEP_CACHE | (inode.isDirectory ? FOPEN_CACHE_DIR : 0)
  return { fh: 0 as FileHandle, openFlags, isSynthetic: true }
}

async function askOpen(core: Core, op: 'OPEN' | 'OPENDIR', inode: Inode, flags: number, task: Task): Promise<Opened> {
  const isAtomic = core.negotiated.has('ATOMIC_O_TRUNC')
  const kills = core.negotiated.has('HANDLE_KILLPRIV_V2') && (flags & O_TRUNC) !== 0 && !isPrivileged(task)
  const fuse_open_in = {
    flags: flags & ~OPENING_ONLY & (isAtomic ? ~0 : ~O_TRUNC),
    open_flags: kills ? FUSE_OPEN_KILL_SUIDGID : 0,
  }
  const { fuse_open_out } = await core.call(op, inode.nodeid, { fuse_open_in }, task)
  const ignored = inode.isDirectory ? FOPEN_DIRECT_IO : 0
  return { fh: fuse_open_out.fh, openFlags: fuse_open_out.open_flags & ~ignored, isSynthetic: false }
}
