import { deepEqual, equal } from 'node:assert/strict'
import { ACCESS, AT, O, posix, S } from '../../../helpers/posix.js'
import { check, fails, group } from '../check.js'

export const symlink = group('symlink', [
  ...['f', '../x/./y//z', '/absolute/path', ' ', '.', 'é\n☃', 'x'.repeat(4000)].map((target) =>
    check(`a target is kept byte by byte: ${JSON.stringify(target.slice(0, 20))}`, (t) => {
      posix.symlink(target, t.at('link'))
      equal(posix.readlink(t.at('link')).toString(), target)
    }),
  ),
  check('a target that is not UTF-8 is kept', { traits: ['byteNames'] }, (t) => {
    const target = Buffer.from([0x66, 0xff, 0xfe, 0x80])
    posix.symlink(target, t.at('link'))
    deepEqual(posix.readlink(t.at('link')), target)
  }),
  check('the size is the length of the target', (t) => {
    posix.symlink('twelve bytes', t.at('link'))
    equal(posix.lstat(t.at('link')).size, 12)
  }),
  check('the mode is 0777 and the type a link', (t) => {
    posix.symlink('f', t.at('link'))
    equal(posix.lstat(t.at('link')).mode, S.IFLNK | 0o777)
  }),
  check('an empty target is ENOENT', (t) => {
    fails('ENOENT', () => posix.symlink('', t.at('link')))
  }),
  check('a target of 4096 bytes is ENAMETOOLONG', (t) => {
    fails('ENAMETOOLONG', () => posix.symlink('x'.repeat(4096), t.at('link')))
  }),
  check('readlink cuts at the size of the buffer', (t) => {
    posix.symlink('abcdef', t.at('link'))
    equal(posix.readlink(t.at('link'), 3).toString(), 'abc')
  }),
  check('readlink with no buffer is EINVAL', (t) => {
    posix.symlink('abcdef', t.at('link'))
    fails('EINVAL', () => posix.readlink(t.at('link'), 0))
  }),
  check('readlink of a file or a directory is EINVAL', (t) => {
    fails('EINVAL', () => posix.readlink(t.file('f')))
    fails('EINVAL', () => posix.readlink(t.mkdir('d')))
  }),
  check('stat follows and lstat does not', (t) => {
    const file = posix.stat(t.file('f'))
    posix.symlink('f', t.at('link'))
    equal(posix.stat(t.at('link')).ino, file.ino)
    equal(posix.lstat(t.at('link')).mode & S.IFMT, S.IFLNK)
  }),
  check('a relative target counts from the directory of the link', (t) => {
    t.mkdir('d')
    t.file('d/f', 'inside')
    posix.symlink('f', t.at('d/link'))
    equal(t.text(t.at('d/link')), 'inside')
  }),
  check('a target with ".." leads out', (t) => {
    t.mkdir('d')
    t.file('f', 'outside')
    posix.symlink('../f', t.at('d/link'))
    equal(t.text(t.at('d/link')), 'outside')
  }),
  check('an absolute target', (t) => {
    posix.symlink(t.file('f', 'content'), t.at('link'))
    equal(t.text(t.at('link')), 'content')
  }),
  check('a link to a directory is walked', (t) => {
    t.mkdir('d')
    t.file('d/f', 'content')
    posix.symlink('d', t.at('link'))
    equal(t.text(t.at('link/f')), 'content')
    deepEqual(t.list(t.at('link')), ['f'])
  }),
  check('39 links in a row are followed, and 41 are ELOOP', (t) => {
    t.file('l0', 'end')
    for (let i = 1; i <= 41; i++) posix.symlink(`l${i - 1}`, t.at(`l${i}`))
    equal(t.text(t.at('l39')), 'end')
    fails('ELOOP', () => posix.stat(t.at('l41')))
  }),
  check('a link to itself is ELOOP', (t) => {
    posix.symlink('self', t.at('self'))
    fails('ELOOP', () => posix.stat(t.at('self')))
    fails('ELOOP', () => t.open('self', O.RDONLY))
    fails('ELOOP', () => posix.access(t.at('self'), ACCESS.EXISTS))
    posix.lstat(t.at('self'))
  }),
  check('a dangling link is ENOENT until its target is made', (t) => {
    posix.symlink('later', t.at('link'))
    fails('ENOENT', () => posix.stat(t.at('link')))
    t.file('later', 'now')
    equal(t.text(t.at('link')), 'now')
  }),
  check('a slash after a link leads into the directory', (t) => {
    t.mkdir('d')
    posix.symlink('d', t.at('link'))
    equal(posix.lstat(`${t.at('link')}/`).mode & S.IFMT, S.IFDIR)
  }),
  check('a replaced link leads elsewhere at once', (t) => {
    t.file('a', 'A')
    t.file('b', 'B')
    posix.symlink('a', t.at('link'))
    equal(t.text(t.at('link')), 'A')
    posix.symlink('b', t.at('link2'))
    posix.rename(t.at('link2'), t.at('link'))
    equal(t.text(t.at('link')), 'B')
  }),
  check('utimensat on the link itself', (t) => {
    const before = posix.stat(t.file('f'))
    posix.symlink('f', t.at('link'))
    posix.utimensat(t.at('link'), 1_000_000_000n, 2_000_000_000n, AT.SYMLINK_NOFOLLOW)
    equal(posix.lstat(t.at('link')).mtime, 2_000_000_000n)
    equal(posix.stat(t.at('f')).mtime, before.mtime)
  }),
  check('lchown changes the link, chown what it leads to', { needs: 'root', traits: ['owners'] }, (t) => {
    t.file('f')
    posix.symlink('f', t.at('link'))
    posix.lchown(t.at('link'), 5, 6)
    equal(posix.stat(t.at('f')).uid, 0)
    posix.chown(t.at('link'), 7, 8)
    deepEqual([posix.lstat(t.at('link')).uid, posix.stat(t.at('f')).gid], [5, 8])
  }),
  check('chmod through a link changes the file', (t) => {
    t.file('f')
    posix.symlink('f', t.at('link'))
    posix.chmod(t.at('link'), 0o600)
    equal(posix.stat(t.at('f')).mode & 0o777, 0o600)
    equal(posix.lstat(t.at('link')).mode & 0o777, 0o777)
  }),
])
