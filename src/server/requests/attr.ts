import type { FileHandle } from '../../base/ids.js'
import {
  FATTR_ATIME,
  FATTR_ATIME_NOW,
  FATTR_CTIME,
  FATTR_FH,
  FATTR_GID,
  FATTR_KILL_SUIDGID,
} from '../../protocol/flags/attr.js'
import {
  FATTR_LOCKOWNER,
  FATTR_MODE,
  FATTR_MTIME,
  FATTR_MTIME_NOW,
  FATTR_SIZE,
  FATTR_UID,
} from '../../protocol/flags/attr.js'
import { FUSE_GETATTR_FH } from '../../protocol/flags/attr.js'
import type { RequestOf } from '../../protocol/message.js'
import { RequestContext, type RequestHost } from '../context.js'

/** GETATTR. */
export class GetattrRequest extends RequestContext {
  /** The open file it is asked for, if it is. */
  readonly fh: FileHandle | undefined

  constructor(host: RequestHost, message: RequestOf<'GETATTR'>) {
    super(host, message.header)
    const { getattr_flags, fh } = message.fuse_getattr_in
    this.fh = (getattr_flags & FUSE_GETATTR_FH) === 0 ? undefined : fh
  }
}

/** STATX (since 7.39): asked only for the time of birth. */
export class StatxRequest extends RequestContext {
  readonly fh: FileHandle | undefined
  /** AT_STATX_ flags. */
  readonly sxFlags: number
  /** STATX_ bits of what is asked for. */
  readonly sxMask: number

  constructor(host: RequestHost, message: RequestOf<'STATX'>) {
    super(host, message.header)
    const { getattr_flags, fh, sx_flags, sx_mask } = message.fuse_statx_in
    this.fh = (getattr_flags & FUSE_GETATTR_FH) === 0 ? undefined : fh
    this.sxFlags = sx_flags
    this.sxMask = sx_mask
  }
}

/** A time to set: the server's clock, or seconds since 1970 and nanoseconds. */
export type SetTime = 'now' | { readonly sec: number; readonly nsec: number }

/** SETATTR: what is undefined stays as it is. */
export class SetattrRequest extends RequestContext {
  /** Of an open file, for ftruncate(2). */
  readonly fh: FileHandle | undefined
  /** Type and permissions. */
  readonly mode: number | undefined
  readonly newUid: number | undefined
  readonly newGid: number | undefined
  /** In bytes. */
  readonly size: number | undefined
  readonly atime: SetTime | undefined
  readonly mtime: SetTime | undefined
  /** Only with WRITEBACK_CACHE. */
  readonly ctime: SetTime | undefined
  /** Who truncates, where locks matter. */
  readonly lockOwner: number | bigint | undefined
  /** Set-user-id and set-group-id are to be cleared (HANDLE_KILLPRIV_V2). */
  readonly killSuidgid: boolean

  constructor(host: RequestHost, message: RequestOf<'SETATTR'>) {
    super(host, message.header)
    const s = message.fuse_setattr_in
    const has = (bit: number) => (s.valid & bit) !== 0
    this.fh = has(FATTR_FH) ? s.fh : undefined
    this.mode = has(FATTR_MODE) ? s.mode : undefined
    this.newUid = has(FATTR_UID) ? s.uid : undefined
    this.newGid = has(FATTR_GID) ? s.gid : undefined
    this.size = has(FATTR_SIZE) ? s.size : undefined
    this.atime = setTime(has(FATTR_ATIME_NOW), has(FATTR_ATIME), s.atime, s.atimensec)
    this.mtime = setTime(has(FATTR_MTIME_NOW), has(FATTR_MTIME), s.mtime, s.mtimensec)
    this.ctime = setTime(false, has(FATTR_CTIME), s.ctime, s.ctimensec)
    this.lockOwner = has(FATTR_LOCKOWNER) ? s.lock_owner : undefined
    this.killSuidgid = has(FATTR_KILL_SUIDGID)
  }
}

function setTime(now: boolean, given: boolean, sec: number, nsec: number): SetTime | undefined {
  return now ? 'now' : given ? { sec, nsec } : undefined
}
