import { chmodSync } from 'node:fs'
import { ERRNO } from '../base/errno.js'
import { SystemError } from '../base/errors.js'
import { check, retry } from './check.js'
import { Fd } from './fd.js'
import { libc, SCRATCH } from './libc.js'

/*
 * Unix sockets of the kind SOCK_SEQPACKET, which Node does not have: connections that keep messages apart. None of them ever
 * blocks, and all are close-on-exec.
 */

const AF_UNIX = 1
const SOCK_SEQPACKET = 5
const SOCK_NONBLOCK = 0o4000
const SOCK_CLOEXEC = 0o2000000
const SOL_SOCKET = 1
const SO_SNDBUF = 7
const SO_SNDBUFFORCE = 32
const MSG_TRUNC = 0x20
/** Room for `sun_path`, which ends with a NUL here. */
const SUN_PATH = 108
/** What the kernel keeps of a send buffer for itself: a message may have SO_SNDBUF less this. */
const SEND_OVERHEAD = 32

/** A new socket that is not connected. */
export function seqpacketSocket(): Fd {
  const number = check(libc().socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), 'socket')
  return new Fd(number, 'the socket')
}

/**
 * Binds to `path`, which must not exist, with `mode` as permissions, and listens.
 *
 * @throws SystemError EADDRINUSE; ENAMETOOLONG for more than 107 bytes
 */
export function listenAt(socket: Fd, path: string, mode: number, backlog: number): void {
  const { number } = socket
  const native = libc()
  // Before it has a name: the file is made with the permissions of the socket, and is never there with others.
  check(native.fchmod(number, mode), 'fchmod', path)
  const length = putAddress(path, 'bind')
  check(native.bindSocket(number, native.scratch.address + SCRATCH.DATA, length), 'bind', path)
  check(native.listen(number, backlog), 'listen', path)
  // What the umask took away.
  chmodSync(path, mode)
}

/** @throws SystemError ENOENT, ECONNREFUSED; EAGAIN while too many wait to be accepted; EPROTOTYPE for another kind */
export function connectTo(socket: Fd, path: string): void {
  const length = putAddress(path, 'connect')
  retry(() => libc().connect(socket.number, libc().scratch.address + SCRATCH.DATA, length), 'connect', path)
}

/** The next connection, or `-errno`: -EAGAIN if there is none. */
export function acceptRaw(fd: number): number {
  const native = libc()
  const result = native.accept4(fd, 0, 0, SOCK_NONBLOCK | SOCK_CLOEXEC)
  return result < 0 ? -native.errno() : result
}

/**
 * recv(2) of one message: how many bytes it has (more than `length`: those beyond are lost), 0 at the end, or `-errno`.
 */
export function receiveRaw(fd: number, address: number, length: number): number {
  const native = libc()
  const result = native.recv(fd, address, length, MSG_TRUNC)
  return result < 0 ? -native.errno() : result
}

/** Makes room for messages of `bytes` to be sent, as far as the system allows. @returns how long a message may be now */
export function makeSendRoom(socket: Fd, bytes: number): number {
  const { number } = socket
  const { scratch } = libc()
  const address = scratch.address + SCRATCH.DATA
  // The kernel takes it twice, for what it needs itself; a few messages of this size should have room.
  scratch.view.setInt32(SCRATCH.DATA, bytes + SEND_OVERHEAD, true)
  if (libc().setsockopt(number, SOL_SOCKET, SO_SNDBUFFORCE, address, 4) < 0) {
    check(libc().setsockopt(number, SOL_SOCKET, SO_SNDBUF, address, 4), 'setsockopt')
  }
  scratch.view.setInt32(SCRATCH.DATA + 4, 4, true)
  check(libc().getsockopt(number, SOL_SOCKET, SO_SNDBUF, address, address + 4), 'getsockopt')
  return scratch.view.getInt32(SCRATCH.DATA, true) - SEND_OVERHEAD
}

/** Puts a `struct sockaddr_un` into the scratch memory; returns its length. */
function putAddress(path: string, syscall: string): number {
  const { bytes, view } = libc().scratch
  const name = new TextEncoder().encode(path)
  if (name.length >= SUN_PATH) throw new SystemError(ERRNO.ENAMETOOLONG, syscall, path)
  view.setUint16(SCRATCH.DATA, AF_UNIX, true)
  bytes.set(name, SCRATCH.DATA + 2)
  bytes[SCRATCH.DATA + 2 + name.length] = 0
  return 2 + name.length + 1
}
