import { differs, same, tried, type Case } from '../case.js'

/* stat, chmod, chown, times, access, statfs. */

const isRoot = process.getuid?.() === 0

export const attributes: readonly Case[] = [
  same('stat of a file, a directory, a link', async ({ fs, at }) => {
    await fs.writeFile(at('f'), 'abc')
    await fs.symlink('f', at('l'))
    return [await fs.stat(at('f')), await fs.stat(at('')), await fs.stat(at('l')), await fs.lstat(at('l'))]
  }),
  same('stat with bigints', async ({ fs, at }) => {
    await fs.writeFile(at('f'), 'abc')
    await fs.utimes(at('f'), 1.25, 2.5)
    const stats = await fs.stat(at('f'), { bigint: true })
    return [stats, stats.mtimeNs, stats.atimeMs, stats.atime, (await fs.lstat(at('f'), { bigint: true })).size]
  }),
  same('two names of a file have one number, two files have two', async ({ fs, at }) => {
    await fs.writeFile(at('a'), '')
    await fs.link(at('a'), at('b'))
    await fs.writeFile(at('c'), '')
    const [a, b, c] = await Promise.all(['a', 'b', 'c'].map(async (name) => fs.stat(at(name))))
    return [a!.ino === b!.ino, a!.ino === c!.ino, a!.dev === c!.dev]
  }),
  same('chmod', async ({ fs, at }) => {
    await fs.writeFile(at('f'), '')
    const modes = []
    for (const mode of [0o600, '755', 0o100644, 0o2755] as const) {
      await fs.chmod(at('f'), mode)
      modes.push((await fs.stat(at('f'))).mode)
    }
    return [
      modes,
      await tried(fs.chmod(at('f'), 'rwx')),
      await tried(fs.chmod(at('f'), undefined as unknown as string)),
    ]
  }),
  same('chown', async ({ fs, at }) => {
    await fs.writeFile(at('f'), '')
    await fs.symlink('f', at('l'))
    if (isRoot) {
      await fs.chown(at('l'), 12, 34)
      await fs.chown(at('f'), -1, 35)
      await fs.lchown(at('l'), 56, -1)
    }
    return [
      await fs.stat(at('f')),
      await fs.lstat(at('l')),
      await tried(fs.chown(at('f'), -2, 0)),
      await tried(fs.chown(at('f'), 0, 2 ** 33)),
      await tried(fs.lchown(at('f'), '0' as unknown as number, 0)),
      await tried(fs.lchown(at('f'), 0, 0.5)),
    ]
  }),
  same('utimes and lutimes', async ({ fs, at }) => {
    await fs.writeFile(at('f'), '')
    await fs.symlink('f', at('l'))
    await fs.utimes(at('l'), 100, 200)
    await fs.lutimes(at('l'), 300, new Date(400_000))
    const first = [await fs.stat(at('f')), await fs.lstat(at('l'))]
    await fs.utimes(at('f'), '500', '600.5')
    await fs.lutimes(at('l'), new Date(-1000), new Date(-1500))
    return [first, await fs.stat(at('f')), await fs.lstat(at('l'))]
  }),
  same('times that are none', async ({ fs, at }) => {
    await fs.writeFile(at('f'), '')
    const times = ['x', '', undefined, null, Number.NaN, Number.POSITIVE_INFINITY, {}, true]
    const results = []
    for (const time of times) results.push(await tried(fs.utimes(at('f'), time as number, 0)))
    return results
  }),
  differs('a number below 0 as a time', 'A time below 0 is one before 1970', async ({ fs, at }) => {
    await fs.writeFile(at('f'), '')
    await fs.utimes(at('f'), -5, -5)
    return (await fs.stat(at('f'))).mtimeMs
  }),
  same('what is set is there to the microsecond', async ({ fs, at }) => {
    await fs.writeFile(at('f'), '')
    await fs.utimes(at('f'), 1_234_567_890.123, 1_234_567_890.987)
    const { atimeMs, mtimeMs, atime, mtime } = await fs.stat(at('f'))
    return [Math.round(atimeMs), Math.round(mtimeMs), atime, mtime]
  }),
  same('access', async ({ fs, at }) => {
    await fs.writeFile(at('f'), '', { mode: 0o400 })
    await fs.symlink('no', at('l'))
    const { F_OK, R_OK, W_OK, X_OK } = fs.constants
    return [
      await fs.access(at('f')),
      await fs.access(at('f'), F_OK),
      await tried(fs.access(at('f'), R_OK)),
      await tried(fs.access(at('f'), W_OK)),
      await tried(fs.access(at('f'), X_OK)),
      await tried(fs.access(at(''), R_OK | W_OK | X_OK)),
      await tried(fs.access(at('l'))),
    ]
  }),
  same('statfs', async ({ fs, at }) => {
    const keys = ['type', 'bsize', 'blocks', 'bfree', 'bavail', 'files', 'ffree'] as const
    const plain = await fs.statfs(at(''))
    const exact = await fs.statfs(at(''), { bigint: true })
    return [keys.map((key) => typeof plain[key]), keys.map((key) => typeof exact[key])]
  }),
]
