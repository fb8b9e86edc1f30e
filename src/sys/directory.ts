import { decodeName } from '../base/name.js'
import { checkRaw } from './check.js'
import { libc, SCRATCH } from './libc.js'
import { exact64 } from './stat.js'
import { SYS, syscallRaw } from './syscalls.js'

/** One entry of a directory; `.` and `..` are among them. */
export interface DirectoryEntry {
  /** Exact, as `Stat.ino`. */
  readonly ino: number | bigint
  /**
   * Where the next entry starts: give it to `seek` with `SEEK.SET` to go on from there. Opaque, and exact: filesystems
   * that hash names (ext4) use all 63 bits, so it may be a bigint.
   */
  readonly next: number | bigint
  /** One of `DT`; `DT.UNKNOWN` where the filesystem does not say. */
  readonly type: number
  /** As src/base/name.ts has it: bytes that are not UTF-8 survive. */
  readonly name: string
}

/**
 * The next entries of the directory open at `fd`, and none at the end.
 *
 * @param room how many bytes of entries to take at most, 280 to 131,072
 * @throws SystemError EINVAL if `room` is too small for the next entry, ENOENT if the directory has been removed
 */
export function readDirectory(fd: number, room = 32_768): DirectoryEntry[] {
  const { scratch } = libc()
  const size = Math.min(room, SCRATCH.DATA_LENGTH)
  const length = checkRaw(syscallRaw(SYS.getdents64, fd, scratch.address + SCRATCH.DATA, size), 'getdents64')
  const entries: DirectoryEntry[] = []
  // struct linux_dirent64: u64 ino, s64 off, u16 reclen, u8 type, name up to its NUL.
  for (let at: number = SCRATCH.DATA; at < SCRATCH.DATA + length;) {
    const end = at + scratch.view.getUint16(at + 16, true)
    entries.push({
      ino: exact64(scratch.view, at),
      next: exact64(scratch.view, at + 8),
      type: scratch.view.getUint8(at + 18),
      name: decodeName(scratch.bytes, at + 19, scratch.bytes.indexOf(0, at + 19)),
    })
    at = end
  }
  return entries
}
