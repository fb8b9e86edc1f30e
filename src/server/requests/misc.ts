import type { FileHandle } from '../../base/ids.js'
import { FUSE_LK_FLOCK, FUSE_POLL_SCHEDULE_NOTIFY } from '../../protocol/flags/io.js'
import type { PollHandle } from '../../notify/poll-handle.js'
import type { RequestOf } from '../../protocol/message.js'
import { RequestContext, type RequestHost } from '../context.js'

/** ACCESS: access(2) and chdir(2), where the kernel does not check permissions itself. */
export class AccessRequest extends RequestContext {
  /** R_OK 4, W_OK 2, X_OK 1, or F_OK 0. */
  readonly mask: number

  constructor(host: RequestHost, message: RequestOf<'ACCESS'>) {
    super(host, message.header)
    this.mask = message.fuse_access_in.mask
  }
}

/** GETXATTR. Answer the whole value; whether it fits is not your concern. */
export class GetxattrRequest extends RequestContext {
  /** With its namespace, such as `user.mime_type`. */
  readonly name: string

  constructor(host: RequestHost, message: RequestOf<'GETXATTR' | 'REMOVEXATTR'>) {
    super(host, message.header)
    this.name = message.name
  }
}

/** SETXATTR. */
export class SetxattrRequest extends RequestContext {
  readonly name: string
  /** The bytes, in the request itself: valid until the answer. */
  readonly value: Uint8Array
  /** XATTR_CREATE 1: must not be there; XATTR_REPLACE 2: must be there. */
  readonly flags: number
  /** FUSE_SETXATTR_ flags (since 7.33). */
  readonly setxattrFlags: number

  constructor(host: RequestHost, message: RequestOf<'SETXATTR'>) {
    super(host, message.header)
    this.name = message.name
    this.value = message.value
    this.flags = message.fuse_setxattr_in.flags
    this.setxattrFlags = message.fuse_setxattr_in.setxattr_flags
  }
}

/** GETLK, SETLK and SETLKW: a record lock (fcntl) or a lock of the whole file (flock). */
export class LockRequest extends RequestContext {
  readonly fh: FileHandle
  readonly owner: number | bigint
  /** First and last byte; `Infinity` is the end of the file. */
  readonly start: number
  readonly end: number
  /** F_RDLCK 0, F_WRLCK 1 or F_UNLCK 2. */
  readonly type: number
  /** Who wants it. */
  readonly lockPid: number
  /** It is a lock of flock(2). */
  readonly flock: boolean
  /** SETLKW: wait until it can be had; give up with EINTR when `signal` is aborted. */
  readonly wait: boolean

  constructor(host: RequestHost, message: RequestOf<'GETLK' | 'SETLK' | 'SETLKW'>) {
    super(host, message.header)
    const { fh, owner, lk, lk_flags } = message.fuse_lk_in
    this.fh = fh
    this.owner = owner
    this.start = Number(lk.start)
    // 2^63 - 1 means the end of the file; it is the one value here that is no safe integer.
    this.end = typeof lk.end === 'bigint' ? Infinity : lk.end
    this.type = lk.type
    this.lockPid = lk.pid
    this.flock = (lk_flags & FUSE_LK_FLOCK) !== 0
    this.wait = message.op === 'SETLKW'
  }
}

/** BMAP: only on block-device mounts. */
export class BmapRequest extends RequestContext {
  readonly block: number
  /** In bytes. */
  readonly blocksize: number

  constructor(host: RequestHost, message: RequestOf<'BMAP'>) {
    super(host, message.header)
    this.block = message.fuse_bmap_in.block
    this.blocksize = message.fuse_bmap_in.blocksize
  }
}

/** IOCTL. */
export class IoctlRequest extends RequestContext {
  readonly fh: FileHandle
  readonly cmd: number
  /** The caller's argument: a number, or an address in its memory. */
  readonly arg: number | bigint
  /** FUSE_IOCTL_ flags. */
  readonly flags: number
  /** What the command says is read of the caller's memory; valid until the answer. */
  readonly data: Uint8Array
  /** How many bytes the command says are written there. */
  readonly outSize: number

  constructor(host: RequestHost, message: RequestOf<'IOCTL'>) {
    super(host, message.header)
    const i = message.fuse_ioctl_in
    this.fh = i.fh
    this.cmd = i.cmd
    this.arg = i.arg
    this.flags = i.flags
    this.data = message.inData
    this.outSize = i.out_size
  }
}

/** POLL. Answer which of `events` are ready now. */
export class PollRequest extends RequestContext {
  readonly fh: FileHandle
  /** POLLIN, POLLOUT … as in poll(2). */
  readonly events: number
  /** Keep it, and wake those who wait once something may be ready; undefined if nobody waits. */
  readonly handle: PollHandle | undefined

  constructor(host: RequestHost, message: RequestOf<'POLL'>) {
    super(host, message.header)
    const p = message.fuse_poll_in
    this.fh = p.fh
    this.events = p.events
    this.handle = (p.flags & FUSE_POLL_SCHEDULE_NOTIFY) === 0 ? undefined : host.pollHandle(p.kh)
  }
}
