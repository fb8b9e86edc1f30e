import { ERRNO } from '../../base/errno.js'
import type { NodeId } from '../../base/ids.js'
import { PAGE_SIZE } from '../../protocol/limits.js'
import type { MessageBuffer } from '../../protocol/message.js'
import { fuse_notify_inval_inode_out } from '../../protocol/structs/notify.js'
import { STATX_BASIC_STATS } from '../constants.js'
import type { Core } from '../core.js'
import { invalidatePages } from '../vfs/invalidate.js'
import { invalidateAttr } from '../vfs/staleness.js'
import { BODY, bodyLength, i64At, u64At } from './body.js'

/**
 * INVAL_INODE: attributes are stale, and an older reply does not make them valid again; pages of the range go, which waits
 * for those that are locked, dirty or under writeback.
 */
export function invalInode(core: Core, message: MessageBuffer, end: number): number | Promise<number> {
  if (bodyLength(end) !== fuse_notify_inval_inode_out.size) return -ERRNO.EINVAL
  const inode = core.inodes.get(u64At(message, BODY) as NodeId)
  if (inode === undefined) return -ERRNO.ENOENT
  const [off, len] = [i64At(message, BODY + 8), i64At(message, BODY + 16)]
  inode.version = core.nextVersion()
  invalidateAttr(inode, STATX_BASIC_STATS)
  if (off < 0) return 0
  const first = Math.floor(off / PAGE_SIZE)
  const last = len <= 0 ? Infinity : Math.floor((off + len - 1) / PAGE_SIZE)
  const pages = inode.pages.range(first, last)
  if (!pages.every((page) => page.isIdle)) {
    return core.holding(inode, () => invalidatePages(core, inode, first, last)).then(() => 0)
  }
  inode.listing?.drop(first, last)
  for (const page of pages) inode.pages.drop(page)
  return 0
}
