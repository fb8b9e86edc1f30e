/*
 * Numbers of the FUSE device besides its messages. Ioctl numbers are in the generic encoding, which x86, arm64 and riscv
 * share.
 */

/** Makes a fresh device descriptor another one of the connection whose descriptor (u32) is given. */
export const FUSE_DEV_IOC_CLONE = 0x8004_e500
/** Registers a backing file (`fuse_backing_map`); returns its id. Since 7.40. */
export const FUSE_DEV_IOC_BACKING_OPEN = 0x4010_e501
/** Takes back a backing id (u32). Since 7.40. */
export const FUSE_DEV_IOC_BACKING_CLOSE = 0x4004_e502
/** Makes mount(2) wait for the answer to INIT. Must come before the mount; no argument. */
export const FUSE_DEV_IOC_SYNC_INIT = 0xe503
/** The type byte of these ioctls. */
export const FUSE_DEV_IOC_MAGIC = 229

/** No command; refused by the kernel. */
export const FUSE_IO_URING_CMD_INVALID = 0
/** Hands a ring entry to the kernel for the first time. Since 7.42. */
export const FUSE_IO_URING_CMD_REGISTER = 1
/** Answers the request in a ring entry, and takes the next one. Since 7.42. */
export const FUSE_IO_URING_CMD_COMMIT_AND_FETCH = 2
/** Size of the part of a ring entry's header that holds fuse_in_header or fuse_out_header. */
export const FUSE_URING_IN_OUT_HEADER_SZ = 128
/** Size of the part of a ring entry's header that holds the first struct of the request. */
export const FUSE_URING_OP_IN_OUT_SZ = 128
