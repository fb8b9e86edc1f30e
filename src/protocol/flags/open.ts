import { family } from './family.js'

/* Flags of opening and closing. */

/** Flags of fuse_open_out.open_flags. */
export const FOPEN_FLAGS = family({
  prefix: 'FOPEN_',
  where: 'fuse_open_out.open_flags',
  flags: {
    DIRECT_IO: { value: 1, meaning: 'reads and writes pass the page cache by' },
    KEEP_CACHE: { value: 2, meaning: 'what is cached of the file stays valid' },
    NONSEEKABLE: { value: 4, meaning: 'the file has no position' },
    CACHE_DIR: { value: 8, meaning: 'the listing of this directory may be cached (since 7.28)' },
    STREAM: { value: 16, meaning: 'the file is a stream, without a position (since 7.31)' },
    NOFLUSH: { value: 32, meaning: 'no FLUSH on close, unless there is dirty data (since 7.35)' },
    PARALLEL_DIRECT_WRITES: { value: 64, meaning: 'direct writes need not wait for one another (since 7.36)' },
    PASSTHROUGH: { value: 128, meaning: 'reads and writes go to the file backing_id (since 7.40)' },
  },
})
/** Reads and writes pass the page cache by. */
export const FOPEN_DIRECT_IO = FOPEN_FLAGS.flags.DIRECT_IO.value
/** What is cached of the file stays valid. */
export const FOPEN_KEEP_CACHE = FOPEN_FLAGS.flags.KEEP_CACHE.value
/** The file has no position. */
export const FOPEN_NONSEEKABLE = FOPEN_FLAGS.flags.NONSEEKABLE.value
/** The listing of this directory may be cached (since 7.28). */
export const FOPEN_CACHE_DIR = FOPEN_FLAGS.flags.CACHE_DIR.value
/** The file is a stream, without a position (since 7.31). */
export const FOPEN_STREAM = FOPEN_FLAGS.flags.STREAM.value
/** No FLUSH on close, unless there is dirty data (since 7.35). */
export const FOPEN_NOFLUSH = FOPEN_FLAGS.flags.NOFLUSH.value
/** Direct writes need not wait for one another (since 7.36). */
export const FOPEN_PARALLEL_DIRECT_WRITES = FOPEN_FLAGS.flags.PARALLEL_DIRECT_WRITES.value
/** Reads and writes go to the file backing_id (since 7.40). */
export const FOPEN_PASSTHROUGH = FOPEN_FLAGS.flags.PASSTHROUGH.value

/** Flags of fuse_open_in.open_flags, fuse_create_in.open_flags. */
export const OPEN_FLAGS = family({
  prefix: 'FUSE_OPEN_',
  where: 'fuse_open_in.open_flags, fuse_create_in.open_flags',
  flags: {
    KILL_SUIDGID: { value: 1, meaning: 'with O_TRUNC: clear suid, and sgid where the group may execute' },
  },
})
/** With O_TRUNC: clear suid, and sgid where the group may execute. */
export const FUSE_OPEN_KILL_SUIDGID = OPEN_FLAGS.flags.KILL_SUIDGID.value

/** Flags of fuse_release_in.release_flags. */
export const RELEASE_FLAGS = family({
  prefix: 'FUSE_RELEASE_',
  where: 'fuse_release_in.release_flags',
  flags: {
    FLUSH: { value: 1, meaning: 'flush first; no kernel sets it' },
    FLOCK_UNLOCK: { value: 2, meaning: 'release the flock lock of lock_owner (since 7.17)' },
  },
})
/** Flush first; no kernel sets it. */
export const FUSE_RELEASE_FLUSH = RELEASE_FLAGS.flags.FLUSH.value
/** Release the flock lock of lock_owner (since 7.17). */
export const FUSE_RELEASE_FLOCK_UNLOCK = RELEASE_FLAGS.flags.FLOCK_UNLOCK.value
