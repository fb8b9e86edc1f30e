import { FuseError } from '../../base/errors.js'
import { encodedNameLength } from '../../base/name.js'
import { RENAME_EXCHANGE, RENAME_NOREPLACE, RENAME_WHITEOUT } from './constants.js'
import { Directory } from './directory.js'
import { CHANGED, CTIME, type Inode } from './inode.js'

/*
 * Names: what links, unlinks and renames do to directories, link counts and times. Whether the caller may is the kernel's
 * affair (default_permissions).
 */

const NAME_MAX_BYTES = 255
/** A unit of a string has at most three bytes of UTF-8. */
const SHORT = NAME_MAX_BYTES / 3

/** @throws FuseError ENOTDIR */
export function directory(inode: Inode): Directory {
  if (inode instanceof Directory) return inode
  throw new FuseError('ENOTDIR')
}

/** @throws FuseError ENAMETOOLONG */
export function checkName(name: string): void {
  if (name.length > SHORT && encodedNameLength(name) > NAME_MAX_BYTES) throw new FuseError('ENAMETOOLONG')
}

/** Refuses what cannot get a new name. @throws FuseError ENAMETOOLONG, EEXIST, or ENOENT in a removed directory */
export function checkFree(parent: Directory, name: string): void {
  checkName(name)
  if (parent.get(name) !== undefined) throw new FuseError('EEXIST')
  if (parent.nlink === 0) throw new FuseError('ENOENT')
}

/** Gives `inode`, new or known, a name that is free. */
export function link(parent: Directory, name: string, inode: Inode, nowMs: number): void {
  parent.set(name, inode)
  if (inode instanceof Directory) parent.nlink += 1
  else inode.nlink += 1
  inode.stamp(CTIME, nowMs)
  parent.stamp(CHANGED, nowMs)
}

/** Takes a name away from what is no directory. Returns what it named. @throws FuseError ENOENT, EISDIR */
export function unlink(parent: Directory, name: string, nowMs: number): Inode {
  const inode = parent.require(name)
  if (inode instanceof Directory) throw new FuseError('EISDIR')
  parent.delete(name)
  parent.stamp(CHANGED, nowMs)
  loseName(inode, nowMs)
  return inode
}

/** Removes an empty directory. Returns it. @throws FuseError ENOENT, ENOTDIR, ENOTEMPTY */
export function rmdir(parent: Directory, name: string, nowMs: number): Directory {
  const removed = directory(parent.require(name))
  if (removed.size > 0) throw new FuseError('ENOTEMPTY')
  parent.delete(name)
  parent.nlink -= 1
  parent.stamp(CHANGED, nowMs)
  loseName(removed, nowMs)
  return removed
}

/** A name in a directory. */
export interface Place {
  readonly parent: Directory
  readonly name: string
}

/**
 * rename and renameat2. Returns what lost its name to the new one.
 * @param makeWhiteout makes what RENAME_WHITEOUT leaves behind, before anything is changed
 */
export function rename(
  from: Place,
  to: Place,
  flags: number,
  nowMs: number,
  makeWhiteout: () => Inode,
): Inode | undefined {
  const moved = from.parent.require(from.name)
  const old = to.parent.get(to.name)
  checkRename(to, flags, moved, old)
  if (flags === RENAME_EXCHANGE) {
    refuseLoop(from.parent, old!)
    exchange(from, to, moved, old!, nowMs)
    return undefined
  }
  if (old === moved) return undefined
  if (old !== undefined) replaceable(moved, old)
  const whiteout = (flags & RENAME_WHITEOUT) === 0 ? undefined : makeWhiteout()
  if (whiteout === undefined) from.parent.delete(from.name)
  else {
    from.parent.set(from.name, whiteout)
    whiteout.nlink += 1
  }
  to.parent.set(to.name, moved)
  moveDirectory(moved, from.parent, to.parent)
  if (old instanceof Directory) to.parent.nlink -= 1
  moved.stamp(CTIME, nowMs)
  from.parent.stamp(CHANGED, nowMs)
  to.parent.stamp(CHANGED, nowMs)
  if (old !== undefined) loseName(old, nowMs)
  return old
}

function checkRename(to: Place, flags: number, moved: Inode, old: Inode | undefined): void {
  const known = RENAME_NOREPLACE | RENAME_EXCHANGE | RENAME_WHITEOUT
  if ((flags & ~known) !== 0) throw new FuseError('EINVAL')
  if ((flags & RENAME_EXCHANGE) !== 0 && flags !== RENAME_EXCHANGE) throw new FuseError('EINVAL')
  if (flags === RENAME_EXCHANGE && old === undefined) throw new FuseError('ENOENT')
  if ((flags & RENAME_NOREPLACE) !== 0 && old !== undefined) throw new FuseError('EEXIST')
  checkName(to.name)
  if (to.parent.nlink === 0) throw new FuseError('ENOENT')
  refuseLoop(to.parent, moved)
}

/** A directory cannot come to lie within itself. */
function refuseLoop(parent: Directory, moved: Inode): void {
  if (!(moved instanceof Directory)) return
  for (let at = parent; at !== at.parent; at = at.parent) if (at === moved) throw new FuseError('EINVAL')
}

function replaceable(moved: Inode, old: Inode): void {
  if (old instanceof Directory) {
    if (!(moved instanceof Directory)) throw new FuseError('EISDIR')
    if (old.size > 0) throw new FuseError('ENOTEMPTY')
  } else if (moved instanceof Directory) throw new FuseError('ENOTDIR')
}

function exchange(from: Place, to: Place, moved: Inode, old: Inode, nowMs: number): void {
  from.parent.set(from.name, old)
  to.parent.set(to.name, moved)
  moveDirectory(moved, from.parent, to.parent)
  moveDirectory(old, to.parent, from.parent)
  for (const inode of [moved, old]) inode.stamp(CTIME, nowMs)
  for (const { parent } of [from, to]) parent.stamp(CHANGED, nowMs)
}

function moveDirectory(moved: Inode, from: Directory, to: Directory): void {
  if (!(moved instanceof Directory) || from === to) return
  moved.parent = to
  from.nlink -= 1
  to.nlink += 1
}

function loseName(inode: Inode, nowMs: number): void {
  inode.nlink = inode instanceof Directory ? 0 : inode.nlink - 1
  inode.stamp(CTIME, nowMs)
}
