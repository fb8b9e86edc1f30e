import { differs, same, tried, type Case, type Stage } from '../case.js'

/* copyFile and cp. */

async function show({ fs, at }: Stage, name: string): Promise<unknown> {
  const found: unknown[] = []
  for (const path of (await fs.readdir(at(name), { recursive: true })).toSorted()) {
    const stats = await fs.lstat(at(`${name}/${path}`))
    const what = stats.isSymbolicLink()
      ? await fs.readlink(at(`${name}/${path}`))
      : stats.isFile()
        ? await fs.readFile(at(`${name}/${path}`), 'utf8')
        : 'directory'
    found.push([path, what, stats.mode])
  }
  return found
}

/** `src` with files, directories and links in it; `dst` is for the case. */
async function tree({ fs, at }: Stage): Promise<void> {
  await fs.mkdir(at('src/d/e'), { recursive: true, mode: 0o755 })
  await fs.writeFile(at('src/f'), 'file')
  await fs.writeFile(at('src/d/run'), '#!', { mode: 0o750 })
  await fs.writeFile(at('src/d/e/deep'), 'deep', { mode: 0o400 })
  await fs.symlink('f', at('src/l'))
  await fs.symlink('/no/where', at('src/absolute'))
  await fs.chmod(at('src/d/e'), 0o700)
}

const copied = (name: string, run: (stage: Stage) => Promise<unknown>): Case =>
  same(name, async (stage) => {
    await tree(stage)
    return run(stage)
  })

export const copying: readonly Case[] = [
  same('copyFile', async ({ fs, at }) => {
    await fs.writeFile(at('a'), 'content', { mode: 0o640 })
    await fs.copyFile(at('a'), at('b'))
    await fs.writeFile(at('c'), 'more content than before', { mode: 0o600 })
    await fs.copyFile(at('a'), at('c'))
    return [
      await fs.readFile(at('b'), 'utf8'),
      (await fs.stat(at('b'))).mode,
      await fs.readFile(at('c'), 'utf8'),
      (await fs.stat(at('c'))).mode,
    ]
  }),
  same('copyFile to itself loses nothing', async ({ fs, at }) => {
    await fs.writeFile(at('a'), 'content')
    await fs.link(at('a'), at('b'))
    return [
      await tried(fs.copyFile(at('a'), at('a'))),
      await tried(fs.copyFile(at('a'), at('b'))),
      await fs.readFile(at('a'), 'utf8'),
    ]
  }),
  same('copyFile: COPYFILE_EXCL', async ({ fs, at }) => {
    await fs.writeFile(at('a'), '')
    await fs.copyFile(at('a'), at('b'), fs.constants.COPYFILE_EXCL)
    return fs.copyFile(at('a'), at('b'), fs.constants.COPYFILE_EXCL)
  }),
  same('copyFile: COPYFILE_FICLONE copies where nothing can be cloned', async ({ fs, at }) => {
    await fs.writeFile(at('a'), 'content')
    await fs.copyFile(at('a'), at('b'), fs.constants.COPYFILE_FICLONE)
    return fs.readFile(at('b'), 'utf8')
  }),
  differs('copyFile: COPYFILE_FICLONE_FORCE', 'EOPNOTSUPP is not called ENOTSUP', async ({ fs, at }) => {
    await fs.writeFile(at('a'), 'content')
    return fs.copyFile(at('a'), at('b'), fs.constants.COPYFILE_FICLONE_FORCE)
  }),
  same('copyFile: modes that are none', async ({ fs, at }) => {
    await fs.writeFile(at('a'), '')
    return [
      await tried(fs.copyFile(at('a'), at('b'), 8)),
      await tried(fs.copyFile(at('a'), at('b'), -1)),
      await tried(fs.copyFile(at('a'), at('b'), 'x' as unknown as number)),
    ]
  }),
  same('copyFile of nothing', async ({ fs, at }) => fs.copyFile(at('a'), at('b'))),
  same('copyFile to nowhere', async ({ fs, at }) => {
    await fs.writeFile(at('a'), '')
    return fs.copyFile(at('a'), at('no/b'))
  }),
  same('copyFile over a directory', async ({ fs, at }) => {
    await fs.writeFile(at('a'), '')
    await fs.mkdir(at('d'))
    return fs.copyFile(at('a'), at('d'))
  }),
  same('copyFile through links', async ({ fs, at }) => {
    await fs.writeFile(at('a'), 'content')
    await fs.symlink('a', at('l'))
    await fs.symlink('target', at('m'))
    await fs.copyFile(at('l'), at('m'))
    return [(await fs.readdir(at(''))).toSorted(), await fs.readFile(at('target'), 'utf8')]
  }),
  same('copyFile of many bytes', async ({ fs, at }) => {
    const bytes = Buffer.from(Uint8Array.from({ length: 700_000 }, (_, i) => i * 13))
    await fs.writeFile(at('a'), bytes)
    await fs.copyFile(at('a'), at('b'))
    return (await fs.readFile(at('b'))).equals(bytes)
  }),
  copied('cp of a file', async ({ fs, at }) => {
    await fs.cp(at('src/d/run'), at('new/place/run'))
    return [await fs.readFile(at('new/place/run'), 'utf8'), (await fs.stat(at('new/place/run'))).mode]
  }),
  copied('cp of a directory', async ({ fs, at }) => fs.cp(at('src'), at('dst'))),
  copied('cp of a tree', async (stage) => {
    await stage.fs.cp(stage.at('src'), stage.at('dst'), { recursive: true })
    return show(stage, 'dst')
  }),
  copied('cp of a tree, links as they are', async (stage) => {
    await stage.fs.cp(stage.at('src'), stage.at('dst'), { recursive: true, verbatimSymlinks: true })
    return show(stage, 'dst')
  }),
  copied('cp of a tree, with what links lead to', async (stage) => {
    await stage.fs.unlink(stage.at('src/absolute'))
    await stage.fs.cp(stage.at('src'), stage.at('dst'), { recursive: true, dereference: true })
    return show(stage, 'dst')
  }),
  copied('cp with what a link to nothing leads to', async ({ fs, at }) =>
    fs.cp(at('src'), at('dst'), { recursive: true, dereference: true }),
  ),
  copied('cp of a tree into one that is there', async (stage) => {
    const { fs, at } = stage
    await fs.mkdir(at('dst/d'), { recursive: true })
    await fs.writeFile(at('dst/f'), 'old')
    await fs.writeFile(at('dst/d/other'), 'other')
    await fs.cp(at('src'), at('dst'), { recursive: true })
    return show(stage, 'dst')
  }),
  copied('cp of a tree twice', async (stage) => {
    const { fs, at } = stage
    await fs.rm(at('src/absolute'))
    await fs.cp(at('src'), at('dst'), { recursive: true })
    await fs.cp(at('src'), at('dst'), { recursive: true })
    return show(stage, 'dst')
  }),
  copied('cp without force leaves what is there', async (stage) => {
    const { fs, at } = stage
    await fs.mkdir(at('dst'))
    await fs.writeFile(at('dst/f'), 'old')
    await fs.cp(at('src'), at('dst'), { recursive: true, force: false })
    return show(stage, 'dst')
  }),
  copied('cp that is to fail on what is there', async ({ fs, at }) => {
    await fs.writeFile(at('f'), 'old')
    return fs.cp(at('src/f'), at('f'), { force: false, errorOnExist: true })
  }),
  copied('cp of what a filter likes', async (stage) => {
    const { fs, at } = stage
    const seen: string[] = []
    const filter = async (from: string, to: string) => {
      seen.push(`${from} > ${to}`)
      return !from.endsWith('/e')
    }
    await fs.cp(at('src'), at('dst'), { recursive: true, filter })
    return [await show(stage, 'dst'), seen.toSorted()]
  }),
  copied('cp with times', async ({ fs, at }) => {
    await fs.utimes(at('src/f'), 100, 200)
    await fs.cp(at('src/f'), at('g'), { preserveTimestamps: true })
    return (await fs.stat(at('g'))).mtimeMs
  }),
  copied('cp of nothing', async ({ fs, at }) => fs.cp(at('no'), at('dst'))),
  copied('cp to itself', async ({ fs, at }) => fs.cp(at('src'), at('src'), { recursive: true })),
  copied('cp of a file to itself', async ({ fs, at }) => fs.cp(at('src/f'), at('src/f'))),
  copied('cp into itself', async ({ fs, at }) => fs.cp(at('src'), at('src/d/new'), { recursive: true })),
  copied('cp of a directory over a file', async ({ fs, at }) => {
    await fs.writeFile(at('dst'), '')
    return fs.cp(at('src'), at('dst'), { recursive: true })
  }),
  copied('cp of a file over a directory', async ({ fs, at }) => {
    await fs.mkdir(at('dst'))
    return fs.cp(at('src/f'), at('dst'))
  }),
  copied('cp of a link over a file', async ({ fs, at }) => {
    await fs.writeFile(at('g'), '')
    return fs.cp(at('src/l'), at('g'))
  }),
  copied('cp of a link over one that leads the same way', async ({ fs, at }) => {
    await fs.symlink('src/f', at('m'))
    return fs.cp(at('src/l'), at('m'))
  }),
  copied('cp of a link over another', async ({ fs, at }) => {
    await fs.symlink('else/where', at('m'))
    await fs.cp(at('src/l'), at('m'))
    return fs.readlink(at('m'))
  }),
  copied('cp of a link to a directory over one that leads above it', async ({ fs, at }) => {
    await fs.symlink('src/d/e', at('from'))
    await fs.symlink('src/d', at('to'))
    return fs.cp(at('from'), at('to'))
  }),
  copied('cp with options that are none', async ({ fs, at }) => [
    await tried(fs.cp(at('src'), at('dst'), null as unknown as undefined)),
    await tried(fs.cp(at('src'), at('dst'), { recursive: 'x' as unknown as boolean })),
    await tried(fs.cp(at('src'), at('dst'), { filter: 'x' as unknown as () => boolean })),
    await tried(fs.cp(at('src'), at('dst'), { mode: 9 })),
    await tried(fs.cp(at('src'), at('dst'), { dereference: true, verbatimSymlinks: true })),
  ]),
]
