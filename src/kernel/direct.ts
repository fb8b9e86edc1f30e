import { SystemError } from '../base/errors.js'
import { O } from '../sys/constants.js'
import { Fd } from '../sys/fd.js'
import { mountSync } from '../sys/mount.js'
import { open } from '../sys/open.js'
import { deviceAccess, deviceMissing, MountError, staleMount } from './errors.js'
import { directArguments, type CheckedOptions } from './options.js'

/**
 * Opens /dev/fuse: O_RDWR, non-blocking, close-on-exec.
 *
 * @throws MountError ERR_FUSE_DEVICE_MISSING or ERR_FUSE_DEVICE_ACCESS
 */
export function openFuseDevice(mountpoint = ''): Fd {
  try {
    return new Fd(open('/dev/fuse', O.RDWR | O.NONBLOCK), 'the FUSE device')
  } catch (error) {
    const code = error instanceof SystemError ? error.code : undefined
    if (code === 'ENOENT' || code === 'ENODEV' || code === 'ENXIO') throw deviceMissing(mountpoint, error)
    if (code === 'EACCES' || code === 'EPERM') throw deviceAccess(mountpoint, error)
    throw error
  }
}

/**
 * Mounts with mount(2), and returns the device. The mount answers nothing before somebody reads the device and replies
 * to INIT.
 *
 * @param mode the mode of the directory `mountpoint`
 * @throws MountError
 */
export function mountDirect(mountpoint: string, mode: number, options: CheckedOptions): Fd {
  const { type, source, flags, data } = directArguments(options)
  const device = openFuseDevice(mountpoint)
  const own = [
    `fd=${device.number}`,
    `rootmode=${(mode & 0o170000).toString(8)}`,
    `user_id=${process.geteuid?.() ?? 0}`,
    `group_id=${process.getegid?.() ?? 0}`,
  ]
  try {
    mountSync({ source, target: mountpoint, type, flags, data: [...own, ...data].join(',') })
    return device
  } catch (error) {
    device.close()
    throw explain(error, mountpoint, type)
  }
}

function explain(error: unknown, mountpoint: string, type: string): unknown {
  if (!(error instanceof SystemError)) return error
  const failed = (code: 'ERR_MOUNT_PERMISSION' | 'ERR_MOUNT_FAILED' | 'ERR_MOUNTPOINT_MISSING', problem: string) =>
    new MountError(code, `${mountpoint}: ${problem}`, mountpoint, { cause: error })
  switch (error.code) {
    case 'EPERM':
    case 'EACCES':
      return failed('ERR_MOUNT_PERMISSION', 'mount(2) is not allowed here; run as root, or install fusermount3 (fuse3)')
    case 'ENODEV':
      return failed('ERR_MOUNT_FAILED', `the kernel has no filesystem '${type}': load the module ('modprobe fuse')`)
    case 'ENOENT':
      return failed('ERR_MOUNTPOINT_MISSING', 'there is no such directory')
    case 'ENOTCONN':
      return staleMount(mountpoint, error)
    default:
      return failed('ERR_MOUNT_FAILED', `mount(2) failed: ${error.message}`)
  }
}
