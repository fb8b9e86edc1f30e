import type { Statfs } from '../vfs/device-calls.js'

/** What FUSE says it is, on Linux. */
const FUSE_SUPER_MAGIC = 0x65735546

/** As `fs.StatFs` of Node; what Node does not have stands at the end. */
export class StatFs<T extends number | bigint> {
  readonly type: T
  /** What is best read and written at once, in bytes. */
  readonly bsize: T
  /** In units of `frsize`, as `bfree` and `bavail`. */
  readonly blocks: T
  readonly bfree: T
  /** Free for ordinary users. */
  readonly bavail: T
  readonly files: T
  readonly ffree: T
  /** The most bytes that a name has. */
  readonly namelen: T
  readonly frsize: T

  constructor(said: Statfs, exact: (value: number | bigint) => T) {
    this.type = exact(FUSE_SUPER_MAGIC)
    this.bsize = exact(said.bsize)
    this.blocks = exact(said.blocks)
    this.bfree = exact(said.bfree)
    this.bavail = exact(said.bavail)
    this.files = exact(said.files)
    this.ffree = exact(said.ffree)
    this.namelen = exact(said.namelen)
    this.frsize = exact(said.frsize)
  }
}
