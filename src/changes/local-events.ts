import type { NodeId } from '../base/ids.js'
import { FATTR_SIZE } from '../protocol/flags/attr.js'
import type { Request } from '../protocol/message.js'
import type { HeldNames } from './held-names.js'
import type { WatchEvent } from './watch-event.js'

const O_TRUNC = 0o1000

/** What a request, answered without an error, has changed, for those who watch. An object without a known path has no events. */
export function localEvents(names: HeldNames, request: Request): WatchEvent[] {
  const node = request.header.nodeid
  const of = (is: WatchEvent['is'], path: string | undefined, from?: string): WatchEvent[] =>
    path === undefined ? [] : [{ is, path, from, by: 'mount' }]
  switch (request.op) {
    case 'CREATE':
    case 'MKNOD':
    case 'MKDIR':
    case 'SYMLINK':
      return of('create', pathIn(names, node, request.name))
    case 'LINK':
      return of('create', pathIn(names, node, request.newname))
    case 'UNLINK':
    case 'RMDIR':
      return of('delete', pathIn(names, node, request.name))
    case 'RENAME':
    case 'RENAME2': {
      const newdir = request.op === 'RENAME' ? request.fuse_rename_in.newdir : request.fuse_rename2_in.newdir
      const from = pathIn(names, node, request.oldname)
      return from === undefined ? [] : of('rename', pathIn(names, newdir, request.newname), from)
    }
    case 'WRITE':
    case 'FALLOCATE':
      return of('modify', names.pathOf(node))
    case 'COPY_FILE_RANGE':
    case 'COPY_FILE_RANGE_64':
      return of('modify', names.pathOf(request.fuse_copy_file_range_in.nodeid_out))
    case 'OPEN':
      return (request.fuse_open_in.flags & O_TRUNC) === 0 ? [] : of('modify', names.pathOf(node))
    case 'SETATTR':
      return of((request.fuse_setattr_in.valid & FATTR_SIZE) === 0 ? 'attrib' : 'modify', names.pathOf(node))
    case 'SETXATTR':
    case 'REMOVEXATTR':
      return of('attrib', names.pathOf(node))
    default:
      return []
  }
}

function pathIn(names: HeldNames, parent: NodeId, name: string): string | undefined {
  const path = names.pathOf(parent)
  return path === undefined || path === '' ? path && name : `${path}/${name}`
}
