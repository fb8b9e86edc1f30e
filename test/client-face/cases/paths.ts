import { pathToFileURL } from 'node:url'
import { differs, same, tried, type Case, type Stage } from '../case.js'

/* The forms of paths, and what is none. */

/** Each call with a path first, with the rest of its arguments. */
const CALLS: Readonly<Record<string, (fs: Stage['fs'], path: string) => Promise<unknown>>> = {
  access: (fs, path) => fs.access(path),
  appendFile: (fs, path) => fs.appendFile(path, 'x'),
  chmod: (fs, path) => fs.chmod(path, 0o600),
  chown: (fs, path) => fs.chown(path, -1, -1),
  copyFile: (fs, path) => fs.copyFile(path, '/nowhere'),
  cp: (fs, path) => fs.cp(path, '/nowhere'),
  lchown: (fs, path) => fs.lchown(path, -1, -1),
  link: (fs, path) => fs.link(path, '/nowhere/at/all'),
  lstat: (fs, path) => fs.lstat(path),
  lutimes: (fs, path) => fs.lutimes(path, 1, 1),
  mkdir: (fs, path) => fs.mkdir(path),
  mkdtemp: (fs, path) => fs.mkdtemp(path),
  open: (fs, path) => fs.open(path),
  opendir: (fs, path) => fs.opendir(path),
  readFile: (fs, path) => fs.readFile(path),
  readdir: (fs, path) => fs.readdir(path),
  readlink: (fs, path) => fs.readlink(path),
  realpath: (fs, path) => fs.realpath(path),
  rename: (fs, path) => fs.rename(path, '/nowhere/at/all'),
  rm: (fs, path) => fs.rm(path),
  rmdir: (fs, path) => fs.rmdir(path),
  stat: (fs, path) => fs.stat(path),
  statfs: (fs, path) => fs.statfs(path),
  symlink: (fs, path) => fs.symlink('target', path),
  truncate: (fs, path) => fs.truncate(path),
  unlink: (fs, path) => fs.unlink(path),
  utimes: (fs, path) => fs.utimes(path, 1, 1),
  writeFile: (fs, path) => fs.writeFile(path, 'x'),
}

const each = (what: string, pathOf: (stage: Stage) => unknown): Case[] =>
  Object.entries(CALLS).map(([name, call]) =>
    same(`${name}: ${what}`, async (stage) => {
      await call(stage.fs, pathOf(stage) as string)
    }),
  )

export const paths: readonly Case[] = [
  ...each('in a directory that is not there', ({ at }) => at('no/such')),
  ...each('below a file', ({ at }) => at('f/below')).map(({ name, run }) =>
    same(name, async (stage) => {
      await stage.fs.writeFile(stage.at('f'), '')
      return run(stage)
    }),
  ),
  ...each('a null byte', ({ at }) => at('a\0b')),
  ...each('undefined', () => undefined),
  ...each('a number', () => 3),
  ...each('an object', () => ({})),
  same('an empty path', async ({ fs }) => fs.stat('')),
  same('bytes', async ({ fs, at }) => {
    await fs.writeFile(Buffer.from(at('ä')), 'x')
    return [await fs.readdir(at('')), await fs.readFile(new Uint8Array(Buffer.from(at('ä'))) as Buffer, 'utf8')]
  }),
  same('bytes with a null byte', async ({ fs }) => fs.stat(Buffer.from([0x61, 0]))),
  same('a file URL', async ({ fs, at }) => {
    const url = pathToFileURL(at('a b%#ü'))
    await fs.writeFile(url, 'x')
    return [await fs.readdir(at('')), await fs.readFile(url, 'utf8')]
  }),
  same('a URL of another scheme', async ({ fs }) => fs.stat(new URL('http://localhost/a'))),
  same('a file URL with a host', async ({ fs }) => fs.stat(new URL('file://host/a'))),
  same('a file URL with a slash in a name', async ({ fs }) => fs.stat(new URL('file:///a%2Fb'))),
  same('a name that is too long', async ({ fs, at }) => fs.stat(at('n'.repeat(300)))),
  same('a path that is too long', async ({ fs, at }) => fs.stat(at('n/'.repeat(3000)))),
  same('a slash behind a file', async ({ fs, at }) => {
    await fs.writeFile(at('f'), '')
    return fs.stat(at('f/'))
  }),
  same('"." and ".."', async ({ fs, at }) => {
    await fs.mkdir(at('a/b'), { recursive: true })
    await fs.writeFile(at('a/f'), 'x')
    return fs.readFile(at('a/./b/.././/f'), 'utf8')
  }),
  same('a circle of links', async ({ fs, at }) => {
    await fs.symlink('b', at('a'))
    await fs.symlink('a', at('b'))
    return [
      await tried(fs.stat(at('a'))),
      await tried(fs.readFile(at('a'))),
      (await fs.lstat(at('a'))).isSymbolicLink(),
    ]
  }),
  differs('a name that is not UTF-8', 'Names that are not UTF-8 survive', async ({ fs, at }) => {
    await fs.writeFile(Buffer.concat([Buffer.from(at('')), Buffer.from([0xff])]), '')
    const [name] = await fs.readdir(at(''))
    return tried(fs.stat(at(name!)))
  }),
  same('calls without their object', async ({ fs, at }) => {
    const { writeFile, readFile } = fs
    const { stat } = { ...fs }
    await writeFile(at('f'), 'x')
    return [await readFile(at('f'), 'utf8'), (await stat(at('f'))).size]
  }),
]
