import type { Fd } from '../sys/fd.js'
import { mountDirect } from './direct.js'
import { badOption, MountError } from './errors.js'
import { mountWithHelper } from './fusermount.js'
import { connectionOfDevice, inheritedNumber, takeInherited } from './inherited.js'
import { connectionNumber, readMounts, type MountEntry } from './mountinfo.js'
import { checkMountpoint, resolveMountpoint } from './mountpoint.js'
import { checkOptions, type MountOptions } from './options.js'
import { mayMount } from './privilege.js'
import { unmount, type UnmountOptions } from './unmount.js'

/** Which way a mount was made. */
export type MountWay = 'direct' | 'fusermount3' | 'inherited'

/** {@link MountOptions}, and how to go about it. */
export interface MountFuseOptions extends MountOptions {
  /**
   * `auto` takes mount(2) if this process may call it, else fusermount3. A mount point `/dev/fd/N` always means the
   * descriptor N that a parent has mounted. @default 'auto'
   */
  readonly via?: 'auto' | 'direct' | 'fusermount3'
  /** Whether another FUSE mount that is there already may be covered. @default false */
  readonly overmount?: boolean
}

/** A FUSE mount that has nobody to answer it yet. */
export interface FuseMount {
  /** The device: non-blocking, close-on-exec, the caller's to close. Closing the last one ends the connection. */
  readonly fd: Fd
  readonly how: MountWay
  /** Why it was made that way, in a few words. */
  readonly reason: string
  /** The absolute path; `/dev/fd/N` for an inherited one, whose place nobody has told us. */
  readonly mountpoint: string
  /** The number under which fusectl knows it, or undefined for an inherited one on a kernel that does not tell. */
  readonly connection: number | undefined
  /**
   * Unmounts it and waits until it is gone; see {@link unmount}. Leaves `fd` open. An inherited one is the parent's to
   * unmount: this rejects with ERR_NOT_MOUNTED.
   */
  unmount(this: void, options?: UnmountOptions): Promise<void>
}

/**
 * Mounts a FUSE filesystem and gives out the device. Do not touch the mount point from this thread before the device is
 * read and INIT answered from elsewhere: it would wait for ever.
 *
 * @throws MountError, see {@link MountErrorCode}; UnsupportedError where there are no system calls
 */
export async function mountFuse(mountpoint: string, options: MountFuseOptions = {}): Promise<FuseMount> {
  const inherited = inheritedNumber(mountpoint)
  if (inherited !== undefined) return adopt(inherited, mountpoint)
  const checked = checkOptions(options)
  const path = resolveMountpoint(mountpoint)
  const mode = await checkMountpoint(path, options.overmount ?? false)
  const { via = 'auto' } = options
  const isRoot = mayMount()
  const direct = via === 'direct' || (via === 'auto' && isRoot)
  // The helper would leave these out with a warning that nobody sees.
  if (!isRoot && !(checked.nosuid && checked.nodev)) {
    throw badOption(`${checked.nosuid ? 'nodev' : 'nosuid'}: false is for root only`)
  }
  // Of this place alone: a number that another mount had a moment ago may be that of the new one.
  const there = () => readMounts().filter((entry) => entry.mountpoint === path)
  const before = new Set(there().map((entry) => entry.id))
  const fd = direct ? mountDirect(path, mode, checked) : await mountWithHelper(path, checked)
  const entry = there().findLast((entry) => !before.has(entry.id))
  if (entry === undefined) {
    fd.close()
    throw new MountError('ERR_MOUNT_FAILED', `${path}: the mount has gone at once; who unmounts there?`, path)
  }
  return {
    fd,
    how: direct ? 'direct' : 'fusermount3',
    reason: reasonFor(via, direct),
    mountpoint: path,
    connection: connectionNumber(entry),
    unmount: (options) => unmountEntry(entry, options),
  }
}

function adopt(number: number, mountpoint: string): FuseMount {
  const fd = takeInherited(number)
  return {
    fd,
    how: 'inherited',
    reason: `the mount point is ${mountpoint}`,
    mountpoint,
    connection: connectionOfDevice(fd.number),
    unmount: () =>
      Promise.reject(
        new MountError('ERR_NOT_MOUNTED', `${mountpoint}: the mount is to be unmounted by who made it`, mountpoint),
      ),
  }
}

/** By its id, so that another mount at the same place is left alone. */
function unmountEntry(entry: MountEntry, options?: UnmountOptions): Promise<void> {
  return unmount(entry.mountpoint, options, entry.id)
}

function reasonFor(via: MountFuseOptions['via'], direct: boolean): string {
  if (via !== 'auto') return 'as asked for'
  return direct ? 'this process has CAP_SYS_ADMIN' : 'this process has no CAP_SYS_ADMIN'
}
