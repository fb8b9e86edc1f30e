import { any64, bytes, fileHandle, i32, u16, u32, u64 } from '../field.js'
import { struct } from '../struct.js'

/* What does not travel as a message: ioctl arguments of the device, DAX mappings of virtio-fs, io_uring entries. */

/** Argument of FUSE_DEV_IOC_BACKING_OPEN. */
export const fuse_backing_map = struct('fuse_backing_map', {
  fd: i32,
  flags: u32,
  padding: any64.asPadding(),
})

/** Maps a range of a file into the DAX window. */
export const fuse_setupmapping_in = struct('fuse_setupmapping_in', {
  fh: fileHandle,
  foffset: u64,
  len: u64,
  flags: any64,
  moffset: u64,
})

/** `count` records of fuse_removemapping_one follow. */
export const fuse_removemapping_in = struct('fuse_removemapping_in', {
  count: u32,
})

/** A range to unmap. */
export const fuse_removemapping_one = struct('fuse_removemapping_one', {
  moffset: u64,
  len: u64,
})

/** Bookkeeping of one ring entry. */
export const fuse_uring_ent_in_out = struct('fuse_uring_ent_in_out', {
  flags: any64,
  commit_id: any64,
  payload_sz: u32,
  padding: u32.asPadding(),
  reserved: any64.asPadding(),
})

/** Header buffer of one ring entry. */
export const fuse_uring_req_header = struct('fuse_uring_req_header', {
  in_out: bytes(128),
  op_in: bytes(128),
  ring_ent_in_out: fuse_uring_ent_in_out,
})

/** Command area of an io_uring submission. */
export const fuse_uring_cmd_req = struct('fuse_uring_cmd_req', {
  flags: any64,
  commit_id: any64,
  qid: u16,
  padding: bytes(6),
})
