import type { FileHandle } from '../../base/ids.js'
import {
  FATTR_ATIME,
  FATTR_ATIME_NOW,
  FATTR_CTIME,
  FATTR_FH,
  FATTR_GID,
  FATTR_KILL_SUIDGID,
  FATTR_LOCKOWNER,
  FATTR_MODE,
  FATTR_MTIME,
  FATTR_MTIME_NOW,
  FATTR_SIZE,
  FATTR_UID,
} from '../../protocol/flags/attr.js'
import { MAY_WRITE, S_IFMT, S_ISGID, S_ISUID, S_IXGRP } from '../constants.js'
import type { Core } from '../core.js'
import { failure } from '../failure.js'
import type { Dentry, Inode } from '../objects.js'
import { isInGroup, isPrivileged, type Task } from '../task.js'
import { applyAttr, attrUntil, isInvalid, ownsSizeAndTimes } from './attributes.js'
import { askGetattr } from './getattr.js'
import { invalidatePages, truncatePages, writeAndWait } from './invalidate.js'
import { checkPermission } from './permission.js'
import { dropCapability } from './capability.js'
import { flushTimes, now, truncatedTime, type Time } from './times.js'
import { allowWrites, blockWrites } from './writeback.js'

/** What is to be changed; what is undefined stays. */
export interface Change {
  readonly mode?: number | undefined
  readonly uid?: number | undefined
  readonly gid?: number | undefined
  readonly size?: number | undefined
  readonly atime?: Time | 'now' | undefined
  readonly mtime?: Time | 'now' | undefined
}

/** How it is changed. */
export interface SetattrOptions {
  /** The open file that is truncated (ftruncate). */
  readonly fh?: FileHandle | undefined
  readonly lockOwner?: number | undefined
}

/** chmod, chown, utimes, truncate, with the object's lock held exclusive. */
export async function setattr(
  core: Core,
  dentry: Dentry,
  change: Change,
  task: Task,
  options: SetattrOptions = {},
): Promise<void> {
  const inode = dentry.inode!
  if (change.size !== undefined) await beforeTruncate(core, inode, task)
  await inode.lock.exclusive(() => setattrLocked(core, dentry, change, task, options))
  tell(core, dentry, change)
}

/** Before the lock is taken: what a truncate takes away. */
export async function beforeTruncate(core: Core, inode: Inode, task: Task): Promise<void> {
  if (!inode.hasNoCapability) await dropCapability(core, inode, task)
}

/** As {@link setattr}, for a caller that holds the lock and tells watchers itself. */
export async function setattrLocked(
  core: Core,
  dentry: Dentry,
  change: Change,
  task: Task,
  options: SetattrOptions = {},
): Promise<void> {
  const inode = dentry.inode!
  if (inode.isBad) throw failure('EIO')
  await mayChange(core, inode, change, task)
  const wanted = await killPrivileges(core, inode, withoutForeignGroup(core, inode, change, task), task)
  if (wanted === undefined) return
  const isTruncate = wanted.size !== undefined
  const isOwner = ownsSizeAndTimes(core, inode)
  if (isOwner && !isTruncate) {
    await writeAndWait(core, inode)
    await flushTimes(core, inode)
    await blockWrites(inode)
    allowWrites(inode)
  }
  if (isTruncate) await blockWrites(inode)
  try {
    if (isTruncate) inode.isSizeUnstable = true
    await send(core, inode, wanted, task, options)
  } finally {
    if (isTruncate) {
      inode.isSizeUnstable = false
      allowWrites(inode)
    }
  }
  // Who may search it may have changed.
  if (inode.isDirectory && wanted.mode !== undefined && !dentry.isRoot) dentry.expiresMs = -Infinity
}

async function send(core: Core, inode: Inode, change: Change, task: Task, options: SetattrOptions): Promise<void> {
  const isOwner = ownsSizeAndTimes(core, inode)
  const fuse_setattr_in = encode(core, inode, change, task, options)
  const { version } = core
  const { fuse_attr_out } = await core.call('SETATTR', inode.nodeid, { fuse_setattr_in }, task)
  const { attr } = fuse_attr_out
  if (isInvalid(attr) || (attr.mode & S_IFMT) !== inode.type) {
    inode.isBad = true
    throw failure('EIO')
  }
  if (isOwner) setOwnTimes(core, inode, change)
  // Overtaken by another change: what it says is taken, and asked for again.
  const validUntilMs = inode.version > version ? -Infinity : attrUntil(core, fuse_attr_out)
  applyAttr(core, inode, attr, validUntilMs)
  const before = inode.attr.size
  const isTruncate = change.size !== undefined
  if (isOwner && !isTruncate) return
  inode.attr.size = attr.size
  if (!inode.isFile || before === attr.size) return
  // WRITEs that were put off go on before: dropping dirty pages waits for them.
  if (isTruncate) allowWrites(inode)
  try {
    await truncatePages(inode, attr.size)
    await invalidatePages(core, inode)
  } finally {
    if (isTruncate) inode.writeback.blocked += 1
  }
}

function encode(core: Core, inode: Inode, change: Change, task: Task, { fh, lockOwner }: SetattrOptions) {
  const { mode, uid, gid, size, atime, mtime } = change
  const isOwner = ownsSizeAndTimes(core, inode)
  const present = now(core)
  // Truncating an open file takes the times along where they are kept here, even if the size stays.
  const touches = isOwner && size !== undefined
  const a = atime === 'now' ? present : atime
  const m = mtime === 'now' || (mtime === undefined && touches) ? present : mtime
  const hasCtime = isOwner && core.negotiated.minor >= 23
  const isChown = (uid !== undefined || gid !== undefined) && !inode.isDirectory
  // A chown takes set-id bits away whoever makes it.
  const mayKill = isChown || (size !== undefined && !isPrivileged(task))
  const kills = mayKill && core.negotiated.has('HANDLE_KILLPRIV_V2')
  return {
    valid:
      (mode === undefined ? 0 : FATTR_MODE) |
      (uid === undefined ? 0 : FATTR_UID) |
      (gid === undefined ? 0 : FATTR_GID) |
      (size === undefined ? 0 : FATTR_SIZE | FATTR_LOCKOWNER) |
      (a === undefined ? 0 : FATTR_ATIME) |
      (atime === 'now' ? FATTR_ATIME_NOW : 0) |
      (m === undefined ? 0 : FATTR_MTIME) |
      (mtime === 'now' && !isOwner ? FATTR_MTIME_NOW : 0) |
      (hasCtime ? FATTR_CTIME : 0) |
      (fh === undefined ? 0 : FATTR_FH) |
      (kills ? FATTR_KILL_SUIDGID : 0),
    fh: fh ?? (0 as FileHandle),
    size: size ?? 0,
    lock_owner: size === undefined ? 0 : (lockOwner ?? 0),
    atime: a === undefined ? 0 : a.sec,
    atimensec: a === undefined ? 0 : truncatedTime(core, a).nsec,
    mtime: m === undefined ? 0 : m.sec,
    mtimensec: m === undefined ? 0 : truncatedTime(core, m).nsec,
    ctime: hasCtime ? present.sec : 0,
    ctimensec: hasCtime ? present.nsec : 0,
    mode: mode ?? 0,
    uid: uid ?? 0,
    gid: gid ?? 0,
  }
}

function setOwnTimes(core: Core, inode: Inode, { mtime, size }: Change): void {
  const present = now(core)
  const m = mtime === 'now' || (mtime === undefined && size !== undefined) ? present : mtime
  if (m !== undefined) {
    inode.attr.mtime = m.sec
    inode.attr.mtimensec = truncatedTime(core, m).nsec
  }
  inode.attr.ctime = present.sec
  inode.attr.ctimensec = present.nsec
}

/**
 * chown takes set-user-id and set-group-id away. Unless the server does that itself, the mode is asked for first, and what
 * is to go is changed along.
 */
async function killPrivileges(core: Core, inode: Inode, change: Change, task: Task): Promise<Change | undefined> {
  const isChown = (change.uid !== undefined || change.gid !== undefined) && !inode.isDirectory
  if (!isChown) return change
  await dropCapability(core, inode, task)
  const { negotiated } = core
  if (negotiated.has('HANDLE_KILLPRIV') || negotiated.has('HANDLE_KILLPRIV_V2')) return change
  await askGetattr(core, inode, task, undefined)
  const { mode } = inode.attr
  const hasGroup = (mode & (S_ISGID | S_IXGRP)) === (S_ISGID | S_IXGRP)
  const killed = mode & ~S_ISUID & ~(hasGroup ? S_ISGID : 0)
  return killed === mode ? change : { ...change, mode: killed }
}

async function mayChange(core: Core, inode: Inode, change: Change, task: Task): Promise<void> {
  if (!core.checksPermissions || isPrivileged(task)) return
  const { uid, gid } = inode.attr
  const isOwner = task.caller.uid === uid
  if (change.mode !== undefined && !isOwner) throw failure('EPERM')
  if (change.uid !== undefined && !(isOwner && change.uid === uid)) throw failure('EPERM')
  if (change.gid !== undefined && !(isOwner && (change.gid === gid || isInGroup(task, change.gid)))) {
    throw failure('EPERM')
  }
  const times = [change.atime, change.mtime].filter((time) => time !== undefined)
  if (times.length === 0 || isOwner) return
  if (times.some((time) => time !== 'now')) throw failure('EPERM')
  await checkPermission(core, inode, task, MAY_WRITE)
}

/** Nobody gives set-group-id to what is of a group they are not in. */
function withoutForeignGroup(core: Core, inode: Inode, change: Change, task: Task): Change {
  if (change.mode === undefined || !core.checksPermissions || isPrivileged(task)) return change
  return isInGroup(task, change.gid ?? inode.attr.gid) ? change : { ...change, mode: change.mode & ~S_ISGID }
}

/** One event for each call, as inotify has it. */
export function tell(core: Core, dentry: Dentry, change: Change): void {
  const hasBoth = change.atime !== undefined && change.mtime !== undefined
  if (change.mode !== undefined || change.uid !== undefined || change.gid !== undefined || hasBoth) {
    core.events.about(dentry, 'attrib')
  } else if (change.size !== undefined || change.mtime !== undefined) core.events.about(dentry, 'modify')
  else if (change.atime !== undefined) core.events.about(dentry, 'access')
}
