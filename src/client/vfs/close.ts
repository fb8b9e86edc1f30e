import { FOPEN_NOFLUSH } from '../../protocol/flags/open.js'
import { FUSE_RELEASE_FLOCK_UNLOCK } from '../../protocol/flags/open.js'
import { NOBODY } from '../connection/pending.js'
import { STATX_BLOCKS } from '../constants.js'
import type { Core } from '../core.js'
import { failedWith, failure } from '../failure.js'
import type { Task } from '../task.js'
import type { OpenFile } from './file.js'
import { throwWriteError } from './fsync.js'
import { writeAndWait } from './invalidate.js'
import { F_UNLCK } from './local-locks.js'
import { invalidateAttr } from './staleness.js'
import { flushTimes } from './times.js'

/**
 * close(2): what is dirty goes out, FLUSH is sent and waited for, and its error told. RELEASE follows by itself, once READs
 * and WRITEs of the handle are over.
 */
export async function close(core: Core, file: OpenFile, task: Task): Promise<void> {
  if (file.isClosed) throw failure('EBADF')
  file.isClosed = true
  try {
    if (!file.inode.isDirectory) await flush(core, file, task)
  } finally {
    finish(core, file)
  }
}

async function flush(core: Core, file: OpenFile, task: Task): Promise<void> {
  const { inode } = file
  if (inode.isBad) throw failure('EIO')
  if ((file.openFlags & FOPEN_NOFLUSH) !== 0 && !core.hasWriteback) return
  await writeAndWait(core, inode)
  await flushTimes(core, inode)
  try {
    throwWriteError(inode)
  } catch (error) {
    // What went wrong exactly only fsync tells.
    throw failedWith(error, 'ENOSPC') ? error : failure('EIO')
  }
  const { features } = core.connection
  if (!features.lacks('FLUSH')) {
    try {
      const fuse_flush_in = { fh: file.fh, lock_owner: file.lockOwner }
      // Not to be interrupted before it is sent: the kernel forces it.
      await core.call('FLUSH', inode.nodeid, { fuse_flush_in }, { ...task, signal: undefined })
    } catch (error) {
      if (!failedWith(error, 'ENOSYS')) throw error
      features.forgo('FLUSH')
    }
  }
  if (core.hasWriteback) invalidateAttr(inode, STATX_BLOCKS)
}

/** The handle is no longer used: RELEASE, and the file lets go of what it held once that is answered. */
export function finish(core: Core, file: OpenFile): void {
  const { inode, dentry } = file
  inode.openCount -= 1
  inode.writers.delete(file)
  inode.locks?.set({ owner: file.lockOwner, start: -1, end: Infinity, type: F_UNLCK, pid: 0 })
  core.events.about(dentry, file.isWritable ? 'close_write' : 'close_nowrite')
  file.whenUnused(() => {
    core.dentries.release(dentry)
    void release(core, file).finally(() => core.release(inode))
  })
}

async function release(core: Core, file: OpenFile): Promise<void> {
  if (file.isSynthetic) return
  const op = file.inode.isDirectory ? 'RELEASEDIR' : 'RELEASE'
  const fuse_release_in = {
    fh: file.fh,
    flags: file.flags,
    release_flags: file.hasFlock ? FUSE_RELEASE_FLOCK_UNLOCK : 0,
    lock_owner: file.hasFlock ? file.lockOwner : 0,
  }
  const options = { caller: NOBODY, background: 'queues' } as const
  // Nobody is there to be told what goes wrong.
  await core.callWith(op, file.inode.nodeid, { fuse_release_in }, options, () => undefined).catch(() => undefined)
}
