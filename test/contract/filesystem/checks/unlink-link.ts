import { deepEqual, equal } from 'node:assert/strict'
import { AT, O, posix, S } from '../../../helpers/posix.js'
import { check, fails, group } from '../check.js'

const LINKS = { traits: ['hardLinks'] } as const

export const unlinkLink = group('unlink-link', [
  check('unlink removes the name', (t) => {
    posix.unlink(t.file('f'))
    fails('ENOENT', () => posix.stat(t.at('f')))
    deepEqual(t.list(), [])
  }),
  check('unlink of a directory is EISDIR', (t) => {
    fails(['EISDIR', 'EPERM'], () => posix.unlink(t.mkdir('d')))
  }),
  check('unlink of a symbolic link removes the link only', (t) => {
    t.file('f', 'kept')
    posix.symlink('f', t.at('link'))
    posix.unlink(t.at('link'))
    equal(t.text(t.at('f')), 'kept')
  }),
  check('unlink of a file without any permission', (t) => {
    posix.unlink(t.file('f', '', 0))
  }),
  check('unlink with a slash at the end of a directory is EISDIR or ENOTDIR', (t) => {
    fails(['EISDIR', 'ENOTDIR'], () => posix.unlink(`${t.mkdir('d')}/`))
  }),
  check('unlink in a directory without write permission is EACCES', { needs: 'user', traits: ['permissions'] }, (t) => {
    t.mkdir('d')
    t.file('d/f')
    posix.chmod(t.at('d'), 0o555)
    fails('EACCES', () => posix.unlink(t.at('d/f')))
  }),
  check('an unlinked file that is open reads, writes and grows', (t) => {
    const fd = t.openPath(t.file('f', 'before'), O.RDWR)
    posix.unlink(t.at('f'))
    equal(posix.pread(fd, 10, 0).toString(), 'before')
    posix.pwrite(fd, 'after', 100_000)
    equal(posix.fstat(fd).size, 100_005)
    equal(posix.pread(fd, 10, 100_000).toString(), 'after')
  }),
  check('an unlinked file that is open has 0 links', (t) => {
    const fd = t.openPath(t.file('f'), O.RDWR)
    posix.unlink(t.at('f'))
    equal(posix.fstat(fd).nlink, 0)
  }),
  check('an unlinked file that is open takes chmod, utimes and fsync', (t) => {
    const fd = t.openPath(t.file('f'), O.RDWR)
    posix.unlink(t.at('f'))
    posix.fchmod(fd, 0o600)
    posix.futimens(fd, 5_000_000_000n, 6_000_000_000n)
    posix.fsync(fd)
    const stat = posix.fstat(fd)
    equal(stat.mode & 0o777, 0o600)
    equal(stat.mtime, 6_000_000_000n)
  }),
  check('unlinked files that are open keep their places in the directory free', (t) => {
    const fd = t.openPath(t.file('f', 'old'), O.RDONLY)
    posix.unlink(t.at('f'))
    t.file('f', 'new')
    equal(posix.read(fd, 9).toString(), 'old')
    equal(t.text(t.at('f')), 'new')
    deepEqual(t.list(), ['f'])
  }),
  check('a directory whose only file is unlinked but open can be removed', (t) => {
    t.mkdir('d')
    const fd = t.openPath(t.file('d/f', 'data'), O.RDONLY)
    posix.unlink(t.at('d/f'))
    posix.rmdir(t.at('d'))
    equal(posix.read(fd, 9).toString(), 'data')
  }),
  check('an unlinked file reopens through its descriptor', (t) => {
    const fd = t.openPath(t.file('f', 'data'), O.RDWR)
    posix.unlink(t.at('f'))
    equal(posix.read(t.openPath(`/proc/self/fd/${fd}`, O.RDONLY), 9).toString(), 'data')
  }),
  check('two names are one file', LINKS, (t) => {
    posix.link(t.file('a', 'data'), t.at('b'))
    equal(posix.stat(t.at('a')).ino, posix.stat(t.at('b')).ino)
    equal(posix.stat(t.at('a')).nlink, 2)
    posix.write(t.open('b', O.WRONLY | O.APPEND), ' more')
    equal(t.text(t.at('a')), 'data more')
  }),
  check('attributes show through both names', LINKS, (t) => {
    posix.link(t.file('a'), t.at('b'))
    posix.chmod(t.at('a'), 0o600)
    equal(posix.stat(t.at('b')).mode & 0o777, 0o600)
  }),
  check('removing one name keeps the other', LINKS, (t) => {
    posix.link(t.file('a', 'data'), t.at('b'))
    posix.unlink(t.at('a'))
    equal(t.text(t.at('b')), 'data')
    equal(posix.stat(t.at('b')).nlink, 1)
  }),
  check('a hundred names', LINKS, (t) => {
    const path = t.file('f')
    for (let i = 0; i < 100; i++) posix.link(path, t.at(`link${i}`))
    equal(posix.stat(path).nlink, 101)
    for (let i = 0; i < 100; i++) posix.unlink(t.at(`link${i}`))
    equal(posix.stat(path).nlink, 1)
  }),
  check('names in different directories', LINKS, (t) => {
    t.mkdir('d')
    posix.link(t.file('f', 'data'), t.at('d/f'))
    equal(t.text(t.at('d/f')), 'data')
  }),
  check('link of a directory is EPERM', LINKS, (t) => {
    fails('EPERM', () => posix.link(t.mkdir('d'), t.at('d2')))
  }),
  check('link of a symbolic link names the link itself', LINKS, (t) => {
    posix.symlink('nowhere', t.at('link'))
    posix.link(t.at('link'), t.at('again'))
    equal(posix.lstat(t.at('again')).ino, posix.lstat(t.at('link')).ino)
    equal(posix.readlink(t.at('again')).toString(), 'nowhere')
  }),
  check('AT_SYMLINK_FOLLOW names what the link leads to', LINKS, (t) => {
    const file = t.file('f')
    posix.symlink('f', t.at('link'))
    posix.linkat(AT.FDCWD, t.at('link'), AT.FDCWD, t.at('again'), AT.SYMLINK_FOLLOW)
    equal(posix.lstat(t.at('again')).ino, posix.stat(file).ino)
  }),
  check('linkat with unknown flags is EINVAL', LINKS, (t) => {
    const file = t.file('f')
    fails('EINVAL', () => posix.linkat(AT.FDCWD, file, AT.FDCWD, t.at('g'), 0x40000))
  }),
  check('link of a fifo', { traits: ['hardLinks', 'specialFiles'] }, (t) => {
    posix.mknod(t.at('fifo'), S.IFIFO | 0o644)
    posix.link(t.at('fifo'), t.at('again'))
    equal(posix.lstat(t.at('again')).nlink, 2)
  }),
  check('an unlinked file that is open cannot get a name back', LINKS, (t) => {
    const fd = t.openPath(t.file('f'), O.RDWR)
    posix.unlink(t.at('f'))
    fails('ENOENT', () => posix.linkat(AT.FDCWD, `/proc/self/fd/${fd}`, AT.FDCWD, t.at('back'), AT.SYMLINK_FOLLOW))
  }),
  check(
    'link into a directory without write permission is EACCES',
    { needs: 'user', traits: ['hardLinks', 'permissions'] },
    (t) => {
      t.mkdir('d', 0o555)
      const file = t.file('f')
      fails('EACCES', () => posix.link(file, t.at('d/f')))
    },
  ),
])
