/** What a directory must allow for names in it to be found, made, taken away and moved. */
import { equal } from 'node:assert/strict'
import { ACCESS, O, posix, RENAME, S } from '../../../helpers/posix.js'
import type { Agent } from '../agent-client.js'
import { check, type Check, type CheckOptions, rejects } from '../check.js'
import type { Context } from '../context.js'
import { COLLEAGUE, STRANGER, USER } from '../credentials.js'
import type { Trait } from '../traits.js'

const ROOT: CheckOptions = { needs: 'root', traits: ['permissions', 'owners'] }

interface Call {
  readonly what: string
  readonly traits?: readonly Trait[]
  /** `d` is the directory, which holds the file `f` (everybody may write it), the link `l` and the directory `s`. */
  readonly run: (agent: Agent, d: string, open: string) => Promise<unknown>
}

/** Calls that only have to find a name. */
const FINDING: readonly Call[] = [
  { what: 'stat', run: (a, d) => a.call('stat', `${d}/f`) },
  { what: 'open', run: (a, d) => a.call('open', `${d}/f`, O.RDONLY) },
  { what: 'open with O_PATH', run: (a, d) => a.call('open', `${d}/f`, O.PATH) },
  { what: 'open with O_CREAT', run: (a, d) => a.call('open', `${d}/f`, O.RDWR | O.CREAT) },
  { what: 'access', run: (a, d) => a.call('access', `${d}/f`, ACCESS.EXISTS) },
  { what: 'truncate', run: (a, d) => a.call('truncate', `${d}/f`, 0) },
  { what: 'utimensat', run: (a, d) => a.call('utimensat', `${d}/f`, 'now', 'now') },
  { what: 'readlink', run: (a, d) => a.call('readlink', `${d}/l`) },
  { what: 'following a link', run: (a, d) => a.call('stat', `${d}/l`) },
  { what: 'passing through', run: (a, d) => a.call('stat', `${d}/s/..`) },
  { what: 'getxattr', traits: ['xattr'], run: (a, d) => a.call('getxattr', `${d}/f`, 'user.a') },
  { what: 'linking from it', traits: ['hardLinks'], run: (a, d, open) => a.call('link', `${d}/f`, `${open}/new`) },
]

/** Calls that change what names there are. */
const CHANGING: readonly Call[] = [
  { what: 'open with O_CREAT of a new name', run: (a, d) => a.call('open', `${d}/new`, O.RDWR | O.CREAT) },
  { what: 'mkdir', run: (a, d) => a.call('mkdir', `${d}/new`) },
  { what: 'mknod of a fifo', traits: ['specialFiles'], run: (a, d) => a.call('mknod', `${d}/new`, S.IFIFO | 0o644) },
  { what: 'symlink', run: (a, d) => a.call('symlink', 'x', `${d}/new`) },
  { what: 'linking into it', traits: ['hardLinks'], run: (a, d, open) => a.call('link', `${open}/g`, `${d}/new`) },
  { what: 'unlink', run: (a, d) => a.call('unlink', `${d}/f`) },
  { what: 'rmdir', run: (a, d) => a.call('rmdir', `${d}/s`) },
  { what: 'renaming in it', run: (a, d) => a.call('rename', `${d}/f`, `${d}/new`) },
  { what: 'renaming out of it', run: (a, d, open) => a.call('rename', `${d}/f`, `${open}/new`) },
  { what: 'renaming into it', run: (a, d, open) => a.call('rename', `${open}/g`, `${d}/new`) },
  { what: 'renaming over a name in it', run: (a, d, open) => a.call('rename', `${open}/g`, `${d}/f`) },
  {
    what: 'exchanging with a name in it',
    traits: ['exchange'],
    run: (a, d, open) => a.call('renameat2', `${open}/g`, `${d}/f`, RENAME.EXCHANGE),
  },
  {
    what: 'open with O_TMPFILE',
    traits: ['tmpfile'],
    run: (a, d) => a.call('open', d, O.RDWR | O.TMPFILE),
  },
]

/** The directory `d` with a file, a link and a directory, and `open`, where everybody may do everything, with a file `g`. */
function build(t: Context, mode: number): { d: string; open: string } {
  const [d, open] = [t.publicDir('d'), t.publicDir('open')]
  for (const name of ['d/f', 'open/g']) posix.chmod(t.file(name, 'content'), 0o666)
  posix.symlink('f', t.at('d/l'))
  t.publicDir('d/s')
  posix.chmod(d, mode)
  return { d, open }
}

function refused(when: string, mode: number, { what, traits = [], run }: Call): Check {
  const options = { ...ROOT, traits: [...ROOT.traits!, ...traits] }
  return check(`${when}, ${what} is EACCES`, options, async (t) => {
    const { d, open } = build(t, mode)
    const before = [t.list(d), t.list(open)].flat().join()
    await rejects('EACCES', run(await t.process(STRANGER), d, open))
    equal([t.list(d), t.list(open)].flat().join(), before)
  })
}

export const nameChecks: readonly Check[] = [
  ...[...FINDING, ...CHANGING].map((call) => refused('without the search bit of a directory', 0o776, call)),
  ...CHANGING.map((call) => refused('without the write bit of a directory', 0o775, call)),
  check('without the read bit of a directory, names are found and changed, not listed', ROOT, async (t) => {
    const { d } = build(t, 0o773)
    const stranger = await t.process(STRANGER)
    await rejects('EACCES', stranger.call('open', d, O.RDONLY | O.DIRECTORY))
    await stranger.call('stat', `${d}/f`)
    await stranger.call('mkdir', `${d}/new`)
    await stranger.call('unlink', `${d}/f`)
  }),
  check('without the write bit of a directory, what is there opens with O_CREAT', ROOT, async (t) => {
    const { d } = build(t, 0o775)
    const stranger = await t.process(STRANGER)
    await stranger.call('open', `${d}/f`, O.RDWR | O.CREAT)
    await rejects('EEXIST', stranger.call('open', `${d}/f`, O.RDWR | O.CREAT | O.EXCL))
    await rejects('EEXIST', stranger.call('mkdir', `${d}/s`))
    await rejects('ENOENT', stranger.call('unlink', `${d}/absent`))
  }),
  check('each directory of a path is searched, also behind "..", and for root none matters', ROOT, async (t) => {
    t.publicDir('a')
    posix.chmod(t.mkdir('a/closed'), 0o700)
    posix.chmod(t.file('a/closed/f'), 0o666)
    const stranger = await t.process(STRANGER)
    for (const path of ['a/closed/f', 'a/closed/../closed', 'a/closed/..']) {
      await rejects('EACCES', stranger.call('stat', t.at(path)))
      posix.stat(t.at(path))
    }
    await stranger.call('stat', t.at('a/closed'))
  }),
  check('a file of others is removed by who may write the directory', ROOT, async (t) => {
    const path = t.publicDir('d')
    posix.chmod(t.file('d/f'), 0)
    await (await t.process(STRANGER)).call('unlink', `${path}/f`)
    equal(t.list(path).join(), '')
  }),
  check('a directory that moves to another one must be writable itself, for its ".." changes', ROOT, async (t) => {
    const [from, to] = [t.publicDir('from'), t.publicDir('to')]
    posix.chmod(t.mkdir('from/sub'), 0o755)
    const stranger = await t.process(STRANGER)
    await rejects('EACCES', stranger.call('rename', `${from}/sub`, `${to}/sub`))
    await stranger.call('rename', `${from}/sub`, `${from}/moved`)
    posix.chmod(`${from}/moved`, 0o757)
    await stranger.call('rename', `${from}/moved`, `${to}/sub`)
  }),
  check('in a sticky directory only owners remove and rename', ROOT, async (t) => {
    const path = sticky(t)
    const [owner, stranger] = [await t.process(USER), await t.process(STRANGER)]
    await rejects('EPERM', stranger.call('unlink', `${path}/f`))
    await rejects('EPERM', stranger.call('rename', `${path}/f`, `${path}/g`))
    await owner.call('rename', `${path}/f`, `${path}/g`)
    await owner.call('unlink', `${path}/g`)
  }),
  check('in a sticky directory only owners remove directories', ROOT, async (t) => {
    const path = sticky(t)
    posix.chown(t.publicDir('d/sub'), USER.uid, USER.gid)
    await rejects('EPERM', (await t.process(STRANGER)).call('rmdir', `${path}/sub`))
    await (await t.process(USER)).call('rmdir', `${path}/sub`)
  }),
  check('in a sticky directory nobody renames over the file of another', ROOT, async (t) => {
    const path = sticky(t)
    const stranger = await t.process(STRANGER)
    await stranger.call('mkdir', `${path}/mine`)
    await stranger.call('symlink', 'x', `${path}/link`)
    await rejects('EPERM', stranger.call('rename', `${path}/link`, `${path}/f`))
    await stranger.call('rename', `${path}/link`, `${path}/new`)
  }),
  check(
    'in a sticky directory nobody exchanges with the file of another',
    { ...ROOT, traits: [...ROOT.traits!, 'exchange'] },
    async (t) => {
      const path = sticky(t)
      const stranger = await t.process(STRANGER)
      await stranger.call('mkdir', `${path}/mine`)
      await rejects('EPERM', stranger.call('renameat2', `${path}/mine`, `${path}/f`, RENAME.EXCHANGE))
      await rejects('EPERM', stranger.call('renameat2', `${path}/f`, `${path}/mine`, RENAME.EXCHANGE))
    },
  ),
  check('the owner of a sticky directory, and root, remove what is of others', ROOT, async (t) => {
    const path = sticky(t)
    posix.chown(t.file('d/g'), STRANGER.uid, STRANGER.gid)
    posix.chown(path, COLLEAGUE.uid, COLLEAGUE.gid)
    await (await t.process(COLLEAGUE)).call('unlink', `${path}/f`)
    posix.unlink(`${path}/g`)
  }),
  check('a sticky directory leaves to the bits of a file who writes it', ROOT, async (t) => {
    const path = sticky(t)
    posix.chmod(`${path}/f`, 0o666)
    const stranger = await t.process(STRANGER)
    const fd = await stranger.call('open', `${path}/f`, O.WRONLY)
    await stranger.call('write', fd, 'by a stranger')
    equal(t.text(`${path}/f`), 'by a stranger')
  }),
]

/** A sticky directory `d` of root, in which everybody may make files, with a file `f` of {@link USER}. */
function sticky(t: Context): string {
  const path = t.publicDir('d')
  posix.chmod(path, 0o1777)
  posix.chown(t.file('d/f'), USER.uid, USER.gid)
  return path
}
