import { F } from './constants.js'
import { cstring, libcCall, type Path } from './ffi.js'

const libcOpenat = libcCall('openat', ['int', 'pointer', 'int', 'int'])
const libcClose = libcCall('close', ['int'])
const libcRead = libcCall('read', ['int', 'pointer', 'size_t'], 'int64')
const libcWrite = libcCall('write', ['int', 'pointer', 'size_t'], 'int64')
const libcPread = libcCall('pread', ['int', 'pointer', 'size_t', 'int64'], 'int64')
const libcPwrite = libcCall('pwrite', ['int', 'pointer', 'size_t', 'int64'], 'int64')
const libcLseek = libcCall('lseek', ['int', 'int64', 'int'], 'int64')
const libcTruncate = libcCall('truncate', ['pointer', 'int64'])
const libcFtruncate = libcCall('ftruncate', ['int', 'int64'])
const libcFallocate = libcCall('fallocate', ['int', 'int', 'int64', 'int64'])
const libcCopyRange = libcCall('copy_file_range', ['int', 'pointer', 'int', 'pointer', 'size_t', 'uint'], 'int64')
const libcFsync = libcCall('fsync', ['int'])
const libcFdatasync = libcCall('fdatasync', ['int'])
const libcSyncfs = libcCall('syncfs', ['int'])
const libcDup = libcCall('dup', ['int'])
const libcFcntl = libcCall('fcntl', ['int', 'int', 'int64'])
const libcIoctl = libcCall('ioctl', ['int', 'size_t', 'size_t'])

const AT_FDCWD = -100

export function open(path: Path, flags: number, mode = 0o666): number {
  return libcOpenat(AT_FDCWD, cstring(path), flags, mode)
}

export function openat(directory: number, path: Path, flags: number, mode = 0o666): number {
  return libcOpenat(directory, cstring(path), flags, mode)
}

export function close(fd: number): void {
  libcClose(fd)
}

export function read(fd: number, length: number): Buffer {
  const out = Buffer.alloc(length)
  return out.subarray(0, libcRead(fd, out, length))
}

export function write(fd: number, data: string | Buffer): number {
  const bytes = typeof data === 'string' ? Buffer.from(data) : data
  return libcWrite(fd, bytes, bytes.length)
}

export function pread(fd: number, length: number, offset: number): Buffer {
  const out = Buffer.alloc(length)
  return out.subarray(0, libcPread(fd, out, length, offset))
}

/** Reads into `out`, which may be a page-aligned or shared buffer; answers how many bytes came. */
export function preadInto(fd: number, out: Buffer, offset: number): number {
  return libcPread(fd, out, out.length, offset)
}

export function pwrite(fd: number, data: string | Buffer, offset: number): number {
  const bytes = typeof data === 'string' ? Buffer.from(data) : data
  return libcPwrite(fd, bytes, bytes.length, offset)
}

export function lseek(fd: number, offset: number, whence: number): number {
  return libcLseek(fd, offset, whence)
}

export function truncate(path: Path, size: number): void {
  libcTruncate(cstring(path), size)
}

export function ftruncate(fd: number, size: number): void {
  libcFtruncate(fd, size)
}

export function fallocate(fd: number, mode: number, offset: number, length: number): void {
  libcFallocate(fd, mode, offset, length)
}

/** An offset of null means: use and move the descriptor's own position. Answers the number of bytes copied. */
export function copyFileRange(
  from: number,
  fromOffset: number | null,
  to: number,
  toOffset: number | null,
  length: number,
  flags = 0,
): number {
  return libcCopyRange(from, offsetCell(fromOffset), to, offsetCell(toOffset), length, flags)
}

function offsetCell(offset: number | null): Buffer | null {
  if (offset === null) return null
  const cell = Buffer.alloc(8)
  cell.writeBigInt64LE(BigInt(offset))
  return cell
}

export function fsync(fd: number): void {
  libcFsync(fd)
}

export function fdatasync(fd: number): void {
  libcFdatasync(fd)
}

export function syncfs(fd: number): void {
  libcSyncfs(fd)
}

export function dup(fd: number): number {
  return libcDup(fd)
}

export function getFlags(fd: number): number {
  return libcFcntl(fd, F.GETFL, 0)
}

export function setFlags(fd: number, flags: number): void {
  libcFcntl(fd, F.SETFL, flags)
}

/** An ioctl without an argument. */
export function ioctl(fd: number, request: number): number {
  return libcIoctl(fd, request, 0)
}
