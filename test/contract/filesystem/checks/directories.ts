import { deepEqual, equal } from 'node:assert/strict'
import { AT, O, posix, S } from '../../../helpers/posix.js'
import { check, fails, group } from '../check.js'

export const directories = group('mkdir-rmdir', [
  check('a new directory is empty', (t) => {
    const path = t.mkdir('d')
    equal(posix.stat(path).mode & S.IFMT, S.IFDIR)
    deepEqual(t.list(path), [])
  }),
  check('the umask takes bits from the mode', (t) => {
    posix.umask(0o027)
    posix.mkdir(t.at('d'), 0o777)
    equal(posix.stat(t.at('d')).mode & 0o7777, 0o750)
  }),
  check('mkdir keeps the sticky bit', (t) => {
    posix.mkdir(t.at('d'), 0o1755)
    equal(posix.stat(t.at('d')).mode & 0o7777, 0o1755)
  }),
  check('a new directory has 2 links', { traits: ['dirLinkCount'] }, (t) => {
    equal(posix.stat(t.mkdir('d')).nlink, 2)
  }),
  check('each subdirectory adds a link, and takes it along', { traits: ['dirLinkCount'] }, (t) => {
    const path = t.mkdir('d')
    t.mkdir('d/a')
    t.mkdir('d/b')
    t.file('d/f')
    equal(posix.stat(path).nlink, 4)
    posix.rmdir(t.at('d/a'))
    equal(posix.stat(path).nlink, 3)
  }),
  check('a removed directory that is open has 0 links', { traits: ['dirLinkCount'] }, (t) => {
    const fd = t.openPath(t.mkdir('d'), O.RDONLY)
    posix.rmdir(t.at('d'))
    equal(posix.fstat(fd).nlink, 0)
  }),
  check('mkdir with a slash at the end', (t) => {
    posix.mkdir(`${t.at('d')}/`)
    equal(posix.stat(t.at('d')).mode & S.IFMT, S.IFDIR)
  }),
  check('mkdir relative to an open directory', (t) => {
    const fd = t.openPath(t.mkdir('d'), O.RDONLY)
    posix.mkdirat(fd, 'sub')
    deepEqual(t.list(t.at('d')), ['sub'])
  }),
  check('mkdir of the dots is EEXIST', (t) => {
    fails('EEXIST', () => posix.mkdir(t.at('.')))
    fails('EEXIST', () => posix.mkdir(t.at('..')))
  }),
  check('mkdir over a link to a directory is EEXIST', (t) => {
    t.mkdir('d')
    posix.symlink('d', t.at('link'))
    fails('EEXIST', () => posix.mkdir(t.at('link')))
  }),
  check('mkdir in a removed directory is ENOENT', (t) => {
    const fd = t.openPath(t.mkdir('d'), O.RDONLY)
    posix.rmdir(t.at('d'))
    fails('ENOENT', () => posix.mkdirat(fd, 'sub'))
    fails('ENOENT', () => t.openPath(`/proc/self/fd/${fd}/f`, O.CREAT | O.WRONLY))
  }),
  check('mkdir in a directory without write permission is EACCES', { needs: 'user', traits: ['permissions'] }, (t) => {
    t.mkdir('d', 0o555)
    fails('EACCES', () => posix.mkdir(t.at('d/sub')))
  }),
  check('rmdir removes the name', (t) => {
    posix.rmdir(t.mkdir('d'))
    fails('ENOENT', () => posix.stat(t.at('d')))
  }),
  check('rmdir of a directory with a file is ENOTEMPTY', (t) => {
    t.mkdir('d')
    t.file('d/f')
    fails(['ENOTEMPTY', 'EEXIST'], () => posix.rmdir(t.at('d')))
    deepEqual(t.list(t.at('d')), ['f'])
  }),
  check('rmdir of a directory with a directory is ENOTEMPTY', (t) => {
    t.mkdir('d')
    t.mkdir('d/sub')
    fails(['ENOTEMPTY', 'EEXIST'], () => posix.rmdir(t.at('d')))
  }),
  check('rmdir works once the last entry is gone', (t) => {
    t.mkdir('d')
    posix.unlink(t.file('d/f'))
    posix.rmdir(t.at('d'))
  }),
  check('rmdir of a file is ENOTDIR', (t) => {
    fails('ENOTDIR', () => posix.rmdir(t.file('f')))
  }),
  check('rmdir of a link to a directory is ENOTDIR', (t) => {
    t.mkdir('d')
    posix.symlink('d', t.at('link'))
    fails('ENOTDIR', () => posix.rmdir(t.at('link')))
    fails('ENOTDIR', () => posix.rmdir(`${t.at('link')}/`))
  }),
  check('rmdir of "." is EINVAL and of ".." ENOTEMPTY', (t) => {
    t.mkdir('d')
    t.mkdir('d/sub')
    fails('EINVAL', () => posix.rmdir(t.at('d/.')))
    fails('ENOTEMPTY', () => posix.rmdir(t.at('d/sub/..')))
  }),
  check('rmdir relative to an open directory', (t) => {
    const fd = t.openPath(t.mkdir('d'), O.RDONLY)
    t.mkdir('d/sub')
    fails('EISDIR', () => posix.unlinkat(fd, 'sub', 0))
    posix.unlinkat(fd, 'sub', AT.REMOVEDIR)
    deepEqual(t.list(t.at('d')), [])
  }),
  check('rmdir in a directory without write permission is EACCES', { needs: 'user', traits: ['permissions'] }, (t) => {
    t.mkdir('d')
    t.mkdir('d/sub')
    posix.chmod(t.at('d'), 0o555)
    fails('EACCES', () => posix.rmdir(t.at('d/sub')))
  }),
  check('a removed name can be made again, as anything', (t) => {
    posix.rmdir(t.mkdir('d'))
    posix.unlink(t.file('d', 'now a file'))
    posix.symlink('x', t.at('d'))
    equal(posix.lstat(t.at('d')).mode & S.IFMT, S.IFLNK)
  }),
  check('".." leads to the parent', (t) => {
    t.mkdir('a')
    t.mkdir('a/b')
    equal(posix.stat(t.at('a/b/..')).ino, posix.stat(t.at('a')).ino)
    equal(posix.stat(t.at('a/b/../..')).ino, posix.stat(t.dir).ino)
  }),
  check('".." follows a move', (t) => {
    t.mkdir('a')
    t.mkdir('b')
    t.mkdir('a/sub')
    const fd = t.open('a/sub', O.RDONLY)
    posix.rename(t.at('a/sub'), t.at('b/sub'))
    const up = posix.openat(fd, '..', O.RDONLY)
    equal(posix.fstat(up).ino, posix.stat(t.at('b')).ino)
    posix.close(up)
  }),
  check('100 directories deep', (t) => {
    let path = t.dir
    for (let depth = 0; depth < 100; depth++) {
      path += `/d${depth}`
      posix.mkdir(path)
    }
    posix.close(posix.open(`${path}/f`, O.CREAT | O.WRONLY))
    deepEqual(t.list(path), ['f'])
  }),
  check('deeper than a path can name', (t) => {
    let fd = t.openPath(t.mkdir('deep'), O.RDONLY)
    const name = 'n'.repeat(200)
    for (let depth = 0; depth < 40; depth++) {
      posix.mkdirat(fd, name)
      const next = posix.openat(fd, name, O.RDONLY | O.DIRECTORY)
      if (depth > 0) posix.close(fd)
      else t.close(fd)
      fd = next
    }
    const file = posix.openat(fd, 'bottom', O.CREAT | O.RDWR)
    posix.write(file, 'reached')
    equal(posix.pread(file, 10, 0).toString(), 'reached')
    posix.close(file)
    posix.close(fd)
  }),
])
