import {
  FALLOC_FL_KEEP_SIZE,
  FALLOC_FL_PUNCH_HOLE,
  FALLOC_FL_ZERO_RANGE,
  MAX_SIZE,
  SEEK_DATA,
  STATX_SIZE,
  STATX_WRITTEN,
} from '../constants.js'
import { pageOf } from '../cache/page-cache.js'
import { PAGE_SIZE } from '../../protocol/limits.js'
import type { Core } from '../core.js'
import { failedWith, failure, ignoreFailure } from '../failure.js'
import type { Task } from '../task.js'
import type { OpenFile } from './file.js'
import { refreshed } from './getattr.js'
import { writeAndWait } from './invalidate.js'
import { dropPrivileges } from './privileges.js'
import { invalidateAttr } from './staleness.js'
import { flushTimes, touch } from './times.js'
import { grown } from './write.js'

/** fallocate(2). @param mode FALLOC_FL_ bits: KEEP_SIZE, PUNCH_HOLE, ZERO_RANGE; others are EOPNOTSUPP */
export async function fallocate(
  core: Core,
  file: OpenFile,
  mode: number,
  offset: number,
  length: number,
  task: Task,
): Promise<void> {
  if (!file.isWritable) throw failure('EBADF')
  file.check()
  if (offset < 0 || length <= 0) throw failure('EINVAL')
  if (offset + length > MAX_SIZE) throw failure('EFBIG')
  const { inode } = file
  const { features } = core.connection
  const known = FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE | FALLOC_FL_ZERO_RANGE
  if ((mode & ~known) !== 0 || features.lacks('FALLOCATE')) throw failure('EOPNOTSUPP')
  const clears = (mode & (FALLOC_FL_PUNCH_HOLE | FALLOC_FL_ZERO_RANGE)) !== 0
  const keeps = (mode & FALLOC_FL_KEEP_SIZE) !== 0
  const end = offset + length
  await inode.lock.exclusive(async () => {
    if (clears) await writeAndWait(core, inode, pageOf(offset))
    await dropPrivileges(core, file.dentry, task)
    if (core.hasWriteback) touch(core, inode)
    if (!keeps) inode.isSizeUnstable = true
    try {
      const fuse_fallocate_in = { fh: file.fh, offset, length, mode }
      await core.call('FALLOCATE', inode.nodeid, { fuse_fallocate_in }, task)
    } catch (error) {
      if (!failedWith(error, 'ENOSYS')) throw error
      features.forgo('FALLOCATE')
      throw failure('EOPNOTSUPP')
    } finally {
      inode.isSizeUnstable = false
      // Whether it went well or not: they were set before.
      await flushTimes(core, inode).catch(ignoreFailure)
    }
    if (keeps) invalidateAttr(inode, STATX_WRITTEN)
    else grown(core, inode, end, length)
    if (clears) await clearRange(file, offset, end)
  })
  core.events.about(file.dentry, 'modify')
}

/** Whole pages of the range go; the bytes of it in others become zero. */
async function clearRange(file: OpenFile, offset: number, end: number): Promise<void> {
  for (const page of file.inode.pages.range(pageOf(offset), pageOf(end - 1))) {
    const start = page.index * PAGE_SIZE
    await page.lock()
    if (start >= offset && start + PAGE_SIZE <= end) file.inode.pages.drop(page)
    else page.bytes.fill(0, Math.max(0, offset - start), Math.min(PAGE_SIZE, end - start))
    page.unlock()
  }
}

/** lseek(2) with SEEK_DATA or SEEK_HOLE. After ENOSYS the whole file is data. @throws Failure ENXIO behind the last data */
export async function seekExtent(
  core: Core,
  file: OpenFile,
  offset: number,
  whence: number,
  task: Task,
): Promise<number> {
  if (file.isClosed) throw failure('EBADF')
  if (!file.isSeekable) throw failure('ESPIPE')
  const { inode } = file
  const { features } = core.connection
  return inode.lock.exclusive(async () => {
    if (!features.lacks('LSEEK')) {
      try {
        const fuse_lseek_in = { fh: file.fh, offset, whence }
        return (await core.call('LSEEK', inode.nodeid, { fuse_lseek_in }, task)).fuse_lseek_out.offset
      } catch (error) {
        if (!failedWith(error, 'ENOSYS')) throw error
        features.forgo('LSEEK')
      }
    }
    await refreshed(core, inode, task, { mask: STATX_SIZE, fh: file.fh })
    const { size } = inode.attr
    if (offset < 0 || offset >= size) throw failure('ENXIO')
    return whence === SEEK_DATA ? offset : size
  })
}

/** Where the file ends, refreshed if it is stale: lseek(2) with SEEK_END. */
export async function seekEnd(core: Core, file: OpenFile, task: Task): Promise<number> {
  if (file.isClosed) throw failure('EBADF')
  if (!file.isSeekable) throw failure('ESPIPE')
  const { inode } = file
  return inode.lock.exclusive(async () => {
    await refreshed(core, inode, task, { mask: STATX_SIZE, fh: file.fh })
    return inode.attr.size
  })
}
