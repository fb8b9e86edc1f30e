import { MAY_EXEC, S_ISVTX, STATX_GID, STATX_MODE, STATX_UID } from '../constants.js'
import type { Core } from '../core.js'
import { failedWith, failure } from '../failure.js'
import type { Inode } from '../objects.js'
import { isInGroup, isPrivileged, type Task } from '../task.js'
import { askGetattr } from './getattr.js'

/* Who may do what. */

const OWNERSHIP = STATX_MODE | STATX_UID | STATX_GID
const ANY_EXEC = 0o111

/**
 * Whether the task may search, read or write the object. With default_permissions that is decided here, by attributes that
 * are refreshed if they are stale; else everything is allowed until the server says otherwise.
 * @throws Failure EACCES, or EIO for an object that is no more
 */
export async function checkPermission(core: Core, inode: Inode, task: Task, mask: number): Promise<void> {
  if (inode.isBad) throw failure('EIO')
  const isExecution = (mask & MAY_EXEC) !== 0 && inode.isFile
  let isFresh = false
  if ((core.checksPermissions || isExecution) && isStale(core, inode)) {
    await askGetattr(core, inode, task, undefined)
    isFresh = true
  }
  if (core.checksPermissions) {
    if (allows(inode, task, mask)) return
    if (!isFresh) await askGetattr(core, inode, task, undefined)
    if (isFresh || !allows(inode, task, mask)) throw failure('EACCES')
  } else if (isExecution && (inode.attr.mode & ANY_EXEC) === 0) {
    if (!isFresh) await askGetattr(core, inode, task, undefined)
    if ((inode.attr.mode & ANY_EXEC) === 0) throw failure('EACCES')
  }
}

/** access(2) and chdir(2): without default_permissions the server is asked. */
export async function checkAccess(core: Core, inode: Inode, task: Task, mask: number): Promise<void> {
  const { features } = core.connection
  if (core.checksPermissions) return checkPermission(core, inode, task, mask)
  if (inode.isBad) throw failure('EIO')
  // As before an execution, though it is the server that decides.
  if ((mask & MAY_EXEC) !== 0 && inode.isFile && isStale(core, inode)) await askGetattr(core, inode, task, undefined)
  if (features.lacks('ACCESS')) return
  try {
    await core.call('ACCESS', inode.nodeid, { fuse_access_in: { mask } }, task)
  } catch (error) {
    if (!failedWith(error, 'ENOSYS')) throw error
    features.forgo('ACCESS')
  }
}

function isStale(core: Core, inode: Inode): boolean {
  return (inode.stale & OWNERSHIP) !== 0 || inode.validUntilMs < core.nowMs
}

function allows(inode: Inode, task: Task, mask: number): boolean {
  const { mode, uid, gid } = inode.attr
  const shift = task.caller.uid === uid ? 6 : isInGroup(task, gid) ? 3 : 0
  if (((mode >> shift) & mask) === mask) return true
  if (!isPrivileged(task)) return false
  return inode.isDirectory || (mask & MAY_EXEC) === 0 || (mode & ANY_EXEC) !== 0
}

/** In a sticky directory only the owners of it and of the object may remove or rename. */
export function checkSticky(core: Core, directory: Inode, victim: Inode, task: Task): void {
  if (!core.checksPermissions || (directory.attr.mode & S_ISVTX) === 0 || isPrivileged(task)) return
  const { uid } = task.caller
  if (uid !== victim.attr.uid && uid !== directory.attr.uid) throw failure('EPERM')
}
