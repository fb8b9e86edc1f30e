import { FALLOC, MAP, MS, O, posix, PROT } from '../../helpers/posix.js'
import type { Random } from '../../helpers/random.js'
import { Difference, type TestedFile } from './file.js'

/** What operations draw from. */
export interface Draw {
  readonly random: Random
  readonly maxSize: number
  /** Bytes to write, none of them zero, so that data never looks like a hole. */
  readonly pool: Buffer
  /** Tells what is about to happen, before it does. */
  readonly note: (text: string) => void
  /** The file that `file` is not. */
  readonly other: TestedFile
}

/** One operation on a file. It changes the model after each call that succeeded, so a failure leaves the two equal. */
type Operation = (file: TestedFile, draw: Draw) => void

const PAGE = 4096
const LONGEST = 65_536

/** A position below `limit`: often on a page, often where the file ends, where most mistakes are made. */
function position(random: Random, limit: number, size: number): number {
  const at = random.below(limit)
  switch (random.below(6)) {
    case 0:
      return at - (at % PAGE)
    case 1:
      return Math.min(size, limit - 1)
    case 2:
      return Math.min(Math.max(0, size - 16 + random.below(32)), limit - 1)
    default:
      return at
  }
}

/** A range that ends at `limit` or before, at least one byte long; half of them are short. */
function range(random: Random, limit: number, size: number): [offset: number, length: number] {
  const offset = position(random, limit, size)
  const longest = random.below(2) === 0 ? PAGE + 16 : LONGEST
  const length = 1 + random.below(Math.min(longest, limit - offset))
  return [offset, length]
}

function take({ random, pool }: Draw, length: number): Buffer {
  const start = random.below(pool.length - length + 1)
  return pool.subarray(start, start + length)
}

function expectCount(what: string, count: number, expected: number): void {
  if (count !== expected) throw new Difference(`${what} answered ${count} instead of ${expected}`)
}

function write(file: TestedFile, draw: Draw): void {
  const [offset, length] = range(draw.random, draw.maxSize, file.model.size)
  const data = take(draw, length)
  draw.note(`write ${offset} +${length}`)
  const count = posix.pwrite(file.fd, data, offset)
  file.model.write(data.subarray(0, count), offset)
  expectCount('a write', count, length)
}

function append(file: TestedFile, draw: Draw): void {
  const end = file.model.size
  const room = Math.min(draw.maxSize - end, draw.random.below(2) === 0 ? 256 : LONGEST)
  if (room === 0) {
    draw.note('append without room')
    return
  }
  const data = take(draw, 1 + draw.random.below(room))
  draw.note(`append ${end} +${data.length}`)
  const fd = posix.open(file.path, O.WRONLY | O.APPEND)
  try {
    const count = posix.write(fd, data)
    file.model.write(data.subarray(0, count), end)
    expectCount('an append', count, data.length)
  } finally {
    posix.close(fd)
  }
}

function resize(file: TestedFile, { random, note }: Draw, size: number): void {
  const byPath = random.below(4) === 0
  note(`${byPath ? 'truncate' : 'ftruncate'} ${file.model.size} to ${size}`)
  if (byPath) posix.truncate(file.path, size)
  else posix.ftruncate(file.fd, size)
  file.model.resize(size)
}

/** Maps what of the range is within the file, and some of the page before it. */
function withMapping(file: TestedFile, offset: number, length: number, use: (address: number) => void): void {
  const skipped = offset % PAGE
  const address = posix.mmap(file.fd, skipped + length, PROT.READ | PROT.WRITE, MAP.SHARED, offset - skipped)
  try {
    use(address + skipped)
  } finally {
    posix.munmap(address, skipped + length)
  }
}

function mappedRead(file: TestedFile, { random, note }: Draw): void {
  const { size } = file.model
  if (size === 0) {
    note('mmapread of an empty file')
    return
  }
  const [offset, length] = range(random, size, size)
  note(`mmapread ${offset} +${length}`)
  withMapping(file, offset, length, (address) => {
    file.compare(posix.peek(address, length), offset, length, 'a mapped read')
    // The page at the end goes on behind the file, with zeros.
    const behind = offset + length === size ? (PAGE - (size % PAGE)) % PAGE : 0
    const stray = posix.peek(address + length, behind).findIndex((byte) => byte !== 0)
    if (stray !== -1) throw new Difference(`the mapping of file ${file.label} has data behind the end`, size + stray)
  })
}

function mappedWrite(file: TestedFile, draw: Draw, synced: boolean): void {
  const [offset, length] = range(draw.random, draw.maxSize, file.model.size)
  const data = take(draw, length)
  draw.note(`${synced ? 'mmapwrite' : 'mmapdirty'} ${offset} +${length}`)
  if (offset + length > file.model.size) {
    posix.ftruncate(file.fd, offset + length)
    file.model.resize(offset + length)
    // A mapping of a file that did not grow would end the process, and nobody could tell why.
    file.checkSize()
  }
  withMapping(file, offset, length, (address) => {
    posix.poke(address, data)
    file.model.write(data, offset)
    const skipped = offset % PAGE
    if (synced) posix.msync(address - skipped, skipped + length, MS.SYNC)
  })
}

function allocate(file: TestedFile, draw: Draw, name: string, mode: number): void {
  const [offset, length] = range(draw.random, draw.maxSize, file.model.size)
  draw.note(`${name} ${offset} +${length}`)
  posix.fallocate(file.fd, mode, offset, length)
  if ((mode & (FALLOC.PUNCH_HOLE | FALLOC.ZERO_RANGE)) !== 0) file.model.zero(offset, length)
  if ((mode & FALLOC.KEEP_SIZE) === 0) file.model.grow(offset + length)
}

function copy(from: TestedFile, to: TestedFile, { random, maxSize, note }: Draw, name: string): void {
  const { size } = from.model
  const [source, wanted] = range(random, maxSize, size)
  const target = position(random, maxSize, to.model.size)
  // Ranges of one file may not overlap.
  const gap = from === to ? Math.abs(source - target) : maxSize
  const length = Math.min(wanted, maxSize - target, gap)
  note(`${name} ${source} +${length} to ${target}`)
  if (length === 0) return
  const available = Math.max(0, Math.min(length, size - source))
  const count = posix.copyFileRange(from.fd, source, to.fd, target, length)
  if (count > available || (count === 0 && available > 0)) expectCount('a copy', count, available)
  // Less than asked for is allowed.
  if (count > 0) to.model.write(from.model.read(source, count), target)
}

/** All operations by name. */
const TABLE = {
  read: (file, { random, maxSize, note }) => {
    const [offset, length] = range(random, maxSize, file.model.size)
    note(`read ${offset} +${length}`)
    file.checkRead(offset, length)
  },
  write,
  append,
  truncateup: (file, draw) => {
    const { size } = file.model
    resize(file, draw, size + draw.random.below(draw.maxSize - size + 1))
  },
  truncatedown: (file, draw) => {
    const { size } = file.model
    // Seldom far down, or the file would be short most of the time.
    const least = draw.random.below(4) === 0 ? 0 : size - (size >> 3)
    resize(file, draw, least + draw.random.below(size - least + 1))
  },
  mmapread: mappedRead,
  mmapwrite: (file, draw) => mappedWrite(file, draw, true),
  mmapdirty: (file, draw) => mappedWrite(file, draw, false),
  punch: (file, draw) => allocate(file, draw, 'punch', FALLOC.PUNCH_HOLE | FALLOC.KEEP_SIZE),
  zero: (file, draw) => allocate(file, draw, 'zero', FALLOC.ZERO_RANGE),
  zerokeep: (file, draw) => allocate(file, draw, 'zerokeep', FALLOC.ZERO_RANGE | FALLOC.KEEP_SIZE),
  fallocate: (file, draw) => allocate(file, draw, 'fallocate', 0),
  fallocatekeep: (file, draw) => allocate(file, draw, 'fallocatekeep', FALLOC.KEEP_SIZE),
  copywithin: (file, draw) => copy(file, file, draw, 'copywithin'),
  copybetween: (file, draw) => copy(file, draw.other, draw, 'copybetween'),
  reopen: (file, { note }) => {
    note('reopen')
    file.reopen()
  },
  fsync: (file, { random, note }) => {
    const dataOnly = random.below(2) === 0
    note(dataOnly ? 'fdatasync' : 'fsync')
    if (dataOnly) posix.fdatasync(file.fd)
    else posix.fsync(file.fd)
  },
} satisfies Record<string, Operation>

export type OperationName = keyof typeof TABLE
export const OPERATIONS: Readonly<Record<OperationName, Operation>> = TABLE
export const OPERATION_NAMES = Object.keys(TABLE) as OperationName[]

/** How often an operation comes up, against 1 for the others; a sync may cost more than all the rest. */
export const WEIGHTS: Partial<Record<OperationName, number>> = { read: 5, write: 5, mmapread: 3, mmapwrite: 2 }
