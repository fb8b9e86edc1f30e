import { family } from './family.js'

/* Flags of attributes: which to change, and what they say. */

/** Flags of fuse_setattr_in.valid. */
export const FATTR_FLAGS = family({
  prefix: 'FATTR_',
  where: 'fuse_setattr_in.valid',
  flags: {
    MODE: { value: 1, meaning: 'change the mode' },
    UID: { value: 2, meaning: 'change the owner' },
    GID: { value: 4, meaning: 'change the group' },
    SIZE: { value: 8, meaning: 'change the size' },
    ATIME: { value: 16, meaning: 'change the access time' },
    MTIME: { value: 32, meaning: 'change the modification time' },
    FH: { value: 64, meaning: 'fh is valid' },
    ATIME_NOW: { value: 128, meaning: 'the access time becomes the present time' },
    MTIME_NOW: { value: 256, meaning: 'the modification time becomes the present time' },
    LOCKOWNER: { value: 512, meaning: 'lock_owner is valid' },
    CTIME: { value: 1024, meaning: 'change the status change time (since 7.23)' },
    KILL_SUIDGID: { value: 2048, meaning: 'clear suid, and sgid where the group may execute (since 7.33)' },
  },
})
/** Change the mode. */
export const FATTR_MODE = FATTR_FLAGS.flags.MODE.value
/** Change the owner. */
export const FATTR_UID = FATTR_FLAGS.flags.UID.value
/** Change the group. */
export const FATTR_GID = FATTR_FLAGS.flags.GID.value
/** Change the size. */
export const FATTR_SIZE = FATTR_FLAGS.flags.SIZE.value
/** Change the access time. */
export const FATTR_ATIME = FATTR_FLAGS.flags.ATIME.value
/** Change the modification time. */
export const FATTR_MTIME = FATTR_FLAGS.flags.MTIME.value
/** Fh is valid. */
export const FATTR_FH = FATTR_FLAGS.flags.FH.value
/** The access time becomes the present time. */
export const FATTR_ATIME_NOW = FATTR_FLAGS.flags.ATIME_NOW.value
/** The modification time becomes the present time. */
export const FATTR_MTIME_NOW = FATTR_FLAGS.flags.MTIME_NOW.value
/** Lock_owner is valid. */
export const FATTR_LOCKOWNER = FATTR_FLAGS.flags.LOCKOWNER.value
/** Change the status change time (since 7.23). */
export const FATTR_CTIME = FATTR_FLAGS.flags.CTIME.value
/** Clear suid, and sgid where the group may execute (since 7.33). */
export const FATTR_KILL_SUIDGID = FATTR_FLAGS.flags.KILL_SUIDGID.value

/** Flags of fuse_attr.flags. */
export const ATTR_FLAGS = family({
  prefix: 'FUSE_ATTR_',
  where: 'fuse_attr.flags',
  flags: {
    SUBMOUNT: { value: 1, meaning: 'the directory is the root of a submount' },
    DAX: { value: 2, meaning: 'the file is to be mapped directly (DAX)' },
  },
})
/** The directory is the root of a submount. */
export const FUSE_ATTR_SUBMOUNT = ATTR_FLAGS.flags.SUBMOUNT.value
/** The file is to be mapped directly (DAX). */
export const FUSE_ATTR_DAX = ATTR_FLAGS.flags.DAX.value

/** Flags of fuse_getattr_in.getattr_flags, fuse_statx_in.getattr_flags. */
export const GETATTR_FLAGS = family({
  prefix: 'FUSE_GETATTR_',
  where: 'fuse_getattr_in.getattr_flags, fuse_statx_in.getattr_flags',
  flags: {
    FH: { value: 1, meaning: 'fh is valid' },
  },
})
/** Fh is valid. */
export const FUSE_GETATTR_FH = GETATTR_FLAGS.flags.FH.value
