/* The entry `fusewire/protocol`: the wire of FUSE, both directions, without I/O. */

export { MessageCodec } from './codec.js'
export { Describer } from './describe.js'
export {
  FUSE_DEV_IOC_BACKING_CLOSE,
  FUSE_DEV_IOC_BACKING_OPEN,
  FUSE_DEV_IOC_CLONE,
  FUSE_DEV_IOC_MAGIC,
  FUSE_DEV_IOC_SYNC_INIT,
  FUSE_IO_URING_CMD_COMMIT_AND_FETCH,
  FUSE_IO_URING_CMD_INVALID,
  FUSE_IO_URING_CMD_REGISTER,
  FUSE_URING_IN_OUT_HEADER_SZ,
  FUSE_URING_OP_IN_OUT_SZ,
} from './device.js'
export {
  DT,
  DirentPlusWriter,
  DirentWriter,
  direntPlusSize,
  direntSize,
  readDirents,
  readDirentsPlus,
} from './dirent.js'
export { readExtensions, writeExtensions } from './extensions.js'
export {
  ATTR_FLAGS,
  FATTR_ATIME,
  FATTR_ATIME_NOW,
  FATTR_CTIME,
  FATTR_FH,
  FATTR_FLAGS,
  FATTR_GID,
  FATTR_KILL_SUIDGID,
  FATTR_LOCKOWNER,
  FATTR_MODE,
  FATTR_MTIME,
  FATTR_MTIME_NOW,
  FATTR_SIZE,
  FATTR_UID,
  FUSE_ATTR_DAX,
  FUSE_ATTR_SUBMOUNT,
  FUSE_GETATTR_FH,
  GETATTR_FLAGS,
} from './flags/attr.js'
export {
  CUSE_FLAGS,
  CUSE_UNRESTRICTED_IOCTL,
  FUSE_EXPIRE_ONLY,
  FUSE_IOCTL_32BIT,
  FUSE_IOCTL_COMPAT,
  FUSE_IOCTL_COMPAT_X32,
  FUSE_IOCTL_DIR,
  FUSE_IOCTL_RETRY,
  FUSE_IOCTL_UNRESTRICTED,
  FUSE_SETUPMAPPING_FLAG_READ,
  FUSE_SETUPMAPPING_FLAG_WRITE,
  IOCTL_FLAGS,
  NOTIFY_INVAL_ENTRY_FLAGS,
  SETUPMAPPING_FLAGS,
} from './flags/device.js'
export { FLAG_FAMILIES } from './flags/families.js'
export { flagNames } from './flags/family.js'
export {
  INIT_FLAGS,
  INIT_FLAG_ALIASES,
  INIT_FLAG_NAMES,
  initFlagBit,
  initFlagBits,
  initFlagNames,
  joinInitFlags,
  splitInitFlags,
} from './flags/init-flags.js'
export {
  FSYNC_FLAGS,
  FUSE_FSYNC_FDATASYNC,
  FUSE_LK_FLOCK,
  FUSE_POLL_SCHEDULE_NOTIFY,
  FUSE_READ_LOCKOWNER,
  FUSE_SETXATTR_ACL_KILL_SGID,
  FUSE_WRITE_CACHE,
  FUSE_WRITE_KILL_PRIV,
  FUSE_WRITE_KILL_SUIDGID,
  FUSE_WRITE_LOCKOWNER,
  LK_FLAGS,
  POLL_FLAGS,
  READ_FLAGS,
  SETXATTR_FLAGS,
  WRITE_FLAGS,
} from './flags/io.js'
export {
  FOPEN_CACHE_DIR,
  FOPEN_DIRECT_IO,
  FOPEN_FLAGS,
  FOPEN_KEEP_CACHE,
  FOPEN_NOFLUSH,
  FOPEN_NONSEEKABLE,
  FOPEN_PARALLEL_DIRECT_WRITES,
  FOPEN_PASSTHROUGH,
  FOPEN_STREAM,
  FUSE_OPEN_KILL_SUIDGID,
  FUSE_RELEASE_FLOCK_UNLOCK,
  FUSE_RELEASE_FLUSH,
  OPEN_FLAGS,
  RELEASE_FLAGS,
} from './flags/open.js'
export { FLAG_WISHES, REFUSED_FLAGS } from './init-wishes.js'
export { readIoctlIovecs, writeIoctlIovecs } from './ioctl.js'
export {
  CUSE_INIT_INFO_MAX,
  FUSE_EXT_GROUPS,
  FUSE_IOCTL_MAX_IOV,
  FUSE_MAX_NR_SECCTX,
  FUSE_MIN_READ_BUFFER,
  FUSE_UNIQUE_RESEND,
  INTERRUPT_BIT,
  INVALID_ID,
  IN_HEADER_SIZE,
  MAX_ERRNO,
  NAME_MAX_ONE_PAGE,
  NAME_MAX_PAGES,
  OUT_HEADER_SIZE,
  PAGE_SIZE,
  RECORD_ALIGN,
  alignRecord,
  interruptUnique,
  isResend,
  readBufferSize,
  removeMappingMaxEntries,
  withoutResend,
} from './limits.js'
export { messageBuffer } from './message.js'
export { acceptInit, offerInit } from './negotiate-client.js'
export { MIN_KERNEL_MINOR, answerInit } from './negotiate.js'
export { MAX_PAGES_LIMIT } from './negotiated.js'
export { NOTIFICATIONS, notifyName } from './notify-codes.js'
export { OPCODES, RESERVED_OPCODES, opcodeName } from './opcodes.js'
export {
  fuse_attr,
  fuse_attr_out,
  fuse_entry_out,
  fuse_getattr_in,
  fuse_kstatfs,
  fuse_setattr_in,
  fuse_statfs_out,
} from './structs/attr.js'
export {
  fuse_backing_map,
  fuse_removemapping_in,
  fuse_removemapping_one,
  fuse_setupmapping_in,
  fuse_uring_cmd_req,
  fuse_uring_ent_in_out,
  fuse_uring_req_header,
} from './structs/device.js'
export { fuse_ext_header, fuse_secctx, fuse_secctx_header, fuse_supp_groups } from './structs/extension.js'
export {
  fuse_copy_file_range_in,
  fuse_copy_file_range_out,
  fuse_create_in,
  fuse_fallocate_in,
  fuse_flush_in,
  fuse_fsync_in,
  fuse_lseek_in,
  fuse_lseek_out,
  fuse_open_in,
  fuse_open_out,
  fuse_read_in,
  fuse_release_in,
  fuse_write_in,
  fuse_write_out,
} from './structs/file.js'
export { fuse_in_header, fuse_out_header } from './structs/header.js'
export { cuse_init_in, cuse_init_out, fuse_init_in, fuse_init_out } from './structs/init.js'
export {
  fuse_access_in,
  fuse_bmap_in,
  fuse_bmap_out,
  fuse_file_lock,
  fuse_getxattr_in,
  fuse_getxattr_out,
  fuse_interrupt_in,
  fuse_ioctl_in,
  fuse_ioctl_iovec,
  fuse_ioctl_out,
  fuse_lk_in,
  fuse_lk_out,
  fuse_poll_in,
  fuse_poll_out,
  fuse_setxattr_in,
  fuse_syncfs_in,
} from './structs/misc.js'
export {
  fuse_batch_forget_in,
  fuse_dirent,
  fuse_direntplus,
  fuse_forget_in,
  fuse_forget_one,
  fuse_link_in,
  fuse_mkdir_in,
  fuse_mknod_in,
  fuse_rename2_in,
  fuse_rename_in,
} from './structs/name.js'
export {
  fuse_notify_delete_out,
  fuse_notify_inval_entry_out,
  fuse_notify_inval_inode_out,
  fuse_notify_poll_wakeup_out,
  fuse_notify_prune_out,
  fuse_notify_retrieve_in,
  fuse_notify_retrieve_out,
  fuse_notify_store_out,
} from './structs/notify.js'
export { fuse_statx, fuse_statx_in, fuse_statx_out, fuse_sx_time } from './structs/statx.js'
export { CURRENT_FORMAT, FUSE_KERNEL_MINOR_VERSION, FUSE_KERNEL_VERSION } from './version.js'
export { readXattrNames, writeXattrNames } from './xattr-names.js'
export { Struct } from './struct.js'
export { ROOT_ID } from '../base/ids.js'
export { ProtocolError, UnsupportedError } from '../base/errors.js'

export type { MessageCodecOptions } from './codec.js'
export type { TraceDirection } from './describe.js'
export type { Dirent, DirentPlus, DirentPlusInput } from './dirent.js'
export type { Extension, SecurityContext } from './extensions.js'
export type { FlagFamilyName } from './flags/families.js'
export type { FlagFamily, FlagRow } from './flags/family.js'
export type { InitFlagName, InitFlagRow } from './flags/init-flags.js'
export type { FlagWish, InitWishes, Wish } from './init-wishes.js'
export type { IoctlIovec } from './ioctl.js'
export type {
  ErrorReply,
  InHeader,
  InHeaderInput,
  MessageBuffer,
  Notification,
  NotificationInput,
  NotificationInputOf,
  NotificationOf,
  OutHeader,
  Reply,
  ReplyInput,
  ReplyInputOf,
  ReplyOf,
  Request,
  RequestHeaderInput,
  RequestInput,
  RequestInputOf,
  RequestOf,
  SuccessReplyOf,
} from './message.js'
export type { OfferOptions } from './negotiate-client.js'
export type { InitAnswer } from './negotiate.js'
export type { InitIn, InitOut, Negotiated, RefusedFlag } from './negotiated.js'
export type { NotifyName, NotifyRow } from './notify-codes.js'
export type { ExtensionKind, OpcodeName, OpcodeRow } from './opcodes.js'
export type { WireFormat } from './version.js'
export type { Decoded, Encodable } from './struct.js'
export type { FieldLayout, StructCodec, StructLayout, Variant } from './layout.js'
export type { DecodedParts, EncodableParts, FieldRef, Part } from './parts.js'
export type { FileHandle, Generation, NodeId, Unique } from '../base/ids.js'
