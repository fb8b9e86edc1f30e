import { lastPageOf, pageOf } from '../cache/page-cache.js'
import { O_APPEND } from '../constants.js'
import type { Core } from '../core.js'
import { failedWith, failure, ignoreFailure } from '../failure.js'
import type { Task } from '../task.js'
import type { OpenFile } from './file.js'
import { invalidatePages, writeAndWait } from './invalidate.js'
import { dropPrivileges } from './privileges.js'
import { read } from './read.js'
import { flushTimes, touch } from './times.js'
import { grown, write } from './write.js'

/** Below this COPY_FILE_RANGE can tell how much it copied. */
const MAX_32_BIT = 0xffff_f000
const LOCAL_BYTES = 128 * 1024

/** A range to copy from, and where to. */
export interface CopyRange {
  readonly source: OpenFile
  readonly offsetIn: number
  readonly target: OpenFile
  readonly offsetOut: number
  readonly length: number
}

/**
 * copy_file_range(2). Asks the server by COPY_FILE_RANGE_64, then by COPY_FILE_RANGE; if it knows neither, reads and writes.
 * Answers how many bytes were copied, 0 at the end of the source.
 */
export async function copyRange(core: Core, range: CopyRange, task: Task): Promise<number> {
  const length = checkedLength(range)
  if (length === 0) return 0
  for (const op of ['COPY_FILE_RANGE_64', 'COPY_FILE_RANGE'] as const) {
    if (core.connection.features.lacks(op)) continue
    try {
      return await askCopy(core, op, { ...range, length }, task)
    } catch (error) {
      if (failedWith(error, 'ENOSYS')) core.connection.features.forgo(op)
      else if (!failedWith(error, 'EOPNOTSUPP', 'EXDEV')) throw error
      else break
    }
  }
  return copyHere(core, { ...range, length }, task)
}

/** How much there is to be copied, as far as is known here. */
function checkedLength({ source, offsetIn, target, offsetOut, length }: CopyRange): number {
  source.check()
  target.check()
  if (source.inode.isDirectory || target.inode.isDirectory) throw failure('EISDIR')
  if (!source.isReadable || !target.isWritable || (target.flags & O_APPEND) !== 0) throw failure('EBADF')
  const there = Math.max(0, Math.min(length, source.inode.attr.size - offsetIn))
  const overlaps = offsetOut + there > offsetIn && offsetOut < offsetIn + there
  if (source.inode === target.inode && overlaps) throw failure('EINVAL')
  return there
}

async function askCopy(
  core: Core,
  op: 'COPY_FILE_RANGE' | 'COPY_FILE_RANGE_64',
  { source, offsetIn, target, offsetOut, length }: CopyRange,
  task: Task,
): Promise<number> {
  const [from, to] = [source.inode, target.inode]
  await from.lock.exclusive(() => writeAndWait(core, from, pageOf(offsetIn)))
  return to.lock.exclusive(async () => {
    await dropPrivileges(core, target.dentry, task)
    if (core.hasWriteback) touch(core, to)
    const first = pageOf(offsetOut)
    await writeAndWait(core, to, first)
    const grows = !core.hasWriteback && offsetOut + length > to.attr.size
    if (grows) to.isSizeUnstable = true
    try {
      const fuse_copy_file_range_in = {
        fh_in: source.fh,
        off_in: offsetIn,
        nodeid_out: to.nodeid,
        fh_out: target.fh,
        off_out: offsetOut,
        len: op === 'COPY_FILE_RANGE' ? Math.min(length, MAX_32_BIT) : length,
        flags: 0,
      }
      const reply = await core.call(op, from.nodeid, { fuse_copy_file_range_in }, task)
      const copied =
        'fuse_copy_file_range_out' in reply ? reply.fuse_copy_file_range_out.bytes_copied : reply.fuse_write_out.size
      if (copied > length) throw failure('EIO')
      if (copied > 0) await invalidatePages(core, to, first, lastPageOf(offsetOut, copied))
      if (core.hasWriteback) touch(core, to)
      grown(core, to, offsetOut + copied, copied)
      return copied
    } finally {
      if (grows) to.isSizeUnstable = false
      await flushTimes(core, to).catch(ignoreFailure)
    }
  })
}

async function copyHere(core: Core, range: CopyRange, task: Task): Promise<number> {
  const buffer = new Uint8Array(Math.min(range.length, LOCAL_BYTES))
  const count = await read(core, range.source, buffer, range.offsetIn, task)
  if (count === 0) return 0
  return (await write(core, range.target, buffer.subarray(0, count), range.offsetOut, task)).count
}
