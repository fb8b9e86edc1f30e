import type { NodeId } from '../base/ids.js'
import type { Request } from '../protocol/message.js'
import type { HeldNames } from './held-names.js'

/** The flag of renameat2(2). */
const RENAME_EXCHANGE = 2
const NOTHING: readonly NodeId[] = []

/** A request that was answered without an error took names away or moved them. Returns the nodes that lost a name. */
export function changeNames(names: HeldNames, request: Request): readonly NodeId[] {
  switch (request.op) {
    case 'UNLINK':
    case 'RMDIR':
      return nodes(names.unlinked(request.header.nodeid, request.name))
    case 'RENAME':
    case 'RENAME2': {
      const [newdir, flags] =
        request.op === 'RENAME'
          ? [request.fuse_rename_in.newdir, 0]
          : [request.fuse_rename2_in.newdir, request.fuse_rename2_in.flags]
      const from = { parent: request.header.nodeid, name: request.oldname }
      const to = { parent: newdir, name: request.newname }
      if ((flags & RENAME_EXCHANGE) === 0) return nodes(names.moved(from, to))
      names.exchanged(from, to)
      return NOTHING
    }
    default:
      return NOTHING
  }
}

function nodes(node: NodeId | 0): readonly NodeId[] {
  return node === 0 ? NOTHING : [node]
}
