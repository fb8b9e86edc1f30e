import { constants } from 'node:fs'
import { differs, same, tried, type Case } from '../case.js'

/* Flags and modes of open(). */

const WORDS = 'r rs sr r+ rs+ sr+ w wx xw w+ wx+ xw+ a ax xa as sa a+ ax+ xa+ as+ sa+'.split(' ')

const flagCases = WORDS.flatMap((flag) => [
  same(`'${flag}' of a file`, async ({ fs, at }) => {
    await fs.writeFile(at('f'), 'abcdef')
    const handle = await fs.open(at('f'), flag)
    const written = await tried(handle.write('XY'))
    const read = await tried(handle.read(Buffer.alloc(10), 0, 10, 0))
    await handle.close()
    return [written, read, await fs.readFile(at('f'), 'utf8')]
  }),
  same(`'${flag}' of nothing`, async ({ fs, at }) => {
    const handle = await fs.open(at('f'), flag)
    await handle.close()
    return fs.readdir(at(''))
  }),
])

export const opening: readonly Case[] = [
  ...flagCases,
  same('flags that are no word', async ({ fs, at }) => fs.open(at('f'), 'rw')),
  same('flags that are a name of every object', async ({ fs, at }) => fs.open(at('f'), 'constructor')),
  same('flags that are no whole number', async ({ fs, at }) => fs.open(at('f'), 1.5)),
  same('flags that are no 32-bit number', async ({ fs, at }) => fs.open(at('f'), 2 ** 40)),
  same('flags as a number', async ({ fs, at }) => {
    const { O_CREAT, O_EXCL, O_RDWR } = fs.constants
    const handle = await fs.open(at('f'), O_CREAT | O_EXCL | O_RDWR, 0o640)
    await handle.writeFile('x')
    await handle.close()
    return [await fs.stat(at('f')), await tried(fs.open(at('f'), O_CREAT | O_EXCL | O_RDWR))]
  }),
  same('O_DIRECTORY of a file', async ({ fs, at }) => {
    await fs.writeFile(at('f'), '')
    return fs.open(at('f'), fs.constants.O_DIRECTORY)
  }),
  same('O_NOFOLLOW of a link', async ({ fs, at }) => {
    await fs.symlink('f', at('l'))
    return fs.open(at('l'), fs.constants.O_NOFOLLOW)
  }),
  same('a directory for writing', async ({ fs, at }) => fs.open(at(''), 'w')),
  same('a directory for reading', async ({ fs, at }) => {
    const handle = await fs.open(at(''))
    const read = await tried(handle.readFile())
    const stats = await handle.stat()
    await handle.close()
    return [read, stats.isDirectory()]
  }),
  same('modes: a number, text, the umask', async ({ fs, at }) => {
    const modes: (number | string)[] = [0o666, 0o777, '600', '0644', 0o4755]
    const made = []
    for (const [i, mode] of modes.entries()) {
      const handle = await fs.open(at(`f${i}`), 'w', mode)
      made.push((await handle.stat()).mode)
      await handle.close()
    }
    return made
  }),
  same('a mode that has no octal digits', async ({ fs, at }) => fs.open(at('f'), 'w', '9')),
  same('a mode below 0', async ({ fs, at }) => fs.open(at('f'), 'w', -1)),
  same('a mode that is an object', async ({ fs, at }) => fs.open(at('f'), 'w', {} as unknown as number)),
  same('null for all that may be left out', async ({ fs, at }) => {
    await fs.writeFile(at('f'), 'x')
    const handle = await fs.open(at('f'), null as unknown as string, null as unknown as number)
    await handle.close()
  }),
  differs('the numbers of constants', 'has numbers of Linux, and none that libuv has for itself', async ({ fs }) =>
    Object.keys(fs.constants).toSorted(),
  ),
  same('those numbers that are there', async ({ fs }) => {
    const names = Object.keys(constants).filter((name) => /^(O_|S_|[FRWX]_OK|(UV_FS_)?COPYFILE)/.test(name))
    return names.map((name) => [name, (fs.constants as Record<string, number>)[name]])
  }),
]
