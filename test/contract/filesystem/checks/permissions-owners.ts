/** Who may change mode, owner, group and times; whom new objects belong to; and when set-id bits go. */
import { deepEqual, equal } from 'node:assert/strict'
import { FALLOC, O, posix, S } from '../../../helpers/posix.js'
import { check, type Check, type CheckOptions, fails, rejects } from '../check.js'
import type { Context } from '../context.js'
import { COLLEAGUE, STRANGER, USER } from '../credentials.js'
import type { Trait } from '../traits.js'

const ROOT: CheckOptions = { needs: 'root', traits: ['permissions', 'owners'] }
const SHARED_GROUP = COLLEAGUE.groups[0]!
const FOREIGN_GROUP = 4242

function userFile(t: Context, mode: number, gid = USER.gid): string {
  const path = t.file('f', 'content')
  posix.chown(path, USER.uid, gid)
  posix.chmod(path, mode)
  return path
}

/** A set-group-id directory of a group that nobody is in. */
function setgidDir(t: Context): string {
  const path = t.publicDir('d')
  posix.chown(path, 0, FOREIGN_GROUP)
  posix.chmod(path, 0o2777)
  return path
}

function modeOf(path: string): number {
  return posix.lstat(path).mode & 0o7777
}

/** What takes set-id bits from a program when an ordinary user does it. */
const CLEARING: readonly { what: string; traits?: readonly Trait[]; run: (t: Context, path: string) => void }[] = [
  { what: 'a write', run: (t, path) => posix.write(t.openPath(path, O.WRONLY), 'x') },
  { what: 'pwrite past the end', run: (t, path) => posix.pwrite(t.openPath(path, O.WRONLY), 'x', 10_000) },
  { what: 'truncate', run: (_t, path) => posix.truncate(path, 1) },
  { what: 'ftruncate', run: (t, path) => posix.ftruncate(t.openPath(path, O.WRONLY), 100) },
  { what: 'open with O_TRUNC', run: (t, path) => t.openPath(path, O.WRONLY | O.TRUNC) },
  { what: 'chown to itself', run: (_t, path) => posix.chown(path, process.geteuid!(), process.getegid!()) },
  {
    what: 'fallocate',
    traits: ['fallocate'],
    run: (t, path) => posix.fallocate(t.openPath(path, O.WRONLY), 0, 0, 10_000),
  },
  {
    what: 'punching a hole',
    traits: ['punchHole'],
    run: (t, path) => posix.fallocate(t.openPath(path, O.WRONLY), FALLOC.PUNCH_HOLE | FALLOC.KEEP_SIZE, 0, 5),
  },
  {
    what: 'copy_file_range into it',
    traits: ['copyFileRange'],
    run: (t, path) =>
      posix.copyFileRange(t.openPath(t.file('s', 'source'), O.RDONLY), 0, t.openPath(path, O.WRONLY), 0, 5),
  },
]

const clearing = CLEARING.map(({ what, traits = [], run }) =>
  check(`${what} clears set-id bits`, { needs: 'user', traits: ['setIdCleared', ...traits] }, (t) => {
    const path = t.file('f', 'content')
    posix.chmod(path, 0o6755)
    run(t, path)
    equal(modeOf(path), 0o755)
  }),
)

export const ownerChecks: readonly Check[] = [
  check('only the owner changes mode, owner and times', ROOT, async (t) => {
    const path = userFile(t, 0o666)
    const stranger = await t.process(STRANGER)
    await rejects('EPERM', stranger.call('chmod', path, 0o777))
    await rejects('EPERM', stranger.call('chown', path, STRANGER.uid, -1))
    await rejects('EPERM', stranger.call('chown', path, -1, STRANGER.gid))
    await rejects('EPERM', stranger.call('utimensat', path, 1n, 1n))
    await stranger.call('utimensat', path, 'now', 'now')
  }),
  check('one of the group changes mode and owner no more than others', ROOT, async (t) => {
    const path = userFile(t, 0o666, SHARED_GROUP)
    const colleague = await t.process(COLLEAGUE)
    await rejects('EPERM', colleague.call('chmod', path, 0o777))
    await rejects('EPERM', colleague.call('chown', path, COLLEAGUE.uid, -1))
  }),
  check('an owner changes the mode without any bit, root that of anybody', ROOT, async (t) => {
    const path = userFile(t, 0)
    await (await t.process(USER)).call('chmod', path, 0o640)
    equal(modeOf(path), 0o640)
    posix.chmod(path, 0o600)
    equal(modeOf(path), 0o600)
  }),
  check('a descriptor is no right to change the mode', ROOT, async (t) => {
    const path = userFile(t, 0o666)
    const stranger = await t.process(STRANGER)
    const fd = await stranger.call('open', path, O.RDWR)
    await rejects('EPERM', stranger.call('fchmod', fd, 0o777))
    await rejects('EPERM', stranger.call('fchown', fd, STRANGER.uid, -1))
    await rejects('EPERM', stranger.call('futimens', fd, 1n, 1n))
  }),
  check('an owner gives a file only to groups of their own', ROOT, async (t) => {
    const path = userFile(t, 0o644)
    const owner = await t.process(USER)
    await owner.call('chown', path, -1, SHARED_GROUP)
    await owner.call('chown', path, -1, USER.gid)
    await rejects('EPERM', owner.call('chown', path, -1, STRANGER.gid))
  }),
  check('an owner gives a file to nobody, but to themselves', ROOT, async (t) => {
    const path = userFile(t, 0o644)
    const owner = await t.process(USER)
    await rejects('EPERM', owner.call('chown', path, STRANGER.uid, -1))
    await owner.call('chown', path, USER.uid, USER.gid)
  }),
  check('the same for a link itself', ROOT, async (t) => {
    posix.symlink('x', t.at('l'))
    posix.lchown(t.at('l'), USER.uid, USER.gid)
    await rejects('EPERM', (await t.process(STRANGER)).call('lchown', t.at('l'), STRANGER.uid, -1))
    await (await t.process(USER)).call('lchown', t.at('l'), -1, SHARED_GROUP)
    equal(posix.lstat(t.at('l')).gid, SHARED_GROUP)
  }),
  check('times are set to now by who may write, to others by the owner alone', ROOT, async (t) => {
    const path = userFile(t, 0o444)
    const [owner, stranger] = [await t.process(USER), await t.process(STRANGER)]
    await rejects('EACCES', stranger.call('utimensat', path, 'now', 'now'))
    await owner.call('utimensat', path, 'now', 'now')
    await owner.call('utimensat', path, 5n, 6n)
    posix.chmod(path, 0o666)
    await rejects('EPERM', stranger.call('utimensat', path, 'now', 6n))
    equal(posix.stat(path).mtime, 6n)
  }),
  check('set-group-id is dropped when the owner is not of the group', ROOT, async (t) => {
    const path = userFile(t, 0o755, FOREIGN_GROUP)
    const owner = await t.process(USER)
    await owner.call('chmod', path, 0o6755)
    equal(modeOf(path), 0o4755)
    posix.chown(path, -1, SHARED_GROUP)
    await owner.call('chmod', path, 0o2755)
    equal(modeOf(path), 0o2755, 'a supplementary group counts')
  }),
  check('a new object belongs to its maker, and to the maker’s group', ROOT, async (t) => {
    const path = t.publicDir('d')
    posix.chown(path, 0, FOREIGN_GROUP)
    const user = await t.process(USER)
    await user.call('mkdir', `${path}/sub`)
    await user.call('symlink', 'x', `${path}/link`)
    await user.call('close', await user.call('open', `${path}/file`, O.CREAT | O.WRONLY))
    for (const name of ['sub', 'link', 'file']) {
      const stat = posix.lstat(`${path}/${name}`)
      deepEqual([stat.uid, stat.gid], [USER.uid, USER.gid], name)
    }
  }),
  check('a setgid directory hands on its group, and its bit to directories alone', ROOT, async (t) => {
    const path = setgidDir(t)
    const stranger = await t.process(STRANGER)
    await stranger.call('mkdir', `${path}/sub`)
    await stranger.call('mkdir', `${path}/sub/sub`)
    await stranger.call('symlink', 'x', `${path}/link`)
    await stranger.call('close', await stranger.call('open', `${path}/file`, O.CREAT | O.WRONLY, 0o755))
    for (const [name, bit] of [
      ['sub', S.ISGID],
      ['sub/sub', S.ISGID],
      ['link', 0],
      ['file', 0],
    ] as const) {
      const stat = posix.lstat(`${path}/${name}`)
      deepEqual([stat.uid, stat.gid, stat.mode & S.ISGID], [STRANGER.uid, FOREIGN_GROUP, bit], name)
    }
  }),
  check(
    'a setgid directory hands on its group to fifos',
    { ...ROOT, traits: [...ROOT.traits!, 'specialFiles'] },
    (t) => {
      const path = setgidDir(t)
      posix.mknod(`${path}/fifo`, S.IFIFO | 0o644)
      equal(posix.lstat(`${path}/fifo`).gid, FOREIGN_GROUP)
    },
  ),
  check(
    'a setgid directory hands on its group to files without a name',
    { ...ROOT, traits: [...ROOT.traits!, 'tmpfile'] },
    (t) => {
      equal(posix.fstat(t.openPath(setgidDir(t), O.TMPFILE | O.RDWR, 0o600)).gid, FOREIGN_GROUP)
    },
  ),
  check('nobody makes a set-group-id program of a group they are not in', ROOT, async (t) => {
    const path = setgidDir(t)
    const stranger = await t.process(STRANGER)
    await stranger.call('umask', 0)
    await stranger.call('close', await stranger.call('open', `${path}/f`, O.CREAT | O.WRONLY, 0o2775))
    deepEqual([modeOf(`${path}/f`), posix.lstat(`${path}/f`).gid], [0o775, FOREIGN_GROUP])
  }),
  ...clearing,
  check(
    'set-group-id without the bit to execute stays on a write',
    { needs: 'user', traits: ['setIdCleared'] },
    (t) => {
      const path = t.file('f')
      posix.chmod(path, 0o6744)
      posix.write(t.openPath(path, O.WRONLY), 'x')
      equal(modeOf(path), 0o2744)
    },
  ),
  check('a write by another process clears set-id bits for all', ROOT, async (t) => {
    const path = userFile(t, 0o6777)
    const stranger = await t.process(STRANGER)
    equal(modeOf(path), 0o6777)
    await stranger.call('write', await stranger.call('open', path, O.WRONLY), 'x')
    equal(modeOf(path), 0o777)
  }),
  check('a write by root keeps set-id bits', ROOT, (t) => {
    const path = userFile(t, 0o6755)
    posix.write(t.openPath(path, O.WRONLY), 'x')
    posix.truncate(path, 0)
    equal(modeOf(path), 0o6755)
  }),
  check('a directory keeps its bits when things are made in it', { needs: 'user' }, (t) => {
    const path = t.mkdir('d')
    posix.chmod(path, 0o3755)
    t.file('d/f')
    equal(modeOf(path), 0o3755)
  }),
  check('an ordinary user may not give away', { needs: 'user', traits: ['owners'] }, (t) => {
    fails('EPERM', () => posix.chown(t.file('f'), 0, -1))
    fails('EPERM', () => posix.chown(t.mkdir('d'), -1, 0))
  }),
]
