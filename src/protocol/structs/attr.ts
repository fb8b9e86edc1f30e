import { any64, fileHandle, generation, nodeId, seconds, u32, u64 } from '../field.js'
import { struct } from '../struct.js'

/* Attributes of an object, and what replies and requests carry them. */

/** Attributes of one object. Times are seconds since 1970 and nanoseconds; `blocks` are of 512 bytes. */
export const fuse_attr = struct('fuse_attr', {
  ino: any64,
  size: u64,
  blocks: u64,
  atime: seconds,
  mtime: seconds,
  ctime: seconds,
  atimensec: u32,
  mtimensec: u32,
  ctimensec: u32,
  mode: u32,
  nlink: u32,
  uid: u32,
  gid: u32,
  rdev: u32,
  blksize: u32.since(9),
  flags: u32.since(32),
})

/** A name was found or made: its object, and for how long the name and the attributes may be cached. */
export const fuse_entry_out = struct('fuse_entry_out', {
  nodeid: nodeId,
  generation: generation,
  entry_valid: any64,
  attr_valid: any64,
  entry_valid_nsec: u32,
  attr_valid_nsec: u32,
  attr: fuse_attr,
})

/** Attributes, and for how long they may be cached. */
export const fuse_attr_out = struct('fuse_attr_out', {
  attr_valid: any64,
  attr_valid_nsec: u32,
  dummy: u32.asPadding(),
  attr: fuse_attr,
})

/** `fh` counts only with the flag GETATTR_FH. */
export const fuse_getattr_in = struct('fuse_getattr_in', {
  getattr_flags: u32.since(9),
  dummy: u32.asPadding(),
  fh: fileHandle.since(9),
})

/** Which attributes to change (`valid`, FATTR_ flags), and to what. */
export const fuse_setattr_in = struct('fuse_setattr_in', {
  valid: u32,
  padding: u32.asPadding(),
  fh: fileHandle.since(3),
  size: u64,
  lock_owner: any64.since(9),
  atime: seconds,
  mtime: seconds,
  ctime: seconds.since(23),
  atimensec: u32,
  mtimensec: u32,
  ctimensec: u32.since(23),
  mode: u32,
  unused4: u32.asPadding(),
  uid: u32,
  gid: u32,
  unused5: u32.asPadding(),
})

/** Numbers about the whole filesystem, as statfs(2) has them. */
export const fuse_kstatfs = struct('fuse_kstatfs', {
  blocks: any64,
  bfree: any64,
  bavail: any64,
  files: any64,
  ffree: any64,
  bsize: u32,
  namelen: u32,
  frsize: u32.since(4),
  padding: u32.asPadding(),
  spare: u32.array(6).asPadding(),
})

/** The reply to STATFS. */
export const fuse_statfs_out = struct('fuse_statfs_out', {
  st: fuse_kstatfs,
})
