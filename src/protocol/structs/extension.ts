import { u32 } from '../field.js'
import { struct } from '../struct.js'

/* What may follow the requests that create an object. */

/** Starts an extension. `size` counts this header and padding. */
export const fuse_ext_header = struct('fuse_ext_header', {
  size: u32,
  type: u32,
})

/** The extension of security contexts; `nr_secctx` stands where `type` does in fuse_ext_header. */
export const fuse_secctx_header = struct('fuse_secctx_header', {
  size: u32,
  nr_secctx: u32,
})

/** One security context; its name, NUL, and `size` bytes follow. */
export const fuse_secctx = struct('fuse_secctx', {
  size: u32,
  padding: u32.asPadding(),
})

/** `nr_groups` group ids follow. */
export const fuse_supp_groups = struct('fuse_supp_groups', {
  nr_groups: u32,
})
