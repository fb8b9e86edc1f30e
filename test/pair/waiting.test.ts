import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { NodeId } from '#src/base/ids.js'
import type { InitWishes } from '#src/protocol/init-wishes.js'
import type { NotificationInput } from '#src/protocol/message.js'
import type { OpcodeName } from '#src/protocol/opcodes.js'
import { isPending, pair, settled, type Pair } from '../helpers/pair.js'

/*
 * Which notification waits for which request that is not answered: the table that was observed on Linux 6.18. Directory D
 * holds file f; X is another directory.
 */

const COLUMNS = [
  'INVAL_INODE f, same page',
  'INVAL_INODE f, other page',
  'STORE f, same page',
  'INVAL_ENTRY D/any',
  'EXPIRE D/any',
  'DELETE D/f',
  'INVAL_ENTRY of D',
  'DELETE of D',
] as const

/** What never waits. */
const FREE = [
  'INVAL_INODE f, attributes',
  'INVAL_INODE D',
  'RETRIEVE f',
  'PRUNE',
  'POLL',
  'INC_EPOCH',
  'X/any',
] as const

type Column = (typeof COLUMNS)[number] | (typeof FREE)[number]

function notificationOf(p: Pair, column: Column): NotificationInput {
  const id = (path: string) => p.server.find(path)!.id as NodeId
  const [d, f, x] = [id('/D'), id('/D/f'), id('/X')]
  const range = (ino: NodeId, off: number, len: number): NotificationInput => ({
    notification: 'INVAL_INODE',
    fuse_notify_inval_inode_out: { ino, off, len },
  })
  const entry = (parent: NodeId, name: string, flags = 0): NotificationInput => ({
    notification: 'INVAL_ENTRY',
    fuse_notify_inval_entry_out: { parent, namelen: name.length, flags },
    name,
  })
  const remove = (parent: NodeId, child: NodeId, name: string): NotificationInput => ({
    notification: 'DELETE',
    fuse_notify_delete_out: { parent, child, namelen: name.length },
    name,
  })
  switch (column) {
    case 'INVAL_INODE f, same page':
      return range(f, 0, 4096)
    case 'INVAL_INODE f, other page':
      return range(f, 40_960, 4096)
    case 'STORE f, same page':
      return {
        notification: 'STORE',
        fuse_notify_store_out: { nodeid: f, offset: 0, size: 10 },
        data: new Uint8Array(10),
      }
    case 'INVAL_ENTRY D/any':
      return entry(d, 'absent')
    case 'EXPIRE D/any':
      return entry(d, 'absent', 1)
    case 'DELETE D/f':
      return remove(d, f, 'f')
    case 'INVAL_ENTRY of D':
      return entry(1 as NodeId, 'D')
    case 'DELETE of D':
      return remove(1 as NodeId, d, 'D')
    case 'INVAL_INODE f, attributes':
      return range(f, -1, 0)
    case 'INVAL_INODE D':
      return range(d, 0, 0)
    case 'RETRIEVE f':
      return {
        notification: 'RETRIEVE',
        fuse_notify_retrieve_out: { notify_unique: 1 as never, nodeid: f, offset: 0, size: 10 },
      }
    case 'PRUNE':
      return { notification: 'PRUNE', fuse_notify_prune_out: { count: 1 }, nodeid: [f] }
    case 'POLL':
      return { notification: 'POLL', fuse_notify_poll_wakeup_out: { kh: 1 } }
    case 'INC_EPOCH':
      return { notification: 'INC_EPOCH' }
    case 'X/any':
      return entry(x, 'absent')
  }
}

interface Row {
  readonly title: string
  readonly op: OpcodeName
  /** A digit for each column: 1 waits. */
  readonly waits: string
  readonly init?: InitWishes
  readonly direct?: boolean
  /** X is concerned too. */
  readonly alsoX?: boolean
  readonly before?: (p: Pair) => Promise<unknown>
  readonly run: (p: Pair) => Promise<unknown>
}

const page = new Uint8Array(4096)
const open = (p: Pair, flags = 'r+') => p.fs.open('/D/f', flags)
const writing = { writebackCache: true }

const ROWS: readonly Row[] = [
  { title: 'READ cached', op: 'READ', waits: '10100000', run: (p) => p.fs.readFile('/D/f') },
  { title: 'READ direct', op: 'READ', waits: '00000000', direct: true, run: (p) => p.fs.readFile('/D/f') },
  {
    title: 'READ for a partial write (writeback)',
    op: 'READ',
    waits: '10100100',
    init: writing,
    run: async (p) => (await open(p)).write('x', 5),
  },
  {
    title: 'WRITE through, full page',
    op: 'WRITE',
    waits: '00000100',
    run: async (p) => (await open(p)).write(page, 0, 4096, 0),
  },
  {
    title: 'WRITE through, part of a page that is not valid',
    op: 'WRITE',
    waits: '10100100',
    run: async (p) => (await open(p)).write('x', 5),
  },
  {
    title: 'WRITE direct',
    op: 'WRITE',
    waits: '00000100',
    direct: true,
    run: async (p) => (await open(p)).write('x', 5),
  },
  {
    title: 'WRITE writeback, nobody waits',
    op: 'WRITE',
    waits: '10000000',
    init: writing,
    run: async (p) => {
      await (await open(p)).write(page, 0, 4096, 0)
      p.clock.advance(10_000)
      return new Promise(() => undefined)
    },
  },
  {
    title: 'WRITE writeback, fsync waits',
    op: 'WRITE',
    waits: '10000100',
    init: writing,
    run: async (p) => {
      const file = await open(p)
      await file.write(page, 0, 4096, 0)
      await file.sync()
    },
  },
  { title: 'LOOKUP of a new name', op: 'LOOKUP', waits: '00011101', run: (p) => p.fs.stat('/D/new') },
  {
    title: 'LOOKUP that revalidates',
    op: 'LOOKUP',
    waits: '00000000',
    before: async (p) => {
      const ids = { parent: p.server.find('/D')!.id as NodeId, namelen: 1, flags: 1 }
      await p.notify({ notification: 'INVAL_ENTRY', fuse_notify_inval_entry_out: ids, name: 'f' })
    },
    run: (p) => p.fs.stat('/D/f'),
  },
  { title: 'LOOKUP by O_CREAT', op: 'LOOKUP', waits: '00011101', run: (p) => p.fs.open('/D/new', 'w') },
  { title: 'LOOKUP in a directory below', op: 'LOOKUP', waits: '00000000', run: (p) => p.fs.stat('/D/E/new') },
  { title: 'CREATE', op: 'CREATE', waits: '00011101', run: (p) => p.fs.open('/D/new', 'w') },
  { title: 'MKDIR', op: 'MKDIR', waits: '00011101', run: (p) => p.fs.mkdir('/D/new') },
  { title: 'SYMLINK', op: 'SYMLINK', waits: '00011101', run: (p) => p.fs.symlink('x', '/D/new') },
  { title: 'UNLINK', op: 'UNLINK', waits: '00011101', run: (p) => p.fs.unlink('/D/g') },
  { title: 'RMDIR', op: 'RMDIR', waits: '00011101', run: (p) => p.fs.rmdir('/D/E') },
  {
    title: 'RENAME to elsewhere',
    op: 'RENAME',
    waits: '00011101',
    alsoX: true,
    run: (p) => p.fs.rename('/D/g', '/X/g'),
  },
  { title: 'RENAME within', op: 'RENAME', waits: '00011101', run: (p) => p.fs.rename('/D/g', '/D/h') },
  { title: 'LINK to elsewhere', op: 'LINK', waits: '00000100', alsoX: true, run: (p) => p.fs.link('/D/f', '/X/z') },
  { title: 'READDIR', op: 'READDIR', waits: '00011101', run: (p) => p.fs.readdir('/D') },
  { title: 'SETATTR of D', op: 'SETATTR', waits: '00011101', run: (p) => p.fs.chmod('/D', 0o700) },
  {
    title: 'FSYNCDIR',
    op: 'FSYNCDIR',
    waits: '00011101',
    run: async (p) => (await p.fs.opendir('/D')).sync(),
  },
  { title: 'SETATTR of f', op: 'SETATTR', waits: '00000100', run: (p) => p.fs.chmod('/D/f', 0o600) },
  { title: 'SETXATTR', op: 'SETXATTR', waits: '00000100', run: (p) => p.fs.setxattr('/D/f', 'user.a', 'x') },
  { title: 'FSYNC', op: 'FSYNC', waits: '00000100', run: async (p) => (await open(p)).sync() },
  {
    title: 'FALLOCATE',
    op: 'FALLOCATE',
    waits: '00000100',
    run: async (p) => (await open(p)).allocate(0, 100),
  },
  { title: 'LSEEK', op: 'LSEEK', waits: '00000100', run: async (p) => (await open(p)).seekData(0) },
  {
    title: 'GETXATTR before a write',
    op: 'GETXATTR',
    waits: '00000100',
    run: async (p) => (await open(p)).write(page),
  },
  {
    title: 'OPEN with O_TRUNC, atomic, writeback',
    op: 'OPEN',
    waits: '00000100',
    init: { ...writing, atomicTruncate: true },
    run: (p) => open(p, 'w'),
  },
  { title: 'OPEN', op: 'OPEN', waits: '00000000', run: (p) => open(p) },
  { title: 'OPENDIR', op: 'OPENDIR', waits: '00000000', run: (p) => p.fs.opendir('/D') },
  { title: 'STATX', op: 'STATX', waits: '00000000', run: (p) => p.fs.stat('/D/f') },
  { title: 'GETXATTR', op: 'GETXATTR', waits: '00000000', run: (p) => p.fs.getxattr('/D/f', 'user.a') },
  { title: 'FLUSH', op: 'FLUSH', waits: '00000000', run: async (p) => (await open(p)).close() },
  { title: 'STATFS', op: 'STATFS', waits: '00000000', run: (p) => p.fs.statfs('/D/f') },
  { title: 'POLL', op: 'POLL', waits: '00000000', run: async (p) => (await open(p)).poll(1) },
]

async function held(row: Row, column: Column): Promise<boolean> {
  const p = pair({ init: row.init ?? {} })
  p.server.openFlags = { keepCache: true, directIo: row.direct ?? false }
  p.server.add('/D/f', new Uint8Array(8192))
  p.server.add('/D/g', '')
  p.server.add('/D/E', null)
  p.server.add('/X', null)
  for (const path of ['/D/f', '/D/g', '/D/E', '/X']) await p.fs.stat(path, { mask: 0x7ff })
  await row.before?.(p)
  const hold = p.hold(row.op)
  const running = row.run(p)
  running.catch(() => undefined)
  await hold.request
  await settled()
  const notifying = p.notify(notificationOf(p, column))
  const waits = await isPending(notifying)
  hold.release()
  await notifying
  return waits
}

for (const row of ROWS) {
  test(`${row.title} is not answered`, async () => {
    const seen = []
    for (const column of COLUMNS) seen.push(await held(row, column))
    const waiting = (list: readonly boolean[]) => COLUMNS.filter((_, i) => list[i])
    assert.deepEqual(
      waiting(seen),
      COLUMNS.filter((_, i) => row.waits[i] === '1'),
    )
    for (const column of FREE) assert.equal(await held(row, column), row.alsoX === true && column === 'X/any', column)
  })
}

test('behind a notification that waits for a directory, new lookups in it wait unsent; cached names resolve', async () => {
  const p = pair()
  p.server.add('/D/f', '')
  p.server.add('/D/g', '')
  p.server.add('/X', null)
  await p.fs.stat('/D/f', { mask: 0x7ff })
  const hold = p.hold('LOOKUP')
  const first = p.fs.stat('/D/new')
  first.catch(() => undefined)
  await hold.request
  const notifying = p.notify(notificationOf(p, 'INVAL_ENTRY D/any'))
  await settled()
  p.log()
  const second = p.fs.stat('/D/g', { mask: 0x7ff })
  assert.equal(await isPending(second), true)
  await p.fs.stat('/D/f', { mask: 0x7ff })
  assert.deepEqual(p.log(), [])
  hold.release()
  assert.equal(await notifying, -2)
  await second
  assert.deepEqual(p.log(), ['LOOKUP g'])
})
