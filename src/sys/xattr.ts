/*
 * Extended attributes of what a descriptor stands for, O_PATH and symbolic links included: through /proc/self/fd, for
 * fgetxattr and its kin refuse O_PATH. All throw a SystemError: ENODATA where there is no such attribute, EOPNOTSUPP
 * where there are none at all.
 */
import { decodeName } from '../base/name.js'
import { check } from './check.js'
import { libc, SCRATCH } from './libc.js'
import { cFdPath, cPath2 } from './text.js'

/** The value of attribute `name`, a fresh copy. At most 64 KiB. */
export function getXattr(fd: number, name: string): Uint8Array {
  const { scratch } = libc()
  const path = cFdPath(fd)
  const address = scratch.address + SCRATCH.DATA
  const length = check(libc().getxattr(path, cPath2(name, 'getxattr'), address, SCRATCH.DATA_LENGTH), 'getxattr')
  return scratch.bytes.slice(SCRATCH.DATA, SCRATCH.DATA + length)
}

/** How long the value of attribute `name` is, in bytes. */
export function xattrSize(fd: number, name: string): number {
  const path = cFdPath(fd)
  return check(libc().getxattr(path, cPath2(name, 'getxattr'), 0, 0), 'getxattr')
}

/** Sets attribute `name`. @param flags `XATTR.CREATE` (EEXIST if there), `XATTR.REPLACE` (ENODATA if not), or 0 */
export function setXattr(fd: number, name: string, value: Uint8Array, flags = 0): void {
  const path = cFdPath(fd)
  check(libc().setxattr(path, cPath2(name, 'setxattr'), value, value.length, flags), 'setxattr')
}

/** The names of all attributes. */
export function listXattrs(fd: number): string[] {
  const { scratch } = libc()
  const path = cFdPath(fd)
  const length = check(libc().listxattr(path, scratch.address + SCRATCH.DATA, SCRATCH.DATA_LENGTH), 'listxattr')
  const names: string[] = []
  for (let at: number = SCRATCH.DATA; at < SCRATCH.DATA + length;) {
    const end = scratch.bytes.indexOf(0, at)
    names.push(decodeName(scratch.bytes, at, end))
    at = end + 1
  }
  return names
}

/** Removes attribute `name`. */
export function removeXattr(fd: number, name: string): void {
  const path = cFdPath(fd)
  check(libc().removexattr(path, cPath2(name, 'removexattr')), 'removexattr')
}
