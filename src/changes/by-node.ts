import type { NodeId } from '../base/ids.js'
import type { Notifier } from '../notify/notifier.js'
import type { NotifyResult } from '../notify/result.js'
import type { ChangeByNode } from './feed.js'
import type { Place } from './place.js'

/**
 * Tells the peer of changes whose nodes are known. A name that was made, removed or renamed is to be looked up again, and the
 * directory listed; a rename moves nothing in the peer's caches. Objects that lost a name say so themselves.
 */
export function tellByNode(notify: Notifier, changes: readonly ChangeByNode[]): Promise<NotifyResult>[] {
  const told: Promise<NotifyResult>[] = []
  const directories = new Set<NodeId>()
  const name = ({ parent, name: which }: Place) => {
    told.push(notify.invalEntry(parent, which))
    directories.add(parent)
  }
  for (const change of changes) {
    switch (change.is) {
      case 'modified': {
        const { node, attributesOnly = false } = change
        told.push(notify.invalInode(node, { attributesOnly }))
        break
      }
      case 'created':
      case 'removed':
        name(change)
        break
      case 'renamed':
        name(change.from)
        name(change.to)
        break
      default:
    }
  }
  // After the names: the listing is of what is there now.
  for (const directory of directories) told.push(notify.invalInode(directory))
  return told
}
