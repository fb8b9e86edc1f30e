/*
 * Numbers of the Linux interface. Those that differ between x64 and arm64 (some flags of open) are chosen at load.
 * Names are the kernel's, with the prefix as the name of the object.
 */

const arm64 = process.arch === 'arm64'

const DIRECTORY = arm64 ? 0o40000 : 0o200000

/** Flags of open: include/uapi/asm-generic/fcntl.h, and arch/arm64/include/uapi/asm/fcntl.h where it differs. */
export const O = {
  RDONLY: 0,
  WRONLY: 1,
  RDWR: 2,
  ACCMODE: 3,
  CREAT: 0o100,
  EXCL: 0o200,
  NOCTTY: 0o400,
  TRUNC: 0o1000,
  APPEND: 0o2000,
  NONBLOCK: 0o4000,
  DSYNC: 0o10000,
  /** 0o40000 on x64. */
  DIRECT: arm64 ? 0o200000 : 0o40000,
  /** 0o100000 on x64. The kernel sets it on every 64-bit open. */
  LARGEFILE: arm64 ? 0o400000 : 0o100000,
  /** 0o200000 on x64. */
  DIRECTORY,
  /** 0o400000 on x64. */
  NOFOLLOW: arm64 ? 0o100000 : 0o400000,
  NOATIME: 0o1000000,
  CLOEXEC: 0o2000000,
  SYNC: 0o4010000,
  PATH: 0o10000000,
  TMPFILE: 0o20000000 | DIRECTORY,
} as const

/** Where a path starts, and flags of the *at calls: include/uapi/linux/fcntl.h. */
export const AT = {
  FDCWD: -100,
  SYMLINK_NOFOLLOW: 0x100,
  REMOVEDIR: 0x200,
  SYMLINK_FOLLOW: 0x400,
  NO_AUTOMOUNT: 0x800,
  EMPTY_PATH: 0x1000,
  STATX_FORCE_SYNC: 0x2000,
  STATX_DONT_SYNC: 0x4000,
} as const

/** How openat2 resolves a path (Linux 5.6): include/uapi/linux/openat2.h. */
export const RESOLVE = { NO_XDEV: 1, NO_MAGICLINKS: 2, NO_SYMLINKS: 4, BENEATH: 8, IN_ROOT: 16, CACHED: 32 } as const

/** The file type in a mode: include/uapi/linux/stat.h. */
export const S = {
  IFMT: 0o170000,
  IFSOCK: 0o140000,
  IFLNK: 0o120000,
  IFREG: 0o100000,
  IFBLK: 0o60000,
  IFDIR: 0o40000,
  IFCHR: 0o20000,
  IFIFO: 0o10000,
} as const

/** Types of directory entries, which are those of the mode shifted right by 12: include/linux/fs_types.h. */
export const DT = { UNKNOWN: 0, FIFO: 1, CHR: 2, DIR: 4, BLK: 6, REG: 8, LNK: 10, SOCK: 12, WHT: 14 } as const

/** Flags of renameat2: include/uapi/linux/fs.h. */
export const RENAME = { NOREPLACE: 1, EXCHANGE: 2, WHITEOUT: 4 } as const

/** Where lseek counts from: include/uapi/linux/fs.h. */
export const SEEK = { SET: 0, CUR: 1, END: 2, DATA: 3, HOLE: 4 } as const

/** Modes of fallocate: include/uapi/linux/falloc.h. */
export const FALLOC = {
  KEEP_SIZE: 1,
  PUNCH_HOLE: 2,
  COLLAPSE_RANGE: 8,
  ZERO_RANGE: 0x10,
  INSERT_RANGE: 0x20,
  UNSHARE_RANGE: 0x40,
} as const

/** Flags of setxattr: include/uapi/linux/xattr.h. */
export const XATTR = { CREATE: 1, REPLACE: 2 } as const

/** Operations of flock: include/uapi/asm-generic/fcntl.h. */
export const LOCK = { SH: 1, EX: 2, NB: 4, UN: 8 } as const

/** Commands of fcntl and the descriptor flag: include/uapi/asm-generic/fcntl.h, include/uapi/linux/fcntl.h. */
export const F = {
  GETFD: 1,
  SETFD: 2,
  GETFL: 3,
  SETFL: 4,
  OFD_GETLK: 36,
  OFD_SETLK: 37,
  OFD_SETLKW: 38,
  DUPFD_CLOEXEC: 1030,
  SETPIPE_SZ: 1031,
  FD_CLOEXEC: 1,
} as const

/** Events of poll: include/uapi/asm-generic/poll.h. */
export const POLL = { IN: 1, PRI: 2, OUT: 4, ERR: 8, HUP: 16, NVAL: 32 } as const

/** Events, flags and operations of epoll: include/uapi/linux/eventpoll.h. */
export const EPOLL = { IN: 1, OUT: 4, EXCLUSIVE: 1 << 28, CLOEXEC: 0o2000000, CTL_ADD: 1, CTL_DEL: 2 } as const

/** Flags of eventfd: include/uapi/linux/eventfd.h. */
export const EFD = { SEMAPHORE: 1, NONBLOCK: 0o4000, CLOEXEC: 0o2000000 } as const

/** Protection of a mapping: include/uapi/asm-generic/mman-common.h. */
export const PROT = { NONE: 0, READ: 1, WRITE: 2 } as const

/** Flags of mmap: include/uapi/linux/mman.h, include/uapi/asm-generic/mman-common.h and mman.h. */
export const MAP = {
  SHARED: 1,
  PRIVATE: 2,
  FIXED: 0x10,
  ANONYMOUS: 0x20,
  NORESERVE: 0x4000,
  POPULATE: 0x8000,
} as const

/** Advice to madvise: include/uapi/asm-generic/mman-common.h. */
export const MADV = { NORMAL: 0, WILLNEED: 3, DONTNEED: 4, DONTFORK: 10, HUGEPAGE: 14, NOHUGEPAGE: 15 } as const

/** Flags of mount: include/uapi/linux/mount.h. */
export const MS = {
  RDONLY: 1,
  NOSUID: 2,
  NODEV: 4,
  NOEXEC: 8,
  SYNCHRONOUS: 16,
  REMOUNT: 32,
  DIRSYNC: 128,
  NOATIME: 1024,
  NODIRATIME: 2048,
  BIND: 4096,
} as const

/** Flags of umount2: include/linux/fs.h. */
export const MNT = { FORCE: 1, DETACH: 2, EXPIRE: 4, UMOUNT_NOFOLLOW: 8 } as const

/** Options of prctl: include/uapi/linux/prctl.h. */
export const PR = {
  SET_PDEATHSIG: 1,
  SET_NAME: 15,
  SET_TIMERSLACK: 29,
  SET_NO_NEW_PRIVS: 38,
  GET_NO_NEW_PRIVS: 39,
  /** Linux 5.6, needs CAP_SYS_RESOURCE: this thread must not wait for the memory it is asked to free. */
  SET_IO_FLUSHER: 57,
} as const

/** ioctl requests of /dev/fuse: include/uapi/linux/fuse.h. */
export const FUSE_DEV_IOC = {
  /** `_IOR(229, 0, u32)`, Linux 4.2. */
  CLONE: 0x8004e500,
  /** `_IOW(229, 1, struct fuse_backing_map)`, Linux 6.9. */
  BACKING_OPEN: 0x4010e501,
  /** `_IOW(229, 2, u32)`, Linux 6.9. */
  BACKING_CLOSE: 0x4004e502,
  /** `_IO(229, 3)`, Linux 6.18. */
  SYNC_INIT: 0xe503,
} as const

/** io_uring: include/uapi/linux/io_uring.h. */
export const IORING = {
  OP_WRITEV: 2,
  OP_ASYNC_CANCEL: 14,
  OP_WRITE: 23,
  OFF_SQ_RING: 0,
  OFF_SQES: 0x1000_0000,
  ENTER_GETEVENTS: 1,
  ENTER_SQ_WAKEUP: 2,
  SETUP_SQPOLL: 2,
  /** In the flags of the submission ring: its thread sleeps. */
  SQ_NEED_WAKEUP: 1,
  FEAT_SINGLE_MMAP: 1,
  REGISTER_IOWQ_MAX_WORKERS: 19,
} as const

/** `struct io_uring_params`, of the same header: places of its fields, and its size, in bytes. */
export const IORING_PARAMS = {
  size: 120,
  sqEntries: 0,
  cqEntries: 4,
  flags: 8,
  sqThreadIdle: 16,
  features: 20,
  sqOff: 40,
  sqFlags: 56,
  cqOff: 80,
} as const

/** Flags of a submission: include/uapi/linux/io_uring.h. */
export const IOSQE = {
  /** The next one is begun when this one has ended, well or not. Since Linux 5.5. */
  IO_HARDLINK: 8,
  /** The kernel's own threads run it from the start; the thread that submits it never waits in it. */
  ASYNC: 0x10,
} as const
