import { FuseError } from '../../base/errors.js'
import {
  FALLOC_FL_COLLAPSE_RANGE,
  FALLOC_FL_INSERT_RANGE,
  FALLOC_FL_KEEP_SIZE,
  FALLOC_FL_PUNCH_HOLE,
  FALLOC_FL_ZERO_RANGE,
} from './constants.js'
import type { FileData } from './file-data.js'
import { PAGE } from './space.js'

/* Calls on ranges of a file: fallocate, lseek for data and holes, copy_file_range. */

/** fallocate(2). @throws FuseError EOPNOTSUPP for modes that are not known, EINVAL for ranges that a mode cannot do */
export function fallocate(data: FileData, mode: number, offset: number, length: number): void {
  const end = offset + length
  if (!Number.isSafeInteger(end)) throw new FuseError('EFBIG')
  switch (mode) {
    case 0:
    case FALLOC_FL_KEEP_SIZE:
      data.reserve(offset, end)
      break
    case FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE:
      data.clear(offset, end)
      break
    case FALLOC_FL_ZERO_RANGE:
    case FALLOC_FL_ZERO_RANGE | FALLOC_FL_KEEP_SIZE:
      // Reserved first, so that it changes nothing if there is no space. Whole pages lose their memory, and are reserved.
      data.reserve(offset, end)
      data.clear(offset, end)
      data.reserve(offset, end)
      break
    case FALLOC_FL_COLLAPSE_RANGE:
      collapse(data, offset, length)
      return
    case FALLOC_FL_INSERT_RANGE:
      insert(data, offset, length)
      return
    default:
      throw new FuseError('EOPNOTSUPP')
  }
  if ((mode & FALLOC_FL_KEEP_SIZE) === 0) data.size = Math.max(data.size, end)
}

/** The first place from `offset` on that has data. @throws FuseError ENXIO if there is none, or `offset` is negative */
export function seekData(data: FileData, offset: number): number {
  if (offset < 0) throw new FuseError('ENXIO')
  for (let at = offset; at < data.size;) {
    const run = data.runAt(at, data.size)
    if (run.bytes !== undefined) return at
    at = run.end
  }
  throw new FuseError('ENXIO')
}

/** The first place from `offset` on that is a hole; the end of the file is one. @throws FuseError ENXIO if `offset` is not in the file */
export function seekHole(data: FileData, offset: number): number {
  if (offset < 0 || offset >= data.size) throw new FuseError('ENXIO')
  let at = offset
  while (at < data.size) {
    const run = data.runAt(at, data.size)
    if (run.bytes === undefined) break
    at = run.end
  }
  return at
}

/**
 * Copies bytes, and holes as holes. Returns how many; fewer at the end of the source, or when space runs out.
 * @throws FuseError ENOSPC if there was none at all
 */
export function copyRange(from: FileData, offset: number, to: FileData, toOffset: number, length: number): number {
  const total = Math.max(0, Math.min(length, from.size - offset))
  for (let done = 0; done < total;) {
    const run = from.runAt(offset + done, offset + total)
    const step = run.end - offset - done
    const at = toOffset + done
    if (run.bytes === undefined) {
      to.clear(at, at + step)
      to.size = Math.max(to.size, at + step)
      done += step
      continue
    }
    try {
      const written = to.write(run.bytes, at)
      done += written
      if (written < step) return done
    } catch (error) {
      if (done === 0) throw error
      return done
    }
  }
  return total
}

/** Takes a range out; what is behind moves up. */
function collapse(data: FileData, offset: number, length: number): void {
  refuseParts(offset, length)
  if (offset + length >= data.size) throw new FuseError('EINVAL')
  shift(data, offset + length, -length, offset)
}

/** Puts a hole in; what is behind moves on. */
function insert(data: FileData, offset: number, length: number): void {
  refuseParts(offset, length)
  if (offset >= data.size) throw new FuseError('EINVAL')
  if (!Number.isSafeInteger(data.size + length)) throw new FuseError('EFBIG')
  shift(data, offset, length, offset)
}

function shift(data: FileData, from: number, by: number, clearFrom: number): void {
  const size = data.size + by
  const moved = data.detach(from)
  data.clear(clearFrom, Infinity)
  // As many pages as were taken away: it cannot run out of space.
  for (const [at, bytes] of moved) data.write(bytes, at + by)
  data.size = size
}

function refuseParts(offset: number, length: number): void {
  if (offset % PAGE !== 0 || length % PAGE !== 0) throw new FuseError('EINVAL')
}
