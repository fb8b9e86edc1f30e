import { fdatasync, fsync } from 'node:fs'
import type { NodeId } from '../../base/ids.js'
import type {
  CopyFileRangeRequest,
  FallocateRequest,
  FlushRequest,
  FsyncRequest,
  LseekRequest,
  OpenRequest,
  ReadRequest,
  ReleaseRequest,
  WriteRequest,
} from '../../server/requests/file.js'
import type { OpenResult } from '../../server/results.js'
import { O } from '../../sys/constants.js'
import { allocateFd, copyRange, seek } from '../../sys/data.js'
import { append, pread, pwrite } from '../../sys/io.js'
import { closeFd, duplicate } from '../../sys/open.js'
import type { Caller } from './caller.js'
import type { Source } from './source.js'

/** How much one request copies: the caller goes on with the rest, and others are not kept waiting. */
const LONGEST_COPY = 64 * 1024 * 1024

/** Requests on open files. Their handles are descriptors of the host's files. */
export class OpenFiles {
  /** The kernel collects writes: it reads through handles that were opened for writing, and appends by itself. */
  writeback = false
  private readonly source: Source
  private readonly caller: Caller

  constructor(source: Source, caller: Caller) {
    this.source = source
    this.caller = caller
  }

  /**
   * The flags to open the host's file with. O_APPEND is not among them: see {@link write}. Nor is O_DIRECT, for the
   * messages' data is not aligned as that wants it, nor O_SYNC, after which the kernel sends FSYNC.
   */
  hostFlags(flags: number): number {
    const access = flags & O.ACCMODE
    return (this.writeback && access === O.WRONLY ? O.RDWR : access) | (flags & O.NOATIME) | O.NONBLOCK | O.NOCTTY
  }

  open(req: OpenRequest): OpenResult {
    const fd = this.source.open(req.node, this.hostFlags(req.flags))
    try {
      return this.opened(req.node, fd, req.flags)
    } catch (error) {
      closeFd(fd)
      throw error
    }
  }

  /** The store has `fd` from now on, unless this throws. */
  opened(node: NodeId, fd: number, flags: number): OpenResult {
    this.source.store.open(node, fd)
    // Nothing that was written can fail when a handle is closed that cannot write.
    return { fh: fd, noflush: (flags & O.ACCMODE) === O.RDONLY }
  }

  read(req: ReadRequest): number {
    return pread(req.fh, req.buffer, req.offset)
  }

  /**
   * An append goes to the end of the host's file, where the kernel's idea of it may be older than what others appended
   * there. Descriptors have no O_APPEND: with it every pwrite would append, those of mapped pages too.
   */
  write(req: WriteRequest): number {
    const isAppend = (req.flags & O.APPEND) !== 0 && !req.writeback && !this.writeback
    const write = () => (isAppend ? append(req.fh, req.data) : pwrite(req.fh, req.data, req.offset))
    return this.source.own.content(req.node, req.fh, () =>
      req.killSuidgid ? this.caller.withoutSetId(req, req.fh, write) : write(),
    )
  }

  /** What fails late (EDQUOT, EIO of a network filesystem) fails when a descriptor is closed. */
  flush(req: FlushRequest): void {
    closeFd(duplicate(req.fh))
  }

  release(req: ReleaseRequest): void {
    // That it is closed by who could have written is told as a change, too.
    if ((req.flags & O.ACCMODE) !== O.RDONLY) this.source.own.content(req.node, req.fh, () => undefined)
    this.source.store.close(req.fh)
  }

  /** The disk is waited for on another thread. */
  fsync(req: FsyncRequest): Promise<void> {
    return new Promise((resolve, reject) => {
      const done = (error: Error | null) => (error === null ? resolve() : reject(error))
      if (req.datasync) fdatasync(req.fh, done)
      else fsync(req.fh, done)
    })
  }

  fallocate(req: FallocateRequest): void {
    this.source.own.content(req.node, req.fh, () =>
      this.caller.withoutSetId(req, req.fh, () => allocateFd(req.fh, req.mode, req.offset, req.length)),
    )
  }

  lseek(req: LseekRequest): number {
    return Number(seek(req.fh, req.offset, req.whence))
  }

  copyFileRange(req: CopyFileRangeRequest): number {
    const length = Math.min(Number(req.length), LONGEST_COPY)
    const copy = () => copyRange(req.fhIn, req.offsetIn, req.fhOut, req.offsetOut, length)
    return this.source.own.content(req.nodeOut, req.fhOut, () => this.caller.withoutSetId(req, req.fhOut, copy))
  }
}
