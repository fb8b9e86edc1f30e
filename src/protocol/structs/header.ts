import { i32, nodeId, u16, u32, unique } from '../field.js'
import { struct } from '../struct.js'

/* The headers of every message. */

/** Starts every request. `len` counts this header and everything after it. */
export const fuse_in_header = struct('fuse_in_header', {
  len: u32,
  opcode: u32,
  unique: unique,
  nodeid: nodeId,
  uid: u32,
  gid: u32,
  pid: u32,
  total_extlen: u16.since(38),
  padding: u16.asPadding(),
})

/** Starts every reply and notification. `error` is 0, a negated errno, or (where `unique` is 0) a notification code. */
export const fuse_out_header = struct('fuse_out_header', {
  len: u32,
  error: i32,
  unique: unique,
})
