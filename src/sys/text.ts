import { ERRNO } from '../base/errno.js'
import { SystemError } from '../base/errors.js'
import { encodedNameLength, encodeNameInto } from '../base/name.js'
import { libc, SCRATCH } from './libc.js'
import { pathText, type Path, type PathBytes } from './path.js'

/** The longest path that the kernel takes, in bytes, with its NUL: include/uapi/linux/limits.h. */
const PATH_MAX = 4096

/**
 * Writes `path` as a C string into the scratch memory and returns its address, good until the next call that takes a
 * path. Names that are not UTF-8 are written as the bytes they stand for (src/base/name.ts).
 *
 * @throws SystemError EINVAL for a NUL inside, which C would take for the end; EILSEQ for a surrogate that stands for
 *   no byte; ENAMETOOLONG
 */
export function cPath(path: Path, syscall: string): number {
  return writeText(path, syscall, SCRATCH.PATH)
}

/** As {@link cPath}, for the second of two. */
export function cPath2(path: Path, syscall: string): number {
  return writeText(path, syscall, SCRATCH.PATH2)
}

/** The path through which `fd`, even one opened with O_PATH, stands for its file; as {@link cPath}. */
export function cFdPath(fd: number): number {
  return writeText(`/proc/self/fd/${fd}`, 'readlink', SCRATCH.PATH)
}

function writeText(text: Path, syscall: string, at: number): number {
  if (typeof text !== 'string') return writeBytes(text, syscall, at)
  const length = encodedNameLength(text)
  if (length < 0) throw new SystemError(ERRNO.EILSEQ, syscall, text)
  if (length >= PATH_MAX) throw new SystemError(ERRNO.ENAMETOOLONG, syscall, text)
  if (text.includes('\0')) throw new SystemError(ERRNO.EINVAL, syscall, text)
  const { scratch } = libc()
  scratch.bytes[encodeNameInto(text, scratch.bytes, at)] = 0
  return scratch.address + at
}

function writeBytes(path: PathBytes, syscall: string, at: number): number {
  const { bytes, length } = path
  const { scratch } = libc()
  if (length >= PATH_MAX) throw new SystemError(ERRNO.ENAMETOOLONG, syscall, pathText(path))
  for (let i = 0; i < length; i += 1) {
    const byte = bytes[i]!
    if (byte === 0) throw new SystemError(ERRNO.EINVAL, syscall, pathText(path))
    scratch.bytes[at + i] = byte
  }
  scratch.bytes[at + length] = 0
  return scratch.address + at
}
