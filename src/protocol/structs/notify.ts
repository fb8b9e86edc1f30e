import { any64, i64, nodeId, u32, u64, unique } from '../field.js'
import { struct } from '../struct.js'

/* Bodies of notifications, and of the one request that answers one. */

/** Something may be ready on the file with this `kh`. */
export const fuse_notify_poll_wakeup_out = struct('fuse_notify_poll_wakeup_out', {
  kh: u64,
})

/** `off` below 0: attributes only. `len` 0 or below: to the end of the file. */
export const fuse_notify_inval_inode_out = struct('fuse_notify_inval_inode_out', {
  ino: nodeId,
  off: i64,
  len: i64,
})

/** The name and one byte, which should be NUL, follow. */
export const fuse_notify_inval_entry_out = struct('fuse_notify_inval_entry_out', {
  parent: nodeId,
  namelen: u32,
  flags: u32.since(38),
})

/** `size` bytes of data follow. */
export const fuse_notify_store_out = struct('fuse_notify_store_out', {
  nodeid: nodeId,
  offset: u64,
  size: u32,
  padding: u32.asPadding(),
})

/** `notify_unique` comes back in the header of NOTIFY_REPLY. */
export const fuse_notify_retrieve_out = struct('fuse_notify_retrieve_out', {
  notify_unique: unique,
  nodeid: nodeId,
  offset: u64,
  size: u32,
  padding: u32.asPadding(),
})

/** Body of NOTIFY_REPLY; `size` bytes of data follow. It has the size of fuse_write_in. */
export const fuse_notify_retrieve_in = struct('fuse_notify_retrieve_in', {
  dummy1: any64.asPadding(),
  offset: u64,
  size: u32,
  dummy2: u32.asPadding(),
  dummy3: any64.asPadding(),
  dummy4: any64.asPadding(),
})

/** The name and one byte, which should be NUL, follow. */
export const fuse_notify_delete_out = struct('fuse_notify_delete_out', {
  parent: nodeId,
  child: nodeId,
  namelen: u32,
  padding: u32.asPadding(),
})

/** `count` node ids follow. */
export const fuse_notify_prune_out = struct('fuse_notify_prune_out', {
  count: u32,
  padding: u32.asPadding(),
  spare: any64.asPadding(),
})
