import type { InitFlagName } from './flags/init-flags.js'

/** `true`: required, and an error if it cannot be had; `'auto'`: taken if offered; `false`: not taken. */
export type Wish = boolean | 'auto'

/** What a server wants of the kernel. */
export interface InitWishes {
  /**
   * ASYNC_READ. Read-ahead sends several READs of a file at once.
   * @default 'auto'
   */
  readonly asyncRead?: Wish
  /**
   * POSIX_LOCKS. Locks of fcntl(2) come to the server; else the kernel keeps them.
   * @default false
   */
  readonly posixLocks?: Wish
  /**
   * ATOMIC_O_TRUNC. OPEN with O_TRUNC truncates the file; no SETATTR follows.
   * @default false
   */
  readonly atomicTruncate?: Wish
  /**
   * EXPORT_SUPPORT. The server answers LOOKUP of "." and ".." (NFS export).
   * @default false
   */
  readonly exportSupport?: Wish
  /**
   * BIG_WRITES. WRITE may have more than 4096 bytes.
   * @default 'auto'
   */
  readonly bigWrites?: Wish
  /**
   * DONT_MASK. The server applies the umask itself.
   * @default false
   */
  readonly dontMask?: Wish
  /**
   * FLOCK_LOCKS. Locks of flock(2) come to the server; else the kernel keeps them.
   * @default false
   */
  readonly flockLocks?: Wish
  /**
   * HAS_IOCTL_DIR. IOCTL comes for directories too. Informational.
   * @default 'auto'
   */
  readonly ioctlDir?: Wish
  /**
   * AUTO_INVAL_DATA. A change of mtime or size that the kernel sees drops the cached data.
   * @default false
   */
  readonly autoInvalidateData?: Wish
  /**
   * DO_READDIRPLUS. READDIRPLUS in place of READDIR.
   * @default 'auto'
   */
  readonly readdirplus?: Wish
  /**
   * READDIRPLUS_AUTO. The kernel chooses between READDIR and READDIRPLUS; needs `readdirplus`.
   * @default 'auto'
   */
  readonly readdirplusAuto?: Wish
  /**
   * ASYNC_DIO. Direct I/O may be split into requests that run in parallel.
   * @default 'auto'
   */
  readonly asyncDirectIo?: Wish
  /**
   * WRITEBACK_CACHE. The kernel collects writes and sends them later. Not with `passthrough`.
   * @default false
   */
  readonly writebackCache?: Wish
  /**
   * NO_OPEN_SUPPORT. ENOSYS to OPEN means that OPEN and RELEASE are not needed. Informational.
   * @default 'auto'
   */
  readonly noOpen?: Wish
  /**
   * PARALLEL_DIROPS. LOOKUP and READDIR of one directory may run in parallel.
   * @default 'auto'
   */
  readonly parallelDirectoryOps?: Wish
  /**
   * HANDLE_KILLPRIV. The server clears suid, sgid and capabilities. Not with `handleKillPrivV2`.
   * @default false
   */
  readonly handleKillPriv?: Wish
  /**
   * POSIX_ACL. The kernel checks ACLs; turns default_permissions on.
   * @default false
   */
  readonly posixAcl?: Wish
  /**
   * ABORT_ERROR. A device that was aborted reads ECONNABORTED, not ENODEV.
   * @default 'auto'
   */
  readonly abortError?: Wish
  /**
   * CACHE_SYMLINKS. Targets of symbolic links are cached until they are invalidated.
   * @default 'auto'
   */
  readonly cacheSymlinks?: Wish
  /**
   * NO_OPENDIR_SUPPORT. ENOSYS to OPENDIR means that OPENDIR and RELEASEDIR are not needed. Informational.
   * @default 'auto'
   */
  readonly noOpendir?: Wish
  /**
   * EXPLICIT_INVAL_DATA. Cached data is dropped only when the server says so. Not with `autoInvalidateData`.
   * @default false
   */
  readonly explicitInvalidateData?: Wish
  /**
   * HANDLE_KILLPRIV_V2. The server clears suid and sgid where a flag of the request says so.
   * @default false
   */
  readonly handleKillPrivV2?: Wish
  /**
   * SETXATTR_EXT. SETXATTR has flags of its own.
   * @default 'auto'
   */
  readonly setxattrExt?: Wish
  /**
   * SECURITY_CTX. Creating requests carry a security context.
   * @default false
   */
  readonly securityContext?: Wish
  /**
   * CREATE_SUPP_GROUP. Creating requests carry the supplementary group of the parent directory.
   * @default false
   */
  readonly createSuppGroup?: Wish
  /**
   * HAS_EXPIRE_ONLY. INVAL_ENTRY may expire a name without dropping it.
   * @default 'auto'
   */
  readonly expireOnly?: Wish
  /**
   * DIRECT_IO_ALLOW_MMAP. Files opened with FOPEN_DIRECT_IO may be mapped shared.
   * @default false
   */
  readonly directIoMmap?: Wish
  /**
   * PASSTHROUGH. Reads and writes of a file can go to a backing file.
   * @default false
   */
  readonly passthrough?: Wish
  /**
   * NO_EXPORT_SUPPORT. File handles cannot be opened. Not with `exportSupport`.
   * @default false
   */
  readonly noExportSupport?: Wish
  /**
   * HAS_RESEND. The notification RESEND is understood.
   * @default 'auto'
   */
  readonly resend?: Wish
  /**
   * ALLOW_IDMAP. Mounts may be idmapped; needs `defaultPermissions` or `posixAcl`.
   * @default false
   */
  readonly allowIdmap?: Wish
  /**
   * OVER_IO_URING. Requests come over io_uring once the ring is ready; until then they wait.
   * @default false
   */
  readonly overIoUring?: Wish
  /**
   * The most bytes of data in one WRITE, from 4096. Limited to `maxPages` pages.
   * @default 1 MiB
   */
  readonly maxWrite?: number
  /**
   * The most pages of 4096 bytes in one READ or WRITE, 1 to 256; more than 32 needs MAX_PAGES.
   * @default as many as `maxWrite` needs
   */
  readonly maxPages?: number
  /**
   * Bytes of read-ahead; can only lower what the kernel offers. 0: none.
   * @default what the kernel offers
   */
  readonly maxReadahead?: number
  /**
   * How many background requests there may be at a time, 1 to 65535.
   * @default 64
   */
  readonly maxBackground?: number
  /**
   * From how many background requests on optional ones are put off, 1 to `maxBackground`.
   * @default three quarters of `maxBackground`
   */
  readonly congestionThreshold?: number
  /**
   * Granularity of times, in nanoseconds, 1 to 10^9.
   * @default 1
   */
  readonly timeGranNs?: number
  /**
   * An unanswered request aborts the connection after this many seconds, 1 to 65535; the kernel raises it to 15.
   * Needs REQUEST_TIMEOUT (7.43), else an error.
   * @default none
   */
  readonly requestTimeoutSeconds?: number
  /**
   * How many filesystems may be stacked below a passthrough file: 1 or 2.
   * @default 1
   */
  readonly maxStackDepth?: number
  /**
   * Answers this minor at most, for tests of older formats, 0 to 45. Flags that are newer are not taken.
   * @default 45
   */
  readonly minorLimit?: number
  /**
   * The mount has the option default_permissions.
   * @default false
   */
  readonly defaultPermissions?: boolean
}

/** The wishes that are flags. */
export type FlagWish = {
  [K in keyof InitWishes]-?: Exclude<InitWishes[K], undefined> extends number
    ? never
    : 'auto' extends InitWishes[K]
      ? K
      : never
}[keyof InitWishes]

/** The flag behind each wish, and what is wished unless said. */
export const FLAG_WISHES = {
  asyncRead: { flag: 'ASYNC_READ', byDefault: 'auto' },
  posixLocks: { flag: 'POSIX_LOCKS', byDefault: false },
  atomicTruncate: { flag: 'ATOMIC_O_TRUNC', byDefault: false },
  exportSupport: { flag: 'EXPORT_SUPPORT', byDefault: false },
  bigWrites: { flag: 'BIG_WRITES', byDefault: 'auto' },
  dontMask: { flag: 'DONT_MASK', byDefault: false },
  flockLocks: { flag: 'FLOCK_LOCKS', byDefault: false },
  ioctlDir: { flag: 'HAS_IOCTL_DIR', byDefault: 'auto' },
  autoInvalidateData: { flag: 'AUTO_INVAL_DATA', byDefault: false },
  readdirplus: { flag: 'DO_READDIRPLUS', byDefault: 'auto' },
  readdirplusAuto: { flag: 'READDIRPLUS_AUTO', byDefault: 'auto' },
  asyncDirectIo: { flag: 'ASYNC_DIO', byDefault: 'auto' },
  writebackCache: { flag: 'WRITEBACK_CACHE', byDefault: false },
  noOpen: { flag: 'NO_OPEN_SUPPORT', byDefault: 'auto' },
  parallelDirectoryOps: { flag: 'PARALLEL_DIROPS', byDefault: 'auto' },
  handleKillPriv: { flag: 'HANDLE_KILLPRIV', byDefault: false },
  posixAcl: { flag: 'POSIX_ACL', byDefault: false },
  abortError: { flag: 'ABORT_ERROR', byDefault: 'auto' },
  cacheSymlinks: { flag: 'CACHE_SYMLINKS', byDefault: 'auto' },
  noOpendir: { flag: 'NO_OPENDIR_SUPPORT', byDefault: 'auto' },
  explicitInvalidateData: { flag: 'EXPLICIT_INVAL_DATA', byDefault: false },
  handleKillPrivV2: { flag: 'HANDLE_KILLPRIV_V2', byDefault: false },
  setxattrExt: { flag: 'SETXATTR_EXT', byDefault: 'auto' },
  securityContext: { flag: 'SECURITY_CTX', byDefault: false },
  createSuppGroup: { flag: 'CREATE_SUPP_GROUP', byDefault: false },
  expireOnly: { flag: 'HAS_EXPIRE_ONLY', byDefault: 'auto' },
  directIoMmap: { flag: 'DIRECT_IO_ALLOW_MMAP', byDefault: false },
  passthrough: { flag: 'PASSTHROUGH', byDefault: false },
  noExportSupport: { flag: 'NO_EXPORT_SUPPORT', byDefault: false },
  resend: { flag: 'HAS_RESEND', byDefault: 'auto' },
  allowIdmap: { flag: 'ALLOW_IDMAP', byDefault: false },
  overIoUring: { flag: 'OVER_IO_URING', byDefault: false },
} as const satisfies Record<FlagWish, { readonly flag: InitFlagName; readonly byDefault: Wish }>

/** The flags that this library never takes, and why. */
export const REFUSED_FLAGS: Readonly<Partial<Record<InitFlagName, string>>> = {
  FILE_OPS: 'no kernel ever used it',
  SPLICE_WRITE: 'this library does not splice',
  SPLICE_MOVE: 'this library does not splice',
  SPLICE_READ: 'this library does not splice',
  MAP_ALIGNMENT: 'DAX needs virtio-fs',
  HAS_INODE_DAX: 'DAX needs virtio-fs',
  SUBMOUNTS: 'only virtio-fs has submounts',
  INIT_RESERVED: 'never to be used',
}
