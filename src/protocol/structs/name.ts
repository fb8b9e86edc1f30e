import { any64, nodeId, u32, u64 } from '../field.js'
import { struct } from '../struct.js'
import { fuse_entry_out } from './attr.js'

/* Requests that make, move or forget names, and the records of directories. */

/** The name follows. */
export const fuse_mknod_in = struct('fuse_mknod_in', {
  mode: u32,
  rdev: u32,
  umask: u32.since(12),
  padding: u32.asPadding(),
})

/** The name follows. */
export const fuse_mkdir_in = struct('fuse_mkdir_in', {
  mode: u32,
  umask: u32.since(12),
})

/** Old and new name follow. */
export const fuse_rename_in = struct('fuse_rename_in', {
  newdir: nodeId,
})

/** Old and new name follow; `flags` are those of renameat2(2). */
export const fuse_rename2_in = struct('fuse_rename2_in', {
  newdir: nodeId,
  flags: u32,
  padding: u32.asPadding(),
})

/** The new name follows. */
export const fuse_link_in = struct('fuse_link_in', {
  oldnodeid: nodeId,
})

/** How many lookups of the object are taken back. */
export const fuse_forget_in = struct('fuse_forget_in', {
  nlookup: u64,
})

/** One record of BATCH_FORGET. */
export const fuse_forget_one = struct('fuse_forget_one', {
  nodeid: nodeId,
  nlookup: u64,
})

/** `count` records of fuse_forget_one follow. */
export const fuse_batch_forget_in = struct('fuse_batch_forget_in', {
  count: u32,
  dummy: u32.asPadding(),
})

/** One directory entry; `namelen` bytes of name follow, without NUL, and zero bytes up to a multiple of 8. */
export const fuse_dirent = struct('fuse_dirent', {
  ino: any64,
  off: any64,
  namelen: u32,
  type: u32,
})

/** One directory entry with its attributes, which counts as a lookup; the name follows as in fuse_dirent. */
export const fuse_direntplus = struct('fuse_direntplus', {
  entry_out: fuse_entry_out,
  dirent: fuse_dirent,
})
