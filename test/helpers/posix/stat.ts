import { AT } from './constants.js'
import { cstring, libcCall, type Path } from './ffi.js'

const libcStatx = libcCall('statx', ['int', 'pointer', 'int', 'uint', 'pointer'])
const libcUtimensat = libcCall('utimensat', ['int', 'pointer', 'pointer', 'int'])
const libcFutimens = libcCall('futimens', ['int', 'pointer'])
const libcStatfs = libcCall('statfs', ['pointer', 'pointer'])
const libcFstatfs = libcCall('fstatfs', ['int', 'pointer'])

/** Attributes of a file. Times are nanoseconds since 1970. */
export interface Stat {
  readonly ino: bigint
  readonly mode: number
  readonly nlink: number
  readonly uid: number
  readonly gid: number
  readonly size: number
  /** In units of 512 bytes. */
  readonly blocks: number
  readonly blockSize: number
  readonly major: number
  readonly minor: number
  readonly device: string
  readonly atime: bigint
  readonly mtime: bigint
  readonly ctime: bigint
}

const STATX_BASIC_STATS = 0x7ff

function statxOf(directory: number, path: Path, flags: number): Stat {
  const out = Buffer.alloc(256)
  libcStatx(directory, cstring(path), flags, STATX_BASIC_STATS, out)
  const time = (at: number) => out.readBigInt64LE(at) * 1_000_000_000n + BigInt(out.readUInt32LE(at + 8))
  return {
    blockSize: out.readUInt32LE(4),
    nlink: out.readUInt32LE(16),
    uid: out.readUInt32LE(20),
    gid: out.readUInt32LE(24),
    mode: out.readUInt16LE(28),
    ino: out.readBigUInt64LE(32),
    size: Number(out.readBigUInt64LE(40)),
    blocks: Number(out.readBigUInt64LE(48)),
    atime: time(64),
    ctime: time(96),
    mtime: time(112),
    major: out.readUInt32LE(128),
    minor: out.readUInt32LE(132),
    device: `${out.readUInt32LE(136)}:${out.readUInt32LE(140)}`,
  }
}

export function stat(path: Path): Stat {
  return statxOf(AT.FDCWD, path, 0)
}

export function lstat(path: Path): Stat {
  return statxOf(AT.FDCWD, path, AT.SYMLINK_NOFOLLOW)
}

export function fstat(fd: number): Stat {
  return statxOf(fd, '', AT.EMPTY_PATH)
}

/** A time to set: nanoseconds since 1970, the moment of the call, or leave it as it is. */
export type NewTime = bigint | 'now' | 'omit'

const UTIME_NOW = 0x3fffffffn
const UTIME_OMIT = 0x3ffffffen
const NS_PER_SECOND = 1_000_000_000n

function timespecs(times: readonly NewTime[]): Buffer {
  const out = Buffer.alloc(32)
  for (const [index, time] of times.entries()) {
    const [seconds, nanoseconds] = time === 'now' ? [0n, UTIME_NOW] : time === 'omit' ? [0n, UTIME_OMIT] : split(time)
    out.writeBigInt64LE(seconds, index * 16)
    out.writeBigInt64LE(nanoseconds, index * 16 + 8)
  }
  return out
}

/** The nanoseconds of a time are never negative, also before 1970. */
function split(time: bigint): [bigint, bigint] {
  const nanoseconds = ((time % NS_PER_SECOND) + NS_PER_SECOND) % NS_PER_SECOND
  return [(time - nanoseconds) / NS_PER_SECOND, nanoseconds]
}

export function utimensat(path: Path, atime: NewTime, mtime: NewTime, flags = 0): void {
  libcUtimensat(AT.FDCWD, cstring(path), timespecs([atime, mtime]), flags)
}

export function futimens(fd: number, atime: NewTime, mtime: NewTime): void {
  libcFutimens(fd, timespecs([atime, mtime]))
}

/** Passes raw seconds and nanoseconds, to try values that utimensat must refuse. */
export function utimensatRaw(path: Path, seconds: bigint, nanoseconds: bigint): void {
  const out = Buffer.alloc(32)
  for (const at of [0, 16]) {
    out.writeBigInt64LE(seconds, at)
    out.writeBigInt64LE(nanoseconds, at + 8)
  }
  libcUtimensat(AT.FDCWD, cstring(path), out, 0)
}

export interface Statfs {
  readonly blockSize: number
  readonly blocks: number
  readonly free: number
  readonly available: number
  readonly files: number
  readonly nameLength: number
}

function decodeStatfs(out: Buffer): Statfs {
  const word = (index: number) => Number(out.readBigInt64LE(index * 8))
  return { blockSize: word(1), blocks: word(2), free: word(3), available: word(4), files: word(5), nameLength: word(8) }
}

export function statfs(path: Path): Statfs {
  const out = Buffer.alloc(256)
  libcStatfs(cstring(path), out)
  return decodeStatfs(out)
}

export function fstatfs(fd: number): Statfs {
  const out = Buffer.alloc(256)
  libcFstatfs(fd, out)
  return decodeStatfs(out)
}
