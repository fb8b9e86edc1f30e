import { FuseError } from '../../base/errors.js'
import type { FileHandle, NodeId } from '../../base/ids.js'
import {
  FUSE_FSYNC_FDATASYNC,
  FUSE_READ_LOCKOWNER,
  FUSE_WRITE_CACHE,
  FUSE_WRITE_KILL_SUIDGID,
  FUSE_WRITE_LOCKOWNER,
} from '../../protocol/flags/io.js'
import { FUSE_RELEASE_FLOCK_UNLOCK, FUSE_RELEASE_FLUSH } from '../../protocol/flags/open.js'
import type { RequestOf } from '../../protocol/message.js'
import { RequestContext, type RequestHost } from '../context.js'

/* Requests on files. Offsets and sizes are in bytes; `fh` is what open or create answered. */

/** OPEN and OPENDIR. */
export class OpenRequest extends RequestContext {
  /** Those of open(2), without O_CREAT, O_EXCL and O_NOCTTY. */
  readonly flags: number
  /** FUSE_OPEN_ flags. */
  readonly openFlags: number

  constructor(host: RequestHost, message: RequestOf<'OPEN' | 'OPENDIR'>) {
    super(host, message.header)
    this.flags = message.fuse_open_in.flags
    this.openFlags = message.fuse_open_in.open_flags
  }
}

/**
 * READ. Fill `buffer` and answer how many bytes are in it, or answer bytes that you have already; fewer than `size` mean
 * the end of the file.
 */
export class ReadRequest extends RequestContext {
  readonly fh: FileHandle
  readonly offset: number
  readonly size: number
  /** Those of open(2). */
  readonly flags: number
  /** Who reads, where mandatory locks matter. */
  readonly lockOwner: number | bigint | undefined
  readonly #reply: Uint8Array
  readonly #start: number

  /**
   * @param reply the reply to be, whose data is to start at `start`
   * @throws FuseError EINVAL if it has no room for what is asked for
   */
  constructor(host: RequestHost, message: RequestOf<'READ'>, reply: Uint8Array, start: number) {
    super(host, message.header)
    this.#reply = reply
    this.#start = start
    const r = message.fuse_read_in
    // No kernel asks for more than was negotiated.
    if (r.size > reply.length - start) throw new FuseError('EINVAL')
    this.fh = r.fh
    this.offset = r.offset
    this.size = r.size
    this.flags = r.flags
    this.lockOwner = (r.read_flags & FUSE_READ_LOCKOWNER) === 0 ? undefined : r.lock_owner
  }

  /** Where the bytes go: `size` bytes of the reply itself, so that nothing is copied. Not to be kept. */
  get buffer(): Uint8Array {
    return this.#reply.subarray(this.#start, this.#start + this.size)
  }
}

/** WRITE. Answer how many bytes were taken. */
export class WriteRequest extends RequestContext {
  readonly fh: FileHandle
  readonly offset: number
  /** The bytes, in the request itself: valid until the answer. */
  readonly data: Uint8Array
  readonly flags: number
  readonly lockOwner: number | bigint | undefined
  /** It comes from the page cache, not from a write(2); uid, gid and pid are not those of a writer. */
  readonly writeback: boolean
  /** Set-user-id and set-group-id are to be cleared (HANDLE_KILLPRIV_V2). */
  readonly killSuidgid: boolean

  constructor(host: RequestHost, message: RequestOf<'WRITE'>) {
    super(host, message.header)
    const w = message.fuse_write_in
    this.fh = w.fh
    this.offset = w.offset
    this.data = message.data
    this.flags = w.flags
    this.lockOwner = (w.write_flags & FUSE_WRITE_LOCKOWNER) === 0 ? undefined : w.lock_owner
    this.writeback = (w.write_flags & FUSE_WRITE_CACHE) !== 0
    this.killSuidgid = (w.write_flags & FUSE_WRITE_KILL_SUIDGID) !== 0
  }
}

/** FLUSH: a descriptor was closed. It may come several times for one open file, and its error is that of close(2). */
export class FlushRequest extends RequestContext {
  readonly fh: FileHandle
  readonly lockOwner: number | bigint

  constructor(host: RequestHost, message: RequestOf<'FLUSH'>) {
    super(host, message.header)
    this.fh = message.fuse_flush_in.fh
    this.lockOwner = message.fuse_flush_in.lock_owner
  }
}

/** RELEASE and RELEASEDIR: the last reference is gone. Nobody waits for the answer. */
export class ReleaseRequest extends RequestContext {
  readonly fh: FileHandle
  readonly flags: number
  readonly lockOwner: number | bigint
  /** FLUSH is to be done too. */
  readonly flush: boolean
  /** Locks of flock(2) are to be released. */
  readonly flockUnlock: boolean

  constructor(host: RequestHost, message: RequestOf<'RELEASE' | 'RELEASEDIR'>) {
    super(host, message.header)
    const r = message.fuse_release_in
    this.fh = r.fh
    this.flags = r.flags
    this.lockOwner = r.lock_owner
    this.flush = (r.release_flags & FUSE_RELEASE_FLUSH) !== 0
    this.flockUnlock = (r.release_flags & FUSE_RELEASE_FLOCK_UNLOCK) !== 0
  }
}

/** FSYNC and FSYNCDIR. */
export class FsyncRequest extends RequestContext {
  readonly fh: FileHandle
  /** As fdatasync(2): attributes that are not needed to read the data may wait. */
  readonly datasync: boolean

  constructor(host: RequestHost, message: RequestOf<'FSYNC' | 'FSYNCDIR'>) {
    super(host, message.header)
    this.fh = message.fuse_fsync_in.fh
    this.datasync = (message.fuse_fsync_in.fsync_flags & FUSE_FSYNC_FDATASYNC) !== 0
  }
}

/** FALLOCATE. */
export class FallocateRequest extends RequestContext {
  readonly fh: FileHandle
  readonly offset: number
  readonly length: number
  /** FALLOC_FL_ bits of fallocate(2). */
  readonly mode: number

  constructor(host: RequestHost, message: RequestOf<'FALLOCATE'>) {
    super(host, message.header)
    const f = message.fuse_fallocate_in
    this.fh = f.fh
    this.offset = f.offset
    this.length = f.length
    this.mode = f.mode
  }
}

/** LSEEK: only for SEEK_DATA (3) and SEEK_HOLE (4). */
export class LseekRequest extends RequestContext {
  readonly fh: FileHandle
  /** As the caller gave it: refuse a negative one with ENXIO, as local filesystems do. */
  readonly offset: number
  readonly whence: number

  constructor(host: RequestHost, message: RequestOf<'LSEEK'>) {
    super(host, message.header)
    const l = message.fuse_lseek_in
    this.fh = l.fh
    this.offset = l.offset
    this.whence = l.whence
  }
}

/** COPY_FILE_RANGE and COPY_FILE_RANGE_64: from `node` to `nodeOut`. Answer how many bytes were copied. */
export class CopyFileRangeRequest extends RequestContext {
  readonly fhIn: FileHandle
  readonly offsetIn: number
  readonly nodeOut: NodeId
  readonly fhOut: FileHandle
  readonly offsetOut: number
  readonly length: number | bigint
  readonly flags: number | bigint

  constructor(host: RequestHost, message: RequestOf<'COPY_FILE_RANGE' | 'COPY_FILE_RANGE_64'>) {
    super(host, message.header)
    const c = message.fuse_copy_file_range_in
    this.fhIn = c.fh_in
    this.offsetIn = c.off_in
    this.nodeOut = c.nodeid_out
    this.fhOut = c.fh_out
    this.offsetOut = c.off_out
    this.length = c.len
    this.flags = c.flags
  }
}
