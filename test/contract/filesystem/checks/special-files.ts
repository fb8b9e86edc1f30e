import { deepEqual, equal, rejects as rejectsError } from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { AT, O, posix, S } from '../../../helpers/posix.js'
import { check, fails, group } from '../check.js'
import type { Context } from '../context.js'

const SPECIAL = { traits: ['specialFiles'] } as const
const DEVICES = { needs: 'root', traits: ['deviceNodes'] } as const
const TMPFILE = { traits: ['tmpfile'] } as const

/** Gives a file without a name one, in the way that needs no privilege. */
function nameIt(fd: number, path: string): void {
  posix.linkat(AT.FDCWD, `/proc/self/fd/${fd}`, AT.FDCWD, path, AT.SYMLINK_FOLLOW)
}

function tmpfile(t: Context, flags: number = O.RDWR, mode = 0o644): number {
  return t.openPath(t.dir, O.TMPFILE | flags, mode)
}

export const specialFiles = group('special-files', [
  check('mknod makes a fifo', SPECIAL, (t) => {
    posix.mknod(t.at('fifo'), S.IFIFO | 0o640)
    equal(posix.lstat(t.at('fifo')).mode, S.IFIFO | 0o640)
  }),
  check('mknod makes a socket', SPECIAL, (t) => {
    posix.mknod(t.at('socket'), S.IFSOCK | 0o640)
    equal(posix.lstat(t.at('socket')).mode, S.IFSOCK | 0o640)
  }),
  check('mknod makes a regular file, also with no type given', SPECIAL, (t) => {
    posix.mknod(t.at('f'), S.IFREG | 0o640)
    posix.mknod(t.at('g'), 0o640)
    equal(posix.lstat(t.at('f')).mode, S.IFREG | 0o640)
    equal(posix.lstat(t.at('g')).mode, S.IFREG | 0o640)
  }),
  check('mknod of a directory is EPERM', (t) => {
    fails(['EPERM', 'EINVAL'], () => posix.mknod(t.at('d'), S.IFDIR | 0o755))
  }),
  check('mknod of an unknown type is EINVAL', (t) => {
    fails('EINVAL', () => posix.mknod(t.at('x'), 0o150000 | 0o644))
  }),
  check('mknod obeys the umask', SPECIAL, (t) => {
    posix.umask(0o077)
    posix.mknod(t.at('fifo'), S.IFIFO | 0o666)
    equal(posix.lstat(t.at('fifo')).mode & 0o777, 0o600)
  }),
  check('mknod makes a character device', DEVICES, (t) => {
    posix.mknod(t.at('null'), S.IFCHR | 0o666, posix.makeDevice(1, 3))
    const stat = posix.lstat(t.at('null'))
    deepEqual([stat.mode & S.IFMT, stat.major, stat.minor], [S.IFCHR, 1, 3])
  }),
  check('mknod makes a block device', DEVICES, (t) => {
    posix.mknod(t.at('block'), S.IFBLK | 0o600, posix.makeDevice(7, 200))
    const stat = posix.lstat(t.at('block'))
    deepEqual([stat.mode & S.IFMT, stat.major, stat.minor], [S.IFBLK, 7, 200])
  }),
  check('mknod of a device by an ordinary user is EPERM', { needs: 'user' }, (t) => {
    fails('EPERM', () => posix.mknod(t.at('null'), S.IFCHR | 0o666, posix.makeDevice(1, 3)))
    fails('EPERM', () => posix.mknod(t.at('block'), S.IFBLK | 0o666, posix.makeDevice(7, 0)))
  }),
  check('bytes go through a fifo', SPECIAL, (t) => {
    posix.mknod(t.at('fifo'), S.IFIFO | 0o644)
    const fd = t.open('fifo', O.RDWR | O.NONBLOCK)
    posix.write(fd, 'through')
    equal(posix.read(fd, 20).toString(), 'through')
    equal(posix.lstat(t.at('fifo')).size, 0)
  }),
  check('bytes go through a fifo from process to process', SPECIAL, async (t) => {
    posix.mknod(t.at('fifo'), S.IFIFO | 0o644)
    const [reader, writer] = await Promise.all([t.process(), t.process()])
    const [from, to] = await Promise.all([
      reader.call('open', t.at('fifo'), O.RDONLY),
      writer.call('open', t.at('fifo'), O.WRONLY),
    ])
    const got = reader.call('read', from, 20)
    await writer.call('write', to, 'across')
    equal((await got).toString(), 'across')
  }),
  check('a fifo without a reader is ENXIO for a writer that does not wait', SPECIAL, (t) => {
    posix.mknod(t.at('fifo'), S.IFIFO | 0o644)
    fails('ENXIO', () => t.open('fifo', O.WRONLY | O.NONBLOCK))
  }),
  check('a fifo has no position: lseek and pread are ESPIPE', SPECIAL, (t) => {
    posix.mknod(t.at('fifo'), S.IFIFO | 0o644)
    const fd = t.open('fifo', O.RDWR | O.NONBLOCK)
    fails('ESPIPE', () => posix.lseek(fd, 0, 0))
    fails('ESPIPE', () => posix.pread(fd, 1, 0))
    fails('ESPIPE', () => posix.pwrite(fd, 'x', 0))
  }),
  check('open of a socket is ENXIO', SPECIAL, (t) => {
    posix.mknod(t.at('socket'), S.IFSOCK | 0o644)
    fails('ENXIO', () => t.open('socket', O.RDWR))
  }),
  check('a server listens on a name, and a client finds it', { traits: ['specialFiles', 'sockets'] }, async (t) => {
    // The address of a socket holds 107 bytes, which a private directory may exceed; the descriptor's path is short.
    const fd = t.openPath(t.dir, O.PATH)
    const path = `/proc/self/fd/${fd}/s`
    const server = createServer((socket) => socket.end('hello')).listen(path)
    await once(server, 'listening')
    equal(posix.lstat(t.at('s')).mode & S.IFMT, S.IFSOCK)
    const client = connect(path)
    const [data] = (await once(client, 'data')) as [Buffer]
    equal(data.toString(), 'hello')
    client.destroy()
    server.close()
    await once(server, 'close')
  }),
  check('a socket that nobody listens on refuses', { traits: ['specialFiles', 'sockets'] }, async (t) => {
    posix.mknod(t.at('s'), S.IFSOCK | 0o644)
    const fd = t.openPath(t.dir, O.PATH)
    await rejectsError(once(connect(`/proc/self/fd/${fd}/s`), 'connect'), { code: 'ECONNREFUSED' })
  }),
  check('O_TMPFILE makes a file without a name', TMPFILE, (t) => {
    const fd = tmpfile(t)
    posix.write(fd, 'nameless')
    equal(posix.pread(fd, 20, 0).toString(), 'nameless')
    equal(posix.fstat(fd).nlink, 0)
    deepEqual(t.list(), [])
  }),
  check('O_TMPFILE obeys mode and umask', TMPFILE, (t) => {
    posix.umask(0o027)
    equal(posix.fstat(tmpfile(t, O.RDWR, 0o777)).mode, S.IFREG | 0o750)
  }),
  check('a nameless file gets a name', TMPFILE, (t) => {
    const fd = tmpfile(t)
    posix.write(fd, 'data')
    nameIt(fd, t.at('named'))
    equal(t.text(t.at('named')), 'data')
    equal(posix.fstat(fd).nlink, 1)
    posix.write(fd, ' more')
    equal(t.text(t.at('named')), 'data more')
  }),
  check('a nameless file over an existing name is EEXIST', TMPFILE, (t) => {
    t.file('f')
    const fd = tmpfile(t)
    fails('EEXIST', () => nameIt(fd, t.at('f')))
  }),
  check('O_TMPFILE with O_EXCL never gets a name', TMPFILE, (t) => {
    const fd = tmpfile(t, O.RDWR | O.EXCL)
    fails('ENOENT', () => nameIt(fd, t.at('f')))
  }),
  check('O_TMPFILE for reading only is EINVAL', TMPFILE, (t) => {
    fails('EINVAL', () => tmpfile(t, O.RDONLY))
  }),
  check('O_TMPFILE on a file is ENOTDIR', TMPFILE, (t) => {
    fails('ENOTDIR', () => t.openPath(t.file('f'), O.TMPFILE | O.RDWR))
  }),
  check('O_TMPFILE in a missing directory is ENOENT', TMPFILE, (t) => {
    fails('ENOENT', () => t.open('missing', O.TMPFILE | O.RDWR))
  }),
])
