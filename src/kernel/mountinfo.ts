import { readFileSync } from 'node:fs'
import { decodeName } from '../base/name.js'

/** One line of /proc/self/mountinfo (proc_pid_mountinfo(5)). Paths and texts are as src/base/name.ts has them. */
export interface MountEntry {
  /** Unique among the mounts of the moment. */
  readonly id: number
  readonly parent: number
  readonly major: number
  readonly minor: number
  /** What of the filesystem is mounted here; `/` for all of it. */
  readonly root: string
  readonly mountpoint: string
  /** Options of this mount, such as `ro` and `nosuid`. */
  readonly options: readonly string[]
  /** Such as `fuse.example` or `ext4`. */
  readonly type: string
  readonly source: string
  /** Options of the filesystem, such as `user_id=0`. */
  readonly superOptions: readonly string[]
}

const [SPACE, NEWLINE, BACKSLASH] = [0x20, 0x0a, 0x5c]

/** The mounts of this process, in the order in which they were made; a later one covers an earlier at the same place. */
export function readMounts(): MountEntry[] {
  return parseMountinfo(readFileSync('/proc/self/mountinfo'))
}

/** The mounts that `bytes`, the contents of a mountinfo file, tell of; lines that are not of this form are left out. */
export function parseMountinfo(bytes: Uint8Array): MountEntry[] {
  const entries: MountEntry[] = []
  for (let start = 0; start < bytes.length;) {
    const newline = bytes.indexOf(NEWLINE, start)
    const end = newline < 0 ? bytes.length : newline
    const entry = parseLine(bytes.subarray(start, end))
    if (entry !== undefined) entries.push(entry)
    start = end + 1
  }
  return entries
}

/** The mount that is seen at `path` (absolute, without symbolic links): the topmost one there. */
export function findMount(path: string, mounts: readonly MountEntry[] = readMounts()): MountEntry | undefined {
  return mounts.findLast((entry) => entry.mountpoint === path)
}

/** Whether a mount is one of FUSE. */
export function isFuse({ type }: MountEntry): boolean {
  return /^fuse(blk)?($|\.)/.test(type)
}

/** The number of its connection, under which fusectl knows a FUSE mount: the device number, as the kernel has it. */
export function connectionNumber({ major, minor }: MountEntry): number {
  // Twelve bits and twenty, include/linux/kdev_t.h. Major is 0 but for fuseblk.
  return major * 0x10_0000 + minor
}

function parseLine(line: Uint8Array): MountEntry | undefined {
  const fields = split(line).map(unescape)
  // Between the sixth field and a lone hyphen stand any number of optional ones.
  const hyphen = fields.indexOf('-', 6)
  const device = /^(\d+):(\d+)$/.exec(fields[2] ?? '')
  if (hyphen < 0 || device === null) return undefined
  return {
    id: Number(fields[0]),
    parent: Number(fields[1]),
    major: Number(device[1]),
    minor: Number(device[2]),
    root: fields[3]!,
    mountpoint: fields[4]!,
    options: fields[5]!.split(','),
    type: fields[hyphen + 1] ?? '',
    source: fields[hyphen + 2] ?? '',
    superOptions: (fields[hyphen + 3] ?? '').split(','),
  }
}

function split(line: Uint8Array): Uint8Array[] {
  const fields: Uint8Array[] = []
  for (let start = 0; start <= line.length;) {
    const space = line.indexOf(SPACE, start)
    const end = space < 0 ? line.length : space
    fields.push(line.subarray(start, end))
    start = end + 1
  }
  return fields
}

/** Space, tab, newline, backslash (and `#`) stand as `\` with three octal digits; every other byte as itself. */
function unescape(field: Uint8Array): string {
  if (!field.includes(BACKSLASH)) return decodeName(field)
  const bytes = new Uint8Array(field.length)
  let length = 0
  for (let i = 0; i < field.length; i += 1, length += 1) {
    const digits = field.subarray(i + 1, i + 4)
    if (field[i] === BACKSLASH && digits.length === 3 && digits.every((digit) => digit >= 0x30 && digit <= 0x37)) {
      bytes[length] = ((digits[0]! & 7) << 6) | ((digits[1]! & 7) << 3) | (digits[2]! & 7)
      i += 3
    } else {
      bytes[length] = field[i]!
    }
  }
  return decodeName(bytes, 0, length)
}
