/* Numbers of Linux that the client uses itself: they are the same on every platform this program may run on. */

export const S_IFMT = 0o170000
export const S_IFSOCK = 0o140000
export const S_IFLNK = 0o120000
export const S_IFREG = 0o100000
export const S_IFBLK = 0o060000
export const S_IFDIR = 0o040000
export const S_IFCHR = 0o020000
export const S_IFIFO = 0o010000
export const S_ISUID = 0o4000
export const S_ISGID = 0o2000
export const S_ISVTX = 0o1000
export const S_IXGRP = 0o0010

export const O_ACCMODE = 3
export const O_RDONLY = 0
export const O_WRONLY = 1
export const O_RDWR = 2
export const O_CREAT = 0o100
export const O_EXCL = 0o200
export const O_NOCTTY = 0o400
export const O_TRUNC = 0o1000
export const O_APPEND = 0o2000
export const O_NONBLOCK = 0o4000
export const O_DSYNC = 0o10000
export const O_DIRECT = 0o40000
/** Set by every 64-bit program's open(2). */
export const O_LARGEFILE = 0o100000
export const O_DIRECTORY = 0o200000
export const O_NOFOLLOW = 0o400000
export const O_SYNC = 0o4010000
export const O_TMPFILE = 0o20200000

/** Bits of statx(2), which say what of the cached attributes is stale. */
export const STATX_MODE = 0x2
export const STATX_UID = 0x8
export const STATX_GID = 0x10
export const STATX_ATIME = 0x20
export const STATX_MTIME = 0x40
export const STATX_CTIME = 0x80
export const STATX_SIZE = 0x200
export const STATX_BLOCKS = 0x400
export const STATX_BASIC_STATS = 0x7ff
export const STATX_BTIME = 0x800
/** What writing makes stale. */
export const STATX_WRITTEN = STATX_MTIME | STATX_CTIME | STATX_BLOCKS | STATX_SIZE

export const MAY_EXEC = 1
export const MAY_WRITE = 2
export const MAY_READ = 4

export const RENAME_NOREPLACE = 1
export const RENAME_EXCHANGE = 2
export const RENAME_WHITEOUT = 4

export const FALLOC_FL_KEEP_SIZE = 1
export const FALLOC_FL_PUNCH_HOLE = 2
export const FALLOC_FL_ZERO_RANGE = 16

export const SEEK_DATA = 3
export const SEEK_HOLE = 4

/** The largest size or offset of a file. */
export const MAX_SIZE = Number.MAX_SAFE_INTEGER
