import { family } from './family.js'

/* Flags of requests on open files. */

/** Flags of fuse_read_in.read_flags. */
export const READ_FLAGS = family({
  prefix: 'FUSE_READ_',
  where: 'fuse_read_in.read_flags',
  flags: {
    LOCKOWNER: { value: 2, meaning: 'lock_owner is valid' },
  },
})
/** Lock_owner is valid. */
export const FUSE_READ_LOCKOWNER = READ_FLAGS.flags.LOCKOWNER.value

/** Flags of fuse_write_in.write_flags. */
export const WRITE_FLAGS = family({
  prefix: 'FUSE_WRITE_',
  where: 'fuse_write_in.write_flags',
  flags: {
    CACHE: { value: 1, meaning: 'late write from the page cache; pid and fh are guesses' },
    LOCKOWNER: { value: 2, meaning: 'lock_owner is valid' },
    KILL_SUIDGID: { value: 4, meaning: 'clear suid, and sgid where the group may execute (since 7.31)' },
  },
  aliases: { KILL_PRIV: 'KILL_SUIDGID' },
})
/** Late write from the page cache; pid and fh are guesses. */
export const FUSE_WRITE_CACHE = WRITE_FLAGS.flags.CACHE.value
/** Lock_owner is valid. */
export const FUSE_WRITE_LOCKOWNER = WRITE_FLAGS.flags.LOCKOWNER.value
/** Clear suid, and sgid where the group may execute (since 7.31). */
export const FUSE_WRITE_KILL_SUIDGID = WRITE_FLAGS.flags.KILL_SUIDGID.value
/** The older name of FUSE_WRITE_KILL_SUIDGID. */
export const FUSE_WRITE_KILL_PRIV = FUSE_WRITE_KILL_SUIDGID

/** Flags of fuse_fsync_in.fsync_flags. */
export const FSYNC_FLAGS = family({
  prefix: 'FUSE_FSYNC_',
  where: 'fuse_fsync_in.fsync_flags',
  flags: {
    FDATASYNC: { value: 1, meaning: 'data only, not attributes that do not matter to it' },
  },
})
/** Data only, not attributes that do not matter to it. */
export const FUSE_FSYNC_FDATASYNC = FSYNC_FLAGS.flags.FDATASYNC.value

/** Flags of fuse_lk_in.lk_flags. */
export const LK_FLAGS = family({
  prefix: 'FUSE_LK_',
  where: 'fuse_lk_in.lk_flags',
  flags: {
    FLOCK: { value: 1, meaning: 'a lock of flock(2), not of fcntl(2)' },
  },
})
/** A lock of flock(2), not of fcntl(2). */
export const FUSE_LK_FLOCK = LK_FLAGS.flags.FLOCK.value

/** Flags of fuse_poll_in.flags. */
export const POLL_FLAGS = family({
  prefix: 'FUSE_POLL_',
  where: 'fuse_poll_in.flags',
  flags: {
    SCHEDULE_NOTIFY: { value: 1, meaning: 'a POLL notification is wanted when the state changes' },
  },
})
/** A POLL notification is wanted when the state changes. */
export const FUSE_POLL_SCHEDULE_NOTIFY = POLL_FLAGS.flags.SCHEDULE_NOTIFY.value

/** Flags of fuse_setxattr_in.setxattr_flags. */
export const SETXATTR_FLAGS = family({
  prefix: 'FUSE_SETXATTR_',
  where: 'fuse_setxattr_in.setxattr_flags',
  flags: {
    ACL_KILL_SGID: { value: 1, meaning: 'clear sgid, since an ACL was set' },
  },
})
/** Clear sgid, since an ACL was set. */
export const FUSE_SETXATTR_ACL_KILL_SGID = SETXATTR_FLAGS.flags.ACL_KILL_SGID.value
