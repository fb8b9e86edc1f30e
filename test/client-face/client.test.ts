import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isPending, pair, settled } from '../helpers/pair.js'
import { memoryClient } from './memory-client.js'

/* What client.fs does that Node cannot be compared with. */

test('a signal ends a call that the server does not answer, and tells the server', async () => {
  const p = pair()
  p.server.add('/f', 'abc')
  const controller = new AbortController()
  const hold = p.hold('LOOKUP')
  const reading = p.fs.readFile('/f', { signal: controller.signal })
  await hold.request
  controller.abort(new Error('enough'))
  await settled()
  // As in the kernel, it goes on until the server answers.
  assert.ok(await isPending(reading))
  assert.ok(p.requests().some(({ op }) => op === 'INTERRUPT'))
  hold.release()
  await assert.rejects(reading, { name: 'AbortError', code: 'ABORT_ERR', cause: controller.signal.reason })
})

test('a signal ends a read, and the file is closed', async () => {
  const p = pair()
  p.server.add('/f', 'abc')
  const controller = new AbortController()
  const hold = p.hold('READ')
  const reading = p.fs.readFile('/f', { signal: controller.signal })
  await hold.request
  controller.abort()
  hold.release()
  await assert.rejects(reading, { name: 'AbortError', code: 'ABORT_ERR' })
  await settled()
  assert.ok(p.log().includes('RELEASE'))
})

test('without an abort the same read gives what is there', async () => {
  const p = pair()
  p.server.add('/f', 'abc')
  const hold = p.hold('READ')
  const reading = p.fs.readFile('/f', { encoding: 'utf8', signal: new AbortController().signal })
  await hold.request
  hold.release()
  assert.equal(await reading, 'abc')
})

test('cp does not copy a directory into itself, through links either', async () => {
  const { client, close } = memoryClient()
  const { fs } = client
  await fs.mkdir('/a/b', { recursive: true })
  await fs.symlink('a/b', '/way')
  await assert.rejects(fs.cp('/a', '/way/new', { recursive: true }), { code: 'ERR_FS_CP_EINVAL', path: '/way/new' })
  await assert.rejects(fs.cp('/a', '/way/x/y', { recursive: true }), { code: 'ERR_FS_CP_EINVAL' })
  assert.deepEqual(await fs.readdir('/', { recursive: true }), ['a', 'way', 'a/b'])
  await fs.cp('/a', '/new', { recursive: true })
  assert.deepEqual(await fs.readdir('/new'), ['b'])
  await close()
})

test('entries whose type the listing does not tell are asked for', async () => {
  const p = pair()
  p.server.add('/d/f', 'x')
  p.server.readdir = (req) => {
    if (Number(req.offset) === 0) req.add('f', 99, 0, 1)
  }
  const names = await p.fs.readdir('/d', { withFileTypes: true })
  assert.deepEqual(
    names.map((entry) => [entry.name, entry.isFile(), entry.parentPath]),
    [['f', true, '/d']],
  )
  p.log()
  assert.deepEqual(await p.fs.readdir('/d'), ['f'])
  assert.deepEqual(
    p.log().filter((line) => line.startsWith('LOOKUP f')),
    [],
    'a name alone needs no type',
  )
  await p.close()
})

test('names that are not UTF-8 come back as they went', async () => {
  const { client, close } = memoryClient()
  const { fs } = client
  await fs.writeFile(Buffer.from([0x2f, 0xff, 0x61]), 'x')
  const [name] = await fs.readdir('/')
  assert.equal(name, '\udcffa')
  assert.equal(await fs.readFile(`/${name}`, 'utf8'), 'x')
  const [bytes] = await fs.readdir('/', 'buffer')
  assert.deepEqual(bytes, Buffer.from([0xff, 0x61]))
  await close()
})

test('numbers of open files differ, and none is that of a closed one', async () => {
  const { client, close } = memoryClient()
  const files = await Promise.all(['a', 'b', 'c'].map(async (name) => client.fs.open(`/${name}`, 'w')))
  assert.equal(new Set(files.map(({ fd }) => fd)).size, 3)
  await Promise.all(files.map(async (file) => file.close()))
  assert.deepEqual(
    files.map(({ fd }) => fd),
    [-1, -1, -1],
  )
  await close()
})
