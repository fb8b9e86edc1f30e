import { S_ISGID, S_ISUID, S_IXGRP } from '../constants.js'
import type { Core } from '../core.js'
import type { Dentry } from '../objects.js'
import { isPrivileged, type Task } from '../task.js'
import { dropCapability } from './capability.js'
import { setattrLocked } from './setattr.js'
import { askGetattr } from './getattr.js'

/**
 * Before a write: a file that was changed must not keep set-user-id, set-group-id or capabilities. Whether it has
 * capabilities the server is asked before each write, unless it has no extended attributes or sees to it itself
 * (HANDLE_KILLPRIV_V2). The inode's lock is held.
 */
export async function dropPrivileges(core: Core, dentry: Dentry, task: Task): Promise<void> {
  const inode = dentry.inode!
  if (inode.hasNoCapability) return
  await dropCapability(core, inode, task)
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
