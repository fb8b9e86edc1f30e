/*
 * The public surface of the package, name by name, sorted. A test compares it with what the entries export: when that
 * fails, decide whether the change is meant, and then change this list, the changelog and the documentation together.
 */

export interface Pin {
  /** What is there at run time. */
  readonly values: readonly string[]
  /** What is there for the compiler alone. */
  readonly types: readonly string[]
}

function words(text: string): readonly string[] {
  return text.trim().split(/\s+/)
}

export const PINS: Readonly<Record<string, Pin>> = {
  fusewire: {
    values: words(`
      FuseError FuseWireError
    `),
    types: [],
  },
  'fusewire/protocol': {
    values: words(`
      ATTR_FLAGS CURRENT_FORMAT CUSE_FLAGS CUSE_INIT_INFO_MAX CUSE_UNRESTRICTED_IOCTL DT Describer
      DirentPlusWriter DirentWriter FATTR_ATIME FATTR_ATIME_NOW FATTR_CTIME FATTR_FH FATTR_FLAGS FATTR_GID
      FATTR_KILL_SUIDGID FATTR_LOCKOWNER FATTR_MODE FATTR_MTIME FATTR_MTIME_NOW FATTR_SIZE FATTR_UID FLAG_FAMILIES
      FLAG_WISHES FOPEN_CACHE_DIR FOPEN_DIRECT_IO FOPEN_FLAGS FOPEN_KEEP_CACHE FOPEN_NOFLUSH FOPEN_NONSEEKABLE
      FOPEN_PARALLEL_DIRECT_WRITES FOPEN_PASSTHROUGH FOPEN_STREAM FSYNC_FLAGS FUSE_ATTR_DAX FUSE_ATTR_SUBMOUNT
      FUSE_DEV_IOC_BACKING_CLOSE FUSE_DEV_IOC_BACKING_OPEN FUSE_DEV_IOC_CLONE FUSE_DEV_IOC_MAGIC
      FUSE_DEV_IOC_SYNC_INIT FUSE_EXPIRE_ONLY FUSE_EXT_GROUPS FUSE_FSYNC_FDATASYNC FUSE_GETATTR_FH
      FUSE_IOCTL_32BIT FUSE_IOCTL_COMPAT FUSE_IOCTL_COMPAT_X32 FUSE_IOCTL_DIR FUSE_IOCTL_MAX_IOV FUSE_IOCTL_RETRY
      FUSE_IOCTL_UNRESTRICTED FUSE_IO_URING_CMD_COMMIT_AND_FETCH FUSE_IO_URING_CMD_INVALID
      FUSE_IO_URING_CMD_REGISTER FUSE_KERNEL_MINOR_VERSION FUSE_KERNEL_VERSION FUSE_LK_FLOCK FUSE_MAX_NR_SECCTX
      FUSE_MIN_READ_BUFFER FUSE_OPEN_KILL_SUIDGID FUSE_POLL_SCHEDULE_NOTIFY FUSE_READ_LOCKOWNER
      FUSE_RELEASE_FLOCK_UNLOCK FUSE_RELEASE_FLUSH FUSE_SETUPMAPPING_FLAG_READ FUSE_SETUPMAPPING_FLAG_WRITE
      FUSE_SETXATTR_ACL_KILL_SGID FUSE_UNIQUE_RESEND FUSE_URING_IN_OUT_HEADER_SZ FUSE_URING_OP_IN_OUT_SZ
      FUSE_WRITE_CACHE FUSE_WRITE_KILL_PRIV FUSE_WRITE_KILL_SUIDGID FUSE_WRITE_LOCKOWNER GETATTR_FLAGS INIT_FLAGS
      INIT_FLAG_ALIASES INIT_FLAG_NAMES INTERRUPT_BIT INVALID_ID IN_HEADER_SIZE IOCTL_FLAGS LK_FLAGS MAX_ERRNO
      MAX_PAGES_LIMIT MIN_KERNEL_MINOR MessageCodec NAME_MAX_ONE_PAGE NAME_MAX_PAGES NOTIFICATIONS
      NOTIFY_INVAL_ENTRY_FLAGS OPCODES OPEN_FLAGS OUT_HEADER_SIZE PAGE_SIZE POLL_FLAGS ProtocolError READ_FLAGS
      RECORD_ALIGN REFUSED_FLAGS RELEASE_FLAGS RESERVED_OPCODES ROOT_ID SETUPMAPPING_FLAGS SETXATTR_FLAGS Struct
      UnsupportedError WRITE_FLAGS acceptInit alignRecord answerInit cuse_init_in cuse_init_out direntPlusSize
      direntSize flagNames fuse_access_in fuse_attr fuse_attr_out fuse_backing_map fuse_batch_forget_in
      fuse_bmap_in fuse_bmap_out fuse_copy_file_range_in fuse_copy_file_range_out fuse_create_in fuse_dirent
      fuse_direntplus fuse_entry_out fuse_ext_header fuse_fallocate_in fuse_file_lock fuse_flush_in fuse_forget_in
      fuse_forget_one fuse_fsync_in fuse_getattr_in fuse_getxattr_in fuse_getxattr_out fuse_in_header fuse_init_in
      fuse_init_out fuse_interrupt_in fuse_ioctl_in fuse_ioctl_iovec fuse_ioctl_out fuse_kstatfs fuse_link_in
      fuse_lk_in fuse_lk_out fuse_lseek_in fuse_lseek_out fuse_mkdir_in fuse_mknod_in fuse_notify_delete_out
      fuse_notify_inval_entry_out fuse_notify_inval_inode_out fuse_notify_poll_wakeup_out fuse_notify_prune_out
      fuse_notify_retrieve_in fuse_notify_retrieve_out fuse_notify_store_out fuse_open_in fuse_open_out
      fuse_out_header fuse_poll_in fuse_poll_out fuse_read_in fuse_release_in fuse_removemapping_in
      fuse_removemapping_one fuse_rename2_in fuse_rename_in fuse_secctx fuse_secctx_header fuse_setattr_in
      fuse_setupmapping_in fuse_setxattr_in fuse_statfs_out fuse_statx fuse_statx_in fuse_statx_out
      fuse_supp_groups fuse_sx_time fuse_syncfs_in fuse_uring_cmd_req fuse_uring_ent_in_out fuse_uring_req_header
      fuse_write_in fuse_write_out initFlagBit initFlagBits initFlagNames interruptUnique isResend joinInitFlags
      messageBuffer notifyName offerInit opcodeName readBufferSize readDirents readDirentsPlus readExtensions
      readIoctlIovecs readXattrNames removeMappingMaxEntries splitInitFlags withoutResend writeExtensions
      writeIoctlIovecs writeXattrNames
    `),
    types: words(`
      Decoded DecodedParts Dirent DirentPlus DirentPlusInput Encodable EncodableParts ErrorReply Extension
      ExtensionKind FieldLayout FieldRef FileHandle FlagFamily FlagFamilyName FlagRow FlagWish Generation InHeader
      InHeaderInput InitAnswer InitFlagName InitFlagRow InitIn InitOut InitWishes IoctlIovec MessageBuffer
      MessageCodecOptions Negotiated NodeId Notification NotificationInput NotificationInputOf NotificationOf
      NotifyName NotifyRow OfferOptions OpcodeName OpcodeRow OutHeader Part RefusedFlag Reply ReplyInput
      ReplyInputOf ReplyOf Request RequestHeaderInput RequestInput RequestInputOf RequestOf SecurityContext
      StructCodec StructLayout SuccessReplyOf TraceDirection Unique Variant WireFormat Wish
    `),
  },
}
