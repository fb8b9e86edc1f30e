import type { FileHandle } from '../../base/ids.js'
import { FOPEN_NONSEEKABLE, FOPEN_STREAM } from '../../protocol/flags/open.js'
import { RwLock } from '../cache/rw-lock.js'
import type { ListingCursor } from '../cache/listing.js'
import { O_ACCMODE, O_RDONLY, O_WRONLY } from '../constants.js'
import type { Core } from '../core.js'
import { failure } from '../failure.js'
import type { Dentry, Inode } from '../objects.js'
import { READAHEAD_START, type ReadaheadState } from './readahead-state.js'

/** What open(2) makes: an open file or directory. It holds its dentry and inode until RELEASE is answered. */
export class OpenFile {
  readonly dentry: Dentry
  readonly inode: Inode
  readonly fh: FileHandle
  /** FOPEN_ flags of the server. */
  readonly openFlags: number
  /** O_ flags without those that only matter for opening. */
  readonly flags: number
  /** The server was never told of it (ENOSYS to OPEN): nor is it of the end. */
  readonly isSynthetic: boolean
  readonly lockOwner: number
  /** Where sequential reads and writes go on. */
  position = 0
  /** Where the listing goes on: a cookie of the server. */
  directoryPosition: number | bigint = 0
  /** Sequential calls, one at a time. */
  readonly positionLock = new RwLock()
  readonly readahead: ReadaheadState = { ...READAHEAD_START }
  readonly cursor: ListingCursor = { pos: 0, offset: 0, version: 0 }
  /** READs and WRITEs that use the handle: RELEASE waits for them. */
  private users = 0
  private release: (() => void) | undefined
  isClosed = false
  /** The flock of this file is to be released with it. */
  hasFlock = false
  /** Names it to POLL notifications; 0 until it is polled. */
  pollKey = 0

  constructor(
    core: Core,
    dentry: Dentry,
    opened: { readonly fh: FileHandle; readonly openFlags: number; readonly isSynthetic: boolean },
    flags: number,
  ) {
    this.dentry = core.dentries.hold(dentry)
    this.inode = dentry.inode!
    this.inode.refs += 1
    this.inode.openCount += 1
    this.fh = opened.fh
    this.openFlags = opened.openFlags
    this.isSynthetic = opened.isSynthetic
    this.flags = flags
    this.lockOwner = core.nextKey()
  }

  /** It has no position that could be chosen (FOPEN_NONSEEKABLE, FOPEN_STREAM). */
  get isSeekable(): boolean {
    return (this.openFlags & (FOPEN_NONSEEKABLE | FOPEN_STREAM)) === 0
  }

  get isReadable(): boolean {
    return (this.flags & O_ACCMODE) !== O_WRONLY
  }

  get isWritable(): boolean {
    return (this.flags & O_ACCMODE) !== O_RDONLY
  }

  /** A call moves the position, unless there is none. */
  advance(to: number): void {
    if ((this.openFlags & FOPEN_STREAM) === 0) this.position = to
  }

  /** @throws Failure EBADF once it is closed, EIO once its node id belongs to another object */
  check(): void {
    if (this.isClosed) throw failure('EBADF')
    if (this.inode.isBad) throw failure('EIO')
  }

  /** Uses the handle while `run` does. */
  async using<T>(run: () => Promise<T>): Promise<T> {
    this.users += 1
    try {
      return await run()
    } finally {
      this.users -= 1
      if (this.users === 0) this.release?.()
    }
  }

  /** Calls `then` once nobody uses the handle. */
  whenUnused(then: () => void): void {
    if (this.users === 0) then()
    else this.release = then
  }
}
