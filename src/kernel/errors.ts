import { FuseWireError } from '../base/errors.js'

/** What can go wrong with a mount; stable. Each message says in one line what is wrong and what to do about it. */
export type MountErrorCode =
  | 'ERR_MOUNT_OPTION'
  | 'ERR_FUSE_DEVICE_MISSING'
  | 'ERR_FUSE_DEVICE_ACCESS'
  | 'ERR_MOUNT_PERMISSION'
  | 'ERR_MOUNT_HELPER_MISSING'
  | 'ERR_MOUNT_HELPER'
  | 'ERR_MOUNT_ALLOW_OTHER'
  | 'ERR_MOUNTPOINT_MISSING'
  | 'ERR_MOUNTPOINT_NOT_DIRECTORY'
  | 'ERR_MOUNTPOINT_ACCESS'
  | 'ERR_MOUNTPOINT_IN_USE'
  | 'ERR_MOUNT_STALE'
  | 'ERR_MOUNT_FAILED'
  | 'ERR_NOT_MOUNTED'
  | 'ERR_UNMOUNT_BUSY'
  | 'ERR_UNMOUNT_PERMISSION'
  | 'ERR_UNMOUNT_TIMEOUT'
  | 'ERR_INHERITED_FD'

/** A mount or unmount that did not succeed. Nothing is left behind: what was opened is closed, what was mounted is not. */
export class MountError extends FuseWireError {
  static {
    this.prototype.name = 'MountError'
  }

  declare readonly code: MountErrorCode
  /** The directory it was about, if any. */
  readonly mountpoint: string | undefined

  constructor(code: MountErrorCode, message: string, mountpoint?: string, options?: ErrorOptions) {
    super(code, message, options)
    this.mountpoint = mountpoint
  }
}

/** An option, or a combination of options, that cannot be honoured. */
export function badOption(message: string): MountError {
  return new MountError('ERR_MOUNT_OPTION', message)
}

/** How to get rid of whatever is mounted at `mountpoint`, for the end of a message. */
export function howToClear(mountpoint: string): string {
  return `'fusermount3 -u -z ${mountpoint}' (or 'umount -l ${mountpoint}' as root) clears it`
}

/** The mount at `mountpoint` has lost its server: everything there fails with ENOTCONN. */
export function staleMount(mountpoint: string, cause?: unknown): MountError {
  return new MountError(
    'ERR_MOUNT_STALE',
    `${mountpoint}: a dead FUSE mount is in the way (Transport endpoint is not connected); ${howToClear(mountpoint)}`,
    mountpoint,
    { cause },
  )
}

/** The error for what `fusermount3` wrote before it failed. */
export function helperError(stderr: string, mountpoint: string): MountError {
  const text = stderr
    .trim()
    .split('\n')
    .map((line) => line.replace(/^fusermount3?: /, ''))
    .join('; ')
  const error = (code: MountErrorCode, message: string) => new MountError(code, message, mountpoint)
  if (text.includes('user_allow_other')) {
    return error(
      'ERR_MOUNT_ALLOW_OTHER',
      "allowOther needs a line 'user_allow_other' in /etc/fuse.conf, which only root can add; or leave the option out",
    )
  }
  if (text.includes('Transport endpoint is not connected')) return staleMount(mountpoint)
  if (/fuse device not found|failed to open \/dev\/fuse: No such/.test(text)) return deviceMissing(mountpoint)
  if (text.includes('failed to open /dev/fuse')) return deviceAccess(mountpoint)
  if (/user has no write access to mountpoint|mountpoint .* not owned by user|bad mount point .*denied/i.test(text)) {
    return error(
      'ERR_MOUNTPOINT_ACCESS',
      `${mountpoint}: the mount point must belong to the user who mounts, and be writable for him (${text})`,
    )
  }
  if (text.includes('Operation not permitted')) {
    return error(
      'ERR_MOUNT_PERMISSION',
      `fusermount3 may not mount: it must be set-user-ID root, and the container must allow mounts (${text})`,
    )
  }
  return error('ERR_MOUNT_HELPER', `fusermount3 failed: ${text === '' ? 'it gave no reason' : text}`)
}

/** /dev/fuse is not there. */
export function deviceMissing(mountpoint: string, cause?: unknown): MountError {
  return new MountError(
    'ERR_FUSE_DEVICE_MISSING',
    "there is no /dev/fuse: load the module ('modprobe fuse'), or give the container the device ('--device /dev/fuse')",
    mountpoint,
    { cause },
  )
}

/** /dev/fuse is there, but not for us. */
export function deviceAccess(mountpoint: string, cause?: unknown): MountError {
  return new MountError(
    'ERR_FUSE_DEVICE_ACCESS',
    "/dev/fuse cannot be opened: its mode should be 0666 ('chmod 666 /dev/fuse'), and the container must allow the device",
    mountpoint,
    { cause },
  )
}
