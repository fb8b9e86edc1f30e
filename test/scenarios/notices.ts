import type { NodeId, Unique } from '#src/base/ids.js'
import type { NotificationInput } from '#src/protocol/message.js'
import type { Scripted } from '../helpers/scripted.js'

/* Notifications of scenarios, about things by their paths as the server has them when it sends. */

type Notice = (server: Scripted) => NotificationInput

const idOf = (server: Scripted, path: string) => server.find(path)!.id as NodeId

export function invalInode(path: string, off: number, len: number): Notice {
  return (server) => ({
    notification: 'INVAL_INODE',
    fuse_notify_inval_inode_out: { ino: idOf(server, path), off, len },
  })
}

export function invalEntry(parent: string, name: string, flags = 0): Notice {
  return (server) => ({
    notification: 'INVAL_ENTRY',
    fuse_notify_inval_entry_out: { parent: idOf(server, parent), namelen: name.length, flags },
    name,
  })
}

export function expireEntry(parent: string, name: string): Notice {
  return invalEntry(parent, name, 1)
}

/** @param child the node that is said to be gone */
export function deleted(parent: string, name: string, child: number): Notice {
  return (server) => ({
    notification: 'DELETE',
    fuse_notify_delete_out: { parent: idOf(server, parent), child: child as NodeId, namelen: name.length },
    name,
  })
}

export function store(path: string, offset: number, data: string): Notice {
  return (server) => ({
    notification: 'STORE',
    fuse_notify_store_out: { nodeid: idOf(server, path), offset, size: data.length },
    data: Buffer.from(data),
  })
}

export function retrieve(path: string, offset: number, size: number): Notice {
  return (server) => ({
    notification: 'RETRIEVE',
    fuse_notify_retrieve_out: { notify_unique: (2 ** 40) as Unique, nodeid: idOf(server, path), offset, size },
  })
}

export function prune(...paths: readonly string[]): Notice {
  return (server) => ({
    notification: 'PRUNE',
    fuse_notify_prune_out: { count: paths.length },
    nodeid: paths.map((path) => idOf(server, path)),
  })
}

export const incEpoch: Notice = () => ({ notification: 'INC_EPOCH' })
