import { readlinkSync } from 'node:fs'
import { setPriority } from 'node:os'
import { posix } from '../../../helpers/posix.js'
import { AT, F, LOCK_TYPE, O } from '../../../helpers/posix/constants.js'
import { cstring, libcCall } from '../../../helpers/posix/ffi.js'
import { snapshot } from './snapshot.js'
import { workload } from './workload.js'

/* What a client process can do to the mount: single system calls, and a few things made of them. */

const poll = libcCall('poll', ['pointer', 'uint', 'int'])
const statx = libcCall('statx', ['int', 'pointer', 'int', 'uint', 'pointer'])
const setAffinity = libcCall('sched_setaffinity', ['int', 'size_t', 'pointer'])
const inotifyInit = libcCall('inotify_init1', ['int'])
const inotifyAddWatch = libcCall('inotify_add_watch', ['int', 'pointer', 'uint'])
const syncFileRange = libcCall('sync_file_range', ['int', 'int64', 'int64', 'uint'])
const SYNC_FILE_RANGE_WRITE = 2
const STATX_BASIC_STATS = 0x7ff
const STATX_BTIME = 0x800
const AT_STATX_DONT_SYNC = 0x4000
const POLLIN = 1

export const calls = {
  ...posix,

  /** The whole content, through a descriptor of its own. */
  readFile(path: string): Buffer {
    const fd = posix.open(path, O.RDONLY)
    try {
      return calls.preadAll(fd)
    } finally {
      posix.close(fd)
    }
  },

  preadAll(fd: number): Buffer {
    const parts: Buffer[] = []
    for (let at = 0; ; at += parts.at(-1)!.length) {
      parts.push(Buffer.from(posix.pread(fd, 65_536, at)))
      if (parts.at(-1)!.length === 0) return Buffer.concat(parts)
    }
  },

  /** Some bytes, through a descriptor of its own. */
  readAt(path: string, length: number, offset: number): Buffer {
    const fd = posix.open(path, O.RDONLY)
    try {
      return Buffer.from(posix.pread(fd, length, offset))
    } finally {
      posix.close(fd)
    }
  },

  /** The names in a directory, in order, without "." and "..". */
  list(path: string): string[] {
    const fd = posix.open(path, O.RDONLY | O.DIRECTORY)
    try {
      const names: string[] = []
      for (;;) {
        const entries = posix.getdents(fd)
        if (entries.length === 0) return names.toSorted()
        names.push(...entries.map(({ name }) => name.toString()).filter((name) => name !== '.' && name !== '..'))
      }
    } finally {
      posix.close(fd)
    }
  },

  /** Whether there is such a name. */
  exists(path: string): boolean {
    try {
      posix.lstat(path)
      return true
    } catch {
      return false
    }
  },

  /** The size that the kernel has cached, whatever it thinks of it. */
  cachedSize(path: string): number {
    const out = Buffer.alloc(256)
    statx(AT.FDCWD, cstring(path), AT_STATX_DONT_SYNC, STATX_BASIC_STATS, out)
    return Number(out.readBigUInt64LE(40))
  },

  /** As stat, with the time of birth, for which the kernel sends STATX. */
  statWithBirth(path: string): { size: number; birth: number } {
    const out = Buffer.alloc(256)
    statx(AT.FDCWD, cstring(path), 0, STATX_BASIC_STATS | STATX_BTIME, out)
    return { size: Number(out.readBigUInt64LE(40)), birth: Number(out.readBigInt64LE(80)) }
  },

  /** Where this process is, for paths that are relative. */
  chdir: (path: string) => process.chdir(path),

  /** The same as the kernel sees it at this moment. */
  cwd: () => readlinkSync('/proc/self/cwd'),

  /** A descriptor of inotify that tells what happens to `path` itself. */
  watch(path: string, mask: number): number {
    const fd = inotifyInit(O.NONBLOCK)
    inotifyAddWatch(fd, cstring(path), mask)
    return fd
  },

  /** The masks of the events that came. */
  events(fd: number): number[] {
    const masks: number[] = []
    let bytes: Buffer
    try {
      bytes = posix.read(fd, 4096)
    } catch {
      return masks
    }
    for (let at = 0; at < bytes.length; at += 16 + bytes.readUInt32LE(at + 12)) masks.push(bytes.readUInt32LE(at + 4))
    return masks
  },

  /** Waits until the file is readable; false if it is not in time. */
  waitReadable(fd: number, timeoutMs: number): boolean {
    const out = Buffer.alloc(8)
    out.writeInt32LE(fd)
    out.writeInt16LE(POLLIN, 4)
    return poll(out, 1, timeoutMs) > 0
  },

  /** Starts to write what is dirty, and does not wait for it. */
  startWriteback(fd: number): void {
    syncFileRange(fd, 0, 0, SYNC_FILE_RANGE_WRITE)
  },

  /** A lock of fcntl on the whole file, waited for. */
  lockWhole(fd: number): void {
    posix.lockRecord(fd, F.SETLKW, { type: LOCK_TYPE.WRITE, whence: 0, start: 0, length: 0 })
  },

  /** Stays on one CPU from now on, behind everything else there. */
  pinBehind(cpu: number): void {
    const mask = Buffer.alloc(128)
    mask.writeUInt32LE(2 ** cpu)
    setAffinity(0, mask.length, mask)
    setPriority(12)
  },

  snapshot,
  workload,
} as const

export type Calls = typeof calls
