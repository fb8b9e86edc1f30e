/* Numbers of Linux that requests and attributes carry. They are the same on x86-64, arm64 and riscv64. */

export const S_IFMT = 0o170000
export const S_IFDIR = 0o040000
export const S_IFCHR = 0o020000
export const S_IFREG = 0o100000
export const S_IFLNK = 0o120000
export const S_ISUID = 0o4000
export const S_ISGID = 0o2000
export const S_IXGRP = 0o0010
/** All that chmod(2) can change. */
export const PERMISSIONS = 0o7777

export const O_EXCL = 0o200
export const O_TRUNC = 0o1000
export const O_NOATIME = 0o1000000

export const RENAME_NOREPLACE = 1
export const RENAME_EXCHANGE = 2
export const RENAME_WHITEOUT = 4

export const FALLOC_FL_KEEP_SIZE = 0x01
export const FALLOC_FL_PUNCH_HOLE = 0x02
export const FALLOC_FL_COLLAPSE_RANGE = 0x08
export const FALLOC_FL_ZERO_RANGE = 0x10
export const FALLOC_FL_INSERT_RANGE = 0x20

export const XATTR_CREATE = 1
export const XATTR_REPLACE = 2

export const SEEK_DATA = 3

export const F_RDLCK = 0
export const F_WRLCK = 1
export const F_UNLCK = 2

/** STATX_BASIC_STATS and STATX_BTIME. */
export const STATX_ALL = 0xfff
/** FUSE_OPEN_KILL_SUIDGID: of OPEN with O_TRUNC, by one who may not keep the set-id bits. */
export const OPEN_KILL_SUIDGID = 1
