import { any64, fileHandle, i32, u32, u64, unique } from '../field.js'
import { struct } from '../struct.js'

/* Access, extended attributes, locks, interrupts, ioctl, poll. */

/** `mask` is that of access(2). */
export const fuse_access_in = struct('fuse_access_in', {
  mask: u32,
  padding: u32.asPadding(),
})

/** Name and `size` bytes of value follow. Without SETXATTR_EXT only the first 8 bytes are sent. */
export const fuse_setxattr_in = struct('fuse_setxattr_in', {
  size: u32,
  flags: u32,
  setxattr_flags: u32.since(33),
  padding: u32.asPadding(),
})

/** `size` 0 asks how long the answer would be. */
export const fuse_getxattr_in = struct('fuse_getxattr_in', {
  size: u32,
  padding: u32.asPadding(),
})

/** How long the answer would be. */
export const fuse_getxattr_out = struct('fuse_getxattr_out', {
  size: u32,
  padding: u32.asPadding(),
})

/** `end` is inclusive; 2^63 - 1 means to the end of the file. */
export const fuse_file_lock = struct('fuse_file_lock', {
  start: any64,
  end: any64,
  type: u32,
  pid: u32,
})

/** A lock to test or to take. */
export const fuse_lk_in = struct('fuse_lk_in', {
  fh: fileHandle,
  owner: any64,
  lk: fuse_file_lock,
  lk_flags: u32.since(9),
  padding: u32.asPadding(),
})

/** The lock that is in the way, or F_UNLCK. */
export const fuse_lk_out = struct('fuse_lk_out', {
  lk: fuse_file_lock,
})

/** The request that nobody waits for any more. */
export const fuse_interrupt_in = struct('fuse_interrupt_in', {
  unique: unique,
})

/** Only on block-device mounts. */
export const fuse_bmap_in = struct('fuse_bmap_in', {
  block: u64,
  blocksize: u32,
  padding: u32.asPadding(),
})

/** The block on the device. */
export const fuse_bmap_out = struct('fuse_bmap_out', {
  block: u64,
})

/** `in_size` bytes follow; `arg` is the caller's pointer. */
export const fuse_ioctl_in = struct('fuse_ioctl_in', {
  fh: fileHandle,
  flags: u32,
  cmd: u32,
  arg: any64,
  in_size: u32,
  out_size: u32,
})

/** Data follows; with IOCTL_RETRY, `in_iovs` + `out_iovs` records of fuse_ioctl_iovec. */
export const fuse_ioctl_out = struct('fuse_ioctl_out', {
  result: i32,
  flags: u32,
  in_iovs: u32,
  out_iovs: u32,
})

/** A range of the caller's memory. */
export const fuse_ioctl_iovec = struct('fuse_ioctl_iovec', {
  base: any64,
  len: u64,
})

/** `kh` is what a POLL notification names. */
export const fuse_poll_in = struct('fuse_poll_in', {
  fh: fileHandle,
  kh: u64,
  flags: u32,
  events: u32.since(21),
})

/** The events that are ready. */
export const fuse_poll_out = struct('fuse_poll_out', {
  revents: u32,
  padding: u32.asPadding(),
})

/** The whole filesystem is to be written out. */
export const fuse_syncfs_in = struct('fuse_syncfs_in', {
  padding: any64.asPadding(),
})
