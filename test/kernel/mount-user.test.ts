import assert from 'node:assert/strict'
import { chmodSync, chownSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { findHelper } from '#src/kernel/fusermount.js'
import { privateDirectory } from '../helpers/directory.js'
import { asUser, cannotBeUser, USER_ID, type Surroundings } from '../helpers/ordinary-user.js'

/* An ordinary user mounts through fusermount3: in a mount namespace of its own, so that nothing can be left behind. */

const skip = findHelper() === undefined ? 'needs fusermount3 (package fuse3)' : cannotBeUser()
const options = { skip, timeout: 40_000 }

function mountpoint(t: TestContext, owner = USER_ID): string {
  const parent = privateDirectory(t)
  const path = join(parent, 'mnt')
  chmodSync(parent, 0o755)
  mkdirSync(path)
  chownSync(path, owner, owner)
  return path
}

/** Runs `code` as the user, with `path`, `mountFuse`, `mount`, `fs`, `say` and `fails` at hand; answers the lines it said. */
async function run(path: string, code: string, surroundings: Surroundings = {}): Promise<string[]> {
  const dist = new URL('../../../dist/', import.meta.url)
  const script = `
    import fs from 'node:fs'
    import { execFile } from 'node:child_process'
    import { promisify } from 'node:util'
    import { mount } from ${JSON.stringify(new URL('index.js', dist).href)}
    import { mountFuse } from ${JSON.stringify(new URL('kernel/mount-fuse.js', dist).href)}
    const path = ${JSON.stringify(path)}
    const say = console.log
    const isMounted = () => fs.readFileSync('/proc/self/mountinfo', 'utf8').includes(path)
    const fails = (promise) => promise.then(() => say('it did not fail'), (error) => say(error.code, error.message))
    ${code}`
  const output = await asUser([process.execPath, '--input-type=module', '-e', script], surroundings)
  return output.split('\n')
}

test('an ordinary user mounts and unmounts through fusermount3', options, async (t) => {
  const path = mountpoint(t)
  const lines = await run(
    path,
    `const made = await mountFuse(path, { fsname: 'mi,ne' })
     const line = fs.readFileSync('/proc/self/mountinfo', 'utf8').split('\\n').find((line) => line.includes(path))
     say(made.how, '|', made.reason, '|', / nosuid,nodev.* fuse mi,ne .*user_id=${USER_ID}/.test(line.replace('rw,', '')))
     const held = fs.openSync(path, 0o10000000)
     await made.unmount().catch((error) => say(error.code))
     await made.unmount({ mode: 'force' })
     say(isMounted())`,
  )
  assert.deepEqual(lines, ['fusermount3 | this process has no CAP_SYS_ADMIN | true', 'ERR_UNMOUNT_BUSY', 'false'])
})

test('a filesystem of an ordinary user is served, and ends in order', options, async (t) => {
  const path = mountpoint(t)
  const lines = await run(
    path,
    `const file = Buffer.from('mine alone')
     const attr = (node) => ({ attr: node === 1 ? { mode: 0o40755 } : { mode: 0o100444, size: file.length } })
     const mounted = await mount({
       lookup: ({ name }) => (name === 'f' ? { node: 2, ...attr(2) } : { node: 0 }),
       getattr: ({ node }) => attr(node),
       open: () => ({}),
       read: ({ buffer, offset, size }) => file.copy(buffer, 0, offset, offset + size),
       destroy: () => say('destroyed'),
     }, path)
     const cat = promisify(execFile)
     say((await cat('cat', [path + '/f'])).stdout)
     await mounted.unmount()
     await mounted.closed
     say(isMounted())`,
  )
  assert.deepEqual(lines, ['mine alone', 'destroyed', 'false'])
})

test('allowOther needs a line in /etc/fuse.conf, and the error says which', options, async (t) => {
  const path = mountpoint(t)
  const [refused] = await run(path, `await fails(mountFuse(path, { allowOther: true })); say(isMounted())`)
  assert.match(refused!, /^ERR_MOUNT_ALLOW_OTHER .*'user_allow_other' in \/etc\/fuse\.conf/)
  const code = `const made = await mountFuse(path, { allowOther: true }); say(isMounted()); await made.unmount(); say(isMounted())`
  assert.deepEqual(await run(path, code, { configuration: '# comment\nuser_allow_other\n' }), ['true', 'false'])
})

test('an ordinary user needs a mount point of his own', options, async (t) => {
  const [line] = await run(mountpoint(t, 0), `await fails(mountFuse(path))`)
  assert.match(line!, /^ERR_MOUNTPOINT_ACCESS .*must belong to the user/)
})

test('mount(2) itself is not for ordinary users', options, async (t) => {
  const [line] = await run(mountpoint(t), `await fails(mountFuse(path, { via: 'direct' }))`)
  assert.match(line!, /^ERR_MOUNT_PERMISSION .*run as root, or install fusermount3/)
})

test('a device that only root may open is named, with the way to open it', options, async (t) => {
  const [line] = await run(mountpoint(t), `await fails(mountFuse(path, { via: 'direct' }))`, { deviceMode: '0600' })
  assert.match(line!, /^ERR_FUSE_DEVICE_ACCESS .*chmod 666/)
})

test('what only root may ask for is refused, and nothing stays mounted', options, async (t) => {
  const lines = await run(
    mountpoint(t),
    `await fails(mountFuse(path, { blkdev: true, fsname: '/dev/loop0' }))
     await fails(mountFuse(path, { nosuid: false }))
     await fails(mountFuse(path, { nodev: false }))
     say(isMounted())`,
  )
  assert.match(lines[0]!, /^ERR_MOUNT_HELPER .*blkdev is privileged/)
  assert.deepEqual(lines.slice(1), [
    'ERR_MOUNT_OPTION nosuid: false is for root only',
    'ERR_MOUNT_OPTION nodev: false is for root only',
    'false',
  ])
})
