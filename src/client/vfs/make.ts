import { ROOT_ID } from '../../base/ids.js'
import { encodedNameLength } from '../../base/name.js'
import {
  MAY_EXEC,
  MAY_WRITE,
  S_IFBLK,
  S_IFCHR,
  S_IFDIR,
  S_IFIFO,
  S_IFLNK,
  S_IFREG,
  S_IFSOCK,
  S_ISGID,
  S_IXGRP,
} from '../constants.js'
import type { Core } from '../core.js'
import { failedWith, failure } from '../failure.js'
import type { Dentry, Inode } from '../objects.js'
import { isInGroup, isPrivileged, type Task } from '../task.js'
import { isInvalid, type WireEntry } from './attributes.js'
import { lookupExclusive, obtainInode, setExpiry, splice, typeOf } from './lookup.js'
import { checkPermission } from './permission.js'
import { directoryChanged, invalidateAttr } from './staleness.js'
import { changed } from './times.js'
import { PATH_MAX, withLast, withObject } from './walk.js'

/* Making names: mkdir, mknod, symlink, link. The directory's lock is held exclusive throughout. */

const MADE_BY_MKNOD: ReadonlySet<number> = new Set([S_IFREG, S_IFCHR, S_IFBLK, S_IFIFO, S_IFSOCK])

/** Sends the request that makes the name; answers the reply's entry. */
type Send = (directory: Inode, name: string) => Promise<WireEntry>

/** Whether the task may add names here. */
export async function mayCreate(core: Core, directory: Inode, task: Task): Promise<void> {
  if (directory.isDead) throw failure('ENOENT')
  await checkPermission(core, directory, task, MAY_WRITE | MAY_EXEC)
}

/**
 * Makes the last name of `path`.
 * @param type what the reply must be of: another one is EIO
 * @param check what speaks against it, once it is clear that the name is free
 */
async function makeEntry(
  core: Core,
  path: string,
  task: Task,
  type: number,
  send: Send,
  check: () => void = () => undefined,
): Promise<void> {
  await withLast(core, path, task, async ({ directory, name, hasSlash }) => {
    if (name === '' || name === '.' || name === '..') throw failure('EEXIST')
    const parent = directory.inode!
    await parent.lock.exclusive(async () => {
      const there = await lookupExclusive(core, directory, name, task, true)
      try {
        if (there.inode !== undefined) throw failure('EEXIST')
        if (hasSlash && type !== S_IFDIR) throw failure('ENOENT')
        await mayCreate(core, parent, task)
        check()
        const made = await installMade(core, there, type, () => send(parent, name))
        core.events.inside(parent, 'create', name, type === S_IFDIR)
        core.dentries.release(made)
      } finally {
        core.dentries.release(there)
      }
    })
  })
}

/**
 * Sends what makes an object of `type` where `negative` is, and installs what the reply says. A reply that cannot be is
 * EIO, and its lookup is not taken back, as in the kernel.
 */
async function installMade(
  core: Core,
  negative: Dentry,
  type: number,
  send: () => Promise<WireEntry>,
): Promise<Dentry> {
  const { epoch } = core
  let entry: WireEntry
  try {
    entry = await send()
  } catch (error) {
    if (failedWith(error, 'EEXIST')) core.dentries.invalidate(negative)
    throw error
  }
  const isWrong = entry.nodeid === 0 || entry.nodeid === ROOT_ID || isInvalid(entry.attr)
  if (isWrong || typeOf(entry.attr.mode) !== type) throw failure('EIO')
  return install(core, negative, entry, epoch)
}

/** The object of a reply takes the place of a negative dentry. Returns its dentry, held. */
export async function install(core: Core, negative: Dentry, entry: WireEntry, epoch: number): Promise<Dentry> {
  const { parent, name } = negative
  const inode = await obtainInode(core, entry, 0, 0)
  try {
    core.dentries.unhash(negative)
    const made = splice(core, parent, name, inode)
    made.epoch = epoch
    setExpiry(core, made, entry)
    directoryChanged(parent.inode!)
    return made
  } finally {
    core.release(inode)
  }
}

/**
 * The mode without what the umask takes, unless the server wants to do that; and nobody makes a set-group-id program of a
 * group they are not in, which files get from a set-group-id directory.
 */
export function masked(core: Core, mode: number, task: Task, directory: Inode): number {
  const program = S_ISGID | S_IXGRP
  const { mode: above, gid } = directory.attr
  const isForeign = (above & S_ISGID) !== 0 && !isPrivileged(task) && !isInGroup(task, gid)
  const kept = (mode & program) === program && isForeign ? mode & ~S_ISGID : mode
  return core.negotiated.has('DONT_MASK') ? kept : kept & ~task.umask
}

export async function mkdir(core: Core, path: string, mode: number, task: Task): Promise<void> {
  await makeEntry(core, path, task, S_IFDIR, async (directory, name) => {
    const fuse_mkdir_in = { mode: masked(core, mode & 0o1777, task, directory), umask: task.umask }
    return (await core.call('MKDIR', directory.nodeid, { fuse_mkdir_in, name }, task)).fuse_entry_out
  })
}

/** @param mode with its type */
export async function mknod(core: Core, path: string, mode: number, rdev: number, task: Task): Promise<void> {
  const type = typeOf(mode)
  if (type === S_IFDIR) throw failure('EPERM')
  if (!MADE_BY_MKNOD.has(type)) throw failure('EINVAL')
  // Only whiteouts, 0/0, are for everybody.
  const isDevice = type === S_IFBLK || (type === S_IFCHR && rdev !== 0)
  await makeEntry(core, path, task, type, async (directory, name) => {
    if (isDevice && !isPrivileged(task)) throw failure('EPERM')
    return sendMknod(core, directory, name, masked(core, mode, task, directory), rdev, task)
  })
}

export async function sendMknod(
  core: Core,
  directory: Inode,
  name: string,
  mode: number,
  rdev: number,
  task: Task,
): Promise<WireEntry> {
  const fuse_mknod_in = { mode, rdev, umask: task.umask }
  return (await core.call('MKNOD', directory.nodeid, { fuse_mknod_in, name }, task)).fuse_entry_out
}

export async function symlink(core: Core, target: string, path: string, task: Task): Promise<void> {
  if (target === '') throw failure('ENOENT')
  if (encodedNameLength(target) >= PATH_MAX) throw failure('ENAMETOOLONG')
  await makeEntry(core, path, task, S_IFLNK, async (directory, name) => {
    return (await core.call('SYMLINK', directory.nodeid, { name, target }, task)).fuse_entry_out
  })
}

/** Another name for what `existing` is; a link is not followed. */
export async function link(core: Core, existing: string, path: string, task: Task): Promise<void> {
  const run = async (old: Dentry) => {
    const inode = old.inode!
    const send: Send = (directory, newname) =>
      inode.lock.exclusive(() => sendLink(core, inode, directory, newname, task))
    await makeEntry(core, path, task, inode.type, send, () => {
      if (inode.isDirectory) throw failure('EPERM')
    })
    core.events.self(inode, 'attrib')
  }
  await withObject(core, existing, task, run, { follow: false })
}

async function sendLink(core: Core, inode: Inode, directory: Inode, newname: string, task: Task): Promise<WireEntry> {
  const { features } = core.connection
  if (inode.attr.nlink === 0) throw failure('ENOENT')
  if (features.lacks('LINK')) throw failure('EPERM')
  try {
    const body = { fuse_link_in: { oldnodeid: inode.nodeid }, newname }
    const { fuse_entry_out } = await core.call('LINK', directory.nodeid, body, task)
    await changed(core, inode)
    return fuse_entry_out
  } catch (error) {
    if (failedWith(error, 'EINTR')) invalidateAttr(inode, ~0)
    if (!failedWith(error, 'ENOSYS')) throw error
    features.forgo('LINK')
    throw failure('EPERM')
  }
}
