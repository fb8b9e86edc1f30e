import { encodedNameLength } from '../../base/name.js'
import type { Attr } from '../../server/results.js'
import { S_IFDIR, S_IFLNK, S_IFMT, S_IFREG, S_ISGID, S_ISUID, S_IXGRP } from './constants.js'
import { FileData } from './file-data.js'
import type { LockList } from './locks.js'
import { PAGE, type Space } from './space.js'
import type { Xattrs } from './xattrs.js'

/** Which times a change moves: any of them, or-ed. */
export const ATIME = 1
export const MTIME = 2
export const CTIME = 4
export const CHANGED = MTIME | CTIME

/** What is needed to make an object of any kind. */
export interface NewInode {
  readonly ino: number
  /** Type and permissions. */
  readonly mode: number
  readonly uid: number
  readonly gid: number
  /** Milliseconds since 1970. */
  readonly nowMs: number
}

const DAY_SECONDS = 86_400
const SECTORS = PAGE / 512

/** An object of the filesystem. It is its own attributes, so that an answer makes no copy of them. */
export class Inode implements Attr {
  readonly ino: number
  mode: number
  nlink = 0
  uid: number
  gid: number
  readonly rdev: number
  atime = 0
  mtime = 0
  ctime = 0
  atimensec = 0
  mtimensec = 0
  ctimensec = 0
  readonly btime: number
  readonly btimensec: number
  /** Made when the first is set. */
  xattrs: Xattrs | undefined
  /** Locks of fcntl(2) and of flock(2), which do not meet. Made when the first is taken. */
  recordLocks: LockList | undefined
  fileLocks: LockList | undefined

  constructor(made: NewInode, rdev = 0) {
    this.ino = made.ino
    this.mode = made.mode
    this.uid = made.uid
    this.gid = made.gid
    this.rdev = rdev
    this.stamp(ATIME | MTIME | CTIME, made.nowMs)
    this.btime = this.ctime
    this.btimensec = this.ctimensec
  }

  get size(): number {
    return 0
  }

  get blocks(): number {
    return 0
  }

  /** Sets those of the times to now. */
  stamp(times: number, nowMs: number): void {
    const sec = Math.floor(nowMs / 1000)
    this.setTime(times, sec, Math.floor((nowMs - sec * 1000) * 1e6))
  }

  /** Sets those of the times. */
  setTime(times: number, sec: number, nsec: number): void {
    if ((times & ATIME) !== 0) {
      this.atime = sec
      this.atimensec = nsec
    }
    if ((times & MTIME) !== 0) {
      this.mtime = sec
      this.mtimensec = nsec
    }
    if ((times & CTIME) !== 0) {
      this.ctime = sec
      this.ctimensec = nsec
    }
  }

  /** It was read: as with `relatime`, atime moves once after each change, and once a day. */
  accessed(nowMs: number): void {
    const { atime, atimensec } = this
    const before = (sec: number, nsec: number) => atime < sec || (atime === sec && atimensec <= nsec)
    const old = before(this.mtime, this.mtimensec) || before(this.ctime, this.ctimensec)
    if (old || nowMs / 1000 - atime >= DAY_SECONDS) this.stamp(ATIME, nowMs)
  }

  /** Whether a write by somebody without privileges takes something away from the mode. */
  get hasSetId(): boolean {
    return (this.mode & S_IFMT) !== S_IFDIR && (this.mode & (S_ISUID | S_ISGID)) !== 0
  }

  /**
   * As Linux does on write, truncate and chown. Set-group-id without the group's execute bit once meant mandatory
   * locking, and stays.
   */
  clearSetId(): void {
    this.mode &= (this.mode & S_IXGRP) === 0 ? ~S_ISUID : ~(S_ISUID | S_ISGID)
  }

  /** Nobody can reach it any more: what it holds is given back. */
  dispose(space: Space): void {
    this.xattrs?.dispose(space)
    space.giveInode()
  }
}

/** A regular file. */
export class RegularFile extends Inode {
  readonly data: FileData

  constructor(made: NewInode, space: Space) {
    super({ ...made, mode: made.mode | S_IFREG })
    this.data = new FileData(space)
  }

  override get size(): number {
    return this.data.size
  }

  override get blocks(): number {
    return this.data.pages * SECTORS
  }

  /**
   * Its bytes were changed.
   * @param killSuidgid by somebody who may not leave set-id bits on a program of their making
   */
  contentChanged(killSuidgid: boolean, nowMs: number, space: Space): void {
    this.stamp(CHANGED, nowMs)
    this.xattrs?.dropCapability(space)
    if (killSuidgid) this.clearSetId()
  }

  override dispose(space: Space): void {
    this.data.truncate(0)
    super.dispose(space)
  }
}

/** A symbolic link. */
export class Symlink extends Inode {
  readonly target: string

  constructor(made: NewInode, target: string) {
    super({ ...made, mode: S_IFLNK | 0o777 })
    this.target = target
  }

  override get size(): number {
    return encodedNameLength(this.target)
  }
}
