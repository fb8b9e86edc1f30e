import { ERRNO } from '../base/errno.js'
import { SystemError } from '../base/errors.js'
import { check, retry } from './check.js'
import { Fd } from './fd.js'
import { libc, SCRATCH } from './libc.js'

const AF_UNIX = 1
const SOCK_STREAM = 1
const SOCK_CLOEXEC = 0o2000000
const SOL_SOCKET = 1
const SCM_RIGHTS = 1
const MSG_CMSG_CLOEXEC = 0x4000_0000
const MSG_CTRUNC = 8

/** Where the parts of one message lie in the scratch memory: struct msghdr, struct iovec, the byte, the control data. */
const MESSAGE = SCRATCH.DATA
const IOVEC = MESSAGE + 56
const BYTE = IOVEC + 16
const CONTROL = BYTE + 8
/** A struct cmsghdr (16 bytes) with one descriptor, padded. */
const CONTROL_LENGTH = 24

/** Two connected Unix stream sockets, close-on-exec. */
export function socketPair(): [Fd, Fd] {
  const { address, view } = libc().scratch
  check(libc().socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, address + SCRATCH.DATA), 'socketpair')
  const [a, b] = [view.getInt32(SCRATCH.DATA, true), view.getInt32(SCRATCH.DATA + 4, true)]
  return [new Fd(a, 'socket'), new Fd(b, 'socket')]
}

/**
 * Receives one descriptor (close-on-exec) with the byte that carries it, or undefined if the other side has closed.
 * Blocks until either, unless the socket is non-blocking.
 *
 * @throws SystemError also EBADMSG for a message without a descriptor
 */
export function receiveFd(socket: number, what?: string): Fd | undefined {
  const address = prepare()
  const received = retry(() => libc().recvmsg(socket, address, MSG_CMSG_CLOEXEC), 'recvmsg')
  if (received === 0) return undefined
  const { view } = libc().scratch
  const controlLength = view.getUint32(MESSAGE + 40, true)
  const flags = view.getUint32(MESSAGE + 48, true)
  const level = view.getInt32(CONTROL + 8, true)
  const type = view.getInt32(CONTROL + 12, true)
  if (controlLength < 20 || flags & MSG_CTRUNC || level !== SOL_SOCKET || type !== SCM_RIGHTS) {
    throw new SystemError(ERRNO.EBADMSG, 'recvmsg')
  }
  return new Fd(view.getInt32(CONTROL + 16, true), what)
}

/** Sends a duplicate of `fd`, with one byte to carry it. */
export function sendFd(socket: number, fd: number): void {
  const address = prepare()
  const { view } = libc().scratch
  view.setUint32(CONTROL, 20, true)
  view.setUint32(CONTROL + 8, SOL_SOCKET, true)
  view.setUint32(CONTROL + 12, SCM_RIGHTS, true)
  view.setInt32(CONTROL + 16, fd, true)
  retry(() => libc().sendmsg(socket, address, 0), 'sendmsg')
}

/** An empty message with room for one byte and one descriptor; returns its address. */
function prepare(): number {
  const { address, bytes, view } = libc().scratch
  bytes.fill(0, MESSAGE, CONTROL + CONTROL_LENGTH)
  const pointer = (at: number, target: number) => view.setBigUint64(at, BigInt(address + target), true)
  pointer(IOVEC, BYTE)
  view.setUint32(IOVEC + 8, 1, true)
  pointer(MESSAGE + 16, IOVEC)
  view.setUint32(MESSAGE + 24, 1, true)
  pointer(MESSAGE + 32, CONTROL)
  view.setUint32(MESSAGE + 40, CONTROL_LENGTH, true)
  return address + MESSAGE
}
