import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { InitWishes } from '#src/protocol/init-wishes.js'
import { MemoryFileSystem } from '#src/fs/memory/memory-file-system.js'
import { Pair, settled } from '../helpers/pair.js'
import { fromEnvironment, Random } from '../helpers/random.js'

/* The memory filesystem through the client: a filesystem without a kernel. */

const made = (init: InitWishes = {}) => {
  const memory = new MemoryFileSystem()
  return { memory, p: new Pair(memory, { ...memory.mountDefaults.init, ...init }, {}) }
}

test('files, directories, links, attributes and extended attributes', async () => {
  const { memory, p } = made()
  const { fs } = p
  await fs.mkdir('/a/b', { recursive: true })
  await fs.writeFile('/a/b/f', 'hello')
  await fs.appendFile('/a/b/f', ' world')
  await fs.symlink('b/f', '/a/l')
  await fs.link('/a/b/f', '/hard')
  assert.equal(await fs.readFile('/a/l', 'utf8'), 'hello world')
  assert.equal((await fs.stat('/hard')).nlink, 2)
  await fs.chmod('/hard', 0o600)
  await fs.utimes('/hard', 5, 6.5)
  const stats = await fs.stat('/a/b/f')
  assert.deepEqual([stats.mode & 0o777, stats.atimeMs, stats.mtimeMs], [0o600, 5000, 6500])
  await fs.setxattr('/hard', 'user.color', 'blue')
  assert.deepEqual(await fs.listxattr('/a/b/f'), ['user.color'])
  await fs.truncate('/hard', 5)
  assert.equal(await fs.readFile('/a/b/f', 'utf8'), 'hello')
  const file = await fs.open('/hard', 'r+')
  await file.allocate(0, 100_000)
  await file.write('end', 200_000)
  assert.equal(await file.seekData(150_000), 196_608)
  await file.close()
  await fs.rename('/a', '/c')
  assert.deepEqual((await fs.readdir('/c')).toSorted(), ['b', 'l'])
  await fs.rm('/c', { recursive: true })
  await fs.unlink('/hard')
  await settled()
  assert.deepEqual(await fs.readdir('/'), [])
  assert.equal(memory.usage.inodes, 1)
  await p.close()
})

test('random operations give what a model has, with each kind of cache', async () => {
  const seed = fromEnvironment('FUSEWIRE_SEED', Date.now() >>> 0)
  console.log(`seed ${seed}`)
  const kinds: readonly InitWishes[] = [
    {},
    { writebackCache: true },
    { readdirplus: true, readdirplusAuto: false },
    { autoInvalidateData: true },
    { parallelDirectoryOps: false },
  ]
  for (const init of kinds) await compare(init, new Random(seed))
})

/** Files by their paths, directories as undefined. */
type Model = Map<string, string | undefined>

async function compare(init: InitWishes, random: Random): Promise<void> {
  const { p } = made(init)
  const model: Model = new Map([['', undefined]])
  const directories = () => [...model].filter(([, content]) => content === undefined).map(([path]) => path)
  const files = () => [...model].filter(([, content]) => content !== undefined).map(([path]) => path)
  for (let i = 0; i < 400; i += 1) {
    const fresh = `${random.pick(directories())}/${random.pick(['a', 'b', 'c', 'd', 'e'])}`
    const known = files().length > 0 ? random.pick(files()) : undefined
    switch (random.below(7)) {
      case 0:
        if (model.has(fresh)) await assert.rejects(p.fs.mkdir(fresh), { code: 'EEXIST' })
        else {
          await p.fs.mkdir(fresh)
          model.set(fresh, undefined)
        }
        break
      case 1:
        if (model.has(fresh) && model.get(fresh) === undefined) {
          await assert.rejects(p.fs.writeFile(fresh, 'x'), { code: 'EISDIR' })
        } else {
          const content = `${i} `.repeat(random.below(3000))
          await p.fs.writeFile(fresh, content)
          model.set(fresh, content)
        }
        break
      case 2:
        if (known !== undefined) {
          await p.fs.appendFile(known, `+${i}`)
          model.set(known, `${model.get(known)}+${i}`)
        }
        break
      case 3:
        if (known !== undefined && random.below(3) === 0) {
          await p.fs.unlink(known)
          model.delete(known)
        }
        break
      case 4:
        if (known !== undefined && !(model.has(fresh) && model.get(fresh) === undefined)) {
          const content = model.get(known)!
          await p.fs.rename(known, fresh)
          model.delete(known)
          model.set(fresh, content)
        }
        break
      case 5:
        if (known !== undefined) assert.equal(await p.fs.readFile(known, 'utf8'), model.get(known), `read ${i}`)
        break
      default: {
        const directory = random.pick(directories())
        const children = [...model.keys()].filter(
          (path) => path.startsWith(`${directory}/`) && !path.slice(directory.length + 1).includes('/'),
        )
        const names = children.map((path) => path.slice(directory.length + 1)).toSorted()
        assert.deepEqual((await p.fs.readdir(directory || '/')).toSorted(), names, `list ${i}`)
      }
    }
  }
  for (const path of files()) {
    const content = model.get(path)!
    assert.equal((await p.fs.stat(path)).size, content.length)
    assert.equal(await p.fs.readFile(path, 'utf8'), content)
  }
  await p.close()
}
