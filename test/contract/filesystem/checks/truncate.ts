import { deepEqual, equal, ok } from 'node:assert/strict'
import { O, posix, S, SEEK } from '../../../helpers/posix.js'
import { check, fails, group } from '../check.js'
import { pattern } from './read-write.js'

export const truncate = group('truncate', [
  ...[0, 1, 100, 4095, 4096, 4097, 8192].map((size) =>
    check(`to ${size} bytes keeps what is before`, (t) => {
      const data = pattern(10_000)
      posix.truncate(t.file('f', data), size)
      ok(t.content(t.at('f')).equals(data.subarray(0, size)))
    }),
  ),
  ...[10_001, 12_288, 1_000_000].map((size) =>
    check(`to ${size} bytes adds zeros`, (t) => {
      const data = pattern(10_000)
      posix.truncate(t.file('f', data), size)
      const content = t.content(t.at('f'))
      equal(content.length, size)
      ok(content.subarray(0, 10_000).equals(data))
      ok(content.subarray(10_000).every((byte) => byte === 0))
    }),
  ),
  check('shorter and longer again does not bring old bytes back', (t) => {
    const path = t.file('f', pattern(9000))
    const fd = t.openPath(path, O.RDWR)
    posix.ftruncate(fd, 5)
    posix.ftruncate(fd, 9000)
    ok(
      t
        .content(path)
        .subarray(5)
        .every((byte) => byte === 0),
    )
  }),
  check('the part of a page after the end reads as zeros once the file grows', (t) => {
    const path = t.file('f', pattern(4096))
    posix.truncate(path, 100)
    posix.pwrite(t.openPath(path, O.RDWR), 'x', 4000)
    ok(
      t
        .content(path)
        .subarray(100, 4000)
        .every((byte) => byte === 0),
    )
  }),
  check('the position stays', (t) => {
    const fd = t.openPath(t.file('f', 'abcdef'), O.RDWR)
    posix.lseek(fd, 5, SEEK.SET)
    posix.ftruncate(fd, 2)
    equal(posix.lseek(fd, 0, SEEK.CUR), 5)
    posix.write(fd, 'Z')
    deepEqual([...t.content(t.at('f'))], [...Buffer.from('ab\0\0\0Z')])
  }),
  check('ftruncate works on an unlinked file', (t) => {
    const fd = t.openPath(t.file('f', 'abcdef'), O.RDWR)
    posix.unlink(t.at('f'))
    posix.ftruncate(fd, 3)
    equal(posix.fstat(fd).size, 3)
    equal(posix.pread(fd, 10, 0).toString(), 'abc')
  }),
  check('truncate follows a symbolic link', (t) => {
    posix.symlink('f', t.at('link'))
    t.file('f', 'abcdef')
    posix.truncate(t.at('link'), 1)
    equal(posix.stat(t.at('f')).size, 1)
  }),
  check('truncate of a directory is EISDIR', (t) => {
    fails('EISDIR', () => posix.truncate(t.mkdir('d'), 0))
  }),
  check('a negative size is EINVAL', (t) => {
    const path = t.file('f', 'abc')
    fails('EINVAL', () => posix.truncate(path, -1))
    fails('EINVAL', () => posix.ftruncate(t.openPath(path, O.RDWR), -1))
    equal(posix.stat(path).size, 3)
  }),
  check('ftruncate of a descriptor for reading is EINVAL', (t) => {
    fails(['EINVAL', 'EBADF'], () => posix.ftruncate(t.openPath(t.file('f', 'abc'), O.RDONLY), 0))
  }),
  check('ftruncate of a closed descriptor is EBADF', (t) => {
    const fd = t.openPath(t.file('f'), O.RDWR)
    t.close(fd)
    fails('EBADF', () => posix.ftruncate(fd, 0))
  }),
  check('truncate of a fifo is EINVAL', { traits: ['specialFiles'] }, (t) => {
    posix.mknod(t.at('fifo'), S.IFIFO | 0o644)
    fails('EINVAL', () => posix.truncate(t.at('fifo'), 0))
  }),
  check('without write permission is EACCES', { needs: 'user', traits: ['permissions'] }, (t) => {
    const path = t.file('f', 'abc', 0o444)
    fails('EACCES', () => posix.truncate(path, 0))
    equal(posix.stat(path).size, 3)
  }),
  check('ftruncate works after write permission was taken away', (t) => {
    const path = t.file('f', 'abc')
    const fd = t.openPath(path, O.RDWR)
    posix.chmod(path, 0o444)
    posix.ftruncate(fd, 1)
    equal(posix.stat(path).size, 1)
  }),
  check('another process sees the new size at once', async (t) => {
    const path = t.file('f', pattern(5000))
    const other = await t.process()
    const fd = await other.call('open', path, O.RDWR)
    equal((await other.call('pread', fd, 9000, 0)).length, 5000)
    posix.truncate(path, 10)
    equal((await other.call('pread', fd, 9000, 0)).length, 10)
    await other.call('ftruncate', fd, 7000)
    equal(posix.stat(path).size, 7000)
  }),
  check('to a size above 4 GiB', (t) => {
    const path = t.file('f', 'abc')
    posix.truncate(path, 2 ** 33 + 1)
    equal(posix.stat(path).size, 2 ** 33 + 1)
    posix.truncate(path, 3)
    equal(t.text(path), 'abc')
  }),
])
