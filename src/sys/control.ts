import { check, retry } from './check.js'
import { EFD, FUSE_DEV_IOC } from './constants.js'
import { libc, SCRATCH } from './libc.js'

/**
 * ioctl(2) whose argument is a number or the address of a buffer (`Memory`), sizes and layout as `request` says.
 *
 * @returns what the driver returns, 0 or more
 * @throws SystemError
 */
export function ioctl(fd: number, request: number, argument = 0): number {
  return check(libc().ioctl(fd, request, argument), 'ioctl')
}

/** ioctl(2) with a small buffer, up to 64 KiB: given to the kernel, and filled again with what it left there. */
export function ioctlBuffer(fd: number, request: number, buffer: Uint8Array): number {
  const { scratch } = libc()
  if (buffer.length > SCRATCH.DATA_LENGTH / 2) throw new RangeError(`${buffer.length} bytes are too many for an ioctl`)
  scratch.bytes.set(buffer, SCRATCH.DATA)
  const result = ioctl(fd, request, scratch.address + SCRATCH.DATA)
  buffer.set(scratch.bytes.subarray(SCRATCH.DATA, SCRATCH.DATA + buffer.length))
  return result
}

/**
 * Ties `fd`, a freshly opened /dev/fuse, to the connection of `connected`, with a queue of requests in flight of its
 * own: a reply must be written to the descriptor that the request was read from. Since Linux 4.2.
 */
export function cloneFuseDevice(fd: number, connected: number): void {
  const { scratch } = libc()
  scratch.view.setUint32(SCRATCH.DATA, connected, true)
  ioctl(fd, FUSE_DEV_IOC.CLONE, scratch.address + SCRATCH.DATA)
}

/**
 * Registers the open file `backing` for reads and writes that bypass the server (FUSE_PASSTHROUGH), and returns the
 * backing id for the reply to OPEN. Since Linux 6.9; needs CAP_SYS_ADMIN.
 */
export function openBacking(device: number, backing: number): number {
  const { scratch } = libc()
  scratch.view.setInt32(SCRATCH.DATA, backing, true)
  scratch.view.setUint32(SCRATCH.DATA + 4, 0, true)
  scratch.view.setBigUint64(SCRATCH.DATA + 8, 0n, true)
  return ioctl(device, FUSE_DEV_IOC.BACKING_OPEN, scratch.address + SCRATCH.DATA)
}

/** Ends the registration `backingId`; files that were opened with it go on using it. Since Linux 6.9. */
export function closeBacking(device: number, backingId: number): void {
  const { scratch } = libc()
  scratch.view.setUint32(SCRATCH.DATA, backingId, true)
  ioctl(device, FUSE_DEV_IOC.BACKING_CLOSE, scratch.address + SCRATCH.DATA)
}

/** Lets mount(2) wait for the reply to INIT, and `device` be read before the mount. Since Linux 6.18, else ENOTTY. */
export function enableSyncInit(device: number): void {
  ioctl(device, FUSE_DEV_IOC.SYNC_INIT)
}

/** A counter to wake a `PollSet` with, from any thread: write 8 bytes (a u64) to add, read 8 to take. */
export function eventfd(initial = 0, flags: number = EFD.CLOEXEC | EFD.NONBLOCK): number {
  return retry(() => libc().eventfd(initial, flags), 'eventfd')
}
