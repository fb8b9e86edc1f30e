/** One flag of INIT. */
export interface InitFlagRow {
  /** Bit 0 to 31 stands in `flags`, bit 32 to 63 in `flags2`, which counts only with INIT_EXT. */
  readonly bit: number
  /** Minor of protocol 7 in which it appeared; null: the changelog does not say. */
  readonly since: number | null
  readonly meaning: string
}

function row(bit: number, since: number | null, meaning: string): InitFlagRow {
  return { bit, since, meaning }
}

/** Every flag of INIT. */
export const INIT_FLAGS = {
  ASYNC_READ: row(0, null, 'several READ requests for one file may be in flight'),
  POSIX_LOCKS: row(1, 7, 'fcntl record locks are sent to the server'),
  FILE_OPS: row(2, null, 'file handle passed in attribute calls; unused'),
  ATOMIC_O_TRUNC: row(3, null, 'server truncates in OPEN when O_TRUNC is set'),
  EXPORT_SUPPORT: row(4, null, 'server answers LOOKUP of "." and ".." (needed for NFS export and file handles)'),
  BIG_WRITES: row(5, null, 'WRITE may carry more than one page of 4096 bytes'),
  DONT_MASK: row(6, 12, 'kernel leaves the umask to the server'),
  SPLICE_WRITE: row(7, 14, 'device accepts spliced writes'),
  SPLICE_MOVE: row(8, 14, 'spliced pages may be moved instead of copied'),
  SPLICE_READ: row(9, 14, 'device can be read with splice'),
  FLOCK_LOCKS: row(10, 17, 'flock locks are sent to the server'),
  HAS_IOCTL_DIR: row(11, 18, 'kernel can send ioctl on directories'),
  AUTO_INVAL_DATA: row(12, 20, 'cached data is dropped when mtime or size is seen to change'),
  DO_READDIRPLUS: row(13, 21, 'READDIRPLUS is used in place of READDIR'),
  READDIRPLUS_AUTO: row(14, 21, 'kernel chooses between READDIR and READDIRPLUS'),
  ASYNC_DIO: row(15, 22, 'direct I/O may be split into parallel requests'),
  WRITEBACK_CACHE: row(16, 23, 'buffered writes are cached and sent later'),
  NO_OPEN_SUPPORT: row(17, 23, 'ENOSYS to OPEN means: no OPEN and RELEASE from now on'),
  PARALLEL_DIROPS: row(18, 25, 'LOOKUP and READDIR of one directory may run in parallel'),
  HANDLE_KILLPRIV: row(19, 26, 'server clears suid, sgid and capabilities on write, chown and truncate'),
  POSIX_ACL: row(20, 26, 'ACLs are used for permission checks (turns default_permissions on)'),
  ABORT_ERROR: row(21, 27, 'reading the device after an abort gives ECONNABORTED instead of ENODEV'),
  MAX_PAGES: row(22, 28, 'init_out.max_pages is valid'),
  CACHE_SYMLINKS: row(23, 28, 'READLINK results may be cached'),
  NO_OPENDIR_SUPPORT: row(24, 29, 'ENOSYS to OPENDIR means: no OPENDIR and RELEASEDIR from now on'),
  EXPLICIT_INVAL_DATA: row(25, 30, 'cached data is dropped only on request of the server'),
  MAP_ALIGNMENT: row(26, 31, 'init_out.map_alignment is valid (DAX)'),
  SUBMOUNTS: row(27, 32, 'directories marked ATTR_SUBMOUNT become mounts of their own'),
  HANDLE_KILLPRIV_V2: row(28, 33, 'server clears suid and sgid, told by flags in OPEN, WRITE and SETATTR'),
  SETXATTR_EXT: row(29, 33, 'SETXATTR uses the 16-byte input'),
  INIT_EXT: row(30, 36, 'flags2 of init_in and init_out is valid'),
  INIT_RESERVED: row(31, null, 'never to be used'),
  SECURITY_CTX: row(32, 36, 'creating requests carry a security context'),
  HAS_INODE_DAX: row(33, 36, 'DAX is chosen per inode by ATTR_DAX'),
  CREATE_SUPP_GROUP: row(34, 38, 'creating requests carry the supplementary group that matches the parent'),
  HAS_EXPIRE_ONLY: row(35, 38, 'EXPIRE_ONLY in INVAL_ENTRY is understood'),
  DIRECT_IO_ALLOW_MMAP: row(36, 39, 'shared mmap is allowed on files opened with FOPEN_DIRECT_IO'),
  PASSTHROUGH: row(37, 40, 'I/O on an open file can be handed to a backing file'),
  NO_EXPORT_SUPPORT: row(38, 40, 'file handles and NFS export are refused'),
  HAS_RESEND: row(39, 40, 'NOTIFY_RESEND is understood'),
  ALLOW_IDMAP: row(40, 41, 'mounts may be idmapped (needs default_permissions)'),
  OVER_IO_URING: row(41, 42, 'requests may travel over io_uring'),
  REQUEST_TIMEOUT: row(42, 43, 'init_out.request_timeout is valid, in seconds'),
} as const satisfies Record<string, InitFlagRow>

/** The name of an INIT flag, such as `'WRITEBACK_CACHE'`. */
export type InitFlagName = keyof typeof INIT_FLAGS

/** Older names of INIT flags. */
export const INIT_FLAG_ALIASES = {
  DIRECT_IO_RELAX: 'DIRECT_IO_ALLOW_MMAP',
} as const satisfies Record<string, InitFlagName>

/** The names of all INIT flags, in the order of their bits. */
export const INIT_FLAG_NAMES: readonly InitFlagName[] = Object.keys(INIT_FLAGS) as InitFlagName[]

/** The flag as a number of 64 bits. */
export function initFlagBit(name: InitFlagName): bigint {
  return 1n << BigInt(INIT_FLAGS[name].bit)
}

/** All `names` as a number of 64 bits. */
export function initFlagBits(names: Iterable<InitFlagName>): bigint {
  let bits = 0n
  for (const name of names) bits |= initFlagBit(name)
  return bits
}

/** The 64 bits that `flags` and `flags2` hold; `flags2` counts only with INIT_EXT, as the kernel has it. */
export function joinInitFlags(flags: number, flags2: number): bigint {
  const low = BigInt(flags)
  return (low & initFlagBit('INIT_EXT')) === 0n ? low : low | (BigInt(flags2) << 32n)
}

/** The two words for 64 bits of flags, with INIT_EXT added where the upper word is not 0. */
export function splitInitFlags(bits: bigint): { readonly flags: number; readonly flags2: number } {
  const flags2 = Number(bits >> 32n)
  const low = flags2 === 0 ? bits : bits | initFlagBit('INIT_EXT')
  return { flags: Number(low & 0xffff_ffffn), flags2 }
}

/** The flags as names, such as `'ASYNC_READ|BIG_WRITES|0x8000000000000000'`; `'0'` where there is none. */
export function initFlagNames(bits: bigint): string {
  const names: string[] = []
  let left = bits
  for (const name of INIT_FLAG_NAMES) {
    if ((left & initFlagBit(name)) === 0n) continue
    names.push(name)
    left &= ~initFlagBit(name)
  }
  if (left !== 0n) names.push(`0x${left.toString(16)}`)
  return names.length === 0 ? '0' : names.join('|')
}
