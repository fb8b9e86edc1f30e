/*
 * Reading and writing. The `...Raw` functions are for hot paths: they take addresses, never throw, never allocate, never
 * retry, and return the count or `-errno`. The others take a Uint8Array, begin again when a signal interrupts them, and
 * throw a SystemError. Lengths and positions are in bytes.
 */
import { ERRNO } from '../base/errno.js'
import { addressOf } from './address.js'
import { checkRaw, retry } from './check.js'
import { libc, SCRATCH } from './libc.js'
import { SYS, syscallRaw } from './syscalls.js'

/** read(2): how many bytes came (0 at the end), or `-errno`. */
export function readRaw(fd: number, address: number, length: number): number {
  const native = libc()
  const result = native.read(fd, address, length)
  return result < 0 ? -native.errno() : result
}

/** write(2): how many bytes went, or `-errno`. */
export function writeRaw(fd: number, address: number, length: number): number {
  const native = libc()
  const result = native.write(fd, address, length)
  return result < 0 ? -native.errno() : result
}

/** As {@link writeRaw}, of bytes on the heap. */
export function writeBytesRaw(fd: number, bytes: Uint8Array): number {
  const native = libc()
  const result = native.writeBytes(fd, bytes, bytes.length)
  return result < 0 ? -native.errno() : result
}

/** pread(2): how many bytes came (0 at the end), or `-errno`. */
export function preadRaw(fd: number, address: number, length: number, position: number): number {
  const native = libc()
  const result = native.pread(fd, address, length, position)
  return result < 0 ? -native.errno() : result
}

/** pwrite(2): how many bytes went, or `-errno`. */
export function pwriteRaw(fd: number, address: number, length: number, position: number): number {
  const native = libc()
  const result = native.pwrite(fd, address, length, position)
  return result < 0 ? -native.errno() : result
}

/** readv(2) with `count` entries of {@link setIovec} at address `iov`: how many bytes came, or `-errno`. */
export function readvRaw(fd: number, iov: number, count: number): number {
  const native = libc()
  const result = native.readv(fd, iov, count)
  return result < 0 ? -native.errno() : result
}

/** writev(2) with `count` entries of {@link setIovec} at address `iov`: how many bytes went, or `-errno`. */
export function writevRaw(fd: number, iov: number, count: number): number {
  const native = libc()
  const result = native.writev(fd, iov, count)
  return result < 0 ? -native.errno() : result
}

/** The size of a `struct iovec`, in bytes. */
export const IOVEC_SIZE = 16

/** Writes one `struct iovec`: `length` bytes at `address`. */
export function setIovec(view: DataView, offset: number, address: number, length: number): void {
  // Two halves each: a BigInt would be an allocation for every reply.
  view.setUint32(offset, address >>> 0, true)
  view.setUint32(offset + 4, Math.floor(address / 0x1_0000_0000), true)
  view.setUint32(offset + 8, length >>> 0, true)
  view.setUint32(offset + 12, Math.floor(length / 0x1_0000_0000), true)
}

/** Reads into `bytes` from where the file stands; 0 at the end. */
export function read(fd: number, bytes: Uint8Array): number {
  return retry(() => libc().readBytes(fd, bytes, bytes.length), 'read')
}

/** Writes `bytes` where the file stands; may write fewer. */
export function write(fd: number, bytes: Uint8Array): number {
  return retry(() => libc().writeBytes(fd, bytes, bytes.length), 'write')
}

/** Reads into `bytes` from `position`; 0 at the end. */
export function pread(fd: number, bytes: Uint8Array, position: number): number {
  return retry(() => libc().preadBytes(fd, bytes, bytes.length, position), 'pread')
}

/** Writes `bytes` at `position`; may write fewer. */
export function pwrite(fd: number, bytes: Uint8Array, position: number): number {
  return retry(() => libc().pwriteBytes(fd, bytes, bytes.length, position), 'pwrite')
}

const RWF_APPEND = 0x10
/** Fewer bytes than these may be where {@link addressOf} cannot find them. */
const MOVABLE = 64

/**
 * Writes `bytes` at the end of the file, wherever that is by now, though it was not opened with O_APPEND; may write
 * fewer. Since Linux 4.16, else EOPNOTSUPP.
 */
export function append(fd: number, bytes: Uint8Array): number {
  const { scratch } = libc()
  const at = SCRATCH.DATA
  let address = scratch.address + at + IOVEC_SIZE
  if (bytes.length <= MOVABLE) scratch.bytes.set(bytes, at + IOVEC_SIZE)
  else address = addressOf(bytes)
  setIovec(scratch.view, at, address, bytes.length)
  for (;;) {
    const result = syscallRaw(SYS.pwritev2, fd, scratch.address + at, 1, 0, 0, RWF_APPEND)
    if (result !== -ERRNO.EINTR) return checkRaw(result, 'pwritev2')
  }
}
