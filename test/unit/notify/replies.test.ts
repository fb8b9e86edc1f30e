import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { NodeId } from '#src/base/ids.js'
import type { Notifier } from '#src/notify/notifier.js'
import type { FileSystem } from '#src/server/filesystem.js'
import { DIR, FILE, settle } from './harness.js'
import { FOR_EVER, Held, sessionHarness } from './session-harness.js'

/*
 * What a reply still promises when something was notified between the call of its handler and its own way out. The rule of
 * each kind stands in docs/lost-invalidations.md.
 */

const attr = { mode: 0o100644 }
const entry = { node: FILE, attr }
/** The same node, as an object of another type. */
const made = (mode: number) => ({ node: FILE, attr: { mode } })
const OTHER = 9 as NodeId

interface Promises {
  readonly entry?: number
  readonly attr?: number
}

interface Kind {
  readonly request: object
  readonly about: NodeId
  /** What the handler answers. */
  readonly answer: unknown
  /** Does a method of the filesystem fill the reply itself? */
  readonly fill?: (req: never) => void
  /** What is promised when nothing was notified, ever. */
  readonly quiet: Promises
  /** What is promised when a node, a name in DIR, or everything was. */
  readonly touched: Readonly<Record<'node' | 'names' | 'other' | 'all', Promises>>
}

const BOTH = { entry: FOR_EVER, attr: FOR_EVER }
const NAME_ONLY = { entry: FOR_EVER, attr: 0 }
const NOTHING = { entry: 0, attr: 0 }
const ENTRY_RULE = { node: NAME_ONLY, names: NOTHING, other: BOTH, all: NOTHING }
const UNVERSIONED = { node: NAME_ONLY, names: NOTHING, other: NAME_ONLY, all: NOTHING }
const NAMED = { name: 'x' }

const KINDS: Readonly<Record<string, Kind>> = {
  LOOKUP: { request: NAMED, about: DIR, answer: entry, quiet: BOTH, touched: ENTRY_RULE },
  MKNOD: {
    request: { fuse_mknod_in: { mode: 0o100644, rdev: 0, umask: 0 }, ...NAMED },
    about: DIR,
    answer: entry,
    quiet: BOTH,
    touched: ENTRY_RULE,
  },
  MKDIR: {
    request: { fuse_mkdir_in: { mode: 0o755, umask: 0 }, ...NAMED },
    about: DIR,
    answer: made(0o40755),
    quiet: BOTH,
    touched: ENTRY_RULE,
  },
  SYMLINK: { request: { ...NAMED, target: 't' }, about: DIR, answer: made(0o120777), quiet: BOTH, touched: ENTRY_RULE },
  CREATE: {
    request: { fuse_create_in: { flags: 2, mode: 0o100644, umask: 0, open_flags: 0 }, ...NAMED },
    about: DIR,
    answer: { entry },
    quiet: BOTH,
    touched: ENTRY_RULE,
  },
  TMPFILE: {
    request: { fuse_create_in: { flags: 2, mode: 0o100644, umask: 0, open_flags: 0 }, name: '/' },
    about: DIR,
    answer: { entry },
    quiet: NAME_ONLY,
    touched: UNVERSIONED,
  },
  LINK: {
    request: { fuse_link_in: { oldnodeid: FILE }, newname: 'y' },
    about: DIR,
    answer: entry,
    quiet: NAME_ONLY,
    touched: UNVERSIONED,
  },
  GETATTR: {
    request: { fuse_getattr_in: { getattr_flags: 0, fh: 0 } },
    about: FILE,
    answer: { attr },
    quiet: { attr: FOR_EVER },
    touched: { node: { attr: 0 }, names: { attr: FOR_EVER }, other: { attr: FOR_EVER }, all: { attr: 0 } },
  },
  STATX: {
    request: { fuse_statx_in: { getattr_flags: 0, fh: 0, sx_flags: 0, sx_mask: 0xfff } },
    about: FILE,
    answer: { mask: 0xfff, attr },
    quiet: { attr: FOR_EVER },
    touched: { node: { attr: 0 }, names: { attr: FOR_EVER }, other: { attr: FOR_EVER }, all: { attr: 0 } },
  },
  SETATTR: {
    request: {
      fuse_setattr_in: {
        valid: 1,
        fh: 0,
        size: 0,
        lock_owner: 0,
        atime: 0,
        mtime: 0,
        ctime: 0,
        atimensec: 0,
        mtimensec: 0,
        ctimensec: 0,
        mode: 0o600,
        uid: 0,
        gid: 0,
      },
    },
    about: FILE,
    answer: { attr },
    quiet: { attr: FOR_EVER },
    touched: { node: { attr: 0 }, names: { attr: 0 }, other: { attr: 0 }, all: { attr: 0 } },
  },
}

const CALLS: Readonly<Record<keyof Kind['touched'], (n: Notifier) => Promise<unknown>>> = {
  node: (n) => n.invalInode(FILE),
  names: (n) => n.invalEntry(DIR, 'whatever'),
  other: (n) => n.invalInode(OTHER),
  all: (n) => n.incEpoch(),
}

function methodOf(op: string): keyof FileSystem {
  return op.toLowerCase() as keyof FileSystem
}

/** What the last reply promises, in seconds. */
function promises(reply: object): Promises {
  const { fuse_entry_out, fuse_attr_out, fuse_statx_out } = reply as Record<string, Record<string, number> | undefined>
  if (fuse_entry_out !== undefined)
    return { entry: fuse_entry_out['entry_valid']!, attr: fuse_entry_out['attr_valid']! }
  return { attr: (fuse_attr_out ?? fuse_statx_out)!['attr_valid']! }
}

for (const [op, kind] of Object.entries(KINDS)) {
  test(`${op}: promises all that its handler says, if nothing was notified`, async () => {
    const held = new Held()
    const { ask, reply } = sessionHarness({ [methodOf(op)]: () => held.hold(kind.answer) })
    ask({ op, ...kind.request } as never, kind.about)
    await held.release()
    assert.deepEqual(promises(reply(op as 'LOOKUP')), kind.quiet)
  })

  for (const [what, call] of Object.entries(CALLS)) {
    const expected = kind.touched[what as keyof Kind['touched']]
    test(`${op}: ${JSON.stringify(expected)} if ${what} was notified meanwhile`, async () => {
      const held = new Held()
      const { ask, reply, notify } = sessionHarness({ [methodOf(op)]: () => held.hold(kind.answer) })
      ask({ op, ...kind.request } as never, kind.about)
      void call(notify)
      await held.release()
      assert.deepEqual(promises(reply(op as 'LOOKUP')), expected)
    })
  }

  test(`${op}: what was notified before its handler was called costs nothing`, async () => {
    const { ask, reply, notify } = sessionHarness({ [methodOf(op)]: () => kind.answer })
    await notify.incEpoch()
    ask({ op, ...kind.request } as never, kind.about)
    await settle()
    // SETATTR promises nothing once a filesystem notifies.
    assert.deepEqual(promises(reply(op as 'LOOKUP')), op === 'SETATTR' ? { attr: 0 } : kind.quiet)
  })

  test(`${op}: a synchronous handler that notifies takes back its own promise`, () => {
    const { ask, reply, session } = sessionHarness({
      [methodOf(op)]: () => {
        void session.notifier.incEpoch()
        return kind.answer
      },
    })
    ask({ op, ...kind.request } as never, kind.about)
    assert.equal(promises(reply(op as 'LOOKUP')).attr, 0)
  })
}

for (const op of ['MKNOD', 'CREATE'] as const) {
  test(`${op} that answers an object which the kernel has promises no attributes`, async () => {
    const { ask, reply, notify } = sessionHarness({ lookup: () => entry, [methodOf(op)]: () => KINDS[op]!.answer })
    await notify.resend()
    void notify.invalInode(OTHER)
    ask({ op: 'LOOKUP', ...NAMED } as never, DIR)
    assert.deepEqual(promises(reply('LOOKUP')), BOTH)
    ask({ op, ...KINDS[op]!.request }, DIR)
    assert.deepEqual(promises(reply(op as 'MKNOD')), NAME_ONLY)
  })
}

test('a name that does not exist is not promised either', async () => {
  const held = new Held()
  const { ask, reply, notify } = sessionHarness({ lookup: () => held.hold({ node: 0 as const }) })
  ask({ op: 'LOOKUP', ...NAMED } as never, DIR)
  void notify.invalEntry(DIR, 'other name')
  await held.release()
  assert.equal(promises(reply('LOOKUP')).entry, 0)
})

test('READDIRPLUS promises nothing of anything in it, if anything at all was notified', async () => {
  const held = new Held()
  const fs: FileSystem = {
    async readdirplus(req) {
      await held.hold(undefined)
      req.addName('.', 2, 0o40000, 1)
      req.add('x', entry, 2)
      req.add('y', { node: OTHER, attr }, 3)
    },
  }
  const { ask, answers, notify, session } = sessionHarness(fs)
  const fuse_read_in = { fh: 0, offset: 0, size: 4096, read_flags: 0, lock_owner: 0, flags: 0 }
  /** Of each entry: entry_valid and attr_valid. */
  const valid = () => {
    const bytes = Buffer.from(answers.at(-1)!.bytes)
    return [160 + 16, 2 * 160 + 16].map((at) => [bytes.readBigUInt64LE(at + 16), bytes.readBigUInt64LE(at + 24)])
  }
  ask({ op: 'READDIRPLUS', fuse_read_in } as never, DIR)
  await held.release()
  assert.deepEqual(valid(), [
    [BigInt(FOR_EVER), BigInt(FOR_EVER)],
    [BigInt(FOR_EVER), BigInt(FOR_EVER)],
  ])
  assert.equal(session.stats().knownNodes, 2)
  ask({ op: 'READDIRPLUS', fuse_read_in } as never, DIR)
  void notify.invalInode(77 as NodeId)
  await held.release()
  assert.deepEqual(valid(), [
    [0n, 0n],
    [0n, 0n],
  ])
  assert.equal(session.stats().knownNodes, 2)
})

for (const op of ['OPEN', 'OPENDIR'] as const) {
  const about = op === 'OPEN' ? FILE : DIR
  test(`${op} keeps nothing cached of what was notified meanwhile`, async () => {
    const held = new Held()
    const { ask, reply, notify } = sessionHarness({ [methodOf(op)]: () => held.hold({}) })
    const flags = () => reply(op).fuse_open_out.open_flags
    ask({ op, fuse_open_in: { flags: 0, open_flags: 0 } } as never, about)
    void notify.invalInode(OTHER)
    await held.release()
    assert.equal(flags(), op === 'OPEN' ? 2 : 10)
    ask({ op, fuse_open_in: { flags: 0, open_flags: 0 } } as never, about)
    void notify.invalInode(about)
    await held.release()
    assert.equal(flags(), 0)
  })
}

test('lookups are counted from replies that were sent, and FORGET takes them back', async () => {
  const { ask, session, notify, port } = sessionHarness({ lookup: () => entry })
  ask({ op: 'LOOKUP', ...NAMED } as never, DIR)
  ask({ op: 'LOOKUP', ...NAMED } as never, DIR)
  assert.equal(session.stats().knownNodes, 1)
  ask({ op: 'FORGET', fuse_forget_in: { nlookup: 1 } } as never, FILE)
  void notify.invalInode(FILE)
  await settle()
  assert.deepEqual(port.texts, ['INVAL_INODE 3 0+end'])
  await port.answerAll()
  ask(
    {
      op: 'BATCH_FORGET',
      fuse_batch_forget_in: { count: 1 },
      fuse_forget_one: [{ nodeid: FILE, nlookup: 1 }],
    } as never,
    0,
  )
  assert.equal(session.stats().knownNodes, 0)
  assert.equal((await notify.invalInode(FILE)).outcome, 'not-cached')
  assert.equal(port.sent.length, 1)
})

/* The kernel keeps a listing in pages, and INVAL_INODE drops pages: of an empty listing there would be none. */
for (const op of ['READDIR', 'READDIRPLUS'] as const) {
  test(`${op}: an empty listing has its "." all the same, and nothing behind it`, () => {
    const asked: (number | bigint)[] = []
    const { ask, answers } = sessionHarness({
      [methodOf(op)]: (req: { offset: number | bigint }) => void asked.push(req.offset),
    })
    const fuse_read_in = { fh: 0, offset: 0 as number | bigint, size: 4096, read_flags: 0, lock_owner: 0, flags: 0 }
    ask({ op, fuse_read_in } as never, DIR)
    const bytes = Buffer.from(answers.at(-1)!.bytes)
    const record = bytes.subarray(op === 'READDIR' ? 16 : 16 + 128)
    assert.equal(record.subarray(24, 24 + record.readUInt32LE(16)).toString(), '.')
    ask({ op, fuse_read_in: { ...fuse_read_in, offset: record.readBigUInt64LE(8) } } as never, DIR)
    assert.deepEqual([answers.at(-1)!.errno, answers.at(-1)!.bytes.length], [0, 16])
    ask({ op, fuse_read_in: { ...fuse_read_in, offset: 7 } } as never, DIR)
    assert.equal(answers.at(-1)!.bytes.length, 16)
    assert.deepEqual(asked, [0, 7])
  })
}
