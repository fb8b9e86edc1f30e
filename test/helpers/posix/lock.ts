import { libcCall } from './ffi.js'

const libcFlock = libcCall('flock', ['int', 'int'])
const libcFcntl = libcCall('fcntl', ['int', 'int', 'pointer'])

/** A record lock, as `struct flock` has it. A length of 0 reaches to the end of the file, wherever that moves. */
export interface RecordLock {
  readonly type: number
  readonly start: number
  readonly length: number
  /** From where `start` counts; the start of the file by default. */
  readonly whence?: number
}

/** The answer of a query: the lock in the way, or type `NONE`. `pid` is -1 for the lock of an open file description. */
export interface FoundLock extends RecordLock {
  readonly pid: number
}

export function flock(fd: number, operation: number): void {
  libcFlock(fd, operation)
}

/** `command` is one of `F.SETLK`, `F.SETLKW`, `F.GETLK` or their `OFD_` forms. */
export function lockRecord(fd: number, command: number, lock: RecordLock): FoundLock {
  const cell = Buffer.alloc(32)
  cell.writeInt16LE(lock.type, 0)
  cell.writeInt16LE(lock.whence ?? 0, 2)
  cell.writeBigInt64LE(BigInt(lock.start), 8)
  cell.writeBigInt64LE(BigInt(lock.length), 16)
  libcFcntl(fd, command, cell)
  return {
    type: cell.readInt16LE(0),
    start: Number(cell.readBigInt64LE(8)),
    length: Number(cell.readBigInt64LE(16)),
    pid: cell.readInt32LE(24),
  }
}
