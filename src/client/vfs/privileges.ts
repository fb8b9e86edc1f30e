import { S_ISGID, S_ISUID, S_IXGRP } from '../constants.js'
import type { Core } from '../core.js'
import { Failure, failedWith } from '../failure.js'
import type { Dentry, Inode } from '../objects.js'
import { isPrivileged, type Task } from '../task.js'
import { setattrLocked } from './setattr.js'
import { askGetattr } from './getattr.js'

const CAPABILITY = 'security.capability'

/**
 * Before a write: a file that was changed must not keep set-user-id, set-group-id or capabilities. Whether it has
 * capabilities the server is asked before each write, unless it has no extended attributes or sees to it itself
 * (HANDLE_KILLPRIV_V2). The inode's lock is held.
 */
export async function dropPrivileges(core: Core, dentry: Dentry, task: Task): Promise<void> {
  const inode = dentry.inode!
  if (inode.hasNoCapability) return
  const hasCapability = await asksCapability(core, inode, task)
  if (hasCapability) {
    await core.call('REMOVEXATTR', inode.nodeid, { name: CAPABILITY }, task)
  }
  const { negotiated } = core
  const isServers = negotiated.has('HANDLE_KILLPRIV') || negotiated.has('HANDLE_KILLPRIV_V2')
  const mode = killed(inode.attr.mode)
  if (mode === inode.attr.mode || isPrivileged(task)) {
    inode.hasNoCapability = negotiated.has('HANDLE_KILLPRIV_V2')
    return
  }
  if (isServers) return
  await askGetattr(core, inode, task, undefined)
  await setattrLocked(core, dentry, { mode: killed(inode.attr.mode) }, task)
}

function killed(mode: number): number {
  const both = S_ISGID | S_IXGRP
  return mode & ~S_ISUID & ~((mode & both) === both ? S_ISGID : 0)
}

async function asksCapability(core: Core, inode: Inode, task: Task): Promise<boolean> {
  const { features } = core.connection
  if (features.lacks('GETXATTR')) return false
  try {
    const body = { fuse_getxattr_in: { size: 0 }, name: CAPABILITY }
    const options = { caller: task.caller, signal: task.signal, sizeZero: true }
    return await core.callWith(
      'GETXATTR',
      inode.nodeid,
      body,
      options,
      (reply) => 'fuse_getxattr_out' in reply && reply.fuse_getxattr_out.size > 0,
    )
  } catch (error) {
    if (failedWith(error, 'ENOSYS')) features.forgo('GETXATTR')
    if (error instanceof Failure) return false
    throw error
  }
}
