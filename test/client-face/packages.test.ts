import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { callbackify } from 'node:util'
import { fromNodeFs } from '#src/fs/node/from-node-fs.js'
import type { Fs } from './case.js'
import { clientOf, memoryClient } from './memory-client.js'

/* Packages that take an `fs`, and what this project has of the kind, on `client.fs`. */

// Their own types need those of browsers, and of packages that are not installed.
const [TINYGLOBBY, NODE_TO_FSA]: readonly string[] = ['tinyglobby', 'memfs/lib/node-to-fsa/index.js']
const { glob } = (await import(TINYGLOBBY!)) as {
  readonly glob: (pattern: string, options: object) => Promise<string[]>
}
const { nodeToFsa } = (await import(NODE_TO_FSA!)) as {
  readonly nodeToFsa: (fs: object, path: string, options: object) => DirectoryHandle
}

/** What is used of the File System Access API. */
interface DirectoryHandle {
  getDirectoryHandle(name: string, options?: object): Promise<DirectoryHandle>
  getFileHandle(name: string, options?: object): Promise<NamedFile>
  removeEntry(name: string, options?: object): Promise<void>
  keys(): AsyncIterable<string>
}
interface NamedFile {
  getFile(): Promise<{ text(): Promise<string> }>
  createWritable(options?: object): Promise<Writable>
}
interface Writable {
  write(data: string | Uint8Array): Promise<void>
  seek(position: number): Promise<void>
  truncate(size: number): Promise<void>
  close(): Promise<void>
}

const { client, close } = memoryClient()
after(close)
const { fs } = client

test('tinyglobby finds files by patterns', async () => {
  await fs.mkdir('/tree/a/b', { recursive: true })
  for (const name of ['x.ts', 'x.js', 'a/y.ts', 'a/b/z.ts', 'a/b/.hidden.ts']) await fs.writeFile(`/tree/${name}`, '')
  await fs.symlink('a', '/tree/link')
  // Node's fs with callbacks, made of the one with promises.
  const { readdir, realpath, stat } = fs as unknown as Fs
  const adapter = {
    readdir: callbackify(readdir),
    realpath: callbackify(realpath),
    stat: callbackify(stat),
  }
  const find = async (pattern: string, options: object = {}) =>
    (await glob(pattern, { cwd: '/tree', fs: adapter, ...options })).toSorted()
  assert.deepEqual(await find('**/*.ts'), ['a/b/z.ts', 'a/y.ts', 'link/b/z.ts', 'link/y.ts', 'x.ts'])
  assert.deepEqual(await find('**/*.ts', { followSymbolicLinks: false, dot: true }), [
    'a/b/.hidden.ts',
    'a/b/z.ts',
    'a/y.ts',
    'x.ts',
  ])
  assert.deepEqual(await find('a/*', { onlyDirectories: true }), ['a/b/'])
})

test('memfs makes a File System Access API of it', async () => {
  await fs.mkdir('/fsa')
  const root = nodeToFsa({ promises: fs, constants: fs.constants }, '/fsa', { mode: 'readwrite' })
  const directory = await root.getDirectoryHandle('directory', { create: true })
  const file = await directory.getFileHandle('file', { create: true })
  const writable = await file.createWritable()
  await writable.write('0123456789')
  await writable.seek(2)
  await writable.write(new Uint8Array([65, 66]))
  await writable.truncate(6)
  await writable.close()
  assert.equal(await fs.readFile('/fsa/directory/file', 'utf8'), '01AB45')
  const more = await file.createWritable({ keepExistingData: true })
  await more.seek(6)
  await more.write('!')
  await more.close()
  assert.equal(await (await file.getFile()).text(), '01AB45!')
  const names: string[] = []
  for await (const name of directory.keys()) names.push(name)
  assert.deepEqual(names, ['file'])
  await assert.rejects(root.getFileHandle('none'), { name: 'NotFoundError' })
  await assert.rejects(root.removeEntry('directory'), { name: 'InvalidModificationError' })
  await root.removeEntry('directory', { recursive: true })
  assert.deepEqual(await fs.readdir('/fsa'), [])
})

test('it can be served again: a client of a filesystem that is a client', async () => {
  await fs.mkdir('/served')
  const inner = fromNodeFs({ promises: fs }, { root: '/served' })
  const outer = clientOf(inner)
  await outer.client.fs.mkdir('/a/b', { recursive: true })
  await outer.client.fs.writeFile('/a/b/f', 'through both')
  await outer.client.fs.symlink('b/f', '/a/l')
  assert.equal(await fs.readFile('/served/a/b/f', 'utf8'), 'through both')
  assert.equal(await outer.client.fs.readFile('/a/l', 'utf8'), 'through both')
  await outer.client.fs.rename('/a/b/f', '/g')
  assert.deepEqual((await fs.readdir('/served', { recursive: true })).toSorted(), ['a', 'a/b', 'a/l', 'g'])
  await outer.client.fs.rm('/a', { recursive: true })
  assert.deepEqual(await fs.readdir('/served'), ['g'])
  await outer.close()
})
