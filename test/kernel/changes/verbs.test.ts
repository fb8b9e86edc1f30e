import assert from 'node:assert/strict'
import { MAP, O, PROT } from '../../helpers/posix/constants.js'
import { onBothLanes, type Context } from '../notify/lanes.js'

/*
 * The verbs on the kernel, which may cache everything for ever here. Each test shows first that without the verb what was cached
 * stays stale, and then that with it nothing is: through descriptors and mappings that were open before, in listings, attributes
 * of directories, names that did not exist.
 */

const IN_ATTRIB = 0x4
const IN_DELETE_SELF = 0x400
const IN_IGNORED = 0x8000

/** What anybody may have of a directory with two files, all of it cached. */
async function holders({ server, client, dir, at }: Context) {
  await server.file(`${dir}f`, 'the old bytes')
  await server.file(`${dir}g`, 'another file')
  const fd = await client.call('open', at('f'), O.RDONLY)
  const mapping = await client.call('mmap', fd, 4096, PROT.READ, MAP.SHARED, 0)
  const look = async () => ({
    path: await client.call('readFile', at('f')).then(String, (error: { code: string }) => error.code),
    fd: String(await client.call('preadAll', fd)),
    size: (await client.call('fstat', fd)).size,
    list: (await client.call('list', at())).join(' '),
    mtime: Number((await client.call('stat', at())).mtime),
    missing: await client.call('exists', at('new')),
  })
  return { fd, mapping, look }
}

onBothLanes({
  async 'modified: descriptors, mappings and attributes show the new bytes'(c) {
    const { server, client, dir, at } = c
    const { fd, mapping, look } = await holders(c)
    const before = await look()
    assert.equal(String(await client.call('peek', mapping, 13)), 'the old bytes')
    await server.tree('write', `${dir}f`, 'entirely new bytes')
    assert.deepEqual(await look(), before)
    assert.equal(String(await client.call('peek', mapping, 13)), 'the old bytes')
    const { outcome } = await server.change('modified', `${dir}f`)
    assert.equal(outcome, 'applied')
    assert.equal(String(await client.call('peek', mapping, 18)), 'entirely new bytes')
    assert.deepEqual(await look(), { ...before, path: 'entirely new bytes', fd: 'entirely new bytes', size: 18 })
    await client.call('close', fd)
    assert.equal((await client.call('stat', at('f'))).size, 18)
  },

  async 'modified with its bytes: they are there without a request'(c) {
    const { server, client, dir } = c
    const { fd, mapping, look } = await holders(c)
    const before = await look()
    await server.tree('patch', `${dir}f`, 4, 'new')
    assert.deepEqual(await look(), before)
    const reads = (await server.counts())['read']
    await server.change('modified', `${dir}f`, { offset: 4, data: Buffer.from('new') })
    assert.equal(String(await client.call('peek', mapping, 13)), 'the new bytes')
    assert.equal(String(await client.call('preadAll', fd)), 'the new bytes')
    assert.equal((await server.counts())['read'], reads)
  },

  async 'modified: a file that became shorter'(c) {
    const { server, client, dir } = c
    const { fd, look } = await holders(c)
    const before = await look()
    await server.tree('write', `${dir}f`, 'NEW')
    assert.deepEqual(await look(), before)
    await server.change('modified', `${dir}f`, { data: Buffer.from('NEW'), size: 3 })
    assert.equal(String(await client.call('preadAll', fd)), 'NEW')
    assert.deepEqual(await look(), { ...before, path: 'NEW', fd: 'NEW', size: 3 })
  },

  async 'modified: attributes alone cost no content'(c) {
    const { server, client, dir, at } = c
    const { look } = await holders(c)
    await look()
    await server.tree('chmod', `${dir}f`, 0o600)
    const mode = async () => (await client.call('stat', at('f'))).mode & 0o777
    assert.equal(await mode(), 0o644)
    const reads = (await server.counts())['read']
    await server.change('modified', `${dir}f`, { attributesOnly: true })
    assert.equal(await mode(), 0o600)
    await look()
    assert.equal((await server.counts())['read'], reads)
  },

  async 'modified: every name of a file with several'({ server, client, dir, at }) {
    await server.directory(`${dir}sub`)
    await server.file(`${dir}a`, 'old')
    await server.tree('linkAt', `${dir}a`, `${dir}sub/b`)
    const look = async () => [await client.call('readFile', at('a')), await client.call('readFile', at('sub/b'))].join()
    assert.equal(await look(), 'old,old')
    await server.tree('write', `${dir}a`, 'new')
    assert.equal(await look(), 'old,old')
    await server.change('modified', `${dir}sub/b`)
    assert.equal(await look(), 'new,new')
  },

  async 'modified: the target of a symbolic link'({ server, client, dir, at }) {
    await server.tree('add', `${dir}l`, 'symlink', 'here')
    const look = async () => String(await client.call('readlink', at('l')))
    assert.equal(await look(), 'here')
    await server.tree('write', `${dir}l`, 'there')
    await server.change('modified', `${dir}l`)
    assert.equal(await look(), 'there')
  },

  async 'created: names that did not exist, listings, attributes of the directory'(c) {
    const { server, dir } = c
    const { look } = await holders(c)
    const before = await look()
    await server.file(`${dir}new`)
    assert.deepEqual(await look(), before)
    await server.change('created', `${dir}new`)
    const after = await look()
    assert.deepEqual(after, { ...before, list: 'f g new', missing: true, mtime: after.mtime })
    assert.ok(after.mtime > before.mtime)
  },

  async 'created: a name that nobody asked for is in the listing'({ server, client, dir, dirNode, at }) {
    await server.file(`${dir}f`)
    assert.deepEqual(await client.call('list', at()), ['f'])
    await server.file(`${dir}g`)
    assert.deepEqual(await client.call('list', at()), ['f'])
    await server.change('created', dirNode, 'g')
    assert.deepEqual(await client.call('list', at()), ['f', 'g'])
  },

  async 'created: another object by a name that was there'(c) {
    const { server, client, dir, at } = c
    const { fd, look } = await holders(c)
    const before = await look()
    await server.tree('remove', `${dir}f`)
    await server.file(`${dir}f`, 'another one')
    assert.deepEqual(await look(), before)
    await server.change('created', `${dir}f`)
    const after = await look()
    assert.deepEqual([after.path, after.fd], ['another one', 'the old bytes'])
    assert.equal((await client.call('stat', at('f'))).size, 11)
    await client.call('close', fd)
  },

  async 'created: told of what the kernel has made itself, and a shell stands in'({ server, client, dir, at }) {
    await client.call('mkdir', at('sub'), 0o755)
    await client.call('chdir', at('sub'))
    await server.change('created', `${dir}sub`)
    assert.ok(await client.call('exists', at('sub')))
    assert.equal(await client.call('cwd'), at('sub'))
    await client.call('chdir', '/')
  },

  async 'created: a directory where a file was, and a file where a directory was'({ server, client, dir, at }) {
    await server.file(`${dir}x`, 'a file')
    await server.directory(`${dir}y`)
    await server.file(`${dir}y/below`)
    const look = async () => [
      await client.call('readFile', at('x')).then(String, (error: { code: string }) => error.code),
      await client.call('readFile', at('y')).then(String, (error: { code: string }) => error.code),
      await client.call('exists', at('x/below')),
      await client.call('exists', at('y/below')),
    ]
    const before = ['a file', 'EISDIR', false, true]
    assert.deepEqual(await look(), before)
    for (const name of ['y/below', 'x', 'y']) await server.tree('remove', `${dir}${name}`)
    await server.directory(`${dir}x`)
    await server.file(`${dir}x/below`)
    await server.file(`${dir}y`, 'a file now')
    assert.deepEqual(await look(), before)
    await server.batch(['removed', `${dir}y/below`], ['removed', `${dir}x`], ['removed', `${dir}y`])
    await server.batch(['created', `${dir}x`], ['created', `${dir}x/below`], ['created', `${dir}y`])
    assert.deepEqual(await look(), ['EISDIR', 'a file now', true, false])
  },

  async 'removed: names, listings, the directory; what is open can still be read, and has no link'(c) {
    const { server, client, dir } = c
    const { fd, mapping, look } = await holders(c)
    const before = await look()
    await server.tree('remove', `${dir}f`)
    assert.deepEqual(await look(), before)
    assert.equal((await client.call('fstat', fd)).nlink, 1)
    await server.change('removed', `${dir}f`)
    const after = await look()
    assert.deepEqual(after, { ...before, path: 'ENOENT', list: 'g', mtime: after.mtime })
    assert.ok(after.mtime > before.mtime)
    assert.equal((await client.call('fstat', fd)).nlink, 0)
    assert.equal(String(await client.call('peek', mapping, 13)), 'the old bytes')
    await client.call('close', fd)
  },

  async 'removed: who watches the file by inotify hears of it'({ server, client, dir, at }) {
    for (const name of ['f', 'g']) await server.file(`${dir}${name}`)
    const [f, g] = [
      await client.call('watch', at('f'), IN_DELETE_SELF),
      await client.call('watch', at('g'), IN_DELETE_SELF),
    ]
    for (const name of ['f', 'g']) await server.tree('remove', `${dir}${name}`)
    await server.change('removed', `${dir}g`)
    assert.deepEqual(await client.call('events', f), [])
    assert.deepEqual(await client.call('events', g), [IN_DELETE_SELF, IN_IGNORED])
  },

  async 'removed: one of two names'({ server, client, dir, at }) {
    await server.file(`${dir}a`, 'bytes')
    await server.tree('linkAt', `${dir}a`, `${dir}b`)
    for (const name of ['a', 'b']) await client.call('stat', at(name))
    const fd = await client.call('open', at('a'), O.RDONLY)
    const watch = await client.call('watch', at('b'), IN_DELETE_SELF | IN_ATTRIB)
    await server.tree('remove', `${dir}a`)
    const links = async () => [(await client.call('fstat', fd)).nlink, (await client.call('stat', at('b'))).nlink]
    assert.deepEqual(await links(), [2, 2])
    await server.change('removed', `${dir}a`)
    assert.deepEqual(await links(), [1, 1])
    assert.ok(!(await client.call('exists', at('a'))))
    assert.deepEqual(await client.call('events', watch), [])
    // The last one.
    await server.tree('remove', `${dir}b`)
    await server.change('removed', `${dir}b`)
    assert.equal((await client.call('fstat', fd)).nlink, 0)
    await client.call('close', fd)
    assert.deepEqual(await client.call('events', watch), [IN_DELETE_SELF, IN_IGNORED])
  },

  async 'removed: told late, of a directory that was made again, is not its death'({ server, client, dir, at }) {
    await server.directory(`${dir}sub`)
    await client.call('stat', at('sub'))
    await server.tree('remove', `${dir}sub`)
    await server.directory(`${dir}sub`)
    await server.change('created', `${dir}sub`)
    const fd = await client.call('open', at('sub'), O.RDONLY | O.DIRECTORY)
    await server.change('removed', `${dir}sub`)
    await client.call('close', await client.call('openat', fd, 'x', O.RDWR | O.CREAT))
    assert.ok(await client.call('exists', at('sub/x')))
    await client.call('close', fd)
  },

  async 'renamed: both names, and descriptors'(c) {
    const { server, client, dir, at } = c
    const { fd, look } = await holders(c)
    const before = await look()
    await server.tree('rename', `${dir}f`, `${dir}new`)
    assert.deepEqual(await look(), before)
    await server.change('renamed', `${dir}f`, `${dir}new`)
    const after = await look()
    assert.deepEqual(after, { ...before, path: 'ENOENT', list: 'g new', missing: true, mtime: after.mtime })
    assert.equal(String(await client.call('readFile', at('new'))), 'the old bytes')
    // What happens to it now is told by its new name.
    await server.tree('write', `${dir}new`, 'rewritten')
    assert.equal(String(await client.call('preadAll', fd)), 'the old bytes')
    await server.change('modified', `${dir}new`)
    assert.equal(String(await client.call('preadAll', fd)), 'rewritten')
    await client.call('close', fd)
  },

  async 'renamed over an open file, as editors save'(c) {
    const { server, client, dir, at } = c
    const { fd, look } = await holders(c)
    const before = await look()
    await server.file(`${dir}f.tmp`, 'saved')
    await server.tree('rename', `${dir}f.tmp`, `${dir}f`)
    assert.deepEqual(await look(), before)
    await server.batch(['created', `${dir}f.tmp`], ['renamed', `${dir}f.tmp`, `${dir}f`])
    const after = await look()
    assert.deepEqual([after.path, after.fd, after.list], ['saved', 'the old bytes', 'f g'])
    assert.equal((await client.call('fstat', fd)).nlink, 0)
    assert.equal((await client.call('stat', at('f'))).nlink, 1)
    await client.call('close', fd)
  },

  async 'renamed: a directory with all that is known in it, to another directory'({ server, client, dir, at }) {
    for (const name of ['one', 'one/sub', 'two']) await server.directory(`${dir}${name}`)
    await server.file(`${dir}one/sub/f`, 'bytes')
    const fd = await client.call('open', at('one/sub/f'), O.RDONLY)
    assert.equal(String(await client.call('preadAll', fd)), 'bytes')
    await client.call('chdir', at('one/sub'))
    const look = async () => [
      await client.call('exists', at('one/sub/f')),
      await client.call('exists', at('two/moved/f')),
      await client.call('list', at('one')),
      await client.call('list', at('two')),
    ]
    const before = [true, false, ['sub'], []]
    assert.deepEqual(await look(), before)
    await server.tree('rename', `${dir}one/sub`, `${dir}two/moved`)
    assert.deepEqual(await look(), before)
    await server.change('renamed', `${dir}one/sub`, `${dir}two/moved`)
    assert.deepEqual(await look(), [false, true, [], ['moved']])
    assert.equal(await client.call('cwd'), at('two/moved'))
    // What is below is told by its new path.
    await server.tree('write', `${dir}two/moved/f`, 'new')
    assert.equal(String(await client.call('preadAll', fd)), 'bytes')
    await server.change('modified', `${dir}two/moved/f`)
    assert.equal(String(await client.call('preadAll', fd)), 'new')
    await client.call('chdir', '/')
    await client.call('close', fd)
  },

  async 'everything: names, attributes, content and listings'(c) {
    const { server, client, dir } = c
    const { fd, look } = await holders(c)
    const before = await look()
    await server.tree('write', `${dir}f`, 'changed')
    await server.file(`${dir}new`)
    assert.deepEqual(await look(), before)
    await server.change('everything')
    const after = await look()
    assert.deepEqual(after, {
      path: 'changed',
      fd: 'changed',
      size: 7,
      list: 'f g new',
      missing: true,
      mtime: after.mtime,
    })
    await client.call('close', fd)
  },

  async 'everything but content'(c) {
    const { server, dir } = c
    const { look } = await holders(c)
    const before = await look()
    await server.file(`${dir}new`)
    const reads = (await server.counts())['read']
    await server.change('everything', { keepData: true })
    const after = await look()
    assert.deepEqual([after.list, after.missing, after.fd], ['f g new', true, before.fd])
    assert.equal((await server.counts())['read'], reads)
  },

  async 'a change while the same file is written through the mount'(c) {
    const { server, client, dir, at } = c
    await server.file(`${dir}f`, Buffer.alloc(8192, 'old '))
    const fd = await client.call('open', at('f'), O.RDWR)
    await client.call('preadAll', fd)
    const write = await server.hold('write')
    const written = client.call('pwrite', fd, 'by the client', 0)
    await write.arrived()
    await server.tree('patch', `${dir}f`, 4096, 'by the source')
    const told = server.change('modified', `${dir}f`)
    await write.release()
    await Promise.all([written, told])
    const content = await server.ask<Uint8Array>('content', `${dir}f`)
    assert.deepEqual(await client.call('preadAll', fd), Buffer.from(content))
    await client.call('close', fd)
  },

  async 'a change while its name is being looked up for the first time'({ server, client, dir, at }) {
    await server.file(`${dir}f`, 'old')
    const lookup = await server.hold('lookup', { name: 'f' })
    const stat = client.call('stat', at('f'))
    await lookup.arrived()
    await server.tree('write', `${dir}f`, 'new and longer')
    const { outcome } = await server.change('modified', `${dir}f`)
    assert.equal(outcome, 'not-cached')
    await lookup.release()
    await stat
    assert.equal((await client.call('stat', at('f'))).size, 14)
    const fd = await client.call('open', at('f'), O.RDONLY)
    assert.equal((await client.call('fstat', fd)).size, 14)
    assert.equal(String(await client.call('preadAll', fd)), 'new and longer')
    await client.call('close', fd)
  },
})
