import { AT } from './constants.js'
import { cstring, libcCall, type Path } from './ffi.js'

const libcMkdirat = libcCall('mkdirat', ['int', 'pointer', 'int'])
const libcUnlinkat = libcCall('unlinkat', ['int', 'pointer', 'int'])
const libcLinkat = libcCall('linkat', ['int', 'pointer', 'int', 'pointer', 'int'])
const libcSymlink = libcCall('symlink', ['pointer', 'pointer'])
const libcReadlink = libcCall('readlink', ['pointer', 'pointer', 'size_t'], 'int64')
const libcRename = libcCall('rename', ['pointer', 'pointer'])
const libcRenameat2 = libcCall('renameat2', ['int', 'pointer', 'int', 'pointer', 'uint'])
const libcMknod = libcCall('mknod', ['pointer', 'uint', 'int64'])
const libcChmod = libcCall('chmod', ['pointer', 'uint'])
const libcFchmod = libcCall('fchmod', ['int', 'uint'])
const libcFchownat = libcCall('fchownat', ['int', 'pointer', 'int', 'int', 'int'])
const libcFchown = libcCall('fchown', ['int', 'int', 'int'])
const libcFaccessat = libcCall('faccessat', ['int', 'pointer', 'int', 'int'])
const libcUmask = libcCall('umask', ['uint'])

export function mkdir(path: Path, mode = 0o777): void {
  libcMkdirat(AT.FDCWD, cstring(path), mode)
}

export function mkdirat(directory: number, path: Path, mode = 0o777): void {
  libcMkdirat(directory, cstring(path), mode)
}

export function rmdir(path: Path): void {
  libcUnlinkat(AT.FDCWD, cstring(path), AT.REMOVEDIR)
}

export function unlink(path: Path): void {
  libcUnlinkat(AT.FDCWD, cstring(path), 0)
}

export function unlinkat(directory: number, path: Path, flags: number): void {
  libcUnlinkat(directory, cstring(path), flags)
}

export function link(from: Path, to: Path): void {
  libcLinkat(AT.FDCWD, cstring(from), AT.FDCWD, cstring(to), 0)
}

export function linkat(fromDirectory: number, from: Path, toDirectory: number, to: Path, flags: number): void {
  libcLinkat(fromDirectory, cstring(from), toDirectory, cstring(to), flags)
}

export function symlink(target: Path, path: Path): void {
  libcSymlink(cstring(target), cstring(path))
}

export function readlink(path: Path, size = 4096): Buffer {
  const out = Buffer.alloc(size)
  return out.subarray(0, libcReadlink(cstring(path), out, size))
}

export function rename(from: Path, to: Path): void {
  libcRename(cstring(from), cstring(to))
}

export function renameat2(from: Path, to: Path, flags: number): void {
  libcRenameat2(AT.FDCWD, cstring(from), AT.FDCWD, cstring(to), flags)
}

/** `mode` has the type bits; `device` is for character and block devices, see {@link makeDevice}. */
export function mknod(path: Path, mode: number, device = 0): void {
  libcMknod(cstring(path), mode, device)
}

/** A device number as `mknod` takes it; good for minors below 256. */
export function makeDevice(major: number, minor: number): number {
  return (major << 8) | minor
}

export function chmod(path: Path, mode: number): void {
  libcChmod(cstring(path), mode)
}

export function fchmod(fd: number, mode: number): void {
  libcFchmod(fd, mode)
}

export function chown(path: Path, uid: number, gid: number): void {
  libcFchownat(AT.FDCWD, cstring(path), uid, gid, 0)
}

export function lchown(path: Path, uid: number, gid: number): void {
  libcFchownat(AT.FDCWD, cstring(path), uid, gid, AT.SYMLINK_NOFOLLOW)
}

export function fchown(fd: number, uid: number, gid: number): void {
  libcFchown(fd, uid, gid)
}

/** Asks with the real ids, as access(2) does. */
export function access(path: Path, mode: number): void {
  libcFaccessat(AT.FDCWD, cstring(path), mode, 0)
}

export function umask(mask: number): number {
  return libcUmask(mask)
}
