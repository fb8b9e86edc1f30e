import type { InitFlagName } from '../../protocol/flags/init-flags.js'

/**
 * The flags of INIT that this client can honour, each as the kernel does. Not among them: what needs a device (splice,
 * io_uring, DAX), memory mappings, another filesystem below (passthrough), NFS, ACLs, security labels and idmapped mounts.
 */
export const HONOURED_FLAGS: readonly InitFlagName[] = [
  'ASYNC_READ',
  'POSIX_LOCKS',
  'ATOMIC_O_TRUNC',
  'BIG_WRITES',
  'DONT_MASK',
  'FLOCK_LOCKS',
  'HAS_IOCTL_DIR',
  'AUTO_INVAL_DATA',
  'DO_READDIRPLUS',
  'READDIRPLUS_AUTO',
  'ASYNC_DIO',
  'WRITEBACK_CACHE',
  'NO_OPEN_SUPPORT',
  'PARALLEL_DIROPS',
  'HANDLE_KILLPRIV',
  'ABORT_ERROR',
  'MAX_PAGES',
  'CACHE_SYMLINKS',
  'NO_OPENDIR_SUPPORT',
  'EXPLICIT_INVAL_DATA',
  'HANDLE_KILLPRIV_V2',
  'SETXATTR_EXT',
  'INIT_EXT',
  'HAS_EXPIRE_ONLY',
  'HAS_RESEND',
  'REQUEST_TIMEOUT',
]
