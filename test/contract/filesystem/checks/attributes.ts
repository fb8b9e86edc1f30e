import { deepEqual, equal, ok } from 'node:assert/strict'
import { AT, O, posix, S } from '../../../helpers/posix.js'
import { check, type CheckOptions, fails, group } from '../check.js'

const ROOT_OWNERS: CheckOptions = { needs: 'root', traits: ['owners'] }

export const attributes = group('attributes', [
  ...[0o000, 0o400, 0o644, 0o777, 0o1777, 0o2755, 0o4755, 0o6711].map((mode) =>
    check(`chmod to 0${mode.toString(8)} of a file`, (t) => {
      const path = t.file('f')
      posix.chmod(path, mode)
      equal(posix.stat(path).mode, S.IFREG | mode)
    }),
  ),
  ...[0o000, 0o500, 0o1777, 0o2775].map((mode) =>
    check(`chmod to 0${mode.toString(8)} of a directory`, (t) => {
      const path = t.mkdir('d')
      posix.chmod(path, mode)
      equal(posix.stat(path).mode, S.IFDIR | mode)
    }),
  ),
  check('chmod of a fifo', { traits: ['specialFiles'] }, (t) => {
    posix.mknod(t.at('fifo'), S.IFIFO | 0o600)
    posix.chmod(t.at('fifo'), 0o666)
    equal(posix.stat(t.at('fifo')).mode, S.IFIFO | 0o666)
  }),
  check('fchmod shows through the name', (t) => {
    posix.fchmod(t.openPath(t.file('f'), O.RDONLY), 0o600)
    equal(posix.stat(t.at('f')).mode & 0o777, 0o600)
  }),
  check('chmod ignores the umask', (t) => {
    posix.umask(0o777)
    const path = t.file('f')
    posix.chmod(path, 0o666)
    equal(posix.stat(path).mode & 0o777, 0o666)
  }),
  check('chmod shows in another process at once', async (t) => {
    const path = t.file('f')
    const other = await t.process()
    equal((await other.call('stat', path)).mode & 0o777, 0o644)
    posix.chmod(path, 0o611)
    equal((await other.call('stat', path)).mode & 0o777, 0o611)
  }),
  check('a new file belongs to its maker', { traits: ['owners'] }, (t) => {
    const stat = posix.stat(t.file('f'))
    deepEqual([stat.uid, stat.gid], [process.geteuid?.(), process.getegid?.()])
  }),
  check('chown changes both ids', ROOT_OWNERS, (t) => {
    const path = t.file('f')
    posix.chown(path, 12, 34)
    deepEqual([posix.stat(path).uid, posix.stat(path).gid], [12, 34])
  }),
  check('chown with -1 keeps an id', ROOT_OWNERS, (t) => {
    const path = t.file('f')
    posix.chown(path, 12, 34)
    posix.chown(path, -1, 56)
    posix.chown(path, 78, -1)
    deepEqual([posix.stat(path).uid, posix.stat(path).gid], [78, 56])
  }),
  check('chown to ids above 2^31', ROOT_OWNERS, (t) => {
    const path = t.file('f')
    posix.chown(path, -10, -11)
    deepEqual([posix.stat(path).uid, posix.stat(path).gid], [2 ** 32 - 10, 2 ** 32 - 11])
  }),
  check('fchown', ROOT_OWNERS, (t) => {
    posix.fchown(t.openPath(t.file('f'), O.RDONLY), 12, 34)
    deepEqual([posix.stat(t.at('f')).uid, posix.stat(t.at('f')).gid], [12, 34])
  }),
  check('chown of a directory, a fifo and a link', { needs: 'root', traits: ['owners', 'specialFiles'] }, (t) => {
    posix.mknod(t.at('fifo'), S.IFIFO | 0o600)
    posix.symlink('x', t.at('link'))
    for (const path of [t.mkdir('d'), t.at('fifo'), t.at('link')]) {
      posix.lchown(path, 12, 34)
      deepEqual([posix.lstat(path).uid, posix.lstat(path).gid], [12, 34])
    }
  }),
  check(
    'chown clears set-id bits of a program, also for root',
    { needs: 'root', traits: ['owners', 'setIdCleared'] },
    (t) => {
      const path = t.file('f')
      posix.chmod(path, 0o6755)
      posix.chown(path, 12, 34)
      equal(posix.stat(path).mode & 0o7777, 0o755)
    },
  ),
  check('chown of a directory keeps set-id bits', ROOT_OWNERS, (t) => {
    const path = t.mkdir('d')
    posix.chmod(path, 0o6755)
    posix.chown(path, 12, 34)
    equal(posix.stat(path).mode & 0o7777, 0o6755)
  }),
  check('statfs tells a block size, a name length and counts that fit', (t) => {
    const stat = posix.statfs(t.dir)
    ok(stat.blockSize > 0)
    ok(stat.nameLength >= 255)
    ok(stat.free <= stat.blocks && stat.available <= stat.blocks)
    equal(posix.fstatfs(t.openPath(t.dir, O.RDONLY)).blockSize, stat.blockSize)
  }),
  check('statfs of any file tells of the same filesystem', (t) => {
    equal(posix.statfs(t.file('f')).blocks, posix.statfs(t.dir).blocks)
  }),
  check('all files have the device of their directory', (t) => {
    const device = posix.stat(t.dir).device
    posix.symlink('x', t.at('link'))
    for (const path of [t.file('f'), t.mkdir('d'), t.at('link')]) equal(posix.lstat(path).device, device)
  }),
  check('fsync and fdatasync of files and directories', (t) => {
    const fd = t.openPath(t.file('f', 'data'), O.RDWR)
    posix.fsync(fd)
    posix.fdatasync(fd)
    posix.fsync(t.openPath(t.mkdir('d'), O.RDONLY))
    posix.fdatasync(t.open('d', O.RDONLY))
  }),
  check('fsync of a descriptor for reading', (t) => {
    posix.fsync(t.openPath(t.file('f', 'data'), O.RDONLY))
  }),
  check('fsync of a closed descriptor is EBADF', (t) => {
    const fd = t.openPath(t.file('f'), O.RDWR)
    t.close(fd)
    fails('EBADF', () => posix.fsync(fd))
  }),
  check('syncfs', (t) => posix.syncfs(t.openPath(t.file('f', 'data'), O.RDONLY))),
  check('an empty file takes no blocks of data', { traits: ['sparse'] }, (t) => {
    ok(posix.stat(t.file('f')).blocks <= 8)
  }),
  check('statx and fstat agree', (t) => {
    const fd = t.openPath(t.file('f', 'data'), O.RDWR)
    deepEqual(posix.fstat(fd), posix.stat(t.at('f')))
  }),
  check('utimensat of a name relative to nothing keeps what it should', (t) => {
    const path = t.file('f')
    posix.utimensat(path, 'omit', 'omit')
    posix.utimensat(path, 'omit', 'omit', AT.SYMLINK_NOFOLLOW)
  }),
])
