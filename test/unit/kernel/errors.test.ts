import assert from 'node:assert/strict'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { helperError, MountError, type MountErrorCode } from '#src/kernel/errors.js'
import { findHelper } from '#src/kernel/fusermount.js'
import { inheritedNumber, takeInherited } from '#src/kernel/inherited.js'
import { mountFuse } from '#src/kernel/mount-fuse.js'
import { resolveMountpoint } from '#src/kernel/mountpoint.js'
import { unmount } from '#src/kernel/unmount.js'
import { O } from '#src/sys/constants.js'
import { closeFd, open } from '#src/sys/open.js'
import { privateDirectory } from '../../helpers/directory.js'

test('what fusermount3 writes becomes an error that says what to do', () => {
  const cases: [string, MountErrorCode, RegExp][] = [
    [
      "fusermount3: option allow_other only allowed if 'user_allow_other' is set in /etc/fuse.conf\n",
      'ERR_MOUNT_ALLOW_OTHER',
      /only root can add/,
    ],
    ["fusermount3: fuse device not found, try 'modprobe fuse' first\n", 'ERR_FUSE_DEVICE_MISSING', /modprobe fuse/],
    ['fusermount3: failed to open /dev/fuse: Permission denied\n', 'ERR_FUSE_DEVICE_ACCESS', /0666/],
    ['fusermount3: user has no write access to mountpoint /x\n', 'ERR_MOUNTPOINT_ACCESS', /must belong to the user/],
    ['fusermount3: mount failed: Operation not permitted\n', 'ERR_MOUNT_PERMISSION', /set-user-ID/],
    [
      'fusermount3: bad mount point /x: Transport endpoint is not connected\n',
      'ERR_MOUNT_STALE',
      /fusermount3 -u -z \/x/,
    ],
    ['fusermount3: something\nelse\n', 'ERR_MOUNT_HELPER', /^fusermount3 failed: something; else$/],
    ['', 'ERR_MOUNT_HELPER', /gave no reason/],
  ]
  for (const [stderr, code, message] of cases) {
    const error = helperError(stderr, '/x')
    assert.equal(error.code, code, stderr)
    assert.match(error.message, message)
    assert.ok(!error.message.includes('\n'))
  }
})

test('a mount point must be there, and be a directory', async (t) => {
  const path = privateDirectory(t)
  writeFileSync(`${path}/file`, '')
  await assert.rejects(mountFuse(`${path}/none`), { code: 'ERR_MOUNTPOINT_MISSING', mountpoint: `${path}/none` })
  await assert.rejects(mountFuse(`${path}/file`), { code: 'ERR_MOUNTPOINT_NOT_DIRECTORY' })
  await assert.rejects(mountFuse(`${path}/file/sub`), { code: 'ERR_MOUNTPOINT_NOT_DIRECTORY' })
  await assert.rejects(mountFuse('a\0b'), { code: 'ERR_MOUNTPOINT_MISSING' })
  await assert.rejects(mountFuse(path, { maxRead: 1 }), { code: 'ERR_MOUNT_OPTION' })
})

test('a mount point is known by its path without symbolic links', (t) => {
  const path = privateDirectory(t)
  mkdirSync(`${path}/real`)
  symlinkSync('real', `${path}/link`)
  assert.equal(resolveMountpoint(`${path}/link/../link/.`), `${path}/real`)
  assert.equal(resolveMountpoint('/proc/'), '/proc')
  assert.equal(resolveMountpoint('/'), '/')
})

test('without the helper in PATH the error names the package', async (t) => {
  const path = privateDirectory(t)
  const { PATH } = process.env
  t.after(() => (process.env['PATH'] = PATH))
  process.env['PATH'] = path
  assert.equal(findHelper(), undefined)
  await assert.rejects(mountFuse(path, { via: 'fusermount3' }), {
    code: 'ERR_MOUNT_HELPER_MISSING',
    message: /'fuse3'/,
  })
})

test('what is not mounted cannot be unmounted', async (t) => {
  await assert.rejects(
    unmount(privateDirectory(t)),
    (error) =>
      error instanceof MountError && error.code === 'ERR_NOT_MOUNTED' && /nothing is mounted/.test(error.message),
  )
})

test('an inherited descriptor must be open, and be the FUSE device', async () => {
  assert.equal(inheritedNumber('/dev/fd/17'), 17)
  assert.equal(inheritedNumber('/dev/fd/17/x'), undefined)
  assert.throws(() => takeInherited(100_000), { code: 'ERR_INHERITED_FD', message: /not open/ })
  const number = open('/dev/null', O.RDWR)
  await assert.rejects(mountFuse(`/dev/fd/${number}`), { code: 'ERR_INHERITED_FD', message: /not the FUSE device/ })
  closeFd(number)
})
