import { FuseError } from '../base/errors.js'
import type { ReplyInput, RequestOf } from '../protocol/message.js'
import type { OpcodeName } from '../protocol/opcodes.js'
import { fuse_out_header } from '../protocol/structs/header.js'
import { writeXattrNames } from '../protocol/xattr-names.js'
import { RequestContext } from './context.js'
import { S_IFDIR, S_IFLNK, S_IFREG } from './check.js'
import { attrOut, entryOut, madeEntry, negativeEntryOut, openOut, statxOut, targetBytes } from './encode.js'
import { encode, filling, operation, uniqueOf, type Operation, type ReplySpace } from './operation.js'
import { GetattrRequest, SetattrRequest, StatxRequest } from './requests/attr.js'
import { ReaddirplusRequest, ReaddirRequest } from './requests/dir.js'
import * as file from './requests/file.js'
import * as misc from './requests/misc.js'
import * as name from './requests/name.js'
import type { CreateResult, Entry, NegativeEntry, OpenResult } from './results.js'

/* Which method answers which request, and how. What is not here the session does itself, or answers ENOSYS. */

const HEADER = fuse_out_header.size
/** What the protocol has for `Infinity` as the end of a lock. */
const END_OF_FILE = 2n ** 63n - 1n

type Entries = 'SYMLINK' | 'MKNOD' | 'MKDIR' | 'LINK'

/** Replies that are a header alone. */
function done<Op extends OpcodeName>(op: Op) {
  return (space: ReplySpace, _result: unknown, message: RequestOf<Op>) =>
    encode(space, { op, unique: uniqueOf(message) } as ReplyInput)
}

/** @param type that the new object must have; that of a link only the filesystem knows */
function entry<Op extends Entries>(op: Op, type: (message: RequestOf<Op>) => number | undefined) {
  return (space: ReplySpace, result: Entry, message: RequestOf<Op>) => {
    const fuse_entry_out = madeEntry(result, type(message), space.defaults)
    return encode(space, { op, unique: uniqueOf(message), fuse_entry_out })
  }
}

function opened<Op extends 'OPEN' | 'OPENDIR'>(op: Op) {
  return (space: ReplySpace, result: OpenResult, message: RequestOf<Op>) => {
    const fuse_open_out = openOut(result, op === 'OPENDIR', space.defaults)
    return encode(space, { op, unique: uniqueOf(message), fuse_open_out })
  }
}

function created<Op extends 'CREATE' | 'TMPFILE'>(op: Op) {
  return (space: ReplySpace, result: CreateResult, message: RequestOf<Op>) => {
    const fuse_entry_out = madeEntry(result.entry, S_IFREG, space.defaults)
    const fuse_open_out = openOut(result.open ?? {}, false, space.defaults)
    return encode(space, { op, unique: uniqueOf(message), fuse_entry_out, fuse_open_out })
  }
}

function copied(op: 'WRITE' | 'COPY_FILE_RANGE') {
  return (space: ReplySpace, size: number, message: RequestOf<'WRITE'> | RequestOf<'COPY_FILE_RANGE'>) => {
    const most = message.op === 'WRITE' ? message.data.length : message.fuse_copy_file_range_in.len
    const fuse_write_out = { size: checkedCount(op, size, most) }
    return encode(space, { op, unique: uniqueOf(message), fuse_write_out })
  }
}

/** The value or the names, or how long they are, or ERANGE. */
function sized<Op extends 'GETXATTR' | 'LISTXATTR'>(
  op: Op,
  space: ReplySpace,
  message: RequestOf<Op>,
  all: Uint8Array,
) {
  if (!(all instanceof Uint8Array)) throw new TypeError(`${op} was answered with what is no Uint8Array`)
  const { size } = message.fuse_getxattr_in
  const unique = uniqueOf(message)
  if (size === 0) return encode(space, { op, unique, fuse_getxattr_out: { size: all.length } } as ReplyInput, true)
  if (all.length > size) throw new FuseError('ERANGE')
  return encode(space, op === 'GETXATTR' ? { op, unique, value: all } : { op, unique, names: all })
}

const room = ({ out }: ReplySpace, size: number) => ({ message: out, start: HEADER, end: HEADER + size })

export const OPERATIONS: Readonly<Partial<Record<OpcodeName, Operation>>> = {
  LOOKUP: operation<'LOOKUP', 'lookup'>(
    'lookup',
    (host, message) => new name.NameRequest(host, message),
    (space, result, message) => {
      const { defaults } = space
      const isFound = 'attr' in result && Number(result.node) !== 0
      const found = isFound ? entryOut(result, defaults) : negativeEntryOut(result as NegativeEntry, defaults)
      return encode(space, { op: 'LOOKUP', unique: uniqueOf(message), fuse_entry_out: found })
    },
  ),
  GETATTR: operation<'GETATTR', 'getattr'>(
    'getattr',
    (host, message) => new GetattrRequest(host, message),
    (space, result, message) => {
      const fuse_attr_out = attrOut(result, message.header.nodeid, space.defaults)
      return encode(space, { op: 'GETATTR', unique: uniqueOf(message), fuse_attr_out })
    },
  ),
  SETATTR: operation<'SETATTR', 'setattr'>(
    'setattr',
    (host, message) => new SetattrRequest(host, message),
    (space, result, message) => {
      const fuse_attr_out = attrOut(result, message.header.nodeid, space.defaults)
      return encode(space, { op: 'SETATTR', unique: uniqueOf(message), fuse_attr_out })
    },
  ),
  STATX: operation<'STATX', 'statx'>(
    'statx',
    (host, message) => new StatxRequest(host, message),
    (space, result, message) => {
      const fuse_statx_out = statxOut(result, message.header.nodeid, space.defaults)
      return encode(space, { op: 'STATX', unique: uniqueOf(message), fuse_statx_out })
    },
  ),
  READLINK: operation<'READLINK', 'readlink'>(
    'readlink',
    (host, message) => new RequestContext(host, message.header),
    (space, result, message) => {
      return encode(space, { op: 'READLINK', unique: uniqueOf(message), target: targetBytes(result) })
    },
  ),
  SYMLINK: operation(
    'symlink',
    (h, m: RequestOf<'SYMLINK'>) => new name.SymlinkRequest(h, m),
    entry('SYMLINK', () => S_IFLNK),
  ),
  MKNOD: operation(
    'mknod',
    (h, m: RequestOf<'MKNOD'>) => new name.MknodRequest(h, m),
    entry('MKNOD', (m) => m.fuse_mknod_in.mode),
  ),
  MKDIR: operation(
    'mkdir',
    (h, m: RequestOf<'MKDIR'>) => new name.MkdirRequest(h, m),
    entry('MKDIR', () => S_IFDIR),
  ),
  LINK: operation(
    'link',
    (h, m: RequestOf<'LINK'>) => new name.LinkRequest(h, m),
    entry('LINK', () => undefined),
  ),
  UNLINK: operation('unlink', (h, m: RequestOf<'UNLINK'>) => new name.NameRequest(h, m), done('UNLINK')),
  RMDIR: operation('rmdir', (h, m: RequestOf<'RMDIR'>) => new name.NameRequest(h, m), done('RMDIR')),
  RENAME: operation('rename', (h, m: RequestOf<'RENAME'>) => new name.RenameRequest(h, m), done('RENAME')),
  RENAME2: operation('rename', (h, m: RequestOf<'RENAME2'>) => new name.RenameRequest(h, m), done('RENAME2')),
  CREATE: operation('create', (h, m: RequestOf<'CREATE'>) => new name.CreateRequest(h, m), created('CREATE')),
  TMPFILE: operation('tmpfile', (h, m: RequestOf<'TMPFILE'>) => new name.CreateRequest(h, m), created('TMPFILE')),
  OPEN: operation('open', (h, m: RequestOf<'OPEN'>) => new file.OpenRequest(h, m), opened('OPEN')),
  OPENDIR: operation('opendir', (h, m: RequestOf<'OPENDIR'>) => new file.OpenRequest(h, m), opened('OPENDIR')),
  READ: filling(
    'read',
    (h, m: RequestOf<'READ'>, space) => new file.ReadRequest(h, m, space.out.bytes, HEADER),
    (result, request, space) => {
      if (!(result instanceof Uint8Array)) return checkedCount('READ', result, request.size)
      space.payload = result
      return checkedCount('READ', result.length, request.size)
    },
  ),
  READDIR: filling(
    'readdir',
    (h, m: RequestOf<'READDIR'>, space) => new ReaddirRequest(h, m, room(space, m.fuse_read_in.size)),
    (_result, request) => request.finish() - HEADER,
  ),
  READDIRPLUS: filling(
    'readdirplus',
    (h, m: RequestOf<'READDIRPLUS'>, space) =>
      new ReaddirplusRequest(h, m, room(space, m.fuse_read_in.size), space.defaults),
    (_result, request) => request.finish() - HEADER,
  ),
  WRITE: operation('write', (h, m: RequestOf<'WRITE'>) => new file.WriteRequest(h, m), copied('WRITE')),
  FLUSH: operation('flush', (h, m: RequestOf<'FLUSH'>) => new file.FlushRequest(h, m), done('FLUSH')),
  RELEASE: operation('release', (h, m: RequestOf<'RELEASE'>) => new file.ReleaseRequest(h, m), done('RELEASE')),
  RELEASEDIR: operation(
    'releasedir',
    (h, m: RequestOf<'RELEASEDIR'>) => new file.ReleaseRequest(h, m),
    done('RELEASEDIR'),
  ),
  FSYNC: operation('fsync', (h, m: RequestOf<'FSYNC'>) => new file.FsyncRequest(h, m), done('FSYNC')),
  FSYNCDIR: operation('fsyncdir', (h, m: RequestOf<'FSYNCDIR'>) => new file.FsyncRequest(h, m), done('FSYNCDIR')),
  STATFS: operation<'STATFS', 'statfs'>(
    'statfs',
    (host, message) => new RequestContext(host, message.header),
    (space, result, message) => {
      const { blocks = 0, bfree = 0, bavail = 0, files = 0, ffree = 0, bsize = 4096, namelen = 255 } = result
      const st = { blocks, bfree, bavail, files, ffree, bsize, namelen, frsize: result.frsize ?? bsize }
      return encode(space, { op: 'STATFS', unique: uniqueOf(message), fuse_statfs_out: { st } })
    },
  ),
  GETXATTR: operation(
    'getxattr',
    (h, m: RequestOf<'GETXATTR'>) => new misc.GetxattrRequest(h, m),
    (space, value, m: RequestOf<'GETXATTR'>) => sized('GETXATTR', space, m, value),
  ),
  LISTXATTR: operation(
    'listxattr',
    (h, m: RequestOf<'LISTXATTR'>) => new RequestContext(h, m.header),
    (space, names, m: RequestOf<'LISTXATTR'>) => sized('LISTXATTR', space, m, writeXattrNames(names)),
  ),
  SETXATTR: operation('setxattr', (h, m: RequestOf<'SETXATTR'>) => new misc.SetxattrRequest(h, m), done('SETXATTR')),
  REMOVEXATTR: operation(
    'removexattr',
    (h, m: RequestOf<'REMOVEXATTR'>) => new misc.GetxattrRequest(h, m),
    done('REMOVEXATTR'),
  ),
  ACCESS: operation('access', (h, m: RequestOf<'ACCESS'>) => new misc.AccessRequest(h, m), done('ACCESS')),
  GETLK: operation<'GETLK', 'getlk'>(
    'getlk',
    (host, message) => new misc.LockRequest(host, message),
    (space, { start, end, type, pid }, message) => {
      const lk = { start, end: end === Infinity ? END_OF_FILE : end, type, pid }
      return encode(space, { op: 'GETLK', unique: uniqueOf(message), fuse_lk_out: { lk } })
    },
  ),
  SETLK: operation('setlk', (h, m: RequestOf<'SETLK'>) => new misc.LockRequest(h, m), done('SETLK')),
  SETLKW: operation('setlk', (h, m: RequestOf<'SETLKW'>) => new misc.LockRequest(h, m), done('SETLKW')),
  BMAP: operation<'BMAP', 'bmap'>(
    'bmap',
    (host, message) => new misc.BmapRequest(host, message),
    (space, block, message) => encode(space, { op: 'BMAP', unique: uniqueOf(message), fuse_bmap_out: { block } }),
  ),
  IOCTL: operation<'IOCTL', 'ioctl'>(
    'ioctl',
    (host, message) => new misc.IoctlRequest(host, message),
    (space, { result = 0, data = new Uint8Array(0) }, message) => {
      checkedCount('IOCTL', data.length, message.fuse_ioctl_in.out_size)
      const fuse_ioctl_out = { result, flags: 0, in_iovs: 0, out_iovs: 0 }
      return encode(space, { op: 'IOCTL', unique: uniqueOf(message), fuse_ioctl_out, outData: data })
    },
  ),
  POLL: operation<'POLL', 'poll'>(
    'poll',
    (host, message) => new misc.PollRequest(host, message),
    (space, revents, message) => encode(space, { op: 'POLL', unique: uniqueOf(message), fuse_poll_out: { revents } }),
  ),
  FALLOCATE: operation(
    'fallocate',
    (h, m: RequestOf<'FALLOCATE'>) => new file.FallocateRequest(h, m),
    done('FALLOCATE'),
  ),
  LSEEK: operation<'LSEEK', 'lseek'>(
    'lseek',
    (host, message) => new file.LseekRequest(host, message),
    (space, offset, message) => encode(space, { op: 'LSEEK', unique: uniqueOf(message), fuse_lseek_out: { offset } }),
  ),
  COPY_FILE_RANGE: operation(
    'copyFileRange',
    (h, m: RequestOf<'COPY_FILE_RANGE'>) => new file.CopyFileRangeRequest(h, m),
    copied('COPY_FILE_RANGE'),
  ),
  COPY_FILE_RANGE_64: operation<'COPY_FILE_RANGE_64', 'copyFileRange'>(
    'copyFileRange',
    (host, message) => new file.CopyFileRangeRequest(host, message),
    (space, bytes_copied, message) => {
      const fuse_copy_file_range_out = {
        bytes_copied: checkedCount('COPY_FILE_RANGE_64', bytes_copied, message.fuse_copy_file_range_in.len),
      }
      return encode(space, { op: 'COPY_FILE_RANGE_64', unique: uniqueOf(message), fuse_copy_file_range_out })
    },
  ),
  SYNCFS: operation('syncfs', (h, m: RequestOf<'SYNCFS'>) => new RequestContext(h, m.header), done('SYNCFS')),
  DESTROY: {
    method: 'destroy',
    fills: false,
    request: (h, m: RequestOf<'DESTROY'>) => new RequestContext(h, m.header),
    reply: done('DESTROY'),
  },
}

/** A handler that answers more than was asked, or no number, has a fault: EIO, and it is reported. */
function checkedCount(op: OpcodeName, bytes: number, most: number | bigint): number {
  if (Number.isInteger(bytes) && bytes >= 0 && bytes <= most) return bytes
  throw new RangeError(`${op} of ${most} bytes was answered ${bytes}`)
}
