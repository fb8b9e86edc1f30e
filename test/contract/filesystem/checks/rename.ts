import { deepEqual, equal } from 'node:assert/strict'
import { O, posix, S } from '../../../helpers/posix.js'
import { check, fails, group } from '../check.js'

export const rename = group('rename', [
  check('a file gets a new name', (t) => {
    const ino = posix.stat(t.file('a', 'data')).ino
    posix.rename(t.at('a'), t.at('b'))
    deepEqual(t.list(), ['b'])
    equal(posix.stat(t.at('b')).ino, ino)
    equal(t.text(t.at('b')), 'data')
  }),
  check('a file moves to another directory', (t) => {
    t.mkdir('d')
    posix.rename(t.file('f', 'data'), t.at('d/g'))
    equal(t.text(t.at('d/g')), 'data')
    deepEqual(t.list(), ['d'])
  }),
  check('a file replaces a file', (t) => {
    const ino = posix.stat(t.file('a', 'A')).ino
    t.file('b', 'B')
    posix.rename(t.at('a'), t.at('b'))
    equal(posix.stat(t.at('b')).ino, ino)
    equal(t.text(t.at('b')), 'A')
    deepEqual(t.list(), ['b'])
  }),
  check('a replaced file that is open keeps its data', (t) => {
    t.file('a', 'A')
    const fd = t.openPath(t.file('b', 'B'), O.RDWR)
    posix.rename(t.at('a'), t.at('b'))
    equal(posix.read(fd, 9).toString(), 'B')
    equal(posix.fstat(fd).nlink, 0)
    posix.pwrite(fd, 'still', 0)
    equal(t.text(t.at('b')), 'A')
  }),
  check('an open file follows its new name', (t) => {
    const fd = t.openPath(t.file('a', 'A'), O.RDWR)
    posix.rename(t.at('a'), t.at('b'))
    posix.pwrite(fd, 'changed', 0)
    equal(t.text(t.at('b')), 'changed')
    equal(posix.fstat(fd).nlink, 1)
  }),
  check('a replaced file loses a link', { traits: ['hardLinks'] }, (t) => {
    posix.link(t.file('b', 'B'), t.at('c'))
    posix.rename(t.file('a'), t.at('b'))
    equal(posix.stat(t.at('c')).nlink, 1)
  }),
  check('two names of one file: nothing happens', { traits: ['hardLinks'] }, (t) => {
    posix.link(t.file('a', 'A'), t.at('b'))
    posix.rename(t.at('a'), t.at('b'))
    deepEqual(t.list(), ['a', 'b'])
  }),
  check('a name to itself: nothing happens', (t) => {
    posix.rename(t.file('a', 'A'), t.at('a'))
    equal(t.text(t.at('a')), 'A')
  }),
  check('a directory gets a new name with all in it', (t) => {
    t.mkdir('d')
    t.mkdir('d/sub')
    t.file('d/sub/f', 'data')
    posix.rename(t.at('d'), t.at('e'))
    equal(t.text(t.at('e/sub/f')), 'data')
    fails('ENOENT', () => posix.stat(t.at('d/sub/f')))
  }),
  check('a directory replaces an empty directory', (t) => {
    t.mkdir('a')
    t.file('a/f')
    t.mkdir('b')
    posix.rename(t.at('a'), t.at('b'))
    deepEqual(t.list(), ['b'])
    deepEqual(t.list(t.at('b')), ['f'])
  }),
  check('a directory over one that is not empty is ENOTEMPTY', (t) => {
    t.mkdir('a')
    t.mkdir('b')
    t.file('b/f')
    fails(['ENOTEMPTY', 'EEXIST'], () => posix.rename(t.at('a'), t.at('b')))
    deepEqual(t.list(t.at('b')), ['f'])
  }),
  check('a directory over a file is ENOTDIR', (t) => {
    fails('ENOTDIR', () => posix.rename(t.mkdir('d'), t.file('f')))
  }),
  check('a file over a directory is EISDIR', (t) => {
    fails('EISDIR', () => posix.rename(t.file('f'), t.mkdir('d')))
  }),
  check('a directory over a link to a directory is ENOTDIR', (t) => {
    t.mkdir('d')
    posix.symlink('d', t.at('link'))
    fails('ENOTDIR', () => posix.rename(t.mkdir('e'), t.at('link')))
  }),
  check('a directory into itself is EINVAL', (t) => {
    t.mkdir('d')
    t.mkdir('d/sub')
    fails('EINVAL', () => posix.rename(t.at('d'), t.at('d/x')))
    fails('EINVAL', () => posix.rename(t.at('d'), t.at('d/sub/x')))
  }),
  check('a directory over its own ancestor is ENOTEMPTY', (t) => {
    t.mkdir('d')
    t.mkdir('d/sub')
    fails(['ENOTEMPTY', 'EEXIST'], () => posix.rename(t.at('d/sub'), t.at('d')))
  }),
  check('the dots cannot be renamed', (t) => {
    t.mkdir('d')
    fails(['EBUSY', 'EINVAL'], () => posix.rename(t.at('d/.'), t.at('e')))
    fails(['EBUSY', 'EINVAL'], () => posix.rename(t.at('d/..'), t.at('e')))
    fails(['EBUSY', 'EINVAL', 'EEXIST'], () => posix.rename(t.mkdir('x'), t.at('d/.')))
  }),
  check('a file to a name that ends in a slash is ENOTDIR', (t) => {
    fails('ENOTDIR', () => posix.rename(t.file('f'), `${t.at('g')}/`))
  }),
  check('a directory to a name that ends in a slash', (t) => {
    posix.rename(t.mkdir('d'), `${t.at('e')}/`)
    deepEqual(t.list(), ['e'])
  }),
  check('a symbolic link moves, not what it leads to', (t) => {
    t.file('f')
    posix.symlink('f', t.at('link'))
    posix.rename(t.at('link'), t.at('moved'))
    equal(posix.readlink(t.at('moved')).toString(), 'f')
    deepEqual(t.list(), ['f', 'moved'])
  }),
  check('a file replaces a symbolic link itself', (t) => {
    t.file('target', 'kept')
    posix.symlink('target', t.at('link'))
    posix.rename(t.file('f', 'new'), t.at('link'))
    equal(posix.lstat(t.at('link')).mode & S.IFMT, S.IFREG)
    equal(t.text(t.at('target')), 'kept')
  }),
  check('moved directories count in their parents', { traits: ['dirLinkCount'] }, (t) => {
    t.mkdir('a')
    t.mkdir('b')
    t.mkdir('a/sub')
    posix.rename(t.at('a/sub'), t.at('b/sub'))
    equal(posix.stat(t.at('a')).nlink, 2)
    equal(posix.stat(t.at('b')).nlink, 3)
  }),
  check('a directory replaced takes its link along', { traits: ['dirLinkCount'] }, (t) => {
    const parent = t.mkdir('p')
    t.mkdir('p/a')
    t.mkdir('p/b')
    posix.rename(t.at('p/a'), t.at('p/b'))
    equal(posix.stat(parent).nlink, 3)
  }),
  check('an open directory goes on under its new name', (t) => {
    t.mkdir('d')
    const fd = t.open('d', O.RDONLY | O.DIRECTORY)
    posix.rename(t.at('d'), t.at('e'))
    posix.mkdirat(fd, 'sub')
    deepEqual(t.list(t.at('e')), ['sub'])
  }),
  check('a name of 255 bytes to another', (t) => {
    t.file('a'.repeat(255), 'long')
    posix.rename(t.at('a'.repeat(255)), t.at('b'.repeat(255)))
    equal(t.text(t.at('b'.repeat(255))), 'long')
  }),
  check('into a directory without write permission is EACCES', { needs: 'user', traits: ['permissions'] }, (t) => {
    t.mkdir('d', 0o555)
    const file = t.file('f')
    fails('EACCES', () => posix.rename(file, t.at('d/f')))
  }),
  check('out of a directory without write permission is EACCES', { needs: 'user', traits: ['permissions'] }, (t) => {
    t.mkdir('d')
    t.file('d/f')
    posix.chmod(t.at('d'), 0o555)
    fails('EACCES', () => posix.rename(t.at('d/f'), t.at('f')))
  }),
  check('another process sees either the old or the new file, never none', async (t) => {
    const other = await t.process()
    t.file('f', 'x'.repeat(10))
    const reads: Promise<unknown>[] = []
    for (let i = 0; i < 200; i++) reads.push(other.call('stat', t.at('f')))
    for (let i = 0; i < 100; i++) {
      t.file('new', 'x'.repeat(10))
      posix.rename(t.at('new'), t.at('f'))
    }
    await Promise.all(reads)
  }),
  check('a long chain of renames', (t) => {
    t.file('f0', 'data')
    for (let i = 0; i < 300; i++) posix.rename(t.at(`f${i}`), t.at(`f${i + 1}`))
    deepEqual(t.list(), ['f300'])
  }),
])
