import { u16, u32 } from '../field.js'
import { struct } from '../struct.js'

/* The first exchange of a connection. Shorter forms of older minors are chosen in opcodes.ts. */

/** What the kernel speaks and offers. */
export const fuse_init_in = struct('fuse_init_in', {
  major: u32,
  minor: u32,
  max_readahead: u32.since(6),
  flags: u32,
  flags2: u32.since(36),
  unused: u32.array(11).asPadding(),
})

/** What the server takes of it. */
export const fuse_init_out = struct('fuse_init_out', {
  major: u32,
  minor: u32,
  max_readahead: u32.since(6),
  flags: u32.since(5),
  max_background: u16.since(13),
  congestion_threshold: u16.since(13),
  max_write: u32.since(5),
  time_gran: u32.since(23),
  max_pages: u16.since(28),
  map_alignment: u16.since(31),
  flags2: u32.since(36),
  max_stack_depth: u32.since(40),
  request_timeout: u16.since(43),
  unused: u16.array(11).asPadding(),
})

/** As fuse_init_in, for a character device in user space. */
export const cuse_init_in = struct('cuse_init_in', {
  major: u32,
  minor: u32,
  unused: u32.asPadding(),
  flags: u32,
})

/** As fuse_init_out, for a character device in user space. */
export const cuse_init_out = struct('cuse_init_out', {
  major: u32,
  minor: u32,
  unused: u32.asPadding(),
  flags: u32,
  max_read: u32,
  max_write: u32,
  dev_major: u32,
  dev_minor: u32,
  spare: u32.array(10).asPadding(),
})
