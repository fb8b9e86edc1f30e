/*
 * Making, linking, renaming and removing names. Each name is seen from the directory descriptor before it (O_PATH will
 * do, so will `AT.FDCWD`) and may hold bytes that are not UTF-8 (src/base/name.ts). A name with a slash or `..` in it is
 * a path, and leads where it says: who takes names from elsewhere must refuse those. All throw a SystemError.
 */
import { check, checkRaw } from './check.js'
import { AT } from './constants.js'
import { libc, SCRATCH } from './libc.js'
import { SYS, syscallRaw } from './syscalls.js'
import { pathText, type Path } from './path.js'
import { cPath, cPath2 } from './text.js'
import { ERRNO } from '../base/errno.js'
import { SystemError } from '../base/errors.js'
import { decodeName } from '../base/name.js'

/** Makes a directory; the umask is taken off `mode`. */
export function mkdirAt(dirfd: number, name: Path, mode: number): void {
  check(libc().mkdirat(dirfd, cPath(name, 'mkdirat'), mode), 'mkdirat', name)
}

/**
 * Makes a regular file, device, pipe or socket; the umask is taken off `mode`.
 *
 * @param mode with its file type (`S`)
 * @param rdev the device in the kernel's 32-bit encoding (`deviceNumber`)
 */
export function mknodAt(dirfd: number, name: Path, mode: number, rdev = 0): void {
  checkRaw(syscallRaw(SYS.mknodat, dirfd, cPath(name, 'mknodat'), mode, rdev), 'mknodat', name)
}

/** Makes a symbolic link that says `target`. */
export function symlinkAt(target: string, dirfd: number, name: Path): void {
  check(libc().symlinkat(cPath2(target, 'symlinkat'), dirfd, cPath(name, 'symlinkat')), 'symlinkat', name)
}

/** Gives the file `from` the further name `to`. @param flags bits of `AT`: SYMLINK_FOLLOW, EMPTY_PATH */
export function linkAt(fromDir: number, from: Path, toDir: number, to: Path, flags = 0): void {
  const source = cPath2(from, 'linkat')
  check(libc().linkat(fromDir, source, toDir, cPath(to, 'linkat'), flags), 'linkat', to)
}

/** Gives the file that `fd` stands for, O_PATH included, the further name `to`. Needs /proc, but no capability. */
export function linkFd(fd: number, toDir: number, to: Path): void {
  linkAt(AT.FDCWD, `/proc/self/fd/${fd}`, toDir, to, AT.SYMLINK_FOLLOW)
}

/** Removes a name. @param flags `AT.REMOVEDIR` for a directory, else 0 */
export function unlinkAt(dirfd: number, name: Path, flags = 0): void {
  check(libc().unlinkat(dirfd, cPath(name, 'unlinkat'), flags), 'unlinkat', name)
}

/** Renames. @param flags bits of `RENAME`; EINVAL where the filesystem does not know them */
export function renameAt(fromDir: number, from: Path, toDir: number, to: Path, flags = 0): void {
  const source = cPath2(from, 'renameat2')
  checkRaw(syscallRaw(SYS.renameat2, fromDir, source, toDir, cPath(to, 'renameat2'), flags), 'renameat2', from)
}

/**
 * What a symbolic link says: of `name`, or of the link that `dirfd` itself stands for (O_PATH | O_NOFOLLOW) if `name` is
 * empty.
 */
export function readlinkAt(dirfd: number, name: Path): string {
  const { scratch } = libc()
  const path = cPath(name, 'readlinkat')
  const room = SCRATCH.DATA_LENGTH
  const length = check(libc().readlinkat(dirfd, path, scratch.address + SCRATCH.DATA, room), 'readlinkat', name)
  if (length === room) throw new SystemError(ERRNO.ENAMETOOLONG, 'readlinkat', pathText(name))
  return decodeName(scratch.bytes, SCRATCH.DATA, SCRATCH.DATA + length)
}
