import type { FileHandle, Generation, NodeId } from '../base/ids.js'

/*
 * What handlers answer. Words are those of the wire (fuse_attr, fuse_entry_out, fuse_open_out …); what a reply may leave
 * out has its default here.
 */

/** A value, or a promise of one. A plain value is answered on the spot, without a turn of the event loop. */
export type Awaitable<T> = T | Promise<T>

/** Attributes of one object, as in `fuse_attr`. */
export interface Attr {
  /** Type and permissions, as in stat(2): `S_IFREG | 0o644`. */
  readonly mode: number
  /** In bytes. @default 0 */
  readonly size?: number
  /** The number that stat(2) shows. Nobody but people and programs like `tar` looks at it. @default the node id */
  readonly ino?: number | bigint
  /** Blocks of 512 bytes in use. @default as many as `size` needs */
  readonly blocks?: number
  /** Seconds since 1970, negative before. @default 0 */
  readonly atime?: number
  readonly mtime?: number
  readonly ctime?: number
  /** Nanoseconds of the second, 0 to 999,999,999. @default 0 */
  readonly atimensec?: number
  readonly mtimensec?: number
  readonly ctimensec?: number
  /** @default 1 */
  readonly nlink?: number
  /** @default 0 */
  readonly uid?: number
  /** @default 0 */
  readonly gid?: number
  /** Device number of a character or block device, in the kernel's 32-bit form. @default 0 */
  readonly rdev?: number
  /** Preferred size of I/O, in bytes. @default 4096 */
  readonly blksize?: number
  /** FUSE_ATTR_ flags (since 7.32). @default 0 */
  readonly flags?: number
}

/** Answer to getattr and setattr. */
export interface AttrResult {
  readonly attr: Attr
  /** For how long the kernel may show them without asking; `Infinity` for ever. @default the mount's `attrTimeoutMs` */
  readonly attrTimeoutMs?: number
}

/**
 * A name and the object it names. Each time it is answered the kernel counts one lookup of the node, and takes them all
 * back with FORGET.
 */
export interface Entry extends AttrResult {
  readonly node: NodeId
  /** @default 0 */
  readonly generation?: Generation | number
  /** For how long the kernel may resolve the name without asking; `Infinity` for ever. @default the mount's `entryTimeoutMs` */
  readonly entryTimeoutMs?: number
}

/**
 * There is no such name, and the kernel may remember that: answer to lookup. (Throwing ENOENT says the same, to be asked
 * again each time.)
 */
export interface NegativeEntry {
  readonly node: 0
  /** For how long; `Infinity` for ever. @default the mount's `negativeTimeoutMs` */
  readonly entryTimeoutMs?: number
}

/** Answer to open, opendir and create: the handle, and FOPEN_ flags by name, each false unless said otherwise. */
export interface OpenResult {
  /** Comes back with each request on this open file. @default 0 */
  readonly fh?: FileHandle | number
  /** Reads and writes of this handle bypass the page cache (FOPEN_DIRECT_IO). */
  readonly directIo?: boolean
  /** What is cached of the file or directory stays (FOPEN_KEEP_CACHE); else opening drops it. @default the mount's `keepCache` */
  readonly keepCache?: boolean
  /** No lseek, no pread (FOPEN_NONSEEKABLE). */
  readonly nonseekable?: boolean
  /** The listing of this directory may be cached (FOPEN_CACHE_DIR, since 7.28). @default the mount's `cacheDir` */
  readonly cacheDir?: boolean
  /** There is no file position at all (FOPEN_STREAM, since 7.31). */
  readonly stream?: boolean
  /** No FLUSH when a descriptor is closed (FOPEN_NOFLUSH, since 7.35). */
  readonly noflush?: boolean
  /** With `directIo`: several writers at once (FOPEN_PARALLEL_DIRECT_WRITES, since 7.39). */
  readonly parallelDirectWrites?: boolean
}

/** Answer to create and tmpfile. */
export interface CreateResult {
  readonly entry: Entry
  readonly open?: OpenResult
}

/** Answer to statfs, as in `fuse_kstatfs`. Counts of blocks are in units of `frsize`. */
export interface Statfs {
  /** @default 0 */
  readonly blocks?: number | bigint
  readonly bfree?: number | bigint
  readonly bavail?: number | bigint
  readonly files?: number | bigint
  readonly ffree?: number | bigint
  /** Preferred size of I/O, in bytes. @default 4096 */
  readonly bsize?: number
  /** In bytes. @default `bsize` */
  readonly frsize?: number
  /** The longest name, in bytes. @default 255 */
  readonly namelen?: number
}

/** A record lock, as in `fuse_file_lock`. */
export interface FileLock {
  /** First byte. */
  readonly start: number
  /** Last byte, or `Infinity` for the end of the file. */
  readonly end: number
  /** F_RDLCK 0, F_WRLCK 1 or F_UNLCK 2. */
  readonly type: number
  /** Who holds it. */
  readonly pid: number
}

/** Answer to ioctl. */
export interface IoctlResult {
  /** What ioctl(2) returns. @default 0 */
  readonly result?: number
  /** What is copied to the caller; at most `outSize` of the request. */
  readonly data?: Uint8Array
}

/** Answer to statx (since 7.39), as in `fuse_statx`. */
export interface StatxResult {
  /** STATX_ bits of what is valid below. */
  readonly mask: number
  readonly attr: Attr
  /** Time of birth. @default 0 */
  readonly btime?: number
  readonly btimensec?: number
  /** STATX_ATTR_ bits, and which of them the filesystem knows. @default 0 */
  readonly attributes?: number | bigint
  readonly attributesMask?: number | bigint
  /** @default the mount's `attrTimeoutMs` */
  readonly attrTimeoutMs?: number
}
