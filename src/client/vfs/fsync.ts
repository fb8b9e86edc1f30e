import { FUSE_FSYNC_FDATASYNC } from '../../protocol/flags/io.js'
import type { Core } from '../core.js'
import { Failure, failedWith } from '../failure.js'
import type { Inode } from '../objects.js'
import type { Task } from '../task.js'
import type { OpenFile } from './file.js'
import { writeAndWait } from './invalidate.js'
import { flushTimes } from './times.js'

/** fsync(2): what is dirty, then times, then FSYNC or FSYNCDIR, with the object's lock held exclusive. */
export async function fsync(core: Core, file: OpenFile, datasync: boolean, task: Task): Promise<void> {
  file.check()
  const { inode } = file
  await inode.lock.exclusive(async () => {
    if (!inode.isDirectory) {
      await writeAndWait(core, inode)
      throwWriteError(inode)
      await flushTimes(core, inode)
    }
    const op = inode.isDirectory ? 'FSYNCDIR' : 'FSYNC'
    const { features } = core.connection
    if (features.lacks(op)) return
    try {
      const fuse_fsync_in = { fh: file.fh, fsync_flags: datasync ? FUSE_FSYNC_FDATASYNC : 0 }
      await core.call(op, inode.nodeid, { fuse_fsync_in }, task)
    } catch (error) {
      if (!failedWith(error, 'ENOSYS')) throw error
      features.forgo(op)
    }
  })
}

/** An error of a WRITE that nobody waited for is told once. */
export function throwWriteError(inode: Inode): void {
  const { error } = inode.writeback
  inode.writeback.error = 0
  if (error !== 0) throw new Failure(error)
}
