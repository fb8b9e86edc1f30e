import { fstatSync, readFileSync } from 'node:fs'
import { O } from '../sys/constants.js'
import { Fd } from '../sys/fd.js'
import { setCloseOnExec, setStatusFlags, statusFlags } from '../sys/open.js'
import { deviceNumber } from '../sys/stat.js'
import { MountError } from './errors.js'

/** The device number of /dev/fuse: character device 10, 229 (Documentation/admin-guide/devices.txt). */
export const FUSE_DEVICE = deviceNumber(10, 229)

/** The descriptor that a mount point of the form `/dev/fd/N` names, or undefined. */
export function inheritedNumber(mountpoint: string): number | undefined {
  const match = /^\/dev\/fd\/(\d{1,9})$/.exec(mountpoint)
  return match === null ? undefined : Number(match[1])
}

/**
 * Takes over descriptor `number`, which a privileged parent has opened, mounted and left to us: it becomes non-blocking
 * and close-on-exec, and is closed with the `Fd`.
 *
 * @throws MountError ERR_INHERITED_FD if it is not open, or not /dev/fuse
 */
export function takeInherited(number: number): Fd {
  const path = `/dev/fd/${number}`
  try {
    if (fstatSync(number).rdev !== FUSE_DEVICE) {
      throw new MountError('ERR_INHERITED_FD', `descriptor ${number} is not the FUSE device`, path)
    }
  } catch (cause) {
    if (cause instanceof MountError) throw cause
    throw new MountError('ERR_INHERITED_FD', `descriptor ${number} was not inherited: it is not open`, path, { cause })
  }
  setStatusFlags(number, statusFlags(number) | O.NONBLOCK)
  setCloseOnExec(number, true)
  return new Fd(number, 'the FUSE device')
}

/** The connection that an open device belongs to, or undefined where the kernel does not tell (before Linux 6.16). */
export function connectionOfDevice(number: number): number | undefined {
  const match = /^fuse_connection:\t(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${number}`, 'latin1'))
  return match === null ? undefined : Number(match[1])
}
