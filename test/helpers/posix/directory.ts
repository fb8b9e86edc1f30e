import { libcCall } from './ffi.js'

const libcGetdents = libcCall('getdents64', ['int', 'pointer', 'size_t'], 'int64')

export interface Dirent {
  readonly ino: bigint
  /** Where the stream goes on after this entry: a cookie for lseek, as large as a signed 64-bit number. */
  readonly next: bigint
  readonly type: number
  readonly name: Buffer
}

/** One call of getdents64 with a buffer of `size` bytes; an empty list at the end of the directory. */
export function getdents(fd: number, size = 32768): Dirent[] {
  const buffer = Buffer.alloc(size)
  const length = libcGetdents(fd, buffer, size)
  const entries: Dirent[] = []
  for (let at = 0; at < length;) {
    const recordLength = buffer.readUInt16LE(at + 16)
    const start = at + 19
    entries.push({
      ino: buffer.readBigUInt64LE(at),
      next: buffer.readBigInt64LE(at + 8),
      type: buffer.readUInt8(at + 18),
      name: Buffer.from(buffer.subarray(start, buffer.indexOf(0, start))),
    })
    at += recordLength
  }
  return entries
}

const libcLseek = libcCall('lseek', ['int', 'int64', 'int'], 'int64')

/** seekdir: goes back to a cookie that a directory entry carried. */
export function seekDirectory(fd: number, cookie: bigint): void {
  libcLseek(fd, cookie, 0)
}
