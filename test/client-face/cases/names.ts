import { same, tried, type Case } from '../case.js'

/* Links, renames, removals. */

export const names: readonly Case[] = [
  same('rename of a file, and over another', async ({ fs, at }) => {
    await fs.writeFile(at('a'), 'a')
    await fs.rename(at('a'), at('b'))
    await fs.writeFile(at('c'), 'c')
    await fs.rename(at('b'), at('c'))
    return [await fs.readdir(at('')), await fs.readFile(at('c'), 'utf8')]
  }),
  same('rename of nothing', async ({ fs, at }) => fs.rename(at('a'), at('b'))),
  same('rename of a directory over one that is not empty', async ({ fs, at }) => {
    await fs.mkdir(at('a'))
    await fs.mkdir(at('b/c'), { recursive: true })
    return fs.rename(at('a'), at('b'))
  }),
  same('rename of a directory over a file, and of a file over a directory', async ({ fs, at }) => {
    await fs.mkdir(at('d'))
    await fs.writeFile(at('f'), '')
    return [await tried(fs.rename(at('d'), at('f'))), await tried(fs.rename(at('f'), at('d')))]
  }),
  same('rename of a directory into itself', async ({ fs, at }) => {
    await fs.mkdir(at('d'))
    return fs.rename(at('d'), at('d/e'))
  }),
  same('link', async ({ fs, at }) => {
    await fs.writeFile(at('a'), 'a')
    await fs.link(at('a'), at('b'))
    return [await fs.stat(at('b')), await tried(fs.link(at('a'), at('b'))), await tried(fs.link(at('no'), at('c')))]
  }),
  same('link that is there, and its error', async ({ fs, at }) => {
    await fs.writeFile(at('a'), 'a')
    return fs.link(at('a'), at('a'))
  }),
  same('link of a directory', async ({ fs, at }) => {
    await fs.mkdir(at('d'))
    return fs.link(at('d'), at('e'))
  }),
  same('symlink and readlink', async ({ fs, at }) => {
    await fs.symlink('no/where', at('l'))
    await fs.symlink(Buffer.from('ä'), at('m'), 'file')
    return [
      await fs.readlink(at('l')),
      await fs.readlink(at('m'), 'buffer'),
      await fs.readlink(at('m'), { encoding: 'hex' }),
      await fs.lstat(at('l')),
      await tried(fs.stat(at('l'))),
      await tried(fs.readlink(at(''))),
    ]
  }),
  same('symlink that is there, and its error', async ({ fs, at }) => {
    await fs.symlink('a', at('l'))
    return fs.symlink('b', at('l'))
  }),
  same('symlink to the empty path', async ({ fs, at }) => fs.symlink('', at('l'))),
  same('symlink of a kind that is none', async ({ fs, at }) => fs.symlink('a', at('l'), 'nothing')),
  same('readlink of a file', async ({ fs, at }) => {
    await fs.writeFile(at('f'), '')
    return fs.readlink(at('f'))
  }),
  same('realpath', async ({ fs, at }) => {
    await fs.mkdir(at('a/b'), { recursive: true })
    await fs.symlink('a/b', at('l'))
    await fs.symlink('../f', at('a/g'))
    await fs.writeFile(at('f'), '')
    return [
      await fs.realpath(at('l/../g')),
      await fs.realpath(at('l//.'), 'buffer'),
      await fs.realpath(at('f'), { encoding: 'base64' }).then((text) => typeof text),
      await tried(fs.realpath(at('no'))),
    ]
  }),
  same('unlink', async ({ fs, at }) => {
    await fs.writeFile(at('f'), '')
    await fs.symlink('d', at('l'))
    await fs.mkdir(at('d'))
    await fs.unlink(at('f'))
    await fs.unlink(at('l'))
    return [await fs.readdir(at('')), await tried(fs.unlink(at('f'))), await tried(fs.unlink(at('d')))]
  }),
  same('rm of a file and of a link', async ({ fs, at }) => {
    await fs.writeFile(at('f'), '')
    await fs.mkdir(at('d'))
    await fs.symlink('d', at('l'))
    await fs.rm(at('f'))
    await fs.rm(at('l'), { recursive: true })
    return fs.readdir(at(''))
  }),
  same('rm of nothing', async ({ fs, at }) => fs.rm(at('no'))),
  same('rm of nothing, recursive', async ({ fs, at }) => fs.rm(at('no'), { recursive: true })),
  same('rm of nothing by force', async ({ fs, at }) => [
    await fs.rm(at('no'), { force: true }),
    await fs.rm(at('no/such'), { force: true, recursive: true }),
  ]),
  same('rm of a directory', async ({ fs, at }) => {
    await fs.mkdir(at('d'))
    return fs.rm(at('d'))
  }),
  same('rm of a directory by force', async ({ fs, at }) => {
    await fs.mkdir(at('d'))
    return fs.rm(at('d'), { force: true })
  }),
  same('rm of a tree', async ({ fs, at }) => {
    await fs.mkdir(at('d/e/f'), { recursive: true })
    await fs.writeFile(at('d/e/g'), '')
    await fs.writeFile(at('h'), '')
    await fs.symlink('../../h', at('d/e/l'))
    await fs.rm(at('d'), { recursive: true })
    return fs.readdir(at(''))
  }),
  same('rm with options that are none', async ({ fs, at }) => [
    await tried(fs.rm(at('f'), null as unknown as undefined)),
    await tried(fs.rm(at('f'), { recursive: 1 as unknown as boolean })),
    await tried(fs.rm(at('f'), { force: 'x' as unknown as boolean })),
    await tried(fs.rm(at('f'), { retryDelay: -1 })),
    await tried(fs.rm(at('f'), { maxRetries: 'x' as unknown as number })),
  ]),
  same('rmdir', async ({ fs, at }) => {
    await fs.mkdir(at('a/b'), { recursive: true })
    await fs.writeFile(at('f'), '')
    return [
      await tried(fs.rmdir(at('a'))),
      await tried(fs.rmdir(at('f'))),
      await tried(fs.rmdir(at('no'))),
      await fs.rmdir(at('a/b')),
      await fs.readdir(at('a')),
    ]
  }),
  same('rmdir with options that are none', async ({ fs, at }) => fs.rmdir(at('a'), 3 as unknown as undefined)),
]
