import { FUSE_READ_LOCKOWNER, FUSE_WRITE_KILL_SUIDGID, FUSE_WRITE_LOCKOWNER } from '../../protocol/flags/io.js'
import { FOPEN_DIRECT_IO } from '../../protocol/flags/open.js'
import { PAGE_SIZE } from '../../protocol/limits.js'
import { pageOf } from '../cache/page-cache.js'
import { STATX_ATIME } from '../constants.js'
import type { Core } from '../core.js'
import { failure } from '../failure.js'
import { isPrivileged, type Task } from '../task.js'
import type { OpenFile } from './file.js'
import { invalidatePages, writeAndWait } from './invalidate.js'
import { invalidateAttr } from './staleness.js'

/* Reads and writes that pass the page cache by. */

/** READs until `into` is full or one of them is short. */
export async function directRead(
  core: Core,
  file: OpenFile,
  into: Uint8Array,
  offset: number,
  task: Task,
): Promise<number> {
  const most = core.maxReadBytes
  let done = 0
  while (done < into.length) {
    const size = Math.min(most, into.length - done)
    const fuse_read_in = {
      fh: file.fh,
      offset: offset + done,
      size,
      read_flags: FUSE_READ_LOCKOWNER,
      lock_owner: file.lockOwner,
      flags: file.flags,
    }
    const part = into.subarray(done, done + size)
    const received = await file.using(() =>
      core.callWith('READ', file.inode.nodeid, { fuse_read_in }, task, ({ data }) => {
        part.set(data)
        return data.length
      }),
    )
    done += received
    if (received < size) break
  }
  invalidateAttr(file.inode, STATX_ATIME)
  return done
}

/** WRITEs until all of `data` is taken, or less than was sent. The cached pages of the range are dropped before and after. */
export async function directWrite(
  core: Core,
  file: OpenFile,
  data: Uint8Array,
  offset: number,
  task: Task,
): Promise<number> {
  const { inode } = file
  const [first, last] = [pageOf(offset), pageOf(offset + data.length - 1)]
  await writeAndWait(core, inode, first, last)
  await invalidatePages(core, inode, first, last)
  const most = Math.min(core.maxWriteBytes, core.maxWritePages * PAGE_SIZE)
  let done = 0
  try {
    while (done < data.length) {
      const part = data.subarray(done, done + most)
      const taken = await sendWrite(core, file, part, offset + done, task, true)
      done += taken
      if (taken !== part.length) break
    }
  } catch (error) {
    // What was taken before counts.
    if (done === 0) throw error
  }
  if ((file.openFlags & FOPEN_DIRECT_IO) !== 0) await invalidatePages(core, inode, first, last)
  return done
}

/**
 * One WRITE. Answers how many bytes the server took.
 * @throws Failure EIO if it says that it took more than there were
 */
export async function sendWrite(
  core: Core,
  file: OpenFile,
  data: Uint8Array,
  offset: number,
  task: Task,
  isDirect: boolean,
): Promise<number> {
  const kills = !isPrivileged(task) && (isDirect || core.negotiated.has('HANDLE_KILLPRIV_V2'))
  const fuse_write_in = {
    fh: file.fh,
    offset,
    size: data.length,
    write_flags: (isDirect ? FUSE_WRITE_LOCKOWNER : 0) | (kills ? FUSE_WRITE_KILL_SUIDGID : 0),
    lock_owner: isDirect ? file.lockOwner : 0,
    flags: file.flags,
  }
  const body = { fuse_write_in, data }
  const { fuse_write_out } = await file.using(() => core.call('WRITE', file.inode.nodeid, body, task))
  if (fuse_write_out.size > data.length) throw failure('EIO')
  return fuse_write_out.size
}
