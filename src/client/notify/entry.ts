import { ERRNO } from '../../base/errno.js'
import type { NodeId } from '../../base/ids.js'
import { FUSE_EXPIRE_ONLY } from '../../protocol/flags/device.js'
import type { MessageBuffer } from '../../protocol/message.js'
import { fuse_notify_delete_out, fuse_notify_inval_entry_out } from '../../protocol/structs/notify.js'
import type { Core } from '../core.js'
import type { Dentry, Inode } from '../objects.js'
import { directoryChanged } from '../vfs/staleness.js'
import { BODY, nameAt, u64At } from './body.js'

/** INVAL_ENTRY, with EXPIRE_ONLY or without. */
export function invalEntry(core: Core, message: MessageBuffer, end: number): number | Promise<number> {
  const name = nameAt(message, end, fuse_notify_inval_entry_out.size, BODY + 8, maxNameBytes(core))
  if (typeof name === 'number') return name
  const flags = message.view.getUint32(BODY + 12, true)
  return inDirectory(core, u64At(message, BODY) as NodeId, name, (dentry) => {
    drop(core, dentry, (flags & FUSE_EXPIRE_ONLY) !== 0)
    return 0
  })
}

/** DELETE: as INVAL_ENTRY, and the object is gone too, if it is the one that is meant. */
export function dropEntry(core: Core, message: MessageBuffer, end: number): number | Promise<number> {
  const name = nameAt(message, end, fuse_notify_delete_out.size, BODY + 16, maxNameBytes(core))
  if (typeof name === 'number') return name
  const child = u64At(message, BODY + 8)
  return inDirectory(core, u64At(message, BODY) as NodeId, name, async (dentry) => {
    drop(core, dentry, false)
    const { inode } = dentry
    if (child === 0 || inode === undefined) return 0
    const result = await inode.lock.exclusive(async () => kill(core, dentry, inode, child as NodeId))
    if (result === 0) core.dentries.delete(dentry)
    return result
  })
}

function maxNameBytes(core: Core): number {
  // Before INIT is answered names are as short as the kernel then has them.
  return core.connection.isReady ? core.negotiated.maxNameBytes : SHORT_NAME
}

/** Calls `run` with the cached dentry of that name, held, under the directory's lock, whatever the name is. */
function inDirectory(
  core: Core,
  nodeid: NodeId,
  name: string,
  run: (dentry: Dentry) => number | Promise<number>,
): number | Promise<number> {
  const parent = core.inodes.get(nodeid)
  if (parent === undefined) return -ERRNO.ENOENT
  const locked = async () => {
    if (!parent.isDirectory) return -ERRNO.ENOTDIR
    const [directory] = parent.aliases
    const dentry = directory === undefined ? undefined : core.dentries.find(directory, name)
    if (dentry === undefined) return -ERRNO.ENOENT
    core.dentries.hold(dentry)
    try {
      directoryChanged(parent)
      const result = run(dentry)
      return typeof result === 'number' ? result : await result
    } finally {
      core.dentries.release(dentry)
    }
  }
  return core.holding(parent, () => parent.lock.exclusive(locked))
}

function drop(core: Core, dentry: Dentry, expireOnly: boolean): void {
  if (!expireOnly) core.dentries.invalidate(dentry)
  dentry.expiresMs = -Infinity
}

/** What the name stood for is gone: or the errno of what speaks against it. The name is gone all the same. */
function kill(core: Core, dentry: Dentry, inode: Inode, child: NodeId): number {
  if (inode.nodeid !== child) return -ERRNO.ENOENT
  if (inode.isDirectory) {
    core.dentries.prune(dentry)
    if ([...dentry.children.values()].some((below) => below.inode !== undefined)) return -ERRNO.ENOTEMPTY
    inode.isDead = true
  }
  inode.attr.nlink = 0
  return 0
}

const SHORT_NAME = 1024
