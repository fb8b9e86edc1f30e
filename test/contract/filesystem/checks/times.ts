/** Which times each call moves. */
import { deepEqual, ok } from 'node:assert/strict'
import { FALLOC, O, posix, RENAME, type Stat } from '../../../helpers/posix.js'
import { check, type Check, type CheckOptions, group } from '../check.js'
import type { Context } from '../context.js'

type TimeName = 'mtime' | 'ctime'

interface Case extends CheckOptions {
  /** What happens, after which the times are compared. */
  readonly what: string
  /** Makes what the times are watched of; its result is closed over by `act`. */
  readonly watched: 'file' | 'dir' | 'link'
  readonly act: (t: Context) => void
  /** The times that move; the other one must not. */
  readonly moves: readonly TimeName[]
}

const BOTH = ['mtime', 'ctime'] as const
const FRESH = 'freshTimes'

const CASES: readonly Case[] = [
  { what: 'write', watched: 'file', moves: BOTH, act: (t) => posix.write(t.open('file', O.WRONLY), 'x') },
  {
    what: 'pwrite past the end',
    watched: 'file',
    moves: BOTH,
    act: (t) => posix.pwrite(t.open('file', O.WRONLY), 'x', 999),
  },
  { what: 'write of no bytes', watched: 'file', moves: [], act: (t) => posix.write(t.open('file', O.WRONLY), '') },
  { what: 'open for writing and close', watched: 'file', moves: [], act: (t) => t.close(t.open('file', O.RDWR)) },
  { what: 'open with O_TRUNC', watched: 'file', moves: BOTH, act: (t) => t.open('file', O.WRONLY | O.TRUNC) },
  { what: 'truncate to less', watched: 'file', moves: BOTH, act: (t) => posix.truncate(t.at('file'), 1) },
  { what: 'truncate to more', watched: 'file', moves: BOTH, act: (t) => posix.truncate(t.at('file'), 100) },
  {
    what: 'ftruncate to the same size',
    watched: 'file',
    moves: BOTH,
    act: (t) => posix.ftruncate(t.open('file', O.WRONLY), 7),
  },
  { what: 'chmod', watched: 'file', moves: ['ctime'], act: (t) => posix.chmod(t.at('file'), 0o600) },
  {
    what: 'chown to the same ids',
    watched: 'file',
    moves: ['ctime'],
    act: (t) => posix.chown(t.at('file'), process.geteuid!(), process.getegid!()),
  },
  { what: 'read', watched: 'file', moves: [], act: (t) => posix.read(t.open('file', O.RDONLY), 5) },
  { what: 'stat', watched: 'file', moves: [], act: (t) => posix.stat(t.at('file')) },
  {
    what: 'link',
    watched: 'file',
    moves: ['ctime'],
    traits: ['hardLinks'],
    act: (t) => posix.link(t.at('file'), t.at('dir/l')),
  },
  {
    what: 'unlink of another name',
    watched: 'file',
    moves: ['ctime'],
    traits: ['hardLinks'],
    act: (t) => posix.unlink(t.at('second')),
  },
  {
    what: 'rename',
    watched: 'file',
    moves: ['ctime'],
    act: (t) => {
      posix.rename(t.at('file'), t.at('moved'))
      posix.rename(t.at('moved'), t.at('file'))
    },
  },
  {
    what: 'setxattr',
    watched: 'file',
    moves: ['ctime'],
    traits: ['xattr'],
    act: (t) => posix.setxattr(t.at('file'), 'user.a', 'v'),
  },
  {
    what: 'fallocate that grows',
    watched: 'file',
    moves: BOTH,
    traits: ['fallocate'],
    act: (t) => posix.fallocate(t.open('file', O.WRONLY), 0, 0, 5000),
  },
  {
    what: 'punching a hole',
    watched: 'file',
    moves: BOTH,
    traits: ['punchHole'],
    act: (t) => posix.fallocate(t.open('file', O.WRONLY), FALLOC.PUNCH_HOLE | FALLOC.KEEP_SIZE, 0, 5),
  },
  {
    what: 'copy_file_range into it',
    watched: 'file',
    moves: BOTH,
    traits: ['copyFileRange'],
    act: (t) => {
      posix.copyFileRange(t.open('source', O.RDONLY), 0, t.open('file', O.WRONLY), 0, 5)
    },
  },
  { what: 'making a file in it', watched: 'dir', moves: BOTH, act: (t) => t.file('dir/new') },
  { what: 'making a directory in it', watched: 'dir', moves: BOTH, act: (t) => t.mkdir('dir/new') },
  { what: 'making a link in it', watched: 'dir', moves: BOTH, act: (t) => posix.symlink('x', t.at('dir/new')) },
  {
    what: 'linking into it',
    watched: 'dir',
    moves: BOTH,
    traits: ['hardLinks'],
    act: (t) => posix.link(t.at('file'), t.at('dir/new')),
  },
  { what: 'unlinking in it', watched: 'dir', moves: BOTH, act: (t) => posix.unlink(t.at('dir/old')) },
  { what: 'removing a directory in it', watched: 'dir', moves: BOTH, act: (t) => posix.rmdir(t.at('dir/olddir')) },
  { what: 'renaming in it', watched: 'dir', moves: BOTH, act: (t) => posix.rename(t.at('dir/old'), t.at('dir/new')) },
  { what: 'renaming into it', watched: 'dir', moves: BOTH, act: (t) => posix.rename(t.at('file'), t.at('dir/new')) },
  { what: 'renaming out of it', watched: 'dir', moves: BOTH, act: (t) => posix.rename(t.at('dir/old'), t.at('new')) },
  {
    what: 'exchanging with a name in it',
    watched: 'dir',
    moves: BOTH,
    traits: ['exchange'],
    act: (t) => posix.renameat2(t.at('dir/old'), t.at('file'), RENAME.EXCHANGE),
  },
  {
    what: 'writing to a file in it',
    watched: 'dir',
    moves: [],
    act: (t) => posix.write(t.open('dir/old', O.WRONLY), 'x'),
  },
  { what: 'chmod of a file in it', watched: 'dir', moves: [], act: (t) => posix.chmod(t.at('dir/old'), 0o600) },
  {
    what: 'opening an existing file in it with O_CREAT',
    watched: 'dir',
    moves: [],
    act: (t) => t.open('dir/old', O.CREAT | O.RDWR),
  },
  { what: 'listing it', watched: 'dir', moves: [], act: (t) => t.list(t.at('dir')) },
  { what: 'chmod', watched: 'dir', moves: ['ctime'], act: (t) => posix.chmod(t.at('dir'), 0o700) },
  { what: 'readlink', watched: 'link', moves: [], act: (t) => posix.readlink(t.at('link')) },
  { what: 'following', watched: 'link', moves: [], act: (t) => posix.stat(t.at('link')) },
  {
    what: 'rename',
    watched: 'link',
    moves: ['ctime'],
    act: (t) => {
      posix.rename(t.at('link'), t.at('moved'))
      posix.rename(t.at('moved'), t.at('link'))
    },
  },
]

function build(t: Context, traits: readonly string[]): void {
  t.file('file', 'content')
  t.file('source', 'source content')
  t.mkdir('dir')
  t.file('dir/old', 'content')
  t.mkdir('dir/olddir')
  posix.symlink('file', t.at('link'))
  if (traits.includes('hardLinks')) posix.link(t.at('file'), t.at('second'))
}

function moved(before: Stat, after: Stat): TimeName[] {
  return BOTH.filter((name) => after[name] > before[name])
}

function toCheck({ what, watched, act, moves, traits = [] }: Case): Check {
  const name = `${watched}: ${what} moves ${moves.length === 0 ? 'nothing' : moves.join(' and ')}`
  return check(name, { traits: [...traits, FRESH] }, async (t) => {
    build(t, traits)
    const path = t.at(watched)
    // What renames the watched file away keeps a descriptor to look through.
    const fd = watched === 'link' ? undefined : t.openPath(path, O.RDONLY)
    const look = () => (fd === undefined ? posix.lstat(path) : posix.fstat(fd))
    const before = look()
    await t.tick()
    act(t)
    deepEqual(moved(before, look()), [...moves])
  })
}

export const times = group('times', [
  ...CASES.map(toCheck),
  check('a new file has one time for all three', { traits: [FRESH] }, (t) => {
    const stat = posix.stat(t.file('f'))
    deepEqual([stat.atime, stat.mtime], [stat.ctime, stat.ctime])
  }),
  check('the clock of new files is the clock of the machine', (t) => {
    const distance = Number(posix.stat(t.file('f')).mtime / 1_000_000n) - Date.now()
    ok(Math.abs(distance) < 5000, `${distance} ms apart`)
  }),
  check('read moves atime after a change', { traits: ['atime'] }, async (t) => {
    const path = t.file('f', 'data')
    const before = posix.stat(path).atime
    await t.tick()
    posix.write(t.openPath(path, O.WRONLY), 'x')
    await t.tick()
    posix.read(t.openPath(path, O.RDONLY), 4)
    ok(posix.stat(path).atime > before)
  }),
  check('listing a directory moves its atime after a change', { traits: ['atime'] }, async (t) => {
    const path = t.mkdir('d')
    const before = posix.stat(path).atime
    await t.tick()
    t.file('d/f')
    await t.tick()
    t.list(path)
    ok(posix.stat(path).atime > before)
  }),
  check('write does not move atime', { traits: ['atime'] }, async (t) => {
    const path = t.file('f', 'data')
    const before = posix.stat(path).atime
    await t.tick()
    posix.write(t.openPath(path, O.WRONLY), 'x')
    deepEqual(posix.stat(path).atime, before)
  }),
  check('a write shows in mtime before and after close alike', { traits: [FRESH] }, async (t) => {
    const path = t.file('f', 'data')
    await t.tick()
    const fd = t.openPath(path, O.WRONLY)
    posix.write(fd, 'x')
    const open = posix.stat(path).mtime
    await t.tick()
    t.close(fd)
    deepEqual(posix.stat(path).mtime, open)
  }),
])
