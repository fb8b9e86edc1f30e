import { FATTR_FLAGS, ATTR_FLAGS, GETATTR_FLAGS } from './attr.js'
import { IOCTL_FLAGS, CUSE_FLAGS, NOTIFY_INVAL_ENTRY_FLAGS, SETUPMAPPING_FLAGS } from './device.js'
import { READ_FLAGS, WRITE_FLAGS, FSYNC_FLAGS, LK_FLAGS, POLL_FLAGS, SETXATTR_FLAGS } from './io.js'
import { FOPEN_FLAGS, OPEN_FLAGS, RELEASE_FLAGS } from './open.js'
import type { FlagFamily } from './family.js'

/** Every family of flags but those of INIT, by the name that the fact sheet of the protocol gives it. */
export const FLAG_FAMILIES = {
  FATTR: FATTR_FLAGS,
  FOPEN: FOPEN_FLAGS,
  CUSE: CUSE_FLAGS,
  RELEASE: RELEASE_FLAGS,
  GETATTR: GETATTR_FLAGS,
  LK: LK_FLAGS,
  WRITE: WRITE_FLAGS,
  READ: READ_FLAGS,
  IOCTL: IOCTL_FLAGS,
  POLL: POLL_FLAGS,
  FSYNC: FSYNC_FLAGS,
  ATTR: ATTR_FLAGS,
  OPEN: OPEN_FLAGS,
  SETXATTR: SETXATTR_FLAGS,
  NOTIFY_INVAL_ENTRY: NOTIFY_INVAL_ENTRY_FLAGS,
  SETUPMAPPING: SETUPMAPPING_FLAGS,
} as const satisfies Record<string, FlagFamily>

/** The name of a family of flags, such as `'FOPEN'`. */
export type FlagFamilyName = keyof typeof FLAG_FAMILIES
