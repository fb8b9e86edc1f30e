import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Space } from '#src/fs/memory/space.js'
import { checkXattrName, Xattrs } from '#src/fs/memory/xattrs.js'

const [CREATE, REPLACE] = [1, 2]
const bytes = (length: number) => new Uint8Array(length).fill(7)

test('a value is a copy, and flags say whether it may be there', () => {
  const [xattrs, space] = [new Xattrs(), new Space({ bytes: 1e6, inodes: 1 })]
  const value = Buffer.from('value')
  assert.throws(() => xattrs.set('user.a', value, REPLACE, space), { code: 'ENODATA' })
  xattrs.set('user.a', value, CREATE, space)
  value.fill(0)
  assert.equal(Buffer.from(xattrs.get('user.a')).toString(), 'value')
  assert.throws(() => xattrs.set('user.a', value, CREATE, space), { code: 'EEXIST' })
  assert.throws(() => xattrs.set('user.a', value, 4, space), { code: 'EINVAL' })
  xattrs.set('user.a', bytes(0), REPLACE, space)
  assert.equal(xattrs.get('user.a').length, 0)
})

test('names and values take space, and give it back', () => {
  const [xattrs, space] = [new Xattrs(), new Space({ bytes: 100, inodes: 1 })]
  xattrs.set('user.a', bytes(80), 0, space)
  assert.equal(space.usedBytes, 87)
  assert.throws(() => xattrs.set('user.b', bytes(7), 0, space), { code: 'ENOSPC' })
  assert.throws(() => xattrs.set('user.a', bytes(94), 0, space), { code: 'ENOSPC' })
  xattrs.set('user.a', bytes(10), 0, space)
  xattrs.set('user.b', bytes(7), 0, space)
  assert.equal(space.usedBytes, 31)
  xattrs.delete('user.a', space)
  assert.throws(() => xattrs.get('user.a'), { code: 'ENODATA' })
  xattrs.dispose(space)
  assert.equal(space.usedBytes, 0)
})

test('no value is above 64 KiB, nor the list of names, so that it can always be told', () => {
  const [xattrs, space] = [new Xattrs(), new Space({ bytes: 1e9, inodes: 1 })]
  xattrs.set('user.a', bytes(65_536), 0, space)
  assert.throws(() => xattrs.set('user.a', bytes(65_537), 0, space), { code: 'E2BIG' })
  const name = (i: number) => `user.${i}`.padEnd(255, 'n')
  let count = 0
  assert.throws(
    () => {
      for (; ; count += 1) xattrs.set(name(count), bytes(0), 0, space)
    },
    { code: 'ENOSPC' },
  )
  assert.equal(count, Math.floor((65_536 - 7) / 256))
  xattrs.set(name(0), bytes(1), 0, space)
})

test('names of trusted attributes are for root', () => {
  const [xattrs, space] = [new Xattrs(), new Space({ bytes: 1e6, inodes: 1 })]
  for (const name of ['user.a', 'trusted.b', 'security.c']) xattrs.set(name, bytes(1), 0, space)
  assert.deepEqual(xattrs.list(true), ['user.a', 'trusted.b', 'security.c'])
  assert.deepEqual(xattrs.list(false), ['user.a', 'security.c'])
})

test('a program that changes loses its capabilities', () => {
  const [xattrs, space] = [new Xattrs(), new Space({ bytes: 1e6, inodes: 1 })]
  xattrs.set('user.a', bytes(1), 0, space)
  xattrs.dropCapability(space)
  xattrs.set('security.capability', bytes(20), 0, space)
  xattrs.dropCapability(space)
  assert.deepEqual(xattrs.list(true), ['user.a'])
})

test('names need a namespace that is kept, something behind it, and at most 255 bytes', () => {
  for (const name of ['user.a', 'trusted.a', 'security.selinux', 'user.'.padEnd(255, 'n')]) checkXattrName(name)
  for (const name of ['plain', 'system.posix_acl_access', 'userx.a']) {
    assert.throws(() => checkXattrName(name), { code: 'EOPNOTSUPP' })
  }
  assert.throws(() => checkXattrName('user.'), { code: 'EINVAL' })
  assert.throws(() => checkXattrName(`user.${'\u20ac'.repeat(84)}`), { code: 'ERANGE' })
})
