/** Which class of a mode counts, and what its bits are good for. */
import { equal } from 'node:assert/strict'
import { ACCESS, O, posix } from '../../../helpers/posix.js'
import type { Agent } from '../agent-client.js'
import { check, type Check, type CheckOptions, rejects } from '../check.js'
import type { Context } from '../context.js'
import { COLLEAGUE, type Credentials, STRANGER, USER } from '../credentials.js'

const ROOT: CheckOptions = { needs: 'root', traits: ['permissions', 'owners'] }
const SHARED_GROUP = COLLEAGUE.groups[0]!

/** Who is in which class of an object that belongs to {@link USER} and to the group that {@link COLLEAGUE} shares. */
const CLASSES: readonly { readonly what: string; readonly who: Credentials; readonly shift: number; gid?: number }[] = [
  { what: 'the owner', who: USER, shift: 6 },
  { what: 'the group, as a supplementary one', who: COLLEAGUE, shift: 3 },
  { what: 'the group, as the primary one', who: COLLEAGUE, shift: 3, gid: COLLEAGUE.gid },
  { what: 'others', who: STRANGER, shift: 0 },
]

/** These bits for one class, and the opposite for the others. */
function only(bits: number, shift: number): number {
  return (0o777 & ~(7 << shift) & ~(0o111 * bits)) | (bits << shift)
}

async function works(call: Promise<unknown>): Promise<boolean> {
  return call.then(
    () => true,
    () => false,
  )
}

async function opens(agent: Agent, path: string, flags: number): Promise<boolean> {
  try {
    await agent.call('close', await agent.call('open', path, flags))
    return true
  } catch {
    return false
  }
}

/** A file of {@link USER} with these bits. */
function userFile(t: Context, mode: number): string {
  const path = t.file('f', 'content')
  posix.chown(path, USER.uid, SHARED_GROUP)
  posix.chmod(path, mode)
  return path
}

function classChecks({ what, who, shift, gid = SHARED_GROUP }: (typeof CLASSES)[number]): Check[] {
  return [
    check(`a file and ${what}: each bit is good for one thing`, ROOT, async (t) => {
      const path = t.file('f')
      posix.chown(path, USER.uid, gid)
      const agent = await t.process(who)
      for (let bits = 0; bits < 8; bits++) {
        posix.chmod(path, only(bits, shift))
        equal(await opens(agent, path, O.RDONLY), (bits & 4) !== 0, `reads with ${bits}`)
        equal(await opens(agent, path, O.WRONLY), (bits & 2) !== 0, `writes with ${bits}`)
        equal(await opens(agent, path, O.RDWR), (bits & 6) === 6, `reads and writes with ${bits}`)
        equal(await works(agent.call('access', path, ACCESS.X)), (bits & 1) !== 0, `executes with ${bits}`)
        equal(await works(agent.call('access', path, ACCESS.R | ACCESS.W)), (bits & 6) === 6, `access with ${bits}`)
      }
    }),
    check(`a directory and ${what}: to list, to search, to change`, ROOT, async (t) => {
      const path = t.mkdir('d')
      t.file('d/f')
      posix.chown(path, USER.uid, gid)
      const agent = await t.process(who)
      for (let bits = 0; bits < 8; bits++) {
        posix.chmod(path, only(bits, shift))
        equal(await opens(agent, path, O.RDONLY | O.DIRECTORY), (bits & 4) !== 0, `lists with ${bits}`)
        equal(await works(agent.call('stat', `${path}/f`)), (bits & 1) !== 0, `searches with ${bits}`)
        equal(await works(agent.call('mkdir', `${path}/new`)), (bits & 3) === 3, `makes with ${bits}`)
        if ((bits & 3) !== 3) continue
        await agent.call('rmdir', `${path}/new`)
      }
    }),
  ]
}

export const accessChecks: readonly Check[] = [
  ...CLASSES.flatMap(classChecks),
  check('the owner is not helped by what the group and others may', ROOT, async (t) => {
    const path = userFile(t, 0o077)
    const owner = await t.process(USER)
    for (const flags of [O.RDONLY, O.WRONLY]) await rejects('EACCES', owner.call('open', path, flags))
  }),
  check('one of the group is not helped by what others may', ROOT, async (t) => {
    const path = userFile(t, 0o707)
    await rejects('EACCES', (await t.process(COLLEAGUE)).call('open', path, O.RDONLY))
  }),
  check('O_TRUNC needs the write bit, and leaves the content when it is refused', ROOT, async (t) => {
    const path = userFile(t, 0o644)
    const stranger = await t.process(STRANGER)
    await rejects('EACCES', stranger.call('open', path, O.RDONLY | O.TRUNC))
    await rejects('EACCES', stranger.call('open', path, O.WRONLY | O.TRUNC))
    equal(t.text(path), 'content')
  }),
  check('truncate needs the write bit', ROOT, async (t) => {
    const path = userFile(t, 0o644)
    await rejects('EACCES', (await t.process(STRANGER)).call('truncate', path, 0))
    await (await t.process(USER)).call('truncate', path, 3)
    equal(t.text(path), 'con')
  }),
  check('a descriptor stays good when the bits are taken away', ROOT, async (t) => {
    const path = userFile(t, 0o666)
    const stranger = await t.process(STRANGER)
    const fd = await stranger.call('open', path, O.RDWR)
    posix.chmod(path, 0)
    equal((await stranger.call('pread', fd, 7, 0)).toString(), 'content')
    await stranger.call('pwrite', fd, 'C', 0)
    equal(t.text(path), 'Content')
  }),
  check('bits, owner and group that are changed count at once', ROOT, async (t) => {
    const path = userFile(t, 0o640)
    const [colleague, stranger] = [await t.process(COLLEAGUE), await t.process(STRANGER)]
    equal(await opens(colleague, path, O.RDONLY), true)
    posix.chown(path, -1, STRANGER.gid)
    equal(await opens(colleague, path, O.RDONLY), false)
    equal(await opens(stranger, path, O.RDONLY), true)
    posix.chmod(path, 0o600)
    equal(await opens(stranger, path, O.RDONLY), false)
    posix.chown(path, STRANGER.uid, -1)
    equal(await opens(stranger, path, O.RDWR), true)
  }),
  check('O_PATH asks nothing of the file itself', ROOT, async (t) => {
    const stranger = await t.process(STRANGER)
    await stranger.call('close', await stranger.call('open', userFile(t, 0), O.PATH))
  }),
  check('a link lets through what its target does', ROOT, async (t) => {
    const path = userFile(t, 0o600)
    posix.symlink('f', t.at('link'))
    await rejects('EACCES', (await t.process(STRANGER)).call('open', t.at('link'), O.RDONLY))
    posix.chmod(path, 0o604)
    equal(await opens(await t.process(STRANGER), t.at('link'), O.RDONLY), true)
  }),
  check('root reads and writes without any bit', ROOT, (t) => {
    const path = userFile(t, 0)
    const fd = t.openPath(path, O.RDWR)
    equal(posix.read(fd, 7).toString(), 'content')
    posix.pwrite(fd, 'C', 0)
    posix.access(path, ACCESS.R | ACCESS.W)
  }),
  check('root executes only what somebody may', ROOT, async (t) => {
    const path = userFile(t, 0o666)
    const root = await t.process()
    await rejects('EACCES', root.call('access', path, ACCESS.X))
    posix.chmod(path, 0o001)
    await root.call('access', path, ACCESS.X)
  }),
  check('root lists, searches and changes a directory without any bit', ROOT, (t) => {
    const path = t.mkdir('d')
    t.file('d/f')
    posix.chown(path, USER.uid, USER.gid)
    posix.chmod(path, 0)
    equal(t.list(path).join(), 'f')
    posix.access(path, ACCESS.R | ACCESS.W | ACCESS.X)
    posix.unlink(`${path}/f`)
    posix.mkdir(`${path}/new`)
  }),
]
