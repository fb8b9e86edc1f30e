import { any64, fileHandle, i32, i64, u16, u32, u64 } from '../field.js'
import { struct } from '../struct.js'

/* Attributes as statx(2) has them; since 7.39. */

/** A time of fuse_statx. */
export const fuse_sx_time = struct('fuse_sx_time', {
  tv_sec: i64,
  tv_nsec: u32,
  __reserved: i32.asPadding(),
})

/** As struct statx of the kernel; `mask` says which fields are valid. */
export const fuse_statx = struct('fuse_statx', {
  mask: u32,
  blksize: u32,
  attributes: any64,
  nlink: u32,
  uid: u32,
  gid: u32,
  mode: u16,
  __spare0: u16.array(1).asPadding(),
  ino: any64,
  size: u64,
  blocks: u64,
  attributes_mask: any64,
  atime: fuse_sx_time,
  btime: fuse_sx_time,
  ctime: fuse_sx_time,
  mtime: fuse_sx_time,
  rdev_major: u32,
  rdev_minor: u32,
  dev_major: u32,
  dev_minor: u32,
  __spare2: any64.array(14).asPadding(),
})

/** `sx_mask` says which fields are asked for. */
export const fuse_statx_in = struct('fuse_statx_in', {
  getattr_flags: u32,
  reserved: u32.asPadding(),
  fh: fileHandle,
  sx_flags: u32,
  sx_mask: u32,
})

/** fuse_statx, and for how long it may be cached. */
export const fuse_statx_out = struct('fuse_statx_out', {
  attr_valid: any64,
  attr_valid_nsec: u32,
  flags: u32,
  spare: any64.array(2).asPadding(),
  stat: fuse_statx,
})
