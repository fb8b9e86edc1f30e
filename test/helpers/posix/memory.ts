import { libcCall } from './ffi.js'

const libcMmap = libcCall('mmap', ['int64', 'size_t', 'int', 'int', 'int', 'int64'], 'int64')
const libcMunmap = libcCall('munmap', ['int64', 'size_t'])
const libcMsync = libcCall('msync', ['int64', 'size_t', 'int'])
const copyOut = libcCall('memcpy', ['pointer', 'int64', 'size_t'], 'int64')
const copyIn = libcCall('memcpy', ['int64', 'pointer', 'size_t'], 'int64')

/**
 * Maps a file and answers the address. The memory is reached only through {@link peek} and {@link poke}: no JavaScript
 * buffer can outlive the mapping. Touching a page past the end of the file kills the process, as everywhere.
 */
export function mmap(fd: number, length: number, protection: number, flags: number, offset = 0): number {
  return libcMmap(0, length, protection, flags, fd, offset)
}

export function munmap(address: number, length: number): void {
  libcMunmap(address, length)
}

export function msync(address: number, length: number, flags: number): void {
  libcMsync(address, length, flags)
}

export function peek(address: number, length: number): Buffer {
  const out = Buffer.alloc(length)
  if (length > 0) copyOut(out, address, length)
  return out
}

export function poke(address: number, data: string | Buffer): void {
  const bytes = Buffer.from(data)
  if (bytes.length > 0) copyIn(address, bytes, bytes.length)
}
