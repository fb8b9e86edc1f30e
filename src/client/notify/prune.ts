import { ERRNO } from '../../base/errno.js'
import type { NodeId } from '../../base/ids.js'
import type { MessageBuffer } from '../../protocol/message.js'
import { fuse_notify_prune_out } from '../../protocol/structs/notify.js'
import type { Core } from '../core.js'
import { BODY, bodyLength, u64At } from './body.js'

/** PRUNE: drops the names of these objects that nobody uses, and what hangs on them. Unknown node ids are passed over. */
export function prune(core: Core, message: MessageBuffer, end: number): number {
  const head = fuse_notify_prune_out.size
  if (bodyLength(end) < head) return -ERRNO.EINVAL
  const count = message.view.getUint32(BODY, true)
  if (bodyLength(end) !== head + count * 8) return -ERRNO.EINVAL
  for (let i = 0; i < count; i += 1) {
    const inode = core.inodes.get(u64At(message, BODY + head + i * 8) as NodeId)
    // A copy: those that are dropped leave the set.
    const aliases = inode === undefined ? [] : Array.from(inode.aliases)
    for (const alias of aliases) core.dentries.pruneUpwards(alias)
  }
  return 0
}
