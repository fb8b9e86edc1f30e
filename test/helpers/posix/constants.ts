/** Constants of Linux that `node:fs` does not name. Those that differ between architectures come from `node:fs`. */
import { constants } from 'node:fs'

export const O = {
  RDONLY: 0,
  WRONLY: 1,
  RDWR: 2,
  CREAT: 0o100,
  EXCL: 0o200,
  TRUNC: 0o1000,
  APPEND: 0o2000,
  NONBLOCK: 0o4000,
  DSYNC: 0o10000,
  SYNC: 0o4010000,
  CLOEXEC: 0o2000000,
  PATH: 0o10000000,
  DIRECT: constants.O_DIRECT,
  DIRECTORY: constants.O_DIRECTORY,
  NOFOLLOW: constants.O_NOFOLLOW,
  TMPFILE: 0o20000000 | constants.O_DIRECTORY,
} as const

export const S = {
  IFMT: 0o170000,
  IFSOCK: 0o140000,
  IFLNK: 0o120000,
  IFREG: 0o100000,
  IFBLK: 0o060000,
  IFDIR: 0o040000,
  IFCHR: 0o020000,
  IFIFO: 0o010000,
  ISUID: 0o4000,
  ISGID: 0o2000,
  ISVTX: 0o1000,
} as const

export const AT = {
  FDCWD: -100,
  SYMLINK_NOFOLLOW: 0x100,
  REMOVEDIR: 0x200,
  SYMLINK_FOLLOW: 0x400,
  EMPTY_PATH: 0x1000,
} as const

export const SEEK = { SET: 0, CUR: 1, END: 2, DATA: 3, HOLE: 4 } as const
export const RENAME = { NOREPLACE: 1, EXCHANGE: 2, WHITEOUT: 4 } as const
export const FALLOC = { KEEP_SIZE: 1, PUNCH_HOLE: 2, COLLAPSE_RANGE: 8, ZERO_RANGE: 16, INSERT_RANGE: 32 } as const
export const XATTR = { CREATE: 1, REPLACE: 2 } as const
export const LOCK = { SH: 1, EX: 2, NB: 4, UN: 8 } as const
export const F = {
  GETFL: 3,
  SETFL: 4,
  GETLK: 5,
  SETLK: 6,
  SETLKW: 7,
  OFD_GETLK: 36,
  OFD_SETLK: 37,
  OFD_SETLKW: 38,
} as const
export const LOCK_TYPE = { READ: 0, WRITE: 1, NONE: 2 } as const
export const PROT = { NONE: 0, READ: 1, WRITE: 2 } as const
export const MAP = { SHARED: 1, PRIVATE: 2 } as const
export const MS = { ASYNC: 1, INVALIDATE: 2, SYNC: 4 } as const
export const DT = { FIFO: 1, CHR: 2, DIR: 4, BLK: 6, REG: 8, LNK: 10, SOCK: 12 } as const
export const ACCESS = { EXISTS: 0, X: 1, W: 2, R: 4 } as const
