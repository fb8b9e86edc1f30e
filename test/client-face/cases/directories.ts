import type { Dir, Dirent } from 'node:fs'
import { differs, same, tried, type Case, type Stage } from '../case.js'

/* Directories: made, listed, iterated over. */

async function tree({ fs, at }: Stage): Promise<void> {
  await fs.mkdir(at('a/b/c'), { recursive: true })
  await fs.mkdir(at('empty'))
  for (const name of ['f', 'a/f', 'a/b/ä', 'a/b/c/deep']) await fs.writeFile(at(name), '')
  await fs.symlink('f', at('l'))
}

const sorted = (names: readonly unknown[]) => names.map(String).toSorted()
const byName = (entries: readonly Dirent[]) =>
  entries.toSorted((a, b) => (`${a.parentPath}/${a.name}` < `${b.parentPath}/${b.name}` ? -1 : 1))

/** Node throws at once what is wrong. */
async function read(directory: Dir): Promise<Dirent | null> {
  return directory.read()
}

async function all(directory: Dir): Promise<Dirent[]> {
  const entries: Dirent[] = []
  for await (const entry of directory) entries.push(entry)
  return byName(entries)
}

const listed = (name: string, run: (stage: Stage) => Promise<unknown>): Case =>
  same(name, async (stage) => {
    await tree(stage)
    return run(stage)
  })

export const directories: readonly Case[] = [
  same('mkdir', async ({ fs, at }) => [
    await fs.mkdir(at('a')),
    await fs.mkdir(at('b'), 0o700),
    await fs.mkdir(at('c'), '750'),
    await fs.mkdir(at('d'), { mode: 0o711 }),
    await fs.mkdir(at('e'), null),
    await Promise.all(['a', 'b', 'c', 'd', 'e'].map(async (name) => (await fs.stat(at(name))).mode)),
    await tried(fs.mkdir(at('a'))),
    await tried(fs.mkdir(at('no/such'))),
    await tried(fs.mkdir(at('f'), 'x')),
    await tried(fs.mkdir(at('f'), { recursive: 1 as unknown as boolean })),
  ]),
  same('mkdir, recursive: the first that was made', async ({ fs, at }) => [
    await fs.mkdir(at('a/b/c'), { recursive: true }),
    await fs.mkdir(at('a/b/d/e'), { recursive: true, mode: 0o700 }),
    await fs.mkdir(at('a/b/c'), { recursive: true }),
    await fs.mkdir(at('a/x'), { recursive: true }),
    (await fs.stat(at('a/b/d'))).mode,
  ]),
  same('mkdir, recursive, over a file', async ({ fs, at }) => {
    await fs.writeFile(at('f'), '')
    return fs.mkdir(at('f'), { recursive: true })
  }),
  same('mkdir, recursive, below a file', async ({ fs, at }) => {
    await fs.writeFile(at('f'), '')
    return fs.mkdir(at('f/g/h'), { recursive: true })
  }),
  same('mkdir, recursive, through a link', async ({ fs, at }) => {
    await fs.mkdir(at('d'))
    await fs.symlink('d', at('l'))
    return [await fs.mkdir(at('l'), { recursive: true }), await fs.mkdir(at('l/e'), { recursive: true })]
  }),
  same('mkdtemp', async ({ fs, at }) => {
    const [one, two] = [await fs.mkdtemp(at('t-')), await fs.mkdtemp(at('t-'), { encoding: 'utf8' })]
    const bytes = await fs.mkdtemp(at('t-'), 'buffer')
    return [
      one !== two,
      [one, two, String(bytes)].map((path) => /t-[A-Za-z0-9]{6}$/.test(path)),
      Buffer.isBuffer(bytes),
      (await fs.stat(one)).mode,
      (await fs.readdir(at(''))).length,
    ]
  }),
  same('mkdtemp where nothing is', async ({ fs, at }) => fs.mkdtemp(at('no/t-'))),
  listed('readdir', async ({ fs, at }) => [sorted(await fs.readdir(at(''))), await fs.readdir(at('empty'))]),
  listed('readdir: encodings', async ({ fs, at }) => [
    await fs.readdir(at('a/b/../b'), 'hex').then(sorted),
    await fs.readdir(at('a/b'), { encoding: 'latin1' }).then(sorted),
    await fs
      .readdir(at('a/b'), 'buffer')
      .then((names) => sorted(names.map((name) => `${Buffer.isBuffer(name)} ${name.toString()}`))),
    await fs.readdir(at('a/b'), null).then(sorted),
  ]),
  listed('readdir: entries', async ({ fs, at }) => byName(await fs.readdir(at(''), { withFileTypes: true }))),
  listed('readdir: entries with names as bytes', async ({ fs, at }) => {
    const entries = await fs.readdir(at('a/b'), { withFileTypes: true, encoding: 'buffer' as BufferEncoding })
    return byName(entries)
  }),
  listed('readdir: recursive', async ({ fs, at }) => sorted(await fs.readdir(at(''), { recursive: true }))),
  listed('readdir: recursive, from a path that ends with a slash', async ({ fs, at }) =>
    sorted(await fs.readdir(at('a/'), { recursive: true })),
  ),
  listed('readdir: recursive, entries', async ({ fs, at }) =>
    byName(await fs.readdir(at('a'), { recursive: true, withFileTypes: true })),
  ),
  differs('readdir: recursive, with a link to a directory', 'does not go through links', async ({ fs, at }) => {
    await fs.mkdir(at('d'))
    await fs.writeFile(at('d/f'), '')
    await fs.symlink('d', at('l'))
    return sorted(await fs.readdir(at(''), { recursive: true }))
  }),
  same('readdir of nothing', async ({ fs, at }) => fs.readdir(at('no'))),
  same('readdir of a file', async ({ fs, at }) => {
    await fs.writeFile(at('f'), '')
    return fs.readdir(at('f'))
  }),
  listed('opendir: read', async ({ fs, at }) => {
    const directory = await fs.opendir(at('a'))
    const entries = [await directory.read(), await directory.read()] as Dirent[]
    const end = await directory.read()
    await directory.close()
    return [directory.path, byName(entries), end, await tried(read(directory)), await tried(directory.close())]
  }),
  listed('opendir: read of a closed one', async ({ fs, at }) => {
    const directory = await fs.opendir(at('a'))
    await directory.close()
    return directory.read()
  }),
  listed('opendir: reads at once lose nothing', async ({ fs, at }) => {
    const directory = await fs.opendir(at(''))
    const entries = await Promise.all(Array.from({ length: 6 }, async () => directory.read()))
    await directory.close()
    return byName(entries.filter((entry) => entry !== null))
  }),
  listed('opendir: iterated over, it is closed', async ({ fs, at }) => {
    const directory = await fs.opendir(at(''))
    return [await all(directory), await tried(directory.close())]
  }),
  listed('opendir: left early, it is closed', async ({ fs, at }) => {
    const directory = await fs.opendir(at(''))
    let count = 0
    for await (const _ of directory) {
      count += 1
      break
    }
    return [count, await tried(read(directory))]
  }),
  listed('opendir: entries()', async ({ fs, at }) => {
    const entries: Dirent[] = []
    // Node's types do not know of it.
    const directory = (await fs.opendir(at('a'))) as Dir & { entries(): AsyncIterable<Dirent> }
    for await (const entry of directory.entries()) entries.push(entry)
    return byName(entries)
  }),
  listed('opendir: options', async ({ fs, at }) => [
    await all(await fs.opendir(at('a'), { recursive: true })),
    await all(await fs.opendir(at('a/b'), { encoding: 'hex' as BufferEncoding })),
    await all(await fs.opendir(at('a'), { bufferSize: 1 })),
    await tried(fs.opendir(at('a'), { encoding: 'klingon' as BufferEncoding })),
  ]),
  same('opendir of a file', async ({ fs, at }) => {
    await fs.writeFile(at('f'), '')
    return fs.opendir(at('f'))
  }),
  same('a long listing', async ({ fs, at }) => {
    const names = Array.from({ length: 700 }, (_, i) => `a-name-that-is-not-so-short-${i}`)
    for (const name of names) await fs.writeFile(at(name), '')
    const entries: string[] = []
    for await (const { name } of await fs.opendir(at(''))) entries.push(name)
    return [(await fs.readdir(at(''))).length, new Set(entries).size]
  }),
  same('what is no call of both', async ({ fs, at }) => {
    await fs.mkdir(at('a'))
    return [await tried(fs.readdir(at('a'), 3 as unknown as null))]
  }),
]
