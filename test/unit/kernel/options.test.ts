import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MountError } from '#src/kernel/errors.js'
import { parseOptionString } from '#src/kernel/option-string.js'
import { checkOptions, directArguments, helperOptions, type MountOptions } from '#src/kernel/options.js'
import { MS } from '#src/sys/constants.js'

function refused(options: MountOptions, message: RegExp): void {
  assert.throws(
    () => checkOptions(options),
    (error) => error instanceof MountError && error.code === 'ERR_MOUNT_OPTION' && message.test(error.message),
  )
}

test('without options a mount is fusewire, nosuid and nodev', () => {
  const options = checkOptions({})
  assert.deepEqual(directArguments(options), {
    type: 'fuse',
    source: 'fusewire',
    flags: MS.NOSUID | MS.NODEV,
    data: [],
  })
  assert.equal(helperOptions(options), 'fsname=fusewire,rw')
})

test('every option has its place in both ways to mount', () => {
  const options = checkOptions({
    fsname: '/dev/x,y\\z',
    subtype: 'ex.ample',
    allowOther: true,
    defaultPermissions: true,
    readOnly: true,
    nosuid: false,
    nodev: false,
    noexec: true,
    noatime: true,
    maxRead: 131_072,
    blkdev: true,
    blksize: 1024,
  })
  assert.deepEqual(directArguments(options), {
    type: 'fuseblk.ex.ample',
    source: '/dev/x,y\\z',
    flags: MS.RDONLY | MS.NOEXEC | MS.NOATIME,
    data: ['default_permissions', 'allow_other', 'max_read=131072', 'blksize=1024'],
  })
  assert.equal(
    helperOptions(options),
    String.raw`fsname=/dev/x\,y\\z,subtype=ex.ample,suid,dev,ro,noexec,noatime,blkdev,default_permissions,allow_other,max_read=131072,blksize=1024`,
  )
})

test('values that cannot be honoured are refused here', () => {
  refused({ fsname: '' }, /fsname/)
  refused({ fsname: 'a\0b' }, /NUL/)
  refused({ fsname: '\uD800' }, /surrogates/)
  refused({ subtype: 'a,b' }, /subtype 'a,b'/)
  refused({ subtype: '' }, /subtype/)
  refused({ maxRead: 4095 }, /maxRead 4095/)
  refused({ maxRead: 1e10 }, /maxRead/)
  refused({ maxRead: 5000.5 }, /maxRead/)
  refused({ blkdev: true }, /block device/)
  refused({ blksize: 512 }, /only for blkdev/)
  refused({ blkdev: true, fsname: '/dev/sda', blksize: 513 }, /blksize 513/)
})

test('the text of mount -o is read, the last word of two wins, and what is not ours is handed on', () => {
  assert.deepEqual(
    parseOptionString(
      String.raw`rw,ro,suid,nosuid,dev,noexec,allow_other,default_permissions,max_read=65536,fsname=a\,b\\c=d,subtype=x,,_netdev,x-systemd.automount,cache=push,weird\,one,defaults`,
    ),
    {
      options: {
        readOnly: true,
        nosuid: true,
        nodev: false,
        noexec: true,
        allowOther: true,
        defaultPermissions: true,
        maxRead: 65_536,
        fsname: 'a,b\\c=d',
        subtype: 'x',
      },
      rest: ['cache=push', 'weird,one'],
    },
  )
  assert.deepEqual(parseOptionString(''), { options: {}, rest: [] })
  assert.deepEqual(parseOptionString('constructor,fsname').rest, ['constructor', 'fsname'])
  assert.throws(() => parseOptionString('max_read=big'), { code: 'ERR_MOUNT_OPTION' })
})

test('what the helper is told reads back as what was meant', () => {
  const options: MountOptions = { fsname: 'a\\,b,', readOnly: true, noexec: true, maxRead: 8192 }
  assert.deepEqual(parseOptionString(helperOptions(checkOptions(options))), { options, rest: [] })
})
