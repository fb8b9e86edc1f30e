import type { NodeId } from '../base/ids.js'
import { FUSE_WRITE_CACHE } from '../protocol/flags/io.js'
import type { Request } from '../protocol/message.js'
import type { Work } from './job.js'

/*
 * Which unanswered request can make which notification wait. A request says nothing of the locks that its caller holds in
 * the kernel; they follow from what the call must have been (fs/namei.c, mm/filemap.c, fs/fuse). Where one request comes
 * from several calls, all that any of them holds is here: what follows from it is that something *can* hold a notification,
 * and what is not here never does. Held against each row of a table that was observed, in the tests.
 */

/** A lock in the kernel that a caller holds until its request is answered. */
export interface Hold {
  /** Of which object: of a directory for its names, of a file for its attributes and for writing, or single pages of it. */
  readonly lock: 'inode' | 'pages'
  /** Undefined if the request names the object by its directory and name alone. */
  readonly node: NodeId | undefined
  /** Only in unusual calls: lseek(SEEK_END) for GETATTR, for instance. */
  readonly isRare: boolean
  /** Of pages: the bytes `start` to `end` that they hold. */
  readonly start?: number
  readonly end?: number
  /** The pages are not locked but being written back: that holds invalidations, and not STORE. */
  readonly isWriteback?: boolean
}

/** The parts of a notification that say what it is about. */
export type Subject = Pick<Work, 'notification' | 'node' | 'offset' | 'length' | 'child'>

const PAGE = 4096
const O_ACCMODE = 3
const O_TRUNC = 0o1000

/** The lock of `request` that can make the peer hold up `notification`; undefined if there is none. */
export function holds(request: Request, notification: Subject): Hold | undefined {
  const found = heldBy(request).filter((hold) => isAwaited(hold, notification))
  return found.find(({ isRare }) => !isRare) ?? found[0]
}

/** What the caller of a request can hold until it is answered. */
function heldBy(request: Request): readonly Hold[] {
  const node = request.header.nodeid
  switch (request.op) {
    // Of a name that is not cached, or that is to be made.
    case 'LOOKUP':
    case 'READDIR':
    case 'READDIRPLUS':
    case 'CREATE':
    case 'MKNOD':
    case 'MKDIR':
    case 'SYMLINK':
    // Of directories as well.
    case 'SETATTR':
    case 'SETXATTR':
    case 'REMOVEXATTR':
    case 'FSYNC':
    case 'FSYNCDIR':
    case 'FALLOCATE':
    case 'LSEEK':
      return request.op === 'SETATTR' ? [inode(node), TRUNCATED(node)] : [inode(node)]
    case 'UNLINK':
    case 'RMDIR':
      return [inode(node), NAMED]
    case 'RENAME':
      return [inode(node), inode(request.fuse_rename_in.newdir), NAMED]
    case 'RENAME2':
      return [inode(node), inode(request.fuse_rename2_in.newdir), NAMED]
    case 'LINK':
      return [inode(node), inode(request.fuse_link_in.oldnodeid)]
    case 'COPY_FILE_RANGE':
    case 'COPY_FILE_RANGE_64':
      return [inode(request.fuse_copy_file_range_in.nodeid_out)]
    case 'READ': {
      const { offset, size, flags } = request.fuse_read_in
      const pages: Hold = { lock: 'pages', node, isRare: false, start: offset, end: offset + size }
      // For a write of a part of a page, under writeback caching.
      return (flags & O_ACCMODE) === 0 ? [pages] : [pages, { ...inode(node), isRare: true }]
    }
    case 'WRITE':
      return heldByWrite(node, request.fuse_write_in)
    case 'READLINK':
      return [{ lock: 'pages', node, isRare: false, start: 0, end: PAGE }]
    case 'OPEN':
      return (request.fuse_open_in.flags & O_TRUNC) === 0 ? [] : [{ ...inode(node), isRare: true }]
    // By lseek(SEEK_END); of a directory, to check permissions before something is made in it.
    case 'GETATTR':
    case 'STATX':
      return [{ ...inode(node), isRare: true }]
    case 'GETXATTR':
      return request.name === 'security.capability' ? [{ ...inode(node), isRare: true }] : []
    default:
      return []
  }
}

interface WriteIn {
  readonly offset: number
  readonly size: number
  readonly write_flags: number
}

function heldByWrite(node: NodeId, { offset, size, write_flags }: WriteIn): readonly Hold[] {
  const end = offset + size
  if ((write_flags & FUSE_WRITE_CACHE) !== 0) {
    // Somebody in fsync or chmod may wait for it, with the file locked.
    const pages: Hold = { lock: 'pages', node, isRare: false, start: offset, end, isWriteback: true }
    return [pages, { ...inode(node), isRare: true }]
  }
  // Of write(2): a page that it covers only in part, and that was not cached, stays locked.
  const parts: Hold[] = []
  if (offset % PAGE !== 0) parts.push({ lock: 'pages', node, isRare: false, start: offset, end: offset + 1 })
  if (end % PAGE !== 0) parts.push({ lock: 'pages', node, isRare: false, start: end - 1, end })
  return [inode(node), ...parts]
}

function inode(node: NodeId): Hold {
  return { lock: 'inode', node, isRare: false }
}

/** What UNLINK, RMDIR and RENAME name, and what RENAME puts something in the place of. */
const NAMED: Hold = { lock: 'inode', node: undefined, isRare: true }

/** Pages that were dirty when a file was truncated are written only when SETATTR is answered. */
const TRUNCATED = (node: NodeId): Hold => ({
  lock: 'pages',
  node,
  isRare: true,
  start: 0,
  end: Infinity,
  isWriteback: true,
})

function isAwaited({ lock, node, start = 0, end = 0, isWriteback = false }: Hold, notification: Subject): boolean {
  const isOf = (subject: NodeId | undefined) => subject !== undefined && (node === undefined || node === subject)
  switch (notification.notification) {
    case 'INVAL_ENTRY':
      return lock === 'inode' && isOf(notification.node)
    case 'DELETE':
      return lock === 'inode' && (isOf(notification.node) || isOf(notification.child))
    case 'INVAL_INODE':
      return lock === 'pages' && isOf(notification.node) && touches(notification, start, end)
    case 'STORE':
      return lock === 'pages' && !isWriteback && isOf(notification.node) && touches(notification, start, end)
    default:
      return false
  }
}

/** Whether a range of bytes has a page in common with `start` to `end`. Without an offset it is about attributes alone. */
function touches({ offset, length = Infinity }: Subject, start: number, end: number): boolean {
  if (offset === undefined) return false
  const first = Math.floor(offset / PAGE) * PAGE
  const last = Math.ceil((offset + length) / PAGE) * PAGE
  return end > first && Math.floor(start / PAGE) * PAGE < last
}
