import { equal } from 'node:assert/strict'
import { O, posix } from '../../../helpers/posix.js'
import type { Agent } from '../agent-client.js'
import { check, group, rejects } from '../check.js'
import { COLLEAGUE, STRANGER, USER } from '../credentials.js'

const ROOT = { needs: 'root', traits: ['permissions', 'owners'] } as const

async function opens(agent: Agent, path: string, flags: number): Promise<boolean> {
  try {
    await agent.call('close', await agent.call('open', path, flags))
    return true
  } catch {
    return false
  }
}

export const permissions = group('permissions', [
  check('the bits of the first class that fits decide', ROOT, async (t) => {
    const path = t.file('f')
    posix.chown(path, USER.uid, COLLEAGUE.groups[0]!)
    for (const [shift, who] of [USER, COLLEAGUE, STRANGER].map((who, at) => [6 - 3 * at, who] as const)) {
      const agent = await t.process(who)
      for (let bits = 0; bits < 8; bits++) {
        // The other classes get the opposite.
        posix.chmod(path, (0o777 & ~(7 << shift) & ~(0o111 * bits)) | (bits << shift))
        equal(await opens(agent, path, O.RDONLY), (bits & 4) !== 0)
        equal(await opens(agent, path, O.WRONLY), (bits & 2) !== 0)
        if ((bits & 1) !== 0) await agent.call('access', path, 1)
        else await rejects('EACCES', agent.call('access', path, 1))
      }
    }
  }),
  check('in a sticky directory only owners remove and rename', ROOT, async (t) => {
    const path = t.publicDir('d')
    posix.chmod(path, 0o1777)
    posix.chown(t.file('d/f'), USER.uid, USER.gid)
    const [owner, stranger] = [await t.process(USER), await t.process(STRANGER)]
    await rejects('EPERM', stranger.call('unlink', `${path}/f`))
    await rejects('EPERM', stranger.call('rename', `${path}/f`, `${path}/g`))
    await owner.call('rename', `${path}/f`, `${path}/g`)
    await owner.call('unlink', `${path}/g`)
  }),
  check('a setgid directory hands on its group', ROOT, async (t) => {
    const path = t.publicDir('d')
    posix.chown(path, 0, 1001)
    posix.chmod(path, 0o2777)
    const stranger = await t.process(STRANGER)
    await stranger.call('mkdir', `${path}/sub`)
    equal(posix.stat(`${path}/sub`).gid, 1001)
    equal(posix.stat(`${path}/sub`).mode & 0o2000, 0o2000)
  }),
  check('only the owner changes mode, owner and times', ROOT, async (t) => {
    const path = t.file('f')
    posix.chmod(path, 0o666)
    const stranger = await t.process(STRANGER)
    await rejects('EPERM', stranger.call('chmod', path, 0o777))
    await rejects('EPERM', stranger.call('chown', path, STRANGER.uid, -1))
    await rejects('EPERM', stranger.call('utimensat', path, 1n, 1n))
    await stranger.call('utimensat', path, 'now', 'now')
  }),
  check('an owner gives a file only to groups of their own', ROOT, async (t) => {
    const path = t.file('f')
    posix.chown(path, USER.uid, USER.gid)
    const owner = await t.process(USER)
    await owner.call('chown', path, -1, 1001)
    await rejects('EPERM', owner.call('chown', path, -1, STRANGER.gid))
  }),
  check('a write clears set-id bits', { needs: 'user', traits: ['setIdCleared'] }, (t) => {
    const path = t.file('f')
    posix.chmod(path, 0o6755)
    posix.write(t.openPath(path, O.WRONLY), 'x')
    equal(posix.stat(path).mode & 0o7777, 0o755)
  }),
])
