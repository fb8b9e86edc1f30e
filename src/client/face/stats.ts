import { S_IFBLK, S_IFCHR, S_IFDIR, S_IFIFO, S_IFLNK, S_IFMT, S_IFREG, S_IFSOCK } from '../constants.js'
import type { CachedAttr } from '../objects.js'

/** How `stat` asks: what `statx(2)` can say besides a path. */
export interface StatOptions {
  readonly bigint?: boolean
  /** `'force'`: asks the server in any case; `'never'`: shows what is cached, however old. */
  readonly sync?: 'force' | 'never'
  /** STATX bits of what is wanted; what is not may be stale. @default all */
  readonly mask?: number
}

/** What kind of object it is, from the type bits of a mode. */
export class Kind {
  readonly #type: number

  constructor(mode: number) {
    this.#type = mode & S_IFMT
  }

  isFile(): boolean {
    return this.#type === S_IFREG
  }

  isDirectory(): boolean {
    return this.#type === S_IFDIR
  }

  isSymbolicLink(): boolean {
    return this.#type === S_IFLNK
  }

  isBlockDevice(): boolean {
    return this.#type === S_IFBLK
  }

  isCharacterDevice(): boolean {
    return this.#type === S_IFCHR
  }

  isFIFO(): boolean {
    return this.#type === S_IFIFO
  }

  isSocket(): boolean {
    return this.#type === S_IFSOCK
  }
}

/** As `fs.Stats` of Node. `dev` is 1, for programs take 0 for a device that is not known: there is one filesystem. */
export class Stats extends Kind {
  readonly dev = 1
  readonly ino: number
  readonly mode: number
  readonly nlink: number
  readonly uid: number
  readonly gid: number
  readonly rdev: number
  readonly size: number
  readonly blksize: number
  /** Of 512 bytes. */
  readonly blocks: number
  readonly atimeMs: number
  readonly mtimeMs: number
  readonly ctimeMs: number
  /** 0 if the server has no times of birth. */
  readonly birthtimeMs: number

  constructor(attr: Readonly<CachedAttr>) {
    super(attr.mode)
    this.ino = Number(attr.ino)
    this.mode = attr.mode
    this.nlink = attr.nlink
    this.uid = attr.uid
    this.gid = attr.gid
    this.rdev = attr.rdev
    this.size = attr.size
    this.blksize = attr.blksize
    this.blocks = attr.blocks
    this.atimeMs = toMs(attr.atime, attr.atimensec)
    this.mtimeMs = toMs(attr.mtime, attr.mtimensec)
    this.ctimeMs = toMs(attr.ctime, attr.ctimensec)
    this.birthtimeMs = toMs(attr.btime, attr.btimensec)
  }

  get atime(): Date {
    return toDate(this.atimeMs)
  }

  get mtime(): Date {
    return toDate(this.mtimeMs)
  }

  get ctime(): Date {
    return toDate(this.ctimeMs)
  }

  get birthtime(): Date {
    return toDate(this.birthtimeMs)
  }
}

/** As `fs.BigIntStats` of Node: exact, with times in nanoseconds. */
export class BigIntStats extends Kind {
  readonly dev = 1n
  readonly ino: bigint
  readonly mode: bigint
  readonly nlink: bigint
  readonly uid: bigint
  readonly gid: bigint
  readonly rdev: bigint
  readonly size: bigint
  readonly blksize: bigint
  readonly blocks: bigint
  readonly atimeNs: bigint
  readonly mtimeNs: bigint
  readonly ctimeNs: bigint
  readonly birthtimeNs: bigint

  constructor(attr: Readonly<CachedAttr>) {
    super(attr.mode)
    this.ino = BigInt(attr.ino)
    this.mode = BigInt(attr.mode)
    this.nlink = BigInt(attr.nlink)
    this.uid = BigInt(attr.uid)
    this.gid = BigInt(attr.gid)
    this.rdev = BigInt(attr.rdev)
    this.size = BigInt(attr.size)
    this.blksize = BigInt(attr.blksize)
    this.blocks = BigInt(attr.blocks)
    this.atimeNs = toNs(attr.atime, attr.atimensec)
    this.mtimeNs = toNs(attr.mtime, attr.mtimensec)
    this.ctimeNs = toNs(attr.ctime, attr.ctimensec)
    this.birthtimeNs = toNs(attr.btime, attr.btimensec)
  }

  get atimeMs(): bigint {
    return this.atimeNs / NS_PER_MS
  }

  get mtimeMs(): bigint {
    return this.mtimeNs / NS_PER_MS
  }

  get ctimeMs(): bigint {
    return this.ctimeNs / NS_PER_MS
  }

  get birthtimeMs(): bigint {
    return this.birthtimeNs / NS_PER_MS
  }

  get atime(): Date {
    return toDate(Number(this.atimeMs))
  }

  get mtime(): Date {
    return toDate(Number(this.mtimeMs))
  }

  get ctime(): Date {
    return toDate(Number(this.ctimeMs))
  }

  get birthtime(): Date {
    return toDate(Number(this.birthtimeMs))
  }
}

const NS_PER_MS = 1_000_000n

function toDate(milliseconds: number): Date {
  return new Date(Math.round(milliseconds))
}

function toMs(seconds: number, nanoseconds: number): number {
  return seconds * 1000 + nanoseconds / 1e6
}

function toNs(seconds: number, nanoseconds: number): bigint {
  return BigInt(seconds) * 1_000_000_000n + BigInt(nanoseconds)
}
