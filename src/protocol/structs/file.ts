import { any64, fileHandle, i32, nodeId, seekOffset, u32, u64 } from '../field.js'
import { struct } from '../struct.js'

/* Requests on open files. Offsets and sizes are in bytes. */

/** `flags` are those of open(2). */
export const fuse_open_in = struct('fuse_open_in', {
  flags: u32,
  open_flags: u32.since(33),
})

/** `open_flags` are FOPEN_ flags; `backing_id` counts with FOPEN_PASSTHROUGH. */
export const fuse_open_out = struct('fuse_open_out', {
  fh: fileHandle,
  open_flags: u32,
  backing_id: i32.since(40),
})

/** The name follows. */
export const fuse_create_in = struct('fuse_create_in', {
  flags: u32,
  mode: u32,
  umask: u32.since(12),
  open_flags: u32.since(33),
})

/** The last reference to an open file is gone. */
export const fuse_release_in = struct('fuse_release_in', {
  fh: fileHandle,
  flags: u32,
  release_flags: u32.since(8),
  lock_owner: any64.since(8),
})

/** A descriptor of an open file was closed. */
export const fuse_flush_in = struct('fuse_flush_in', {
  fh: fileHandle,
  unused: u32.asPadding(),
  padding: u32.asPadding(),
  lock_owner: any64,
})

/** Asks for `size` bytes from `offset`; of a directory, for records from the cookie `offset`. */
export const fuse_read_in = struct('fuse_read_in', {
  fh: fileHandle,
  offset: u64,
  size: u32,
  read_flags: u32,
  lock_owner: any64.since(9),
  flags: u32.since(9),
  padding: u32.asPadding(),
})

/** `size` bytes of data follow. */
export const fuse_write_in = struct('fuse_write_in', {
  fh: fileHandle,
  offset: u64,
  size: u32,
  write_flags: u32,
  lock_owner: any64.since(9),
  flags: u32.since(9),
  padding: u32.asPadding(),
})

/** How many bytes were written. */
export const fuse_write_out = struct('fuse_write_out', {
  size: u32,
  padding: u32.asPadding(),
})

/** Flag FSYNC_FDATASYNC: data only. */
export const fuse_fsync_in = struct('fuse_fsync_in', {
  fh: fileHandle,
  fsync_flags: u32,
  padding: u32.asPadding(),
})

/** `mode` is that of fallocate(2). */
export const fuse_fallocate_in = struct('fuse_fallocate_in', {
  fh: fileHandle,
  offset: u64,
  length: u64,
  mode: u32,
  padding: u32.asPadding(),
})

/** `whence` is SEEK_DATA or SEEK_HOLE. */
export const fuse_lseek_in = struct('fuse_lseek_in', {
  fh: fileHandle,
  offset: seekOffset,
  whence: u32,
  padding: u32.asPadding(),
})

/** Where the data or the hole starts. */
export const fuse_lseek_out = struct('fuse_lseek_out', {
  offset: u64,
})

/** The source is the node of the header. */
export const fuse_copy_file_range_in = struct('fuse_copy_file_range_in', {
  fh_in: fileHandle,
  off_in: u64,
  nodeid_out: nodeId,
  fh_out: fileHandle,
  off_out: u64,
  len: any64,
  flags: any64,
})

/** The reply to COPY_FILE_RANGE_64. */
export const fuse_copy_file_range_out = struct('fuse_copy_file_range_out', {
  bytes_copied: u64,
})
