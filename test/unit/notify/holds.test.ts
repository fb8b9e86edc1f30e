import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { NodeId } from '#src/base/ids.js'
import { holds, type Subject } from '#src/notify/holds.js'
import type { Request } from '#src/protocol/message.js'
import { requestOf } from '../../helpers/requests.js'

/*
 * The table of who waits for whom, as it was observed on Linux 6.18: directory D, within P, has the file F. `wait`: it does,
 * in at least one of the calls that send such a request; `rare`: only where the call is an unusual one; `-`: never.
 */

const [P, D, F, X, E] = [1, 2, 3, 4, 5] as NodeId[] as [NodeId, NodeId, NodeId, NodeId, NodeId]
const PAGE = 4096

/** The columns of the table. READ and WRITE are about page 2 of F. */
const NOTIFICATIONS: Readonly<Record<string, Subject>> = {
  'INVAL_INODE F, the pages': { notification: 'INVAL_INODE', node: F, offset: 2 * PAGE + 5, length: 1 },
  'INVAL_INODE F, other pages': { notification: 'INVAL_INODE', node: F, offset: 3 * PAGE, length: Infinity },
  'STORE F, the page': { notification: 'STORE', node: F, offset: 0, length: 2 * PAGE + 1 },
  'INVAL_ENTRY (D, any)': { notification: 'INVAL_ENTRY', node: D },
  'DELETE (D, F)': { notification: 'DELETE', node: D, child: F },
  'INVAL_ENTRY (P, "d")': { notification: 'INVAL_ENTRY', node: P },
  'DELETE (P, D)': { notification: 'DELETE', node: P, child: D },
}

type Cell = 'wait' | 'rare' | '-'
type Row = readonly [name: string, request: Request, cells: string]

const [page, part] = [
  { offset: 2 * PAGE, size: PAGE },
  { offset: 2 * PAGE + 10, size: 100 },
]
const file = (op: Parameters<typeof requestOf>[0], fields = {}) => requestOf(op, F, fields)
const inD = (op: Parameters<typeof requestOf>[0], fields = {}) => requestOf(op, D, fields)

const ROWS: readonly Row[] = [
  ['READ F', file('READ', { fuse_read_in: page }), 'wait - wait - - - -'],
  [
    'READ F, open for writing: for a partial write',
    file('READ', { fuse_read_in: { ...page, flags: 2 } }),
    'wait - wait - rare - -',
  ],
  ['WRITE F, full page', file('WRITE', { fuse_write_in: page }), '- - - - wait - -'],
  ['WRITE F, partial', file('WRITE', { fuse_write_in: part }), 'wait - wait - wait - -'],
  [
    'WRITE F, writeback; DELETE where fsync waits',
    file('WRITE', { fuse_write_in: { ...page, write_flags: 1 } }),
    'wait - - - rare - -',
  ],
  ['SETATTR F; invalidations where F is dirty', file('SETATTR'), 'rare rare - - wait - -'],
  ['LOOKUP in D', inD('LOOKUP'), '- - - wait wait - wait'],
  ['LOOKUP in E, a directory in D', requestOf('LOOKUP', E), '- - - - - - -'],
  ...(['CREATE', 'MKNOD', 'MKDIR', 'SYMLINK', 'READDIR', 'READDIRPLUS', 'FSYNCDIR'] as const).map((op): Row => [
    `${op} D`,
    inD(op),
    '- - - wait wait - wait',
  ]),
  // What UNLINK names may be linked elsewhere, and what RMDIR names may be any directory.
  ...(['UNLINK', 'RMDIR'] as const).map((op): Row => [`${op} in D`, inD(op), '- - - wait wait rare wait']),
  ['RENAME within D', inD('RENAME', { fuse_rename_in: { newdir: D } }), '- - - wait wait rare wait'],
  ['RENAME D -> X', inD('RENAME', { fuse_rename_in: { newdir: X } }), '- - - wait wait rare wait'],
  ['RENAME X -> D', requestOf('RENAME', X, { fuse_rename_in: { newdir: D } }), '- - - wait wait rare wait'],
  ['RENAME2 X -> D', requestOf('RENAME2', X, { fuse_rename2_in: { newdir: D } }), '- - - wait wait rare wait'],
  ['LINK D/f -> X/z', requestOf('LINK', X, { fuse_link_in: { oldnodeid: F } }), '- - - - wait - -'],
  ['LINK X/z -> D/f', inD('LINK', { fuse_link_in: { oldnodeid: X } }), '- - - wait wait - wait'],
  ['SETATTR D', inD('SETATTR'), '- - - wait wait - wait'],
  ['GETATTR D; for permissions within mkdir', inD('GETATTR'), '- - - rare rare - rare'],
  ['GETATTR F; for SEEK_END', file('GETATTR'), '- - - - rare - -'],
  ['STATX F', file('STATX'), '- - - - rare - -'],
  ['GETXATTR F security.capability by write', file('GETXATTR', { name: 'security.capability' }), '- - - - rare - -'],
  ['OPEN F O_TRUNC', file('OPEN', { fuse_open_in: { flags: 0o1001 } }), '- - - - rare - -'],
  ...(['SETXATTR', 'REMOVEXATTR', 'FSYNC', 'FALLOCATE', 'LSEEK'] as const).map((op): Row => [
    `${op} F`,
    file(op),
    '- - - - wait - -',
  ]),
  ...(['COPY_FILE_RANGE', 'COPY_FILE_RANGE_64'] as const).map((op): Row => [
    `${op} X -> F`,
    requestOf(op, X, { fuse_copy_file_range_in: { nodeid_out: F } }),
    '- - - - wait - -',
  ]),
  ['COPY_FILE_RANGE F -> X', file('COPY_FILE_RANGE', { fuse_copy_file_range_in: { nodeid_out: X } }), '- - - - - - -'],
  ...(
    ['OPEN', 'FLUSH', 'RELEASE', 'GETXATTR', 'LISTXATTR', 'STATFS', 'POLL', 'IOCTL', 'SETLKW', 'ACCESS'] as const
  ).map((op): Row => [`${op} F`, file(op), '- - - - - - -']),
  ...(['OPENDIR', 'RELEASEDIR', 'TMPFILE'] as const).map((op): Row => [`${op} D`, inD(op), '- - - - - - -']),
]

for (const [name, request, cells] of ROWS) {
  test(`${name} holds what it was seen to hold`, () => {
    const seen = Object.values(NOTIFICATIONS).map((notification): Cell => {
      const hold = holds(request, notification)
      return hold === undefined ? '-' : hold.isRare ? 'rare' : 'wait'
    })
    const columns = Object.keys(NOTIFICATIONS)
    const expected = cells.split(' ')
    assert.deepEqual(
      Object.fromEntries(columns.map((column, i) => [column, seen[i]])),
      Object.fromEntries(columns.map((column, i) => [column, expected[i]])),
    )
  })
}

test('READLINK holds the first page of a link', () => {
  const link = requestOf('READLINK', X)
  assert.equal(holds(link, { notification: 'INVAL_INODE', node: X, offset: 0, length: Infinity })?.lock, 'pages')
  assert.equal(holds(link, { notification: 'INVAL_INODE', node: F, offset: 0, length: Infinity }), undefined)
})

test('what never waits is held by nothing, and other objects hold nothing', () => {
  const free: readonly Subject[] = [
    { notification: 'INVAL_INODE', node: F },
    { notification: 'INVAL_INODE', node: X, offset: 0, length: Infinity },
    { notification: 'STORE', node: X, offset: 0, length: 9 * PAGE },
    { notification: 'RETRIEVE', node: F, offset: 2 * PAGE, length: PAGE },
    { notification: 'POLL', node: 0 as NodeId },
    { notification: 'RESEND', node: 0 as NodeId },
    { notification: 'INC_EPOCH', node: 0 as NodeId },
    { notification: 'PRUNE', node: 0 as NodeId },
  ]
  for (const [name, request] of ROWS) {
    for (const notification of free) assert.equal(holds(request, notification), undefined, name)
  }
})

test('pages are those of the request, to the byte', () => {
  const read = file('READ', { fuse_read_in: { offset: PAGE, size: 2 * PAGE } })
  const held = (offset: number, length: number) =>
    holds(read, { notification: 'INVAL_INODE', node: F, offset, length }) !== undefined
  assert.deepEqual(
    [held(0, PAGE), held(0, PAGE + 1), held(3 * PAGE - 1, 1), held(3 * PAGE, 1)],
    [false, true, true, false],
  )
  const write = file('WRITE', { fuse_write_in: { offset: 100, size: 3 * PAGE } })
  const stored = (page: number) =>
    holds(write, { notification: 'STORE', node: F, offset: page * PAGE, length: PAGE }) !== undefined
  // The two that it covers in part.
  assert.deepEqual([0, 1, 2, 3, 4].map(stored), [true, false, false, true, false])
})
