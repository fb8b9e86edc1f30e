import { encodedNameLength } from '../../base/name.js'
import { readXattrNames } from '../../protocol/xattr-names.js'
import { MAY_READ, MAY_WRITE, S_ISVTX } from '../constants.js'
import type { Core } from '../core.js'
import type { Dispensable } from '../connection/features.js'
import { failedWith, failure } from '../failure.js'
import type { Dentry, Inode } from '../objects.js'
import { isPrivileged, type Task } from '../task.js'
import { checkPermission } from './permission.js'
import { changed } from './times.js'

/* Extended attributes. After ENOSYS they are EOPNOTSUPP, without a request. */

/** How often a value may have grown between asking how long it is and asking for it. */
const MAX_TRIES = 8
/** Bytes of a name. */
const XATTR_NAME_MAX = 255

export async function getxattr(core: Core, inode: Inode, name: string, task: Task): Promise<Uint8Array> {
  await checkXattr(core, inode, name, task, MAY_READ)
  return sized(core, 'GETXATTR', (size) => {
    const options = { caller: task.caller, signal: task.signal, sizeZero: size === 0 }
    const body = { fuse_getxattr_in: { size }, name }
    return core.callWith('GETXATTR', inode.nodeid, body, options, (reply) =>
      'value' in reply ? reply.value.slice() : reply.fuse_getxattr_out.size,
    )
  })
}

export async function listxattr(core: Core, inode: Inode, task: Task): Promise<string[]> {
  const names = await sized(core, 'LISTXATTR', (size) => {
    const options = { caller: task.caller, signal: task.signal, sizeZero: size === 0 }
    return core.callWith('LISTXATTR', inode.nodeid, { fuse_getxattr_in: { size } }, options, (reply) =>
      'names' in reply ? reply.names.slice() : reply.fuse_getxattr_out.size,
    )
  })
  // The kernel refuses a list whose last name has no end.
  if (names.length > 0 && names.at(-1) !== 0) throw failure('EIO')
  return readXattrNames(names)
}

/** @param flags XATTR_CREATE 1, XATTR_REPLACE 2 */
export async function setxattr(
  core: Core,
  dentry: Dentry,
  name: string,
  value: Uint8Array,
  flags: number,
  task: Task,
): Promise<void> {
  await checkXattr(core, dentry.inode!, name, task, MAY_WRITE)
  const body = { fuse_setxattr_in: { size: value.length, flags, setxattr_flags: 0 }, name, value }
  await change(core, dentry, 'SETXATTR', () => core.call('SETXATTR', dentry.inode!.nodeid, body, task))
}

export async function removexattr(core: Core, dentry: Dentry, name: string, task: Task): Promise<void> {
  await checkXattr(core, dentry.inode!, name, task, MAY_WRITE)
  await change(core, dentry, 'REMOVEXATTR', () => core.call('REMOVEXATTR', dentry.inode!.nodeid, { name }, task))
}

/** What the kernel says of an attribute before the server is asked. */
async function checkXattr(core: Core, inode: Inode, name: string, task: Task, mask: number): Promise<void> {
  const length = encodedNameLength(name)
  if (length === 0 || length > XATTR_NAME_MAX) throw failure('ERANGE')
  if (/^(security|system)\./.test(name)) return
  const refusal = failure(mask === MAY_WRITE ? 'EPERM' : 'ENODATA')
  if (name.startsWith('trusted.')) {
    if (!isPrivileged(task)) throw refusal
    return
  }
  if (name.startsWith('user.')) {
    if (!inode.isFile && !inode.isDirectory) throw refusal
    const isSticky = inode.isDirectory && (inode.attr.mode & S_ISVTX) !== 0
    const isOwner = isPrivileged(task) || task.caller.uid === inode.attr.uid
    if (isSticky && mask === MAY_WRITE && !isOwner) throw refusal
  }
  await checkPermission(core, inode, task, mask)
}

async function change(core: Core, dentry: Dentry, op: Dispensable, send: () => Promise<unknown>): Promise<void> {
  const inode = dentry.inode!
  if (inode.isBad) throw failure('EIO')
  await inode.lock.exclusive(async () => {
    await dispensable(core, op, send)
    await changed(core, inode)
  })
  inode.hasNoCapability = false
  core.events.about(dentry, 'attrib')
}

/** Asks how long, then for so much; again if it has grown meanwhile. */
async function sized(
  core: Core,
  op: Dispensable,
  ask: (size: number) => Promise<Uint8Array | number>,
): Promise<Uint8Array> {
  for (let i = 1; ; i += 1) {
    const size = await dispensable(core, op, () => ask(0))
    if (size === 0) return new Uint8Array(0)
    try {
      return (await dispensable(core, op, () => ask(Number(size)))) as Uint8Array
    } catch (error) {
      if (i === MAX_TRIES || !failedWith(error, 'ERANGE')) throw error
    }
  }
}

async function dispensable<T>(core: Core, op: Dispensable, send: () => Promise<T>): Promise<T> {
  const { features } = core.connection
  if (features.lacks(op)) throw failure('EOPNOTSUPP')
  try {
    return await send()
  } catch (error) {
    if (!failedWith(error, 'ENOSYS')) throw error
    features.forgo(op)
    throw failure('EOPNOTSUPP')
  }
}
