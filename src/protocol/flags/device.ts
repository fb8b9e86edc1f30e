import { family } from './family.js'

/* Flags of ioctl, CUSE, notifications and DAX mappings. */

/** Flags of fuse_ioctl_in.flags, fuse_ioctl_out.flags. */
export const IOCTL_FLAGS = family({
  prefix: 'FUSE_IOCTL_',
  where: 'fuse_ioctl_in.flags, fuse_ioctl_out.flags',
  flags: {
    COMPAT: { value: 1, meaning: 'a 32-bit caller on a 64-bit kernel' },
    UNRESTRICTED: { value: 2, meaning: 'RETRY is allowed in the reply; CUSE only' },
    RETRY: { value: 4, meaning: 'in a reply: come again with the memory that the iovecs name' },
    '32BIT': { value: 8, meaning: 'the caller has 32-bit long and pointers' },
    DIR: { value: 16, meaning: 'on a directory' },
    COMPAT_X32: { value: 32, meaning: 'an x32 caller (since 7.30)' },
  },
})
/** A 32-bit caller on a 64-bit kernel. */
export const FUSE_IOCTL_COMPAT = IOCTL_FLAGS.flags.COMPAT.value
/** RETRY is allowed in the reply; CUSE only. */
export const FUSE_IOCTL_UNRESTRICTED = IOCTL_FLAGS.flags.UNRESTRICTED.value
/** In a reply: come again with the memory that the iovecs name. */
export const FUSE_IOCTL_RETRY = IOCTL_FLAGS.flags.RETRY.value
/** The caller has 32-bit long and pointers. */
export const FUSE_IOCTL_32BIT = IOCTL_FLAGS.flags['32BIT'].value
/** On a directory. */
export const FUSE_IOCTL_DIR = IOCTL_FLAGS.flags.DIR.value
/** An x32 caller (since 7.30). */
export const FUSE_IOCTL_COMPAT_X32 = IOCTL_FLAGS.flags.COMPAT_X32.value

/** Flags of cuse_init_in.flags, cuse_init_out.flags. */
export const CUSE_FLAGS = family({
  prefix: 'CUSE_',
  where: 'cuse_init_in.flags, cuse_init_out.flags',
  flags: {
    UNRESTRICTED_IOCTL: { value: 1, meaning: 'ioctl may ask for any memory of the caller' },
  },
})
/** Ioctl may ask for any memory of the caller. */
export const CUSE_UNRESTRICTED_IOCTL = CUSE_FLAGS.flags.UNRESTRICTED_IOCTL.value

/** Flags of fuse_notify_inval_entry_out.flags. */
export const NOTIFY_INVAL_ENTRY_FLAGS = family({
  prefix: 'FUSE_',
  where: 'fuse_notify_inval_entry_out.flags',
  flags: {
    EXPIRE_ONLY: { value: 1, meaning: 'the name is to be looked up again, without being dropped' },
  },
})
/** The name is to be looked up again, without being dropped. */
export const FUSE_EXPIRE_ONLY = NOTIFY_INVAL_ENTRY_FLAGS.flags.EXPIRE_ONLY.value

/** Flags of fuse_setupmapping_in.flags. */
export const SETUPMAPPING_FLAGS = family({
  prefix: 'FUSE_SETUPMAPPING_FLAG_',
  where: 'fuse_setupmapping_in.flags',
  flags: {
    WRITE: { value: 1, meaning: 'map for writing' },
    READ: { value: 2, meaning: 'map for reading' },
  },
})
/** Map for writing. */
export const FUSE_SETUPMAPPING_FLAG_WRITE = SETUPMAPPING_FLAGS.flags.WRITE.value
/** Map for reading. */
export const FUSE_SETUPMAPPING_FLAG_READ = SETUPMAPPING_FLAGS.flags.READ.value
