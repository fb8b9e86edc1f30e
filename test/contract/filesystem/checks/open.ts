import { equal, notEqual } from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { O, posix, S } from '../../../helpers/posix.js'
import { check, fails, group } from '../check.js'

export const open = group('open', [
  check('O_CREAT makes an empty regular file', (t) => {
    const stat = posix.fstat(t.open('f', O.CREAT | O.WRONLY))
    equal(stat.mode & S.IFMT, S.IFREG)
    equal(stat.size, 0)
    equal(stat.nlink, 1)
  }),
  check('the umask takes bits from the mode of a new file', (t) => {
    posix.umask(0o027)
    equal(posix.fstat(t.open('f', O.CREAT | O.WRONLY, 0o777)).mode & 0o7777, 0o750)
  }),
  check('the mode of an existing file does not change', (t) => {
    t.file('f', '', 0o600)
    equal(posix.fstat(t.open('f', O.CREAT | O.WRONLY, 0o777)).mode & 0o777, 0o600)
  }),
  check('a file made without write permission can still be written by its maker', (t) => {
    const fd = t.open('f', O.CREAT | O.RDWR, 0o400)
    equal(posix.write(fd, 'data'), 4)
    equal(posix.pread(fd, 9, 0).toString(), 'data')
  }),
  check('O_CREAT without O_EXCL opens an existing file', (t) => {
    t.file('f', 'old')
    equal(posix.read(t.open('f', O.CREAT | O.RDWR), 9).toString(), 'old')
  }),
  check('O_CREAT follows a dangling link', (t) => {
    posix.symlink('target', t.at('link'))
    t.open('link', O.CREAT | O.WRONLY)
    equal(posix.lstat(t.at('target')).mode & S.IFMT, S.IFREG)
    equal(posix.lstat(t.at('link')).mode & S.IFMT, S.IFLNK)
  }),
  check('O_CREAT through a link with a slash at its end fails', (t) => {
    posix.symlink('target/', t.at('link'))
    fails(['EISDIR', 'ENOENT'], () => t.open('link', O.CREAT | O.WRONLY))
  }),
  check('O_CREAT of a name that ends in a slash is EISDIR', (t) => {
    fails('EISDIR', () => t.open('f/', O.CREAT | O.WRONLY))
  }),
  check('O_CREAT on a directory is EISDIR', (t) => {
    t.mkdir('d')
    fails('EISDIR', () => t.open('d', O.CREAT | O.RDONLY))
  }),
  check('a directory opens for reading only', (t) => {
    t.mkdir('d')
    t.open('d', O.RDONLY)
    fails('EISDIR', () => t.open('d', O.WRONLY))
    fails('EISDIR', () => t.open('d', O.RDWR))
    fails('EISDIR', () => t.open('d', O.RDONLY | O.TRUNC))
  }),
  check('O_TRUNC empties the file', (t) => {
    t.file('f', 'content')
    equal(posix.fstat(t.open('f', O.WRONLY | O.TRUNC)).size, 0)
  }),
  check('O_TRUNC with O_CREAT on a new file', (t) => {
    equal(posix.fstat(t.open('f', O.CREAT | O.TRUNC | O.RDWR)).size, 0)
  }),
  check('O_TRUNC keeps the inode and the mode', (t) => {
    const before = posix.stat(t.file('f', 'content', 0o640))
    const after = posix.fstat(t.open('f', O.WRONLY | O.TRUNC | O.CREAT, 0o777))
    equal(after.ino, before.ino)
    equal(after.mode, before.mode)
  }),
  check('O_TRUNC shows through descriptors opened before', (t) => {
    t.file('f', 'content')
    const fd = t.open('f', O.RDONLY)
    t.open('f', O.WRONLY | O.TRUNC)
    equal(posix.read(fd, 10).length, 0)
  }),
  check('O_DIRECTORY on a file is ENOTDIR', (t) => {
    t.file('f')
    fails('ENOTDIR', () => t.open('f', O.RDONLY | O.DIRECTORY))
  }),
  check('O_NOFOLLOW on a symbolic link is ELOOP', (t) => {
    t.file('f')
    posix.symlink('f', t.at('link'))
    fails('ELOOP', () => t.open('link', O.RDONLY | O.NOFOLLOW))
  }),
  check('O_NOFOLLOW follows links before the last name', (t) => {
    t.mkdir('d')
    t.file('d/f')
    posix.symlink('d', t.at('link'))
    t.open('link/f', O.RDONLY | O.NOFOLLOW)
  }),
  check('O_NOFOLLOW with O_CREAT makes a file', (t) => {
    t.open('f', O.CREAT | O.WRONLY | O.NOFOLLOW)
  }),
  check('O_PATH with O_NOFOLLOW opens a symbolic link itself', (t) => {
    posix.symlink('f', t.at('link'))
    equal(posix.fstat(t.open('link', O.PATH | O.NOFOLLOW)).mode & S.IFMT, S.IFLNK)
  }),
  check('an O_PATH descriptor cannot be read or written', (t) => {
    const path = t.file('f', 'data')
    const fd = t.openPath(path, O.PATH)
    fails('EBADF', () => posix.read(fd, 1))
    fails('EBADF', () => posix.write(fd, 'x'))
    fails('EBADF', () => posix.ftruncate(fd, 0))
    fails('EBADF', () => posix.fchmod(fd, 0o600))
  }),
  check('a file reopens through the path of its descriptor', (t) => {
    const fd = t.openPath(t.file('f', 'data'), O.PATH)
    equal(t.text(`/proc/self/fd/${fd}`), 'data')
  }),
  check('reading a descriptor opened for writing is EBADF', (t) => {
    t.file('f')
    fails('EBADF', () => posix.read(t.open('f', O.WRONLY), 1))
  }),
  check('writing a descriptor opened for reading is EBADF', (t) => {
    t.file('f')
    fails('EBADF', () => posix.write(t.open('f', O.RDONLY), 'x'))
  }),
  check('a closed descriptor is EBADF', (t) => {
    t.file('f')
    const fd = t.open('f', O.RDONLY)
    t.close(fd)
    fails('EBADF', () => posix.read(fd, 1))
  }),
  check('F_GETFL tells the access mode and O_APPEND', (t) => {
    const fd = t.open('f', O.CREAT | O.RDWR | O.APPEND)
    equal(posix.getFlags(fd) & (3 | O.APPEND), O.RDWR | O.APPEND)
  }),
  check('O_APPEND can be turned on and off', (t) => {
    const fd = t.openPath(t.file('f', 'abc'), O.RDWR)
    posix.setFlags(fd, O.APPEND)
    posix.write(fd, 'd')
    posix.setFlags(fd, 0)
    posix.lseek(fd, 0, 0)
    posix.write(fd, 'A')
    equal(t.text(t.at('f')), 'Abcd')
  }),
  check('two opens have positions of their own', (t) => {
    t.file('f', 'abcdef')
    const first = t.open('f', O.RDONLY)
    const second = t.open('f', O.RDONLY)
    posix.read(first, 3)
    equal(posix.read(second, 3).toString(), 'abc')
  }),
  check('a duplicate shares the position', (t) => {
    const fd = t.openPath(t.file('f', 'abcdef'), O.RDONLY)
    const copy = posix.dup(fd)
    posix.read(fd, 3)
    equal(posix.read(copy, 3).toString(), 'def')
    posix.close(copy)
  }),
  check('a thousand opens of one file at once', (t) => {
    const path = t.file('f', 'x')
    for (let i = 0; i < 900; i++) t.openPath(path, O.RDONLY)
    equal(t.text(path), 'x')
  }),
  check('different files have different inodes, one file always the same', (t) => {
    const a = posix.stat(t.file('a')).ino
    const b = posix.stat(t.file('b')).ino
    notEqual(a, b)
    equal(posix.stat(t.at('a')).ino, a)
    equal(posix.fstat(t.open('a', O.RDONLY)).ino, a)
  }),
  check('O_SYNC and O_DSYNC write as usual', (t) => {
    posix.write(t.open('f', O.CREAT | O.WRONLY | O.SYNC), 'sync')
    equal(t.text(t.at('f')), 'sync')
    posix.write(t.open('f', O.WRONLY | O.DSYNC), 'data')
    equal(t.text(t.at('f')), 'data')
  }),
  check('O_EXCL with O_CREAT on an existing file changes nothing', (t) => {
    t.file('f', 'content')
    fails('EEXIST', () => t.open('f', O.CREAT | O.EXCL | O.TRUNC | O.WRONLY))
    equal(t.text(t.at('f')), 'content')
  }),
  check('an unknown ioctl is ENOTTY', (t) => {
    fails('ENOTTY', () => posix.ioctl(t.openPath(t.file('f'), O.RDONLY), 0x7f7f))
  }),
  check('a program on it runs', { traits: ['exec'] }, (t) => {
    t.file('true', readFileSync('/bin/true'), 0o755)
    equal(spawnSync(t.at('true'), { timeout: 10_000 }).status, 0)
  }),
  check('a program without execute permission does not run', { traits: ['exec', 'permissions'] }, (t) => {
    t.file('true', readFileSync('/bin/true'), 0o644)
    const { error } = spawnSync(t.at('true'), { timeout: 10_000 })
    equal((error as NodeJS.ErrnoException).code, 'EACCES')
  }),
])
