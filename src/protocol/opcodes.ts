import { any64 } from './field.js'
import { array, body, component, data, elastic, rest, text, type Part } from './parts.js'
import { fuse_attr_out, fuse_entry_out, fuse_getattr_in, fuse_setattr_in, fuse_statfs_out } from './structs/attr.js'
import { fuse_removemapping_in, fuse_removemapping_one, fuse_setupmapping_in } from './structs/device.js'
import {
  fuse_copy_file_range_in,
  fuse_copy_file_range_out,
  fuse_create_in,
  fuse_fallocate_in,
  fuse_flush_in,
  fuse_fsync_in,
  fuse_lseek_in,
  fuse_lseek_out,
  fuse_open_in,
  fuse_open_out,
  fuse_read_in,
  fuse_release_in,
  fuse_write_in,
  fuse_write_out,
} from './structs/file.js'
import { cuse_init_in, cuse_init_out, fuse_init_in, fuse_init_out } from './structs/init.js'
import {
  fuse_access_in,
  fuse_bmap_in,
  fuse_bmap_out,
  fuse_getxattr_in,
  fuse_getxattr_out,
  fuse_interrupt_in,
  fuse_ioctl_in,
  fuse_ioctl_out,
  fuse_lk_in,
  fuse_lk_out,
  fuse_poll_in,
  fuse_poll_out,
  fuse_setxattr_in,
  fuse_syncfs_in,
} from './structs/misc.js'
import {
  fuse_batch_forget_in,
  fuse_forget_in,
  fuse_forget_one,
  fuse_link_in,
  fuse_mkdir_in,
  fuse_mknod_in,
  fuse_rename2_in,
  fuse_rename_in,
} from './structs/name.js'
import { fuse_notify_retrieve_in } from './structs/notify.js'
import { fuse_statx_in, fuse_statx_out } from './structs/statx.js'
import type { WireFormat } from './version.js'

/** What the kernel may append to a request that creates an object, in this order, if it was negotiated. */
export type ExtensionKind = 'secctx' | 'suppGroups'

/** One opcode with everything that the protocol says of it. */
export interface OpcodeRow {
  readonly code: number
  /** Minor of protocol 7 in which it appeared; 0: before the changelog starts; null: the changelog does not say. */
  readonly since: number | null
  /** What `fuse_in_header.nodeid` names. */
  readonly nodeid: string
  readonly in: readonly Part[]
  /** The body of a successful reply. */
  readonly out: readonly Part[]
  /** The body instead of `out` when the request asked for a size of 0. */
  readonly outIfSizeZero?: readonly Part[]
  /** Whether a reply is due. INTERRUPT may get one that is an error; FORGET and its kin never do. */
  readonly reply: boolean
  readonly extensions: readonly ExtensionKind[]
  readonly note?: string
}

interface Columns<I, O> {
  readonly in: I
  readonly out: O
  readonly reply?: boolean
  readonly extensions?: readonly ExtensionKind[]
  readonly note?: string
}

function row<const I extends readonly Part[], const O extends readonly Part[]>(
  code: number,
  since: number | null,
  nodeid: string,
  columns: Columns<I, O>,
): Omit<OpcodeRow, 'in' | 'out'> & { readonly in: I; readonly out: O } {
  return { code, since, nodeid, reply: true, extensions: [], ...columns }
}

/** A row whose reply is another one when the request asks for a size of 0. */
function sizedRow<const I extends readonly Part[], const O extends readonly Part[], const Z extends readonly Part[]>(
  code: number,
  since: number,
  nodeid: string,
  columns: Columns<I, O> & { readonly outIfSizeZero: Z },
): Omit<OpcodeRow, 'in' | 'out' | 'outIfSizeZero'> & { readonly in: I; readonly out: O; readonly outIfSizeZero: Z } {
  return { code, since, nodeid, reply: true, extensions: [], ...columns }
}

const CREATES: readonly ExtensionKind[] = ['secctx', 'suppGroups']

const entryOut = body(fuse_entry_out, (wire) => (wire.minor < 9 ? 120 : 128))
const attrOut = body(fuse_attr_out, (wire) => (wire.minor < 9 ? 96 : 104))
const createIn = body(fuse_create_in, (wire) => (wire.minor < 12 ? 8 : 16))
/** In a directory the offset is a cookie, which a foreign server may choose from all 64 bits. */
const readdirIn = body(fuse_read_in.with({ offset: any64 }))
const setxattrSize = (wire: WireFormat): number => (wire.setxattrExt ? 16 : 8)

/** Every request of the protocol. */
export const OPCODES = {
  LOOKUP: row(1, 0, 'parent directory', {
    in: [component('name')],
    out: [entryOut],
    note: 'nodeid 0 in the reply is a negative entry, cached for entry_valid; "." and ".." only with EXPORT_SUPPORT',
  }),
  FORGET: row(2, 0, 'object', { in: [body(fuse_forget_in)], out: [], reply: false }),
  GETATTR: row(3, 0, 'object', { in: [body(fuse_getattr_in)], out: [attrOut] }),
  SETATTR: row(4, 1, 'object', { in: [body(fuse_setattr_in)], out: [attrOut] }),
  READLINK: row(5, 0, 'symlink', { in: [], out: [rest('target')], note: 'the target in the reply has no NUL' }),
  SYMLINK: row(6, 1, 'parent directory', {
    in: [component('name'), text('target')],
    out: [entryOut],
    extensions: CREATES,
  }),
  MKNOD: row(8, 1, 'parent directory', {
    in: [body(fuse_mknod_in, (wire) => (wire.minor < 12 ? 8 : 16)), component('name')],
    out: [entryOut],
    extensions: CREATES,
  }),
  MKDIR: row(9, 1, 'parent directory', {
    in: [body(fuse_mkdir_in), component('name')],
    out: [entryOut],
    extensions: CREATES,
  }),
  UNLINK: row(10, 1, 'parent directory', { in: [component('name')], out: [] }),
  RMDIR: row(11, 1, 'parent directory', { in: [component('name')], out: [] }),
  RENAME: row(12, 1, 'old parent directory', {
    in: [body(fuse_rename_in), component('oldname'), component('newname')],
    out: [],
  }),
  LINK: row(13, 1, 'new parent directory', { in: [body(fuse_link_in), component('newname')], out: [entryOut] }),
  OPEN: row(14, 1, 'object', { in: [body(fuse_open_in)], out: [body(fuse_open_out)] }),
  READ: row(15, 1, 'object', { in: [body(fuse_read_in)], out: [rest('data')] }),
  WRITE: row(16, 1, 'object', {
    in: [body(fuse_write_in, (wire) => (wire.minor < 9 ? 24 : 40)), data('data', fuse_write_in, 'size')],
    out: [body(fuse_write_out)],
  }),
  STATFS: row(17, 0, 'object the call was made on', {
    in: [],
    out: [body(fuse_statfs_out, (wire) => (wire.minor < 4 ? 48 : 80))],
  }),
  RELEASE: row(18, 1, 'object', { in: [body(fuse_release_in)], out: [] }),
  FSYNC: row(20, 1, 'object', { in: [body(fuse_fsync_in)], out: [] }),
  SETXATTR: row(21, 1, 'object', {
    in: [body(fuse_setxattr_in, setxattrSize), text('name'), data('value', fuse_setxattr_in, 'size')],
    out: [],
  }),
  GETXATTR: sizedRow(22, 1, 'object', {
    in: [body(fuse_getxattr_in), text('name')],
    out: [rest('value')],
    outIfSizeZero: [body(fuse_getxattr_out)],
  }),
  LISTXATTR: sizedRow(23, 1, 'object', {
    in: [body(fuse_getxattr_in)],
    out: [rest('names')],
    outIfSizeZero: [body(fuse_getxattr_out)],
    note: 'each name is followed by NUL',
  }),
  REMOVEXATTR: row(24, 1, 'object', { in: [text('name')], out: [] }),
  FLUSH: row(25, 1, 'object', { in: [body(fuse_flush_in)], out: [] }),
  INIT: row(26, 0, '0', {
    in: [elastic(fuse_init_in, (wire) => (wire.minor < 6 ? 8 : wire.minor < 36 ? 16 : 64))],
    out: [elastic(fuse_init_out, (wire) => (wire.minor < 5 ? 8 : wire.minor < 23 ? 24 : 64))],
    note: "the request has the length of the sender's minor, the reply that of the minor it names",
  }),
  OPENDIR: row(27, 1, 'directory', { in: [body(fuse_open_in)], out: [body(fuse_open_out)] }),
  READDIR: row(28, 1, 'directory', {
    in: [readdirIn],
    out: [rest('entries')],
    note: 'records of fuse_dirent; an empty reply marks the end of the directory',
  }),
  RELEASEDIR: row(29, 1, 'directory', { in: [body(fuse_release_in)], out: [] }),
  FSYNCDIR: row(30, 2, 'directory', { in: [body(fuse_fsync_in)], out: [] }),
  GETLK: row(31, 7, 'object', { in: [body(fuse_lk_in)], out: [body(fuse_lk_out)] }),
  SETLK: row(32, 7, 'object', { in: [body(fuse_lk_in)], out: [] }),
  SETLKW: row(33, 7, 'object', { in: [body(fuse_lk_in)], out: [], note: 'may wait; EINTR after INTERRUPT' }),
  ACCESS: row(34, 3, 'object', { in: [body(fuse_access_in)], out: [] }),
  CREATE: row(35, 3, 'parent directory', {
    in: [createIn, component('name')],
    out: [entryOut, body(fuse_open_out)],
    extensions: CREATES,
  }),
  INTERRUPT: row(36, 7, '0', {
    in: [body(fuse_interrupt_in)],
    out: [],
    reply: false,
    note: 'may be answered with EAGAIN (send it again) or ENOSYS (send no more of them)',
  }),
  BMAP: row(37, 8, 'object', { in: [body(fuse_bmap_in)], out: [body(fuse_bmap_out)] }),
  DESTROY: row(38, 8, '0', { in: [], out: [], note: 'only on block-device mounts and virtio-fs' }),
  IOCTL: row(39, 11, 'object', {
    in: [body(fuse_ioctl_in), data('inData', fuse_ioctl_in, 'in_size')],
    out: [body(fuse_ioctl_out), rest('outData')],
    note: 'with IOCTL_RETRY, which CUSE alone may use, outData holds records of fuse_ioctl_iovec',
  }),
  POLL: row(40, 11, 'object', { in: [body(fuse_poll_in)], out: [body(fuse_poll_out)] }),
  NOTIFY_REPLY: row(41, 15, 'object of the RETRIEVE', {
    in: [body(fuse_notify_retrieve_in), data('data', fuse_notify_retrieve_in, 'size')],
    out: [],
    reply: false,
    note: 'answers RETRIEVE; fuse_in_header.unique is its notify_unique',
  }),
  BATCH_FORGET: row(42, 16, '0', {
    in: [body(fuse_batch_forget_in), array(fuse_forget_one, fuse_batch_forget_in, 'count')],
    out: [],
    reply: false,
  }),
  FALLOCATE: row(43, 19, 'object', { in: [body(fuse_fallocate_in)], out: [] }),
  READDIRPLUS: row(44, 21, 'directory', {
    in: [readdirIn],
    out: [rest('entries')],
    note: 'records of fuse_direntplus; each with a nodeid counts as a lookup, except "." and ".."',
  }),
  RENAME2: row(45, 23, 'old parent directory', {
    in: [body(fuse_rename2_in), component('oldname'), component('newname')],
    out: [],
  }),
  LSEEK: row(46, 24, 'object', { in: [body(fuse_lseek_in)], out: [body(fuse_lseek_out)] }),
  COPY_FILE_RANGE: row(47, 28, 'source file', { in: [body(fuse_copy_file_range_in)], out: [body(fuse_write_out)] }),
  SETUPMAPPING: row(48, 31, 'object', { in: [body(fuse_setupmapping_in)], out: [], note: 'DAX over virtio-fs only' }),
  REMOVEMAPPING: row(49, 31, 'object', {
    in: [body(fuse_removemapping_in), array(fuse_removemapping_one, fuse_removemapping_in, 'count')],
    out: [],
    note: 'DAX over virtio-fs only',
  }),
  SYNCFS: row(50, 34, 'root', { in: [body(fuse_syncfs_in)], out: [] }),
  TMPFILE: row(51, 37, 'parent directory', {
    in: [createIn, text('name')],
    out: [entryOut, body(fuse_open_out)],
    extensions: CREATES,
    note: 'the name is "/": the file has none',
  }),
  STATX: row(52, 39, 'object', { in: [body(fuse_statx_in)], out: [body(fuse_statx_out)] }),
  COPY_FILE_RANGE_64: row(53, 45, 'source file', {
    in: [body(fuse_copy_file_range_in)],
    out: [body(fuse_copy_file_range_out)],
  }),
  CUSE_INIT: row(4096, null, '0', {
    in: [body(cuse_init_in)],
    out: [body(cuse_init_out), rest('devInfo')],
    note: 'takes the place of INIT on a CUSE device; devInfo holds KEY=value strings, each followed by NUL',
  }),
} as const satisfies Record<string, OpcodeRow>

/** Numbers that are never opcodes, and what reads as one: the first request in the byte order of another machine. */
export const RESERVED_OPCODES = {
  CUSE_INIT_BSWAP_RESERVED: { code: 0x10_0000, meaning: 'CUSE_INIT in the other byte order' },
  INIT_BSWAP_RESERVED: { code: 0x1a00_0000, meaning: 'INIT in the other byte order' },
} as const

/** The name of a request, such as `'LOOKUP'`. */
export type OpcodeName = keyof typeof OPCODES

const NAMES: ReadonlyMap<number, OpcodeName> = new Map(
  Object.entries(OPCODES).map(([name, { code }]) => [code, name as OpcodeName]),
)

/** The name of opcode `code`, or undefined if protocol 7.45 has none with that number. */
export function opcodeName(code: number): OpcodeName | undefined {
  return NAMES.get(code)
}
