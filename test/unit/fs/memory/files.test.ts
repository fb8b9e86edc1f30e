import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Change } from '#src/changes/feed.js'
import { MemoryFileSystem } from '#src/fs/memory/memory-file-system.js'

/* The files of a memory filesystem, changed by the program that it is in. Nobody has it mounted, so all is told by path. */

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes)

test('a tree is made, changed and taken away, and errors are those of POSIX', () => {
  const fs = new MemoryFileSystem()
  const { files } = fs
  files.mkdir('d')
  files.writeFile('d/f', 'one')
  files.appendFile('d/f', ' two')
  assert.equal(text(files.readFile('/d/f')), 'one two')
  files.truncate('d/f', 3)
  files.link('d/f', 'g')
  files.writeFile('g', 'both')
  assert.equal(text(files.readFile('d/f')), 'both')
  files.symlink('g', 'l')
  assert.deepEqual(files.readdir(''), ['d', 'g', 'l'])
  assert.throws(() => files.mkdir('d'), { code: 'EEXIST' })
  assert.throws(() => files.remove('d'), { code: 'ENOTEMPTY' })
  assert.throws(() => files.readFile('d'), { code: 'EISDIR' })
  assert.throws(() => files.readFile('missing'), { code: 'ENOENT' })
  assert.throws(() => files.writeFile('g/x', ''), { code: 'ENOTDIR' })
  assert.throws(() => files.truncate('g', -1), { code: 'EINVAL' })
  assert.throws(() => files.link('d', 'e'), { code: 'EPERM' })
  assert.throws(() => files.mkdir('../out'), { code: 'EINVAL' })
  files.rename('d/f', 'd/h')
  for (const path of ['d/h', 'd', 'g', 'l']) files.remove(path)
  assert.deepEqual(files.readdir(''), [])
  assert.deepEqual(fs.usage, { bytes: 0, inodes: 1, knownNodes: 1, handles: 0 })
})

test('everything is told to those who follow, until they do no more', async () => {
  const fs = new MemoryFileSystem()
  const ending = new AbortController()
  const told: Change[] = []
  const feed = fs.changes({ signal: ending.signal })
  fs.files.writeFile('f', 'x')
  fs.files.chmod('f', 0o600)
  fs.files.rename('f', 'g')
  fs.files.remove('g')
  for await (const { changes } of feed) {
    told.push(...changes)
    ending.abort()
  }
  assert.deepEqual(
    // The root is known by its number; the file by none.
    told.map((change) => `${change.is} ${'path' in change ? change.path : 'name' in change ? change.name : ''}`),
    ['created f', 'modified f', 'modified f', 'removed f', 'created g', 'modified g', 'removed g', 'modified g'],
  )
})
