import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FuseError } from '#src/base/errors.js'
import type { FileSystem } from '#src/server/filesystem.js'
import { isPending, pair, settled } from '../helpers/pair.js'

/* Requests that the other tests do not come by, and what is done without each. */

const BASIC = { mask: 0x7ff }

test('extended attributes, and EOPNOTSUPP without a request once the server has none', async () => {
  const p = pair()
  p.server.add('/f', '')
  const values = new Map<string, Uint8Array>()
  const server: FileSystem = p.server
  server.getxattr = (req) => {
    const value = values.get(req.name)
    if (value === undefined) throw new FuseError('ENODATA')
    return value
  }
  server.setxattr = (req) => {
    values.set(req.name, req.value.slice())
  }
  server.listxattr = () => [...values.keys()]
  server.removexattr = (req) => {
    values.delete(req.name)
  }
  await p.fs.setxattr('/f', 'user.a', 'one')
  await p.fs.setxattr('/f', 'user.b', '')
  assert.deepEqual(await p.fs.listxattr('/f'), ['user.a', 'user.b'])
  assert.equal(Buffer.from(await p.fs.getxattr('/f', 'user.a')).toString(), 'one')
  assert.equal((await p.fs.getxattr('/f', 'user.b')).length, 0)
  await p.fs.removexattr('/f', 'user.a')
  await assert.rejects(p.fs.getxattr('/f', 'user.a'), { code: 'ENODATA', syscall: 'getxattr' })
  const q = pair()
  q.server.add('/f', '')
  for (let i = 0; i < 2; i += 1) {
    await assert.rejects(q.fs.getxattr('/f', 'user.a'), { code: 'EOPNOTSUPP' })
    await assert.rejects(q.fs.listxattr('/f'), { code: 'EOPNOTSUPP' })
    await assert.rejects(q.fs.setxattr('/f', 'user.a', 'x'), { code: 'EOPNOTSUPP' })
    await assert.rejects(q.fs.removexattr('/f', 'user.a'), { code: 'EOPNOTSUPP' })
  }
  assert.deepEqual(q.log(), ['LOOKUP f', 'GETXATTR user.a', 'LISTXATTR', 'SETXATTR user.a', 'REMOVEXATTR user.a'])
})

test('without CREATE: MKNOD and OPEN', async () => {
  const p = pair()
  p.server.errors.set('create', 'ENOSYS')
  await p.fs.writeFile('/a', 'x')
  await p.fs.writeFile('/b', 'x')
  const names = p.log().filter((line) => /^(CREATE|MKNOD|OPEN)/.test(line))
  assert.deepEqual(names, ['CREATE a', 'MKNOD a', 'OPEN', 'MKNOD b', 'OPEN'])
})

test('without LINK: EPERM; RENAME2: EINVAL; TMPFILE: EOPNOTSUPP; FALLOCATE: EOPNOTSUPP', async () => {
  const p = pair()
  p.server.add('/f', '')
  p.server.errors.set('link', 'ENOSYS').set('rename', 'ENOSYS').set('fallocate', 'ENOSYS')
  const file = await p.fs.open('/f', 'r+')
  p.log()
  for (let i = 0; i < 2; i += 1) {
    await assert.rejects(p.fs.link('/f', '/g'), { code: 'EPERM' })
    await assert.rejects(p.fs.rename('/f', '/g', 1), { code: 'EINVAL' })
    await assert.rejects(p.fs.open('/', 0o20200002), { code: 'EOPNOTSUPP' })
    await assert.rejects(file.allocate(0, 10), { code: 'EOPNOTSUPP' })
  }
  assert.deepEqual(
    p.log().filter((line) => !line.startsWith('LOOKUP')),
    ['LINK g', 'RENAME2 f g', 'TMPFILE /', 'GETXATTR security.capability', 'FALLOCATE'],
  )
})

test('rename with NOREPLACE and EXCHANGE', async () => {
  const p = pair()
  p.server.add('/a', 'A')
  p.server.add('/b', 'B')
  await assert.rejects(p.fs.rename('/a', '/b', 1), { code: 'EEXIST' })
  await p.fs.rename('/a', '/b', 2)
  assert.equal(await p.fs.readFile('/a', 'utf8'), 'B')
  assert.equal(await p.fs.readFile('/b', 'utf8'), 'A')
  await assert.rejects(p.fs.rename('/a', '/absent', 2), { code: 'ENOENT' })
  await p.fs.rename('/a', '/b')
  assert.equal(await p.fs.readFile('/b', 'utf8'), 'B')
})

test('rename refuses what cannot be', async () => {
  const p = pair()
  p.server.add('/d/e', null)
  p.server.add('/f', '')
  await assert.rejects(p.fs.rename('/d', '/d/e/x'), { code: 'EINVAL' })
  await assert.rejects(p.fs.rename('/d/e', '/d'), { code: 'ENOTEMPTY' })
  await assert.rejects(p.fs.rename('/f', '/d'), { code: 'EISDIR' })
  await assert.rejects(p.fs.rename('/d', '/f'), { code: 'ENOTDIR' })
  await assert.rejects(p.fs.rename('/absent', '/g'), { code: 'ENOENT' })
  await assert.rejects(p.fs.rename('/d/.', '/g'), { code: 'EBUSY' })
  p.log()
  await p.fs.rename('/f', '/f')
  assert.deepEqual(p.log(), ['LOOKUP f'])
})

test('a file without a name', async () => {
  const p = pair()
  p.server.tmpfile = p.server.create.bind(p.server)
  const file = await p.fs.open('/', 0o20200002, 0o600)
  await file.writeFile('secret')
  assert.equal((await file.stat()).size, 6)
  await file.close()
  await assert.rejects(p.fs.open('/', 0o20200000), { code: 'EINVAL' })
})

test('seeking, copying, allocating', async () => {
  const p = pair()
  p.server.errors.set('copyFileRange', 'ENOSYS').set('fallocate', 'ENOSYS')
  p.server.add('/f', 'some data')
  const server: FileSystem = p.server
  const file = await p.fs.open('/f', 'r+')
  assert.equal(await file.seekData(3), 3)
  assert.equal(await file.seekHole(3), 9)
  await assert.rejects(file.seekData(9), { code: 'ENXIO' })
  assert.equal(p.log().filter((line) => line === 'LSEEK').length, 1)
  const to = await p.fs.open('/g', 'w+')
  assert.equal(await file.copyRange(5, to, 0, 100), 4)
  assert.equal(await p.fs.readFile('/g', 'utf8'), 'data')
  assert.deepEqual(
    p.log().filter((line) => line.startsWith('COPY')),
    ['COPY_FILE_RANGE_64', 'COPY_FILE_RANGE'],
  )
  server.fallocate = (req) => {
    const thing = p.server.thing(req.node)
    const fresh = new Uint8Array(Math.max(thing.data.length, req.offset + req.length))
    fresh.set(thing.data)
    thing.data = fresh
  }
  const q = await p.fs.open('/g', 'r+')
  await assert.rejects(q.allocate(0, 0), { code: 'EINVAL' })
  await q.allocate(0, 50)
  assert.equal(await q.seekEnd(), 50)
  await p.fs.copyFile('/f', '/h')
  assert.equal(await p.fs.readFile('/h', 'utf8'), 'some data')
  await assert.rejects(p.fs.copyFile('/f', '/h', 1), { code: 'EEXIST' })
})

test('locks are kept here unless the server wants them', async () => {
  const p = pair()
  p.server.add('/f', '')
  const [a, b] = [await p.fs.open('/f', 'r+'), await p.fs.open('/f', 'r+')]
  p.log()
  const write = { start: 0, end: 9, type: 1, isFlock: false }
  await a.lock(write)
  await assert.rejects(b.lock(write), { code: 'EAGAIN' })
  await b.lock({ ...write, start: 10, end: Infinity })
  await b.lock({ ...write, isFlock: true })
  assert.equal((await b.testLock(write))?.end, 9)
  const waiting = b.lock(write, true)
  assert.equal(await isPending(waiting), true)
  await a.close()
  await waiting
  assert.deepEqual(p.log(), ['FLUSH', 'RELEASE'])
})

test('locks of the server: GETLK, SETLK, SETLKW, and flock is released with the file', async () => {
  const p = pair({ init: { posixLocks: true, flockLocks: true } })
  p.server.add('/f', '')
  const server: FileSystem = p.server
  const seen: string[] = []
  server.setlk = (req) => {
    seen.push(`${req.wait} ${req.flock} ${req.start}-${req.end} ${req.type}`)
  }
  server.getlk = () => ({ start: 1, end: Infinity, type: 1, pid: 7 })
  server.release = (req) => {
    seen.push(`released ${req.flockUnlock}`)
  }
  const file = await p.fs.open('/f', 'r+')
  await file.lock({ start: 0, end: Infinity, type: 0, isFlock: false })
  await file.lock({ start: 0, end: 0, type: 1, isFlock: true }, true)
  const there = await file.testLock({ start: 0, end: 5, type: 1, isFlock: false })
  assert.deepEqual([there?.start, there?.end, there?.pid], [1, Infinity, 7])
  await file.close()
  await settled()
  assert.deepEqual(seen, ['false false 0-Infinity 0', 'true true 0-Infinity 1', 'released true'])
})

test('ioctl, poll, bmap, statfs, access', async () => {
  const p = pair({ blockDevice: true })
  p.server.add('/f', '')
  const server: FileSystem = p.server
  const file = await p.fs.open('/f', 'r+')
  await assert.rejects(file.ioctl(5), { code: 'ENOTTY' })
  server.ioctl = (req) => ({ result: req.cmd, data: req.data.toReversed() })
  const answer = await file.ioctl(5, { data: Uint8Array.of(1, 2), outSize: 2 })
  assert.deepEqual([answer.result, [...answer.data]], [5, [2, 1]])
  assert.equal(await file.poll(5), 5)
  p.log()
  assert.equal(await file.poll(5), 5)
  assert.deepEqual(p.log(), [])
  server.bmap = (req) => req.block + 100
  assert.equal(await file.bmap(3, 512), 103)
  server.statfs = () => ({ blocks: 10, namelen: 99 })
  assert.equal((await p.fs.statfs('/f')).namelen, 99)
  await p.fs.access('/f', 4)
  await p.fs.access('/f', 4)
  assert.equal(p.log().filter((line) => line === 'ACCESS').length, 1)
})

test('default_permissions: modes are checked here', async () => {
  const p = pair({ defaultPermissions: true })
  p.server.add('/d/f', 'x').mode = 0o100640
  const other = p.client.fsFor({ uid: 1000, gid: 1000 })
  const group = p.client.fsFor({ uid: 1000, gid: 1000, groups: [0] })
  await assert.rejects(other.readFile('/d/f'), { code: 'EACCES' })
  await assert.rejects(other.writeFile('/d/g', ''), { code: 'EACCES' })
  await assert.rejects(other.chmod('/d/f', 0o777), { code: 'EPERM' })
  await assert.rejects(group.writeFile('/d/f', ''), { code: 'EACCES' })
  assert.equal(await group.readFile('/d/f', 'utf8'), 'x')
  assert.equal(await p.fs.readFile('/d/f', 'utf8'), 'x')
  assert.equal(p.log().includes('ACCESS'), false)
  p.server.find('/d')!.mode = 0o040700
  await p.fs.stat('/d', { ...BASIC, sync: 'force' })
  await assert.rejects(group.readFile('/d/f'), { code: 'EACCES' })
})

test('the umask is applied here, or by the server', async () => {
  for (const [dontMask, expected] of [
    [false, 0o640],
    [true, 0o666],
  ] as const) {
    const p = pair({ init: { dontMask }, umask: 0o027 })
    await p.fs.writeFile('/f', '')
    assert.equal(p.server.find('/f')!.mode & 0o777, expected)
  }
})

test('chown asks for the mode first, and takes set-user-id along', async () => {
  const p = pair()
  const f = p.server.add('/f', '')
  f.mode = 0o104755
  await p.fs.stat('/f', BASIC)
  p.log()
  await p.fs.chown('/f', 5, -1)
  assert.deepEqual(p.log(), ['GETXATTR security.capability', 'GETATTR', 'SETATTR 0x3'])
  assert.equal(f.mode, 0o100755)
})

test('links: READLINK each time, or once with CACHE_SYMLINKS, until the link is invalidated', async () => {
  for (const [cacheSymlinks, expected] of [
    [false, 2],
    [true, 1],
  ] as const) {
    const p = pair({ init: { cacheSymlinks } })
    p.server.add('/l', { to: 'target' })
    assert.equal(await p.fs.readlink('/l'), 'target')
    assert.equal(await p.fs.readlink('/l'), 'target')
    assert.equal(p.log().filter((line) => line === 'READLINK').length, expected)
    await p.notify({ notification: 'INVAL_INODE', fuse_notify_inval_inode_out: { ino: 2 as never, off: 0, len: 0 } })
    await p.fs.readlink('/l')
    assert.deepEqual(p.log(), ['READLINK'])
  }
})
