import { deepEqual, equal, ok } from 'node:assert/strict'
import { O, posix, S, XATTR } from '../../../helpers/posix.js'
import { check, fails, group } from '../check.js'

const NEEDS = { traits: ['xattr'] } as const

/** Only the names of this suite: security modules add names of their own. */
function userNames(names: readonly string[]): string[] {
  return names.filter((name) => name.startsWith('user.')).toSorted()
}

export const xattr = group('xattr', [
  ...['', 'value', 'with\0zero', 'x'.repeat(1000)].map((value) =>
    check(`a value of ${value.length} bytes is kept`, NEEDS, (t) => {
      const path = t.file('f')
      posix.setxattr(path, 'user.a', value)
      equal(posix.getxattr(path, 'user.a').toString(), value)
    }),
  ),
  check('a binary value is kept', NEEDS, (t) => {
    const value = Buffer.from([...Array(256).keys()])
    const path = t.file('f')
    posix.setxattr(path, 'user.bin', value)
    deepEqual(posix.getxattr(path, 'user.bin'), value)
  }),
  check('a directory has attributes', NEEDS, (t) => {
    const path = t.mkdir('d')
    posix.setxattr(path, 'user.a', 'value')
    equal(posix.getxattr(path, 'user.a').toString(), 'value')
  }),
  check('a second set replaces the value', NEEDS, (t) => {
    const path = t.file('f')
    posix.setxattr(path, 'user.a', 'a long first value')
    posix.setxattr(path, 'user.a', 'short')
    equal(posix.getxattr(path, 'user.a').toString(), 'short')
  }),
  check('a missing attribute is ENODATA', NEEDS, (t) => {
    const path = t.file('f')
    fails('ENODATA', () => posix.getxattr(path, 'user.a'))
    fails('ENODATA', () => posix.getxattrSize(path, 'user.a'))
    fails('ENODATA', () => posix.removexattr(path, 'user.a'))
  }),
  check('CREATE makes, and is EEXIST the second time', NEEDS, (t) => {
    const path = t.file('f')
    posix.setxattr(path, 'user.a', '1', XATTR.CREATE)
    fails('EEXIST', () => posix.setxattr(path, 'user.a', '2', XATTR.CREATE))
    equal(posix.getxattr(path, 'user.a').toString(), '1')
  }),
  check('REPLACE replaces, and is ENODATA when there is nothing', NEEDS, (t) => {
    const path = t.file('f')
    fails('ENODATA', () => posix.setxattr(path, 'user.a', '1', XATTR.REPLACE))
    posix.setxattr(path, 'user.a', '1')
    posix.setxattr(path, 'user.a', '2', XATTR.REPLACE)
    equal(posix.getxattr(path, 'user.a').toString(), '2')
  }),
  check('unknown flags are EINVAL', NEEDS, (t) => {
    const path = t.file('f')
    fails('EINVAL', () => posix.setxattr(path, 'user.a', '1', 8))
  }),
  check('the size is told without a buffer', NEEDS, (t) => {
    const path = t.file('f')
    posix.setxattr(path, 'user.a', '12345')
    equal(posix.getxattrSize(path, 'user.a'), 5)
  }),
  check('a buffer of the exact size holds the value, one smaller is ERANGE', NEEDS, (t) => {
    const path = t.file('f')
    posix.setxattr(path, 'user.a', '12345')
    equal(posix.getxattr(path, 'user.a', 5).toString(), '12345')
    fails('ERANGE', () => posix.getxattr(path, 'user.a', 4))
    fails('ERANGE', () => posix.getxattr(path, 'user.a', 1))
  }),
  check('the list has all names and no other', NEEDS, (t) => {
    const path = t.file('f')
    deepEqual(userNames(posix.listxattr(path)), [])
    for (const name of ['user.b', 'user.a', 'user.c']) posix.setxattr(path, name, '1')
    deepEqual(userNames(posix.listxattr(path)), ['user.a', 'user.b', 'user.c'])
  }),
  check('the size of the list counts names and their ends', { traits: ['xattr', 'listSecurity'] }, (t) => {
    const path = t.file('f')
    equal(posix.listxattrSize(path), 0)
    posix.setxattr(path, 'user.a', '1')
    posix.setxattr(path, 'user.long', '1')
    equal(posix.listxattrSize(path), 'user.a'.length + 'user.long'.length + 2)
  }),
  check('a list buffer of the exact size suffices, one smaller is ERANGE', NEEDS, (t) => {
    const path = t.file('f')
    posix.setxattr(path, 'user.a', '1')
    posix.setxattr(path, 'user.b', '1')
    const size = posix.listxattrSize(path)
    equal(posix.listxattr(path, size).length >= 2, true)
    fails('ERANGE', () => posix.listxattr(path, size - 1))
  }),
  check('a removed attribute is gone from the list', NEEDS, (t) => {
    const path = t.file('f')
    posix.setxattr(path, 'user.a', '1')
    posix.setxattr(path, 'user.b', '1')
    posix.removexattr(path, 'user.a')
    deepEqual(userNames(posix.listxattr(path)), ['user.b'])
    fails('ENODATA', () => posix.getxattr(path, 'user.a'))
  }),
  check('the calls on a descriptor', NEEDS, (t) => {
    const fd = t.openPath(t.file('f'), O.RDWR)
    posix.fsetxattr(fd, 'user.a', 'value')
    equal(posix.fgetxattr(fd, 'user.a').toString(), 'value')
    deepEqual(userNames(posix.flistxattr(fd)), ['user.a'])
    posix.fremovexattr(fd, 'user.a')
    deepEqual(userNames(posix.listxattr(t.at('f'))), [])
  }),
  check('a descriptor for reading may set attributes', NEEDS, (t) => {
    posix.fsetxattr(t.openPath(t.file('f'), O.RDONLY), 'user.a', 'value')
    equal(posix.getxattr(t.at('f'), 'user.a').toString(), 'value')
  }),
  check('an O_PATH descriptor is EBADF', NEEDS, (t) => {
    const fd = t.openPath(t.file('f'), O.PATH)
    fails('EBADF', () => posix.fsetxattr(fd, 'user.a', 'value'))
  }),
  check('attributes live on after unlink of an open file', NEEDS, (t) => {
    const fd = t.openPath(t.file('f'), O.RDWR)
    posix.fsetxattr(fd, 'user.a', 'value')
    posix.unlink(t.at('f'))
    equal(posix.fgetxattr(fd, 'user.a').toString(), 'value')
  }),
  check('attributes stay through rename and link', { traits: ['xattr', 'hardLinks'] }, (t) => {
    const path = t.file('f')
    posix.setxattr(path, 'user.a', 'value')
    posix.rename(path, t.at('g'))
    posix.link(t.at('g'), t.at('h'))
    equal(posix.getxattr(t.at('h'), 'user.a').toString(), 'value')
  }),
  check('a new file of an old name has no attributes', NEEDS, (t) => {
    const path = t.file('f')
    posix.setxattr(path, 'user.a', 'value')
    posix.unlink(path)
    fails('ENODATA', () => posix.getxattr(t.file('f'), 'user.a'))
  }),
  check('a link is followed', NEEDS, (t) => {
    const path = t.file('f')
    posix.symlink('f', t.at('link'))
    posix.setxattr(t.at('link'), 'user.a', 'value')
    equal(posix.getxattr(path, 'user.a').toString(), 'value')
    equal(posix.lgetxattr(path, 'user.a').toString(), 'value')
  }),
  check('user attributes of a link itself are EPERM', NEEDS, (t) => {
    posix.symlink('f', t.at('link'))
    fails('EPERM', () => posix.lsetxattr(t.at('link'), 'user.a', 'value'))
    fails(['EPERM', 'ENODATA'], () => posix.lgetxattr(t.at('link'), 'user.a'))
    fails('EPERM', () => posix.lremovexattr(t.at('link'), 'user.a'))
    deepEqual(userNames(posix.llistxattr(t.at('link'))), [])
  }),
  check('user attributes of a fifo are EPERM', { traits: ['xattr', 'specialFiles'] }, (t) => {
    posix.mknod(t.at('fifo'), S.IFIFO | 0o644)
    fails('EPERM', () => posix.setxattr(t.at('fifo'), 'user.a', 'value'))
  }),
  check('a name without a known prefix is EOPNOTSUPP', NEEDS, (t) => {
    const path = t.file('f')
    fails('EOPNOTSUPP', () => posix.setxattr(path, 'unknown.a', 'value'))
    fails('EOPNOTSUPP', () => posix.setxattr(path, 'plain', 'value'))
  }),
  check('a prefix without a name is EINVAL', NEEDS, (t) => {
    const path = t.file('f')
    fails('EINVAL', () => posix.setxattr(path, 'user.', 'value'))
  }),
  check('an empty name is ERANGE', NEEDS, (t) => {
    const path = t.file('f')
    fails('ERANGE', () => posix.setxattr(path, '', 'value'))
    fails('ERANGE', () => posix.getxattr(path, ''))
  }),
  check('a name of 255 bytes is kept, one of 256 is ERANGE', NEEDS, (t) => {
    const path = t.file('f')
    const name = 'user.'.padEnd(255, 'n')
    posix.setxattr(path, name, 'value')
    deepEqual(userNames(posix.listxattr(path)), [name])
    fails('ERANGE', () => posix.setxattr(path, `${name}n`, 'value'))
  }),
  check('a value above 64 KiB is E2BIG', NEEDS, (t) => {
    const path = t.file('f')
    fails('E2BIG', () => posix.setxattr(path, 'user.a', Buffer.alloc(65_537)))
  }),
  check('another process sees a change at once', NEEDS, async (t) => {
    const path = t.file('f')
    const other = await t.process()
    posix.setxattr(path, 'user.a', 'one')
    equal((await other.call('getxattr', path, 'user.a')).toString(), 'one')
    await other.call('setxattr', path, 'user.a', 'two')
    equal(posix.getxattr(path, 'user.a').toString(), 'two')
  }),
  check('trusted attributes for root', { needs: 'root', traits: ['trustedXattr'] }, (t) => {
    const path = t.file('f')
    posix.setxattr(path, 'trusted.a', 'value')
    equal(posix.getxattr(path, 'trusted.a').toString(), 'value')
    ok(posix.listxattr(path).includes('trusted.a'))
  }),
  check('trusted attributes are hidden from an ordinary user', { needs: 'user', traits: ['xattr'] }, (t) => {
    const path = t.file('f')
    fails('EPERM', () => posix.setxattr(path, 'trusted.a', 'value'))
    fails('ENODATA', () => posix.getxattr(path, 'trusted.a'))
  }),
  check('without read or write permission is EACCES', { needs: 'user', traits: ['xattr', 'permissions'] }, (t) => {
    const path = t.file('f')
    posix.setxattr(path, 'user.a', 'value')
    posix.chmod(path, 0o444)
    fails('EACCES', () => posix.setxattr(path, 'user.a', 'other'))
    fails('EACCES', () => posix.removexattr(path, 'user.a'))
    posix.chmod(path, 0o222)
    fails('EACCES', () => posix.getxattr(path, 'user.a'))
  }),
])
