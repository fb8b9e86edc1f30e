/** The major version of the protocol. Every kernel since 2.6.14 speaks major 7. */
export const FUSE_KERNEL_VERSION = 7

/** The newest minor that this library knows. */
export const FUSE_KERNEL_MINOR_VERSION = 45

/** What decides how long the structs of a connection are; both ends know it once INIT is answered. */
export interface WireFormat {
  /** The minor that the server answered. Below 4, 9 and 12 some structs are shorter. */
  readonly minor: number
  /** SETXATTR_EXT was negotiated: fuse_setxattr_in has 16 bytes, else 8. */
  readonly setxattrExt: boolean
}

/** The newest format; INIT itself reads the same in every format. */
export const CURRENT_FORMAT: WireFormat = { minor: FUSE_KERNEL_MINOR_VERSION, setxattrExt: true }
