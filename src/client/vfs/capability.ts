import type { Core } from '../core.js'
import { Failure, failedWith } from '../failure.js'
import type { Inode } from '../objects.js'
import type { Task } from '../task.js'

const CAPABILITY = 'security.capability'

/**
 * Takes capabilities away from a file, as writing, truncating and chown do. The server is asked whether it has any, unless
 * it has no extended attributes.
 */
export async function dropCapability(core: Core, inode: Inode, task: Task): Promise<void> {
  if (!(await hasCapability(core, inode, task))) return
  await core.call('REMOVEXATTR', inode.nodeid, { name: CAPABILITY }, task)
}

async function hasCapability(core: Core, inode: Inode, task: Task): Promise<boolean> {
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
