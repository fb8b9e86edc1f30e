import type { OpcodeName } from '#src/protocol/opcodes.js'
import type { MethodName } from '#src/server/operation.js'
import type { ReaddirplusRequest, ReaddirRequest } from '#src/server/requests/dir.js'
import type { ReadRequest } from '#src/server/requests/file.js'

/*
 * One case for each opcode: a request, the method it must call with which argument, what that answers, and the reply. A
 * new opcode does not compile without a case.
 */

export interface Case {
  /** The parts of the request, by their names in the table. */
  readonly request: object
  /** The method that is called, or why none is. */
  readonly method: MethodName | { readonly none: string }
  /** What its argument must have, besides node, uid, gid, pid and unique. */
  readonly argument?: object
  /** What it answers; a function is called with the argument. */
  readonly answer?: unknown
  /** What the reply must have. Without it, the errno, or 'nothing' if there is no reply at all. */
  readonly reply?: object | number | 'nothing'
  /** The request asks for a size of 0. */
  readonly sizeZero?: boolean
}

const FILE = 0o100644
const entry = (mode: number) => ({ node: 77, generation: 3, attr: { mode, size: 9 }, entryTimeoutMs: 2250 })
const entryOut = { nodeid: 77, generation: 3, entry_valid: 2, entry_valid_nsec: 250_000_000, attr_valid: 0 }
const lock = { start: 10, end: 19, type: 1, pid: 33 }
const lockIn = { fh: 4, owner: 2n ** 60n, lk: lock, lk_flags: 1 }
const lockArgument = { fh: 4, owner: 2n ** 60n, start: 10, end: 19, type: 1, lockPid: 33, flock: true }
const readIn = { fh: 4, offset: 512, size: 4096, read_flags: 2, lock_owner: 6, flags: 0o2 }
const copyIn = { fh_in: 4, off_in: 1, nodeid_out: 6, fh_out: 7, off_out: 2, len: 100, flags: 0 }
const copyArgument = { fhIn: 4, offsetIn: 1, nodeOut: 6, fhOut: 7, offsetOut: 2, length: 100, flags: 0 }
const releaseIn = { fh: 4, flags: 0o2, release_flags: 3, lock_owner: 6 }
const releaseArgument = { fh: 4, flags: 0o2, lockOwner: 6, flush: true, flockUnlock: true }
const openIn = { flags: 0o2, open_flags: 1 }
const createIn = { flags: 0o102, mode: FILE, umask: 0o22, open_flags: 0 }
const timeout = { attr_valid: 7, attr_valid_nsec: 0 }
const fails = 5
const ok = {}

export const CASES: Readonly<Record<OpcodeName, readonly Case[]>> = {
  LOOKUP: [
    {
      request: { name: 'a' },
      method: 'lookup',
      argument: { parent: 5, name: 'a' },
      answer: entry(FILE),
      reply: { fuse_entry_out: entryOut },
    },
    {
      request: { name: 'a' },
      method: 'lookup',
      answer: { node: 0, entryTimeoutMs: Infinity },
      reply: { fuse_entry_out: { nodeid: 0, entry_valid: 2 ** 40, entry_valid_nsec: 0 } },
    },
    { request: { name: 'a' }, method: 'lookup', answer: entry(0o644), reply: fails },
    { request: { name: 'a' }, method: 'lookup', answer: undefined, reply: fails },
    { request: { name: 'a' }, method: 'lookup', answer: { node: -1, attr: { mode: FILE } }, reply: fails },
    { request: { name: 'a' }, method: 'lookup', answer: { node: 77, attr: { mode: FILE, size: -1 } }, reply: fails },
    { request: { name: 'a' }, method: 'lookup', answer: { node: 77, attr: { mode: 'x' } }, reply: fails },
  ],
  FORGET: [
    {
      request: { fuse_forget_in: { nlookup: 3 } },
      method: 'forget',
      argument: { node: 5, nlookup: 3 },
      reply: 'nothing',
    },
  ],
  GETATTR: [
    {
      request: { fuse_getattr_in: { getattr_flags: 1, fh: 4 } },
      method: 'getattr',
      argument: { fh: 4 },
      answer: { attr: { mode: FILE, mtime: -5, mtimensec: 999_999_999 }, attrTimeoutMs: 7000 },
      reply: { fuse_attr_out: { ...timeout, attr: { ino: 5, mode: FILE, mtime: -5, mtimensec: 999_999_999 } } },
    },
    {
      request: { fuse_getattr_in: { getattr_flags: 0, fh: 4 } },
      method: 'getattr',
      argument: { fh: undefined },
      answer: { attr: { mode: 0o40755, nlink: 2 } },
      reply: { fuse_attr_out: { attr: { nlink: 2, blksize: 4096 } } },
    },
    { request: { fuse_getattr_in: { getattr_flags: 0, fh: 0 } }, method: 'getattr', answer: {}, reply: fails },
    {
      request: { fuse_getattr_in: { getattr_flags: 0, fh: 0 } },
      method: 'getattr',
      answer: { attr: { mode: 0o777 } },
      reply: fails,
    },
  ],
  SETATTR: [
    {
      request: {
        fuse_setattr_in: {
          valid: 0x1 | 0x2 | 0x8 | 0x20 | 0x40 | 0x80 | 0x200,
          fh: 4,
          size: 10,
          lock_owner: 6,
          atime: 1,
          mtime: 2,
          ctime: 3,
          atimensec: 4,
          mtimensec: 5,
          ctimensec: 6,
          mode: 0o600,
          uid: 7,
          gid: 8,
        },
      },
      method: 'setattr',
      argument: {
        fh: 4,
        mode: 0o600,
        newUid: 7,
        newGid: undefined,
        size: 10,
        lockOwner: 6,
        killSuidgid: false,
        atime: 'now',
        mtime: { sec: 2, nsec: 5 },
        ctime: undefined,
      },
      answer: { attr: { mode: FILE }, attrTimeoutMs: 7000 },
      reply: { fuse_attr_out: timeout },
    },
  ],
  READLINK: [
    { request: {}, method: 'readlink', answer: 'to\udc80', reply: { target: Buffer.from([0x74, 0x6f, 0x80]) } },
    { request: {}, method: 'readlink', answer: '', reply: fails },
    { request: {}, method: 'readlink', answer: undefined, reply: fails },
  ],
  SYMLINK: [
    {
      request: { name: 'a', target: '../b' },
      method: 'symlink',
      argument: { parent: 5, name: 'a', target: '../b' },
      answer: entry(0o120777),
      reply: { fuse_entry_out: entryOut },
    },
    { request: { name: 'a', target: 'b' }, method: 'symlink', answer: entry(FILE), reply: fails },
  ],
  MKNOD: [
    {
      request: { fuse_mknod_in: { mode: 0o10600, rdev: 0, umask: 0o22 }, name: 'a' },
      method: 'mknod',
      argument: { parent: 5, name: 'a', mode: 0o10600, rdev: 0, umask: 0o22, extensions: undefined },
      answer: entry(0o10600),
      reply: { fuse_entry_out: entryOut },
    },
    {
      request: { fuse_mknod_in: { mode: 0o10600, rdev: 0, umask: 0 }, name: 'a' },
      method: 'mknod',
      answer: entry(FILE),
      reply: fails,
    },
  ],
  MKDIR: [
    {
      request: { fuse_mkdir_in: { mode: 0o755, umask: 0o22 }, name: 'a', extensions: new Uint8Array(8) },
      method: 'mkdir',
      argument: { parent: 5, name: 'a', mode: 0o755, umask: 0o22, extensions: new Uint8Array(8) },
      answer: entry(0o40755),
      reply: { fuse_entry_out: entryOut },
    },
    {
      request: { fuse_mkdir_in: { mode: 0o755, umask: 0 }, name: 'a' },
      method: 'mkdir',
      answer: { ...entry(0o40755), node: 0 },
      reply: fails,
    },
    {
      request: { fuse_mkdir_in: { mode: 0o755, umask: 0 }, name: 'a' },
      method: 'mkdir',
      answer: { ...entry(0o40755), node: 1 },
      reply: fails,
    },
  ],
  UNLINK: [{ request: { name: 'a' }, method: 'unlink', argument: { parent: 5, name: 'a' }, reply: ok }],
  RMDIR: [{ request: { name: 'a' }, method: 'rmdir', argument: { parent: 5, name: 'a' }, reply: ok }],
  RENAME: [
    {
      request: { fuse_rename_in: { newdir: 6 }, oldname: 'a', newname: 'b' },
      method: 'rename',
      argument: { parent: 5, name: 'a', newParent: 6, newName: 'b', flags: 0 },
      reply: ok,
    },
  ],
  LINK: [
    {
      request: { fuse_link_in: { oldnodeid: 9 }, newname: 'b' },
      method: 'link',
      argument: { node: 9, newParent: 5, newName: 'b' },
      answer: entry(FILE),
      reply: { fuse_entry_out: entryOut },
    },
  ],
  OPEN: [
    {
      request: { fuse_open_in: openIn },
      method: 'open',
      argument: { flags: 0o2, openFlags: 1 },
      answer: { fh: 12, directIo: true, keepCache: true, cacheDir: true, parallelDirectWrites: true },
      reply: { fuse_open_out: { fh: 12, open_flags: 1 | 2 | 64, backing_id: 0 } },
    },
    { request: { fuse_open_in: openIn }, method: 'open', answer: undefined, reply: fails },
    { request: { fuse_open_in: openIn }, method: 'open', answer: { fh: -1 }, reply: fails },
  ],
  READ: [
    {
      request: { fuse_read_in: readIn },
      method: 'read',
      argument: { fh: 4, offset: 512, size: 4096, flags: 0o2, lockOwner: 6 },
      answer: ({ buffer }: ReadRequest) => buffer.fill(7, 0, 3) && 3,
      reply: { data: new Uint8Array([7, 7, 7]) },
    },
    {
      request: { fuse_read_in: readIn },
      method: 'read',
      answer: new Uint8Array(600).fill(9),
      reply: { data: new Uint8Array(600).fill(9) },
    },
    { request: { fuse_read_in: readIn }, method: 'read', answer: 0, reply: { data: new Uint8Array(0) } },
    { request: { fuse_read_in: readIn }, method: 'read', answer: 4097, reply: fails },
    { request: { fuse_read_in: readIn }, method: 'read', answer: new Uint8Array(4097), reply: fails },
    { request: { fuse_read_in: readIn }, method: 'read', answer: -1, reply: fails },
    { request: { fuse_read_in: readIn }, method: 'read', answer: 0.5, reply: fails },
    { request: { fuse_read_in: readIn }, method: 'read', answer: undefined, reply: fails },
    { request: { fuse_read_in: readIn }, method: 'read', answer: 'text', reply: fails },
  ],
  WRITE: [
    {
      request: {
        fuse_write_in: { fh: 4, offset: 512, size: 3, write_flags: 1 | 2 | 4, lock_owner: 6, flags: 0o1 },
        data: new Uint8Array([1, 2, 3]),
      },
      method: 'write',
      argument: {
        fh: 4,
        offset: 512,
        data: new Uint8Array([1, 2, 3]),
        flags: 1,
        lockOwner: 6,
        writeback: true,
        killSuidgid: true,
      },
      answer: 2,
      reply: { fuse_write_out: { size: 2 } },
    },
    ...[4, -1, undefined, '3', NaN].map((answer) => ({
      request: {
        fuse_write_in: { fh: 4, offset: 0, size: 3, write_flags: 0, lock_owner: 0, flags: 0 },
        data: new Uint8Array(3),
      },
      method: 'write' as const,
      answer,
      reply: fails,
    })),
  ],
  STATFS: [
    {
      request: {},
      method: 'statfs',
      answer: { blocks: 100, bfree: 2n ** 60n, bsize: 512 },
      reply: { fuse_statfs_out: { st: { blocks: 100, bfree: 2n ** 60n, bsize: 512, frsize: 512, namelen: 255 } } },
    },
    { request: {}, method: 'statfs', answer: undefined, reply: fails },
    { request: {}, method: 'statfs', answer: { blocks: -1 }, reply: fails },
  ],
  RELEASE: [{ request: { fuse_release_in: releaseIn }, method: 'release', argument: releaseArgument, reply: ok }],
  FSYNC: [
    {
      request: { fuse_fsync_in: { fh: 4, fsync_flags: 1 } },
      method: 'fsync',
      argument: { fh: 4, datasync: true },
      reply: ok,
    },
  ],
  SETXATTR: [
    {
      request: {
        fuse_setxattr_in: { size: 2, flags: 1, setxattr_flags: 1 },
        name: 'user.a',
        value: new Uint8Array([8, 9]),
      },
      method: 'setxattr',
      argument: { name: 'user.a', value: new Uint8Array([8, 9]), flags: 1, setxattrFlags: 1 },
      reply: ok,
    },
  ],
  GETXATTR: [
    {
      request: { fuse_getxattr_in: { size: 5 }, name: 'user.a' },
      method: 'getxattr',
      argument: { name: 'user.a' },
      answer: new Uint8Array(5),
      reply: { value: new Uint8Array(5) },
    },
    {
      request: { fuse_getxattr_in: { size: 0 }, name: 'user.a' },
      method: 'getxattr',
      answer: new Uint8Array(5),
      reply: { fuse_getxattr_out: { size: 5 } },
      sizeZero: true,
    },
    { request: { fuse_getxattr_in: { size: 4 }, name: 'u' }, method: 'getxattr', answer: new Uint8Array(5), reply: 34 },
    { request: { fuse_getxattr_in: { size: 9 }, name: 'u' }, method: 'getxattr', answer: 'text', reply: fails },
    { request: { fuse_getxattr_in: { size: 0 }, name: 'u' }, method: 'getxattr', answer: [1], reply: fails },
  ],
  LISTXATTR: [
    {
      request: { fuse_getxattr_in: { size: 100 } },
      method: 'listxattr',
      answer: ['user.a', 'user.b'],
      reply: { names: Buffer.from('user.a\0user.b\0') },
    },
    {
      request: { fuse_getxattr_in: { size: 0 } },
      method: 'listxattr',
      answer: ['user.a'],
      reply: { fuse_getxattr_out: { size: 7 } },
      sizeZero: true,
    },
    { request: { fuse_getxattr_in: { size: 6 } }, method: 'listxattr', answer: ['user.a'], reply: 34 },
    { request: { fuse_getxattr_in: { size: 99 } }, method: 'listxattr', answer: [1], reply: fails },
    { request: { fuse_getxattr_in: { size: 99 } }, method: 'listxattr', answer: undefined, reply: fails },
  ],
  REMOVEXATTR: [{ request: { name: 'user.a' }, method: 'removexattr', argument: { name: 'user.a' }, reply: ok }],
  FLUSH: [
    {
      request: { fuse_flush_in: { fh: 4, lock_owner: 2n ** 63n } },
      method: 'flush',
      argument: { fh: 4, lockOwner: 2n ** 63n },
      reply: ok,
    },
  ],
  INIT: [{ request: {}, method: { none: 'the session negotiates: see the tests of INIT' } }],
  OPENDIR: [
    {
      request: { fuse_open_in: openIn },
      method: 'opendir',
      argument: { flags: 0o2, openFlags: 1 },
      answer: { fh: 12, keepCache: true, cacheDir: true },
      reply: { fuse_open_out: { fh: 12, open_flags: 2 | 8 } },
    },
  ],
  READDIR: [
    {
      request: { fuse_read_in: { ...readIn, offset: 2n ** 62n } },
      method: 'readdir',
      argument: { fh: 4, offset: 2n ** 62n, size: 4096 },
      answer: (req: ReaddirRequest) => void req.add('a', 7, FILE, 1),
      reply: {
        // ino 7, off 1, namelen 1, type 8, the name, 7 bytes of padding
        entries: Buffer.from('0700000000000000010000000000000001000000080000006100000000000000', 'hex'),
      },
    },
    ...['', 'a/b', 'a\0b', 'x'.repeat(4096), '\ud800'].map((name) => ({
      request: { fuse_read_in: readIn },
      method: 'readdir' as const,
      answer: (req: ReaddirRequest) => void req.add(name, 7, FILE, 1),
      reply: fails,
    })),
    {
      request: { fuse_read_in: readIn },
      method: 'readdir',
      answer: (req: ReaddirRequest) => void req.add('a', 7, FILE, 0),
      reply: fails,
    },
    {
      request: { fuse_read_in: readIn },
      method: 'readdir',
      answer: (req: ReaddirRequest) => void req.add('a', -7, FILE, 1),
      reply: fails,
    },
  ],
  RELEASEDIR: [{ request: { fuse_release_in: releaseIn }, method: 'releasedir', argument: releaseArgument, reply: ok }],
  FSYNCDIR: [
    {
      request: { fuse_fsync_in: { fh: 4, fsync_flags: 0 } },
      method: 'fsyncdir',
      argument: { fh: 4, datasync: false },
      reply: ok,
    },
  ],
  GETLK: [
    {
      request: { fuse_lk_in: lockIn },
      method: 'getlk',
      argument: lockArgument,
      answer: { ...lock, end: Infinity },
      reply: { fuse_lk_out: { lk: { ...lock, end: 2n ** 63n - 1n } } },
    },
    { request: { fuse_lk_in: lockIn }, method: 'getlk', answer: undefined, reply: fails },
  ],
  SETLK: [{ request: { fuse_lk_in: lockIn }, method: 'setlk', argument: { ...lockArgument, wait: false }, reply: ok }],
  SETLKW: [
    {
      request: { fuse_lk_in: { ...lockIn, lk: { ...lock, end: 2n ** 63n - 1n } } },
      method: 'setlk',
      argument: { ...lockArgument, end: Infinity, wait: true },
      reply: ok,
    },
  ],
  ACCESS: [{ request: { fuse_access_in: { mask: 4 } }, method: 'access', argument: { mask: 4 }, reply: ok }],
  CREATE: [
    {
      request: { fuse_create_in: createIn, name: 'a' },
      method: 'create',
      argument: { parent: 5, name: 'a', mode: FILE, umask: 0o22, flags: 0o102, openFlags: 0 },
      answer: { entry: entry(FILE), open: { fh: 12, nonseekable: true } },
      reply: { fuse_entry_out: entryOut, fuse_open_out: { fh: 12, open_flags: 4 } },
    },
    {
      request: { fuse_create_in: createIn, name: 'a' },
      method: 'create',
      answer: { entry: entry(0o40755), open: { fh: 12 } },
      reply: fails,
    },
    { request: { fuse_create_in: createIn, name: 'a' }, method: 'create', answer: {}, reply: fails },
    {
      request: { fuse_create_in: createIn, name: 'a' },
      method: 'create',
      answer: { entry: { ...entry(FILE), node: 0 } },
      reply: fails,
    },
  ],
  INTERRUPT: [
    {
      request: { fuse_interrupt_in: { unique: 6 } },
      method: { none: 'it aborts the signal of another request: see the tests of INTERRUPT' },
      reply: 'nothing',
    },
  ],
  BMAP: [
    {
      request: { fuse_bmap_in: { block: 8, blocksize: 512 } },
      method: 'bmap',
      argument: { block: 8, blocksize: 512 },
      answer: 99,
      reply: { fuse_bmap_out: { block: 99 } },
    },
  ],
  DESTROY: [{ request: {}, method: 'destroy', reply: ok }],
  IOCTL: [
    {
      request: {
        fuse_ioctl_in: { fh: 4, flags: 1, cmd: 0x5401, arg: 2n ** 60n, in_size: 2, out_size: 3 },
        inData: new Uint8Array([1, 2]),
      },
      method: 'ioctl',
      argument: { fh: 4, flags: 1, cmd: 0x5401, arg: 2n ** 60n, data: new Uint8Array([1, 2]), outSize: 3 },
      answer: { result: -5, data: new Uint8Array([9]) },
      reply: { fuse_ioctl_out: { result: -5 }, outData: new Uint8Array([9]) },
    },
    {
      request: {
        fuse_ioctl_in: { fh: 4, flags: 0, cmd: 1, arg: 0, in_size: 0, out_size: 3 },
        inData: new Uint8Array(0),
      },
      method: 'ioctl',
      answer: { data: new Uint8Array(4) },
      reply: fails,
    },
  ],
  POLL: [
    {
      request: { fuse_poll_in: { fh: 4, kh: 20, flags: 1, events: 5 } },
      method: 'poll',
      argument: { fh: 4, events: 5 },
      answer: 1,
      reply: { fuse_poll_out: { revents: 1 } },
    },
  ],
  NOTIFY_REPLY: [
    {
      request: { fuse_notify_retrieve_in: { offset: 0, size: 1 }, data: new Uint8Array(1) },
      method: { none: 'it answers the notifier' },
      reply: 'nothing',
    },
  ],
  BATCH_FORGET: [
    {
      request: {
        fuse_batch_forget_in: { count: 1 },
        fuse_forget_one: [{ nodeid: 9, nlookup: 2 }],
      },
      method: 'forget',
      argument: { node: 9, nlookup: 2 },
      reply: 'nothing',
    },
  ],
  FALLOCATE: [
    {
      request: { fuse_fallocate_in: { fh: 4, offset: 1, length: 2, mode: 3 } },
      method: 'fallocate',
      argument: { fh: 4, offset: 1, length: 2, mode: 3 },
      reply: ok,
    },
  ],
  READDIRPLUS: [
    {
      request: { fuse_read_in: readIn },
      method: 'readdirplus',
      argument: { fh: 4, offset: 512, size: 4096 },
      answer: (req: ReaddirplusRequest) => void req.addName('.', 5, 0o40000, 1),
      reply: {},
    },
    {
      request: { fuse_read_in: readIn },
      method: 'readdirplus',
      answer: (req: ReaddirplusRequest) => void req.add('a', entry(0) as never, 1),
      reply: fails,
    },
  ],
  RENAME2: [
    {
      request: { fuse_rename2_in: { newdir: 6, flags: 1 }, oldname: 'a', newname: 'b' },
      method: 'rename',
      argument: { parent: 5, name: 'a', newParent: 6, newName: 'b', flags: 1 },
      reply: ok,
    },
  ],
  LSEEK: [
    {
      request: { fuse_lseek_in: { fh: 4, offset: 10, whence: 3 } },
      method: 'lseek',
      argument: { fh: 4, offset: 10, whence: 3 },
      answer: 11,
      reply: { fuse_lseek_out: { offset: 11 } },
    },
    {
      request: { fuse_lseek_in: { fh: 4, offset: 10, whence: 3 } },
      method: 'lseek',
      answer: -1,
      reply: fails,
    },
  ],
  COPY_FILE_RANGE: [
    {
      request: { fuse_copy_file_range_in: copyIn },
      method: 'copyFileRange',
      argument: copyArgument,
      answer: 100,
      reply: { fuse_write_out: { size: 100 } },
    },
    { request: { fuse_copy_file_range_in: copyIn }, method: 'copyFileRange', answer: 101, reply: fails },
  ],
  SETUPMAPPING: [{ request: mapping(), method: { none: 'DAX, which only virtio-fs has' }, reply: 38 }],
  REMOVEMAPPING: [
    {
      request: { fuse_removemapping_in: { count: 0 }, fuse_removemapping_one: [] },
      method: { none: 'DAX, which only virtio-fs has' },
      reply: 38,
    },
  ],
  SYNCFS: [{ request: { fuse_syncfs_in: { padding: 0 } }, method: 'syncfs', reply: ok }],
  TMPFILE: [
    {
      request: { fuse_create_in: createIn, name: '/' },
      method: 'tmpfile',
      argument: { parent: 5, name: '/', mode: FILE, flags: 0o102 },
      answer: { entry: entry(FILE) },
      reply: { fuse_entry_out: entryOut, fuse_open_out: { fh: 0, open_flags: 0 } },
    },
  ],
  STATX: [
    {
      request: { fuse_statx_in: { getattr_flags: 1, fh: 4, sx_flags: 2, sx_mask: 0xfff } },
      method: 'statx',
      argument: { fh: 4, sxFlags: 2, sxMask: 0xfff },
      answer: { mask: 0x7ff, attr: { mode: FILE, rdev: 0x12_3456 }, btime: 8, attrTimeoutMs: 7000 },
      reply: {
        fuse_statx_out: {
          ...timeout,
          stat: { mask: 0x7ff, mode: FILE, btime: { tv_sec: 8, tv_nsec: 0 }, rdev_major: 0x234, rdev_minor: 0x156 },
        },
      },
    },
    {
      request: { fuse_statx_in: { getattr_flags: 0, fh: 0, sx_flags: 0, sx_mask: 0 } },
      method: 'statx',
      answer: { mask: 0, attr: { mode: 0 } },
      reply: fails,
    },
  ],
  COPY_FILE_RANGE_64: [
    {
      request: { fuse_copy_file_range_in: { ...copyIn, len: 2n ** 40n } },
      method: 'copyFileRange',
      argument: { ...copyArgument, length: 2 ** 40 },
      answer: 2 ** 33,
      reply: { fuse_copy_file_range_out: { bytes_copied: 2 ** 33 } },
    },
    { request: { fuse_copy_file_range_in: copyIn }, method: 'copyFileRange', answer: 101, reply: fails },
  ],
  CUSE_INIT: [{ request: {}, method: { none: 'character devices are not served' } }],
}

function mapping(): object {
  return { fuse_setupmapping_in: { fh: 4, foffset: 0, len: 0, flags: 0, moffset: 0 } }
}
