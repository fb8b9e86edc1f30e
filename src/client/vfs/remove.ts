import { MAY_EXEC, MAY_WRITE } from '../constants.js'
import type { Core } from '../core.js'
import { failedWith, failure } from '../failure.js'
import type { Dentry, Inode } from '../objects.js'
import type { Task } from '../task.js'
import { lookupExclusive } from './lookup.js'
import { checkPermission, checkSticky } from './permission.js'
import { directoryChanged } from './staleness.js'
import { changed } from './times.js'
import { withLast } from './walk.js'

/* Removing names: unlink and rmdir. Both the directory and what the name stands for are locked exclusive. */

/** Whether the task may take the name away. */
export async function mayDelete(core: Core, directory: Inode, victim: Inode, task: Task): Promise<void> {
  await checkPermission(core, directory, task, MAY_WRITE | MAY_EXEC)
  checkSticky(core, directory, victim, task)
  if (directory.isDead) throw failure('ENOENT')
}

export async function unlink(core: Core, path: string, task: Task): Promise<void> {
  await withLast(core, path, task, async ({ directory, name, hasSlash }) => {
    if (name === '' || name === '.' || name === '..') throw failure('EISDIR')
    await remove(core, directory, name, task, async (victim) => {
      if (hasSlash) throw failure(victim.isDirectory ? 'EISDIR' : 'ENOTDIR')
      await mayDelete(core, directory.inode!, victim, task)
      if (victim.isDirectory) throw failure('EISDIR')
      return 'UNLINK'
    })
  })
}

export async function rmdir(core: Core, path: string, task: Task): Promise<void> {
  await withLast(core, path, task, async ({ directory, name }) => {
    if (name === '') throw failure('EBUSY')
    if (name === '.') throw failure('EINVAL')
    if (name === '..') throw failure('ENOTEMPTY')
    await remove(core, directory, name, task, async (victim) => {
      await mayDelete(core, directory.inode!, victim, task)
      if (!victim.isDirectory) throw failure('ENOTDIR')
      return 'RMDIR'
    })
  })
}

async function remove(
  core: Core,
  directory: Dentry,
  name: string,
  task: Task,
  check: (victim: Inode) => Promise<'UNLINK' | 'RMDIR'>,
): Promise<void> {
  const parent = directory.inode!
  const { dentries, events } = core
  await parent.lock.exclusive(async () => {
    const found = await lookupExclusive(core, directory, name, task, false)
    try {
      const victim = found.inode
      if (victim === undefined) throw failure('ENOENT')
      const op = await check(victim)
      await core.holding(victim, async () => {
        await victim.lock.exclusive(async () => {
          try {
            await core.call(op, parent.nodeid, { name }, task)
          } catch (error) {
            // Whether it is gone nobody knows, or it was gone already.
            if (failedWith(error, 'EINTR', 'ENOENT')) dentries.invalidate(found)
            throw error
          }
          directoryChanged(parent)
          dentries.prune(found)
          await unlinked(core, victim)
          // What others ask for it now is not what was.
          found.expiresMs = -Infinity
          if (!victim.isDirectory) events.self(victim, 'attrib')
          dentries.delete(found)
          if (op === 'RMDIR') victim.isDead = true
        })
        events.inside(parent, 'delete', name, victim.isDirectory)
      })
    } finally {
      dentries.release(found)
    }
  })
}

/** One name less: the count is known here, until the server says otherwise. */
export async function unlinked(core: Core, inode: Inode): Promise<void> {
  inode.version = core.nextVersion()
  inode.attr.nlink = inode.isDirectory ? 0 : Math.max(0, inode.attr.nlink - 1)
  await changed(core, inode)
}
