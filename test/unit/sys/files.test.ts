import assert from 'node:assert/strict'
import { lstatSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { test, type TestContext } from 'node:test'
import { decodeName } from '#src/base/name.js'
import { chmodFd, chownFd, setTimes, UTIME } from '#src/sys/attributes.js'
import { AT, DT, FALLOC, LOCK, O, RENAME, S, SEEK, XATTR } from '#src/sys/constants.js'
import { allocateFd, copyRange, seek, statFilesystem, syncData, syncFd, truncateFd } from '#src/sys/data.js'
import { readDirectory } from '#src/sys/directory.js'
import { Fd } from '#src/sys/fd.js'
import { append, pread, pwrite, read, write } from '#src/sys/io.js'
import { conflictingLock, flock, lockRange } from '#src/sys/lock.js'
import { linkAt, linkFd, mkdirAt, mknodAt, readlinkAt, renameAt, symlinkAt, unlinkAt } from '#src/sys/names.js'
import { closeFd, open, openAt, reopen } from '#src/sys/open.js'
import { createStat, deviceNumber, statAt, statFd, statRaw } from '#src/sys/stat.js'
import { getXattr, listXattrs, removeXattr, setXattr, xattrSize } from '#src/sys/xattr.js'
import { privateDirectory } from '../../helpers/directory.js'

function directory(t: TestContext): { fd: Fd; path: string } {
  const path = privateDirectory(t)
  const fd = new Fd(open(path, O.PATH | O.DIRECTORY))
  t.after(() => fd.close())
  return { fd, path }
}

function file(t: TestContext, directory: Fd, name: string, flags: number = O.RDWR | O.CREAT): Fd {
  const fd = new Fd(openAt(directory.number, name, flags, 0o644))
  t.after(() => fd.close())
  return fd
}

const isRoot = process.getuid!() === 0

test('statx tells what lstat tells, of a name and of a descriptor', (t) => {
  const { fd, path } = directory(t)
  writeFileSync(`${path}/f`, 'hello')
  const expected = lstatSync(`${path}/f`, { bigint: true })
  const into = createStat()
  for (const stat of [statAt(fd.number, 'f'), statFd(file(t, fd, 'f', O.PATH).number, into)]) {
    assert.equal(BigInt(stat.ino), expected.ino)
    assert.equal(BigInt(stat.dev), expected.dev)
    assert.equal(BigInt(stat.mode), expected.mode)
    assert.equal(BigInt(stat.nlink), expected.nlink)
    assert.equal(BigInt(stat.size), expected.size)
    assert.equal(BigInt(stat.blocks), expected.blocks)
    assert.equal(BigInt(stat.blksize), expected.blksize)
    assert.equal(BigInt(stat.mtime) * 1_000_000_000n + BigInt(stat.mtimeNs), expected.mtimeNs)
    assert.equal(BigInt(stat.atime) * 1_000_000_000n + BigInt(stat.atimeNs), expected.atimeNs)
    assert.equal(BigInt(stat.ctime) * 1_000_000_000n + BigInt(stat.ctimeNs), expected.ctimeNs)
    assert.equal(BigInt(stat.btime) * 1_000_000_000n + BigInt(stat.btimeNs), expected.birthtimeNs)
  }
  assert.equal(statFd(fd.number, into), into)
  assert.equal(into.mode & S.IFMT, S.IFDIR)
  assert.equal(statAt(AT.FDCWD, '/dev/null').rdev, deviceNumber(1, 3))
  assert.throws(() => statAt(fd.number, 'none'), { code: 'ENOENT', syscall: 'statx', path: 'none' })
})

test('a symbolic link is looked at itself, unless asked otherwise', (t) => {
  const { fd, path } = directory(t)
  symlinkSync('/dev/null', `${path}/l`)
  assert.equal(statAt(fd.number, 'l').mode & S.IFMT, S.IFLNK)
  assert.equal(statAt(fd.number, 'l', 0).mode & S.IFMT, S.IFCHR)
  assert.equal(readlinkAt(fd.number, 'l'), '/dev/null')
  assert.equal(readlinkAt(file(t, fd, 'l', O.PATH | O.NOFOLLOW).number, ''), '/dev/null')
})

test('names that are not UTF-8 survive in every call', (t) => {
  const { fd } = directory(t)
  const name = decodeName(Uint8Array.of(0x66, 0xff, 0xc3, 0x28))
  const other = decodeName(Uint8Array.of(0x80))
  mkdirAt(fd.number, name, 0o755)
  symlinkAt(other, fd.number, other)
  assert.equal(readlinkAt(fd.number, other), other)
  renameAt(fd.number, name, fd.number, other, RENAME.EXCHANGE)
  assert.equal(statAt(fd.number, other).mode & S.IFMT, S.IFDIR)
  using open = new Fd(reopen(fd.number, O.RDONLY | O.DIRECTORY))
  assert.deepEqual(
    readDirectory(open.number)
      .map((entry) => entry.name)
      .toSorted(),
    ['.', '..', name, other].toSorted(),
  )
  unlinkAt(fd.number, name)
  unlinkAt(fd.number, other, AT.REMOVEDIR)
  assert.throws(() => statAt(fd.number, other), { code: 'ENOENT', path: other })
})

test('making, linking and renaming', (t) => {
  const { fd } = directory(t)
  mknodAt(fd.number, 'pipe', S.IFIFO | 0o600)
  assert.equal(statAt(fd.number, 'pipe').mode, S.IFIFO | 0o600)
  mknodAt(fd.number, 'f', S.IFREG | 0o600)
  linkAt(fd.number, 'f', fd.number, 'g')
  linkFd(file(t, fd, 'f', O.PATH).number, fd.number, 'h')
  assert.equal(statAt(fd.number, 'f').nlink, 3)
  assert.throws(() => renameAt(fd.number, 'pipe', fd.number, 'f', RENAME.NOREPLACE), { code: 'EEXIST' })
  renameAt(fd.number, 'pipe', fd.number, 'f')
  assert.equal(statAt(fd.number, 'g').nlink, 2)
})

test('attributes change through O_PATH, and a symbolic link has its own', (t) => {
  const { fd, path } = directory(t)
  writeFileSync(`${path}/f`, 'x')
  symlinkSync('f', `${path}/l`)
  const f = file(t, fd, 'f', O.PATH)
  const l = file(t, fd, 'l', O.PATH | O.NOFOLLOW)
  chmodFd(f.number, 0o4711)
  assert.equal(statFd(f.number).mode & 0o7777, 0o4711)
  assert.throws(() => chmodFd(l.number, 0o600), { code: 'EOPNOTSUPP' })
  setTimes(l.number, -1, 999_999_999, 4_294_967_296, 5)
  setTimes(f.number, 0, UTIME.OMIT, 0, UTIME.NOW)
  const link = statFd(l.number)
  assert.deepEqual([link.atime, link.atimeNs, link.mtime, link.mtimeNs], [-1, 999_999_999, 4_294_967_296, 5])
  assert.ok(Math.abs(statFd(f.number).mtime - Date.now() / 1000) < 5)
  chownFd(f.number, -1, -1)
  if (!isRoot) return
  chownFd(f.number, 65_534, -1)
  chownFd(l.number, 4_294_967_294, 7)
  assert.deepEqual([statFd(f.number).uid, statFd(f.number).gid], [65_534, process.getgid!()])
  assert.deepEqual([statFd(l.number).uid, statFd(l.number).gid], [4_294_967_294, 7])
})

test('size, holes, copies and position', (t) => {
  const { fd } = directory(t)
  const f = file(t, fd, 'f')
  const g = file(t, fd, 'g')
  assert.equal(write(f.number, new TextEncoder().encode('start')), 5)
  truncateFd(f.number, 1 << 20)
  pwrite(f.number, new TextEncoder().encode('end'), 1 << 20)
  allocateFd(f.number, FALLOC.PUNCH_HOLE | FALLOC.KEEP_SIZE, 4096, 4096)
  assert.equal(seek(f.number, 0, SEEK.HOLE), 4096)
  assert.equal(seek(f.number, 4096, SEEK.DATA), 1 << 20)
  assert.throws(() => seek(f.number, 1 << 21, SEEK.DATA), { code: 'ENXIO' })
  assert.equal(copyRange(f.number, 0, g.number, 3, 5), 5)
  assert.equal(seek(g.number, 0, SEEK.SET), 0)
  const bytes = new Uint8Array(10)
  assert.equal(read(g.number, bytes), 8)
  assert.equal(new TextDecoder().decode(bytes), '\0\0\0start\0\0')
  assert.equal(pread(g.number, bytes, 8), 0)
  truncateFd(g.number, 2 ** 40)
  assert.equal(statFd(g.number).size, 2 ** 40)
  syncData(f.number)
  syncFd(f.number)
  const filesystem = statFilesystem(fd.number)
  assert.ok(filesystem.bsize >= 512 && filesystem.blocks >= filesystem.bfree && filesystem.namelen === 255)
})

test('a directory is read to its end, and again from any entry', (t) => {
  const { fd, path } = directory(t)
  for (let index = 0; index < 500; index += 1) writeFileSync(`${path}/file-${index}`, '')
  using open = new Fd(reopen(fd.number, O.RDONLY | O.DIRECTORY))
  const all = []
  for (let part = readDirectory(open.number, 2000); part.length > 0; part = readDirectory(open.number, 2000)) {
    all.push(...part)
  }
  assert.equal(all.length, 502)
  assert.equal(new Set(all.map((entry) => entry.name)).size, 502)
  const found = all.find((entry) => entry.name === 'file-7')!
  assert.equal(found.type, DT.REG)
  assert.equal(found.ino, statAt(fd.number, 'file-7').ino)
  for (const index of [0, 100, 480]) {
    seek(open.number, all[index]!.next, SEEK.SET)
    assert.equal(readDirectory(open.number)[0]?.name, all[index + 1]?.name)
  }
  seek(open.number, 0, SEEK.SET)
  assert.throws(() => readDirectory(open.number, 8), { code: 'EINVAL' })
})

test('extended attributes, through O_PATH, of files and links', (t) => {
  const { fd, path } = directory(t)
  writeFileSync(`${path}/f`, '')
  symlinkSync('f', `${path}/l`)
  const f = file(t, fd, 'f', O.PATH)
  const value = Uint8Array.of(0, 1, 255)
  try {
    setXattr(f.number, 'user.test', value, XATTR.CREATE)
  } catch (error) {
    assert.equal((error as { code: string }).code, 'EOPNOTSUPP')
    return t.skip('the temporary directory has no user attributes')
  }
  setXattr(f.number, 'user.empty', new Uint8Array(0))
  assert.deepEqual(getXattr(f.number, 'user.test'), value)
  assert.equal(xattrSize(f.number, 'user.test'), 3)
  assert.equal(getXattr(f.number, 'user.empty').length, 0)
  assert.deepEqual(
    listXattrs(f.number)
      .filter((name) => name.startsWith('user.'))
      .toSorted(),
    ['user.empty', 'user.test'],
  )
  assert.throws(() => setXattr(f.number, 'user.test', value, XATTR.CREATE), { code: 'EEXIST' })
  removeXattr(f.number, 'user.test')
  assert.throws(() => getXattr(f.number, 'user.test'), { code: 'ENODATA' })
  if (!isRoot) return
  const l = file(t, fd, 'l', O.PATH | O.NOFOLLOW)
  setXattr(l.number, 'trusted.test', value)
  assert.deepEqual(getXattr(l.number, 'trusted.test'), value)
  assert.ok(!listXattrs(f.number).includes('trusted.test'))
})

test('locks belong to the open file, not to the process', (t) => {
  const { fd } = directory(t)
  const a = file(t, fd, 'f')
  const b = file(t, fd, 'f')
  flock(a.number, LOCK.EX)
  assert.throws(() => flock(b.number, LOCK.SH | LOCK.NB), { code: 'EAGAIN' })
  flock(a.number, LOCK.UN)
  lockRange(a.number, { type: 'write', start: 10, length: 5 })
  assert.deepEqual(conflictingLock(b.number, { type: 'read', start: 0, length: 0 }), {
    type: 'write',
    start: 10,
    length: 5,
  })
  assert.equal(conflictingLock(b.number, { type: 'write', start: 0, length: 10 }), undefined)
  assert.throws(() => lockRange(b.number, { type: 'read', start: 14, length: 1 }), { code: 'EAGAIN' })
  lockRange(a.number, { type: 'unlock', start: 0, length: 0 })
  lockRange(b.number, { type: 'read', start: 14, length: 1 })
})

test('a file that is written through a descriptor opened anew is the same file', (t) => {
  const { fd, path } = directory(t)
  writeFileSync(`${path}/f`, 'old')
  using written = new Fd(reopen(file(t, fd, 'f', O.PATH).number, O.RDWR))
  write(written.number, new TextEncoder().encode('new'))
  assert.equal(readFileSync(`${path}/f`, 'latin1'), 'new')
})

test('a name may be given as bytes, whatever they are, up to the first that cannot be in a name', (t) => {
  const { number } = directory(t).fd
  const name = { bytes: Buffer.from([0x66, 0xff, 0x80, 0x7a, 0x7a]), length: 4 }
  closeFd(openAt(number, name, O.CREAT | O.WRONLY, 0o600))
  assert.equal(statAt(number, 'f\udcff\udc80z').size, 0)
  assert.equal(statRaw(number, name, createStat()), 0)
  assert.equal(statRaw(number, { ...name, length: 3 }, createStat()), -2)
  assert.throws(() => statAt(number, { ...name, length: 3 }), { code: 'ENOENT', path: 'f\udcff\udc80' })
  assert.throws(() => statAt(number, { bytes: Buffer.from('a\0b'), length: 3 }), { code: 'EINVAL' })
  assert.throws(() => statAt(number, { bytes: Buffer.alloc(5000, 'a'), length: 5000 }), { code: 'ENAMETOOLONG' })
  unlinkAt(number, name)
  assert.throws(() => unlinkAt(number, name), { code: 'ENOENT' })
})

test('an append goes to the end, whoever has written there, and moves no other write', (t) => {
  const { fd: parent, path: top } = directory(t)
  const path = `${top}/f`
  const fd = file(t, parent, 'f').number
  for (const size of [1, 64, 65, 5000]) {
    truncateFd(fd, 3)
    assert.equal(append(fd, Buffer.alloc(size, 'a')), size)
    writeFileSync(path, 'b', { flag: 'a' })
    // Not on the heap of V8, as the parts of a pool are.
    assert.equal(append(fd, new Uint8Array(size).fill(0x63)), size)
    pwrite(fd, Buffer.from('xyz'), 0)
    assert.equal(readFileSync(path, 'utf8'), `xyz${'a'.repeat(size)}b${'c'.repeat(size)}`)
  }
})
