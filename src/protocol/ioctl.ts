import { ProtocolError } from '../base/errors.js'
import { FUSE_IOCTL_MAX_IOV } from './limits.js'
import { messageBuffer } from './message.js'
import { fuse_ioctl_iovec } from './structs/misc.js'

/** A range of the caller's memory, as an ioctl reply with RETRY names it. */
export type IoctlIovec = ReturnType<typeof fuse_ioctl_iovec.decode>

/** The iovecs in `outData` of a reply with RETRY. @throws ProtocolError if it holds no whole number of them, or above 256 */
export function readIoctlIovecs(outData: Uint8Array): IoctlIovec[] {
  const count = outData.length / fuse_ioctl_iovec.size
  if (!Number.isInteger(count)) {
    throw new ProtocolError('fuse_ioctl_iovec', 'size', 0, `${outData.length} bytes are no multiple of 16`)
  }
  checkCount(count)
  const { view } = messageBuffer(outData)
  return Array.from({ length: count }, (_, i) => fuse_ioctl_iovec.decode(view, 16 * i, outData.length))
}

/** `outData` for a reply with RETRY: first the ranges to read, then those to write. @throws ProtocolError above 256 */
export function writeIoctlIovecs(iovecs: readonly IoctlIovec[]): Uint8Array {
  checkCount(iovecs.length)
  const { view, bytes } = messageBuffer(iovecs.length * fuse_ioctl_iovec.size)
  iovecs.forEach((iovec, i) => fuse_ioctl_iovec.encode(view, i * fuse_ioctl_iovec.size, iovec))
  return bytes
}

function checkCount(count: number): void {
  if (count <= FUSE_IOCTL_MAX_IOV) return
  throw new ProtocolError('fuse_ioctl_out', 'in_iovs', 0, `${count} iovecs; at most ${FUSE_IOCTL_MAX_IOV} may be given`)
}
