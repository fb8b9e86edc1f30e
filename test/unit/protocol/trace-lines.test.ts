import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as protocol from '#src/protocol/index.js'
import type { NodeId, NotificationInput, ReplyInput, RequestInput, Unique, WireFormat } from '#src/protocol/index.js'

/* Lines of the trace, word for word. */

const unique = 12 as Unique
const node = (id: number): NodeId => id as NodeId
const fh = 7 as protocol.FileHandle
const header = { unique, nodeid: node(3), uid: 0, gid: 0, pid: 55 }
const bytes = (length: number): Uint8Array => new Uint8Array(length)
const at = (request: object): RequestInput => ({ header, ...request }) as RequestInput
const OLD: WireFormat = { minor: 8, setxattrExt: false }

function request(input: RequestInput, wire?: WireFormat): string {
  const message = protocol.messageBuffer(4096)
  const end = new protocol.MessageCodec(wire).encodeRequest(message, 0, input)
  return new protocol.Describer(wire).request('rx', message, 0, end)
}

function reply(input: object, sizeZero = false, wire?: WireFormat): string {
  const message = protocol.messageBuffer(4096)
  const value = { unique, ...input } as ReplyInput
  const end = new protocol.MessageCodec(wire).encodeReply(message, 0, value, false, sizeZero)
  return new protocol.Describer(wire).fromServer('tx', message, 0, end, value.op, sizeZero)
}

function notification(input: object): string {
  const message = protocol.messageBuffer(4096)
  const end = new protocol.MessageCodec().encodeNotification(message, 0, input as NotificationInput)
  return new protocol.Describer().fromServer('tx', message, 0, end, 'INIT')
}

function errorReply(errno: number): string {
  const message = protocol.messageBuffer(16)
  new protocol.MessageCodec().encodeOutHeader(message, 0, unique, errno, 0)
  return new protocol.Describer().reply('tx', message, 0, 16, 'LOOKUP')
}

/** A request made by `input`, then spoilt. */
function spoilt(input: RequestInput, spoil: (message: protocol.MessageBuffer, end: number) => number): string {
  const message = protocol.messageBuffer(4096)
  const end = spoil(message, new protocol.MessageCodec().encodeRequest(message, 0, input))
  return new protocol.Describer().request('rx', message, 0, end)
}

function spoiltReply(op: protocol.OpcodeName, spoil: (message: protocol.MessageBuffer) => number): string {
  const message = protocol.messageBuffer(256)
  new protocol.MessageCodec().encodeOutHeader(message, 0, unique, 0, 0)
  return new protocol.Describer().reply('tx', message, 0, spoil(message), op)
}

const time = { atime: 0, mtime: -5, ctime: 0, atimensec: 0, mtimensec: 9, ctimensec: 0 }
const attr = { ...time, ino: node(4), size: 5, blocks: 8, mode: 0o100644, nlink: 1, uid: 1000, gid: 0, rdev: 0 }
const fuse_attr = { ...attr, blksize: 4096, flags: 0 }
const fuse_entry_out = {
  nodeid: node(4),
  generation: 0 as protocol.Generation,
  entry_valid: 1,
  attr_valid: 0,
  entry_valid_nsec: 0,
  attr_valid_nsec: 500,
  attr: fuse_attr,
}
const lookup = at({ op: 'LOOKUP', name: 'hello' })

const LINES: readonly (readonly [expected: string, line: () => string])[] = [
  ['rx 12: LOOKUP n3 "hello" pid 55', () => request(lookup)],
  [
    String.raw`rx 12: LOOKUP n3 "a\"b\\\u{a}\u{9}\u{7f}\u{202e}\u{2028}\xff" pid 55`,
    () => request(at({ op: 'LOOKUP', name: 'a"b\\\n\t\u{7f}\u{202e}\u2028\udcff' })),
  ],
  ['rx 12: FORGET n3 nlookup 2 pid 55', () => request(at({ op: 'FORGET', fuse_forget_in: { nlookup: 2 } }))],
  [
    'rx 12: GETATTR n3 getattr_flags FH fh 7 pid 55',
    () => request(at({ op: 'GETATTR', fuse_getattr_in: { getattr_flags: 1, fh } })),
  ],
  [
    'rx 12: SYMLINK n3 "l" "../t" extensions 16B pid 55',
    () => request(at({ op: 'SYMLINK', name: 'l', target: '../t', extensions: bytes(16) })),
  ],
  [
    'rx 12: MKDIR n3 mode 0755 umask 022 "d" pid 55',
    () => request(at({ op: 'MKDIR', name: 'd', fuse_mkdir_in: { mode: 0o755, umask: 0o22 } })),
  ],
  [
    'rx 12: MKNOD n3 mode 010644 umask 022 "p" pid 55',
    () => request(at({ op: 'MKNOD', name: 'p', fuse_mknod_in: { mode: 0o10644, rdev: 0, umask: 0o22 } })),
  ],
  [
    'rx 12: RENAME n3 n9 "a" "b" pid 55',
    () => request(at({ op: 'RENAME', fuse_rename_in: { newdir: node(9) }, oldname: 'a', newname: 'b' })),
  ],
  [
    'rx 12: LINK n3 n8 "b" pid 55',
    () => request(at({ op: 'LINK', fuse_link_in: { oldnodeid: node(8) }, newname: 'b' })),
  ],
  [
    'rx 12: READ n3 fh 7 [4096 +512] read_flags LOCKOWNER pid 55',
    () =>
      request(
        at({ op: 'READ', fuse_read_in: { fh, offset: 4096, size: 512, read_flags: 2, lock_owner: 0, flags: 0 } }),
      ),
  ],
  [
    'rx 12: WRITE n3 fh 7 [0 +5] write_flags CACHE|0x100 flags 1 5B pid 55',
    () =>
      request(
        at({
          op: 'WRITE',
          fuse_write_in: { fh, offset: 0, size: 5, write_flags: 0x101, lock_owner: 0, flags: 1 },
          data: bytes(5),
        }),
      ),
  ],
  [
    'rx 12: SETXATTR n3 size 2 flags 1 setxattr_flags ACL_KILL_SGID "user.a" 2B pid 55',
    () =>
      request(
        at({
          op: 'SETXATTR',
          fuse_setxattr_in: { size: 2, flags: 1, setxattr_flags: 1 },
          name: 'user.a',
          value: bytes(2),
        }),
      ),
  ],
  [
    'rx 12: GETXATTR n3 "user.a" pid 55',
    () => request(at({ op: 'GETXATTR', fuse_getxattr_in: { size: 0 }, name: 'user.a' })),
  ],
  [
    'rx 12: BATCH_FORGET count 10 (n2 nlookup 1, n3 nlookup 1, n4 nlookup 1, n5 nlookup 1, n6 nlookup 1, n7 nlookup 1, n8 nlookup 1, n9 nlookup 1, and 2 more)',
    () =>
      request({
        op: 'BATCH_FORGET',
        header: { ...header, nodeid: node(0), pid: 0 },
        fuse_batch_forget_in: { count: 10 },
        fuse_forget_one: Array.from({ length: 10 }, (_, i) => ({ nodeid: node(i + 2), nlookup: 1 })),
      }),
  ],
  [
    'rx 12: INTERRUPT unique 12 pid 55',
    () => request({ op: 'INTERRUPT', header: { ...header, nodeid: node(0) }, fuse_interrupt_in: { unique } }),
  ],
  ['rx 12: DESTROY', () => request({ op: 'DESTROY', header: { ...header, nodeid: node(0), pid: 0 } })],
  [
    'rx 12: INIT major 7 minor 45 max_readahead 131072 flags ASYNC_READ|INIT_EXT|HAS_RESEND',
    () =>
      request({
        op: 'INIT',
        header: { ...header, nodeid: node(0), pid: 0 },
        fuse_init_in: protocol.offerInit({ flags: ['ASYNC_READ', 'HAS_RESEND'] }),
      }),
  ],
  [
    'rx 12: INIT major 7 minor 12 max_readahead 131072 flags2 0x80',
    () =>
      request({
        op: 'INIT',
        header: { ...header, nodeid: node(0), pid: 0 },
        fuse_init_in: { ...protocol.offerInit({ flags: [], minor: 12 }), flags2: 0x80 },
      }),
  ],
  [
    'rx 9223372036854775820: LOOKUP n3 "hello" pid 55',
    () => request({ op: 'LOOKUP', header: { ...header, unique: (2n ** 63n + 12n) as Unique }, name: 'hello' }),
  ],
  [
    'rx 12: STATX n3 fh 7 sx_mask 2047 pid 55',
    () => request(at({ op: 'STATX', fuse_statx_in: { getattr_flags: 0, fh, sx_flags: 0, sx_mask: 0x7ff } })),
  ],
  ['tx 12: ENOENT', () => errorReply(2)],
  ['tx 12: error 510', () => errorReply(510)],
  [
    'tx 12: OK n4 entry_valid 1 attr_valid_nsec 500 attr{ino 4 size 5 blocks 8 mtime -5 mtimensec 9 mode 0100644 nlink 1 uid 1000 blksize 4096}',
    () => reply({ op: 'LOOKUP', fuse_entry_out }),
  ],
  ['tx 12: OK 100B', () => reply({ op: 'READ', data: bytes(100) })],
  ['tx 12: OK size 9', () => reply({ op: 'GETXATTR', fuse_getxattr_out: { size: 9 } }, true)],
  ['tx 12: OK 9B', () => reply({ op: 'GETXATTR', value: bytes(9) })],
  ['tx 12: OK', () => reply({ op: 'RELEASE' })],
  [
    'tx 12: OK fh 7 open_flags KEEP_CACHE|0x100',
    () => reply({ op: 'OPEN', fuse_open_out: { fh, open_flags: 0x102, backing_id: 0 } }),
  ],
  ['tx notify POLL kh 5', () => notification({ notification: 'POLL', fuse_notify_poll_wakeup_out: { kh: 5 } })],
  [
    'tx notify INVAL_INODE n3 [-1 +0]',
    () => notification({ notification: 'INVAL_INODE', fuse_notify_inval_inode_out: { ino: node(3), off: -1, len: 0 } }),
  ],
  [
    'tx notify INVAL_ENTRY n1 flags EXPIRE_ONLY "hello"',
    () =>
      notification({
        notification: 'INVAL_ENTRY',
        fuse_notify_inval_entry_out: { parent: node(1), namelen: 5, flags: 1 },
        name: 'hello',
      }),
  ],
  [
    'tx notify STORE n3 [0 +8] 8B',
    () =>
      notification({
        notification: 'STORE',
        fuse_notify_store_out: { nodeid: node(3), offset: 0, size: 8 },
        data: bytes(8),
      }),
  ],
  [
    'tx notify RETRIEVE notify_unique 12 n3 [4096 +512]',
    () =>
      notification({
        notification: 'RETRIEVE',
        fuse_notify_retrieve_out: { notify_unique: unique, nodeid: node(3), offset: 4096, size: 512 },
      }),
  ],
  [
    String.raw`tx notify DELETE n1 n4 "\u{a}"`,
    () =>
      notification({
        notification: 'DELETE',
        fuse_notify_delete_out: { parent: node(1), child: node(4), namelen: 1 },
        name: '\n',
      }),
  ],
  ['tx notify RESEND', () => notification({ notification: 'RESEND' })],
  ['tx notify INC_EPOCH 3B', () => notification({ notification: 'INC_EPOCH', body: bytes(3) })],
  [
    'tx notify PRUNE count 2 (n5, n6)',
    () => notification({ notification: 'PRUNE', fuse_notify_prune_out: { count: 2 }, nodeid: [node(5), node(6)] }),
  ],
  // Older minors.
  [
    'rx 12: MKNOD n3 mode 010644 "p" pid 55',
    () => request(at({ op: 'MKNOD', name: 'p', fuse_mknod_in: { mode: 0o10644, rdev: 0, umask: 0 } }), OLD),
  ],
  [
    'rx 12: WRITE n3 fh 7 [0 +5] 5B pid 55',
    () =>
      request(
        at({
          op: 'WRITE',
          fuse_write_in: { fh, offset: 0, size: 5, write_flags: 0, lock_owner: 0, flags: 0 },
          data: bytes(5),
        }),
        OLD,
      ),
  ],
  [
    'rx 12: SETXATTR n3 size 2 flags 1 "user.a" 2B pid 55',
    () =>
      request(
        at({
          op: 'SETXATTR',
          fuse_setxattr_in: { size: 2, flags: 1, setxattr_flags: 0 },
          name: 'user.a',
          value: bytes(2),
        }),
        OLD,
      ),
  ],
  [
    'tx 12: OK n4 entry_valid 1 attr_valid_nsec 500 attr{ino 4 size 5 blocks 8 mtime -5 mtimensec 9 mode 0100644 nlink 1 uid 1000}',
    () =>
      reply({ op: 'LOOKUP', fuse_entry_out: { ...fuse_entry_out, attr: { ...fuse_attr, blksize: 0 } } }, false, OLD),
  ],
  // Malformed ones.
  [
    'rx malformed request, 7 bytes: request: fuse_in_header.size at byte 0: needs 40 bytes, 7 are there',
    () => spoilt(lookup, () => 7),
  ],
  [
    'rx malformed request 12, 45 bytes: request: fuse_in_header.len at byte 0: is 46, but the message has 45 bytes',
    () => spoilt(lookup, (_, end) => end - 1),
  ],
  [
    'rx malformed request 12, 46 bytes: request: fuse_in_header.opcode at byte 4: 99 is not an opcode',
    () => spoilt(lookup, ({ view }, end) => (view.setUint32(4, 99, true), end)),
  ],
  [
    'rx malformed request 12, 46 bytes: LOOKUP: name at byte 40: has no NUL at its end',
    () => spoilt(lookup, ({ bytes }, end) => (bytes.fill(0x61, 45, end), end)),
  ],
  [
    "rx malformed request 12, 46 bytes: LOOKUP: name at byte 40: has a '/'",
    () => spoilt(lookup, ({ bytes }, end) => (bytes.fill(0x2f, 41, 42), end)),
  ],
  [
    'rx malformed request 12, 46 bytes: LOOKUP: fuse_in_header.total_extlen at byte 36: announces 72 bytes, 6 are there',
    () => spoilt(lookup, ({ view }, end) => (view.setUint16(36, 9, true), end)),
  ],
  [
    'tx malformed reply 12 to OPEN, 16 bytes: OPEN: fuse_open_out.size at byte 16: needs 16 bytes, 0 are there',
    () => spoiltReply('OPEN', () => 16),
  ],
  [
    'tx malformed reply 12 to RELEASE, 16 bytes: RELEASE: fuse_out_header.error at byte 4: -600 is not 0 or a negated errno',
    () => spoiltReply('RELEASE', ({ view }) => (view.setInt32(4, -600, true), 16)),
  ],
  [
    'tx malformed reply 12 to RELEASE, 20 bytes: RELEASE: end at byte 16: 4 bytes too many',
    () => spoiltReply('RELEASE', ({ view }) => (view.setUint32(0, 20, true), 20)),
  ],
]

for (const [expected, line] of LINES) {
  test(expected, () => {
    assert.equal(line(), expected)
  })
}
