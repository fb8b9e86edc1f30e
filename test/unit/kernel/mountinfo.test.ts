import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeName } from '#src/base/name.js'
import { connectionNumber, findMount, isFuse, parseMountinfo, readMounts } from '#src/kernel/mountinfo.js'

const text = [
  '22 1 254:0 / / rw,relatime shared:1 master:2 - ext4 /dev/vda rw,discard',
  '40 22 0:35 / /mnt/a\\040b\\134c\\012d rw,nosuid,nodev - fuse.x sou\\040rce rw,user_id=0,group_id=0',
  'garbage',
  '',
  '41 22 0:36 /sub /mnt/twice ro - fuse - rw',
  '42 22 8:1 / /mnt/twice ro propagate_from:3 - fuseblk /dev/sda1 rw,blksize=4096',
  '43 22 0:37 / /mnt/x\\09 rw - fusectl fusectl rw',
].join('\n')

test('a line is read field by field, whatever optional fields stand in between', () => {
  const mounts = parseMountinfo(new TextEncoder().encode(text))
  assert.deepEqual(
    mounts.map((entry) => entry.id),
    [22, 40, 41, 42, 43],
  )
  assert.deepEqual(mounts[1], {
    id: 40,
    parent: 22,
    major: 0,
    minor: 35,
    root: '/',
    mountpoint: '/mnt/a b\\c\nd',
    options: ['rw', 'nosuid', 'nodev'],
    type: 'fuse.x',
    source: 'sou rce',
    superOptions: ['rw', 'user_id=0', 'group_id=0'],
  })
  assert.equal(mounts[2]?.source, '-')
  assert.equal(mounts[4]?.mountpoint, '/mnt/x\\09', 'not three octal digits: no escape')
  assert.deepEqual(
    mounts.map((entry) => isFuse(entry)),
    [false, true, true, true, false],
  )
  assert.equal(connectionNumber(mounts[1]), 35)
  assert.equal(connectionNumber(mounts[3]!), 8 * 2 ** 20 + 1)
})

test('the later of two mounts at the same place is the one that is seen', () => {
  const mounts = parseMountinfo(new TextEncoder().encode(text))
  assert.equal(findMount('/mnt/twice', mounts)?.id, 42)
  assert.equal(findMount('/mnt', mounts), undefined)
})

test('paths that are not UTF-8 are exact', () => {
  const bytes = Buffer.concat([
    Buffer.from('1 2 0:3 / /m/'),
    Buffer.of(0xff, 0xc3),
    Buffer.from('\\377 rw - fuse s rw\n'),
  ])
  const [entry] = parseMountinfo(bytes)
  assert.deepEqual(Buffer.from(encodeName(entry!.mountpoint)!), Buffer.from([0x2f, 0x6d, 0x2f, 0xff, 0xc3, 0xff]))
})

test('the mounts of this process have a root', () => {
  assert.ok(readMounts().length > 2)
  assert.ok(findMount('/') !== undefined)
})
