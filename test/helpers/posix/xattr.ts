import { cstring, libcCall, type Path } from './ffi.js'

const libcSet = libcCall('setxattr', ['pointer', 'pointer', 'pointer', 'size_t', 'int'])
const libcLset = libcCall('lsetxattr', ['pointer', 'pointer', 'pointer', 'size_t', 'int'])
const libcFset = libcCall('fsetxattr', ['int', 'pointer', 'pointer', 'size_t', 'int'])
const libcGet = libcCall('getxattr', ['pointer', 'pointer', 'pointer', 'size_t'], 'int64')
const libcLget = libcCall('lgetxattr', ['pointer', 'pointer', 'pointer', 'size_t'], 'int64')
const libcFget = libcCall('fgetxattr', ['int', 'pointer', 'pointer', 'size_t'], 'int64')
const libcList = libcCall('listxattr', ['pointer', 'pointer', 'size_t'], 'int64')
const libcLlist = libcCall('llistxattr', ['pointer', 'pointer', 'size_t'], 'int64')
const libcFlist = libcCall('flistxattr', ['int', 'pointer', 'size_t'], 'int64')
const libcRemove = libcCall('removexattr', ['pointer', 'pointer'])
const libcLremove = libcCall('lremovexattr', ['pointer', 'pointer'])
const libcFremove = libcCall('fremovexattr', ['int', 'pointer'])

const DEFAULT_SIZE = 65536

export function setxattr(path: Path, name: string, value: string | Buffer, flags = 0): void {
  const bytes = Buffer.from(value)
  libcSet(cstring(path), cstring(name), bytes, bytes.length, flags)
}

export function lsetxattr(path: Path, name: string, value: string | Buffer, flags = 0): void {
  const bytes = Buffer.from(value)
  libcLset(cstring(path), cstring(name), bytes, bytes.length, flags)
}

export function fsetxattr(fd: number, name: string, value: string | Buffer, flags = 0): void {
  const bytes = Buffer.from(value)
  libcFset(fd, cstring(name), bytes, bytes.length, flags)
}

/** The value, read with a buffer of `size` bytes. */
export function getxattr(path: Path, name: string, size = DEFAULT_SIZE): Buffer {
  const out = Buffer.alloc(size)
  return out.subarray(0, libcGet(cstring(path), cstring(name), out, size))
}

export function lgetxattr(path: Path, name: string, size = DEFAULT_SIZE): Buffer {
  const out = Buffer.alloc(size)
  return out.subarray(0, libcLget(cstring(path), cstring(name), out, size))
}

export function fgetxattr(fd: number, name: string, size = DEFAULT_SIZE): Buffer {
  const out = Buffer.alloc(size)
  return out.subarray(0, libcFget(fd, cstring(name), out, size))
}

/** The length of a value, asked for with an empty buffer. */
export function getxattrSize(path: Path, name: string): number {
  return libcGet(cstring(path), cstring(name), null, 0)
}

/** The names, read with a buffer of `size` bytes, in the order given. */
export function listxattr(path: Path, size = DEFAULT_SIZE): string[] {
  const out = Buffer.alloc(size)
  return names(out.subarray(0, libcList(cstring(path), out, size)))
}

export function llistxattr(path: Path, size = DEFAULT_SIZE): string[] {
  const out = Buffer.alloc(size)
  return names(out.subarray(0, libcLlist(cstring(path), out, size)))
}

export function flistxattr(fd: number, size = DEFAULT_SIZE): string[] {
  const out = Buffer.alloc(size)
  return names(out.subarray(0, libcFlist(fd, out, size)))
}

/** The length of the list of names, asked for with an empty buffer. */
export function listxattrSize(path: Path): number {
  return libcList(cstring(path), null, 0)
}

export function removexattr(path: Path, name: string): void {
  libcRemove(cstring(path), cstring(name))
}

export function lremovexattr(path: Path, name: string): void {
  libcLremove(cstring(path), cstring(name))
}

export function fremovexattr(fd: number, name: string): void {
  libcFremove(fd, cstring(name))
}

function names(list: Buffer): string[] {
  return list
    .toString()
    .split('\0')
    .filter((name) => name !== '')
}
