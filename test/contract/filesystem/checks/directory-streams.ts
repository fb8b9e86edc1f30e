import { deepEqual, equal, ok } from 'node:assert/strict'
import { type Dirent, DT, O, posix } from '../../../helpers/posix.js'
import { Random } from '../../../helpers/random.js'
import { check, fails, group } from '../check.js'
import type { Context } from '../context.js'

/** What the kernel needs for an entry with a name of one to four bytes. */
const SMALLEST = 24
const UNKNOWN = 0

/** Makes empty files `<prefix>0`, `<prefix>1` and so on, and answers their names. */
function makeFiles(t: Context, directory: string, prefix: string, count: number): string[] {
  const names = Array.from({ length: count }, (_, index) => `${prefix}${index}`)
  for (const name of names) t.close(t.open(`${directory}/${name}`, O.CREAT | O.EXCL | O.WRONLY))
  return names
}

/** Opens a directory for its stream. */
function openStream(t: Context, name: string): number {
  return t.open(name, O.RDONLY | O.DIRECTORY)
}

/** What is left of a stream, read with buffers of `size` bytes; `between` runs after each that held something. */
function readRest(fd: number, size?: number, between?: (entries: readonly Dirent[]) => void): Dirent[] {
  const all: Dirent[] = []
  for (;;) {
    const entries = posix.getdents(fd, size)
    if (entries.length === 0) return all
    all.push(...entries)
    between?.(entries)
  }
}

function isDots({ name }: Dirent): boolean {
  return name.toString() === '.' || name.toString() === '..'
}

/** The names but the two dots, in the order of the stream. */
function namesOf(entries: readonly Dirent[]): string[] {
  return entries.filter((entry) => !isDots(entry)).map(({ name }) => name.toString())
}

/** The same names, each as often, in any order. */
function sameNames(got: readonly string[], expected: readonly string[]): void {
  deepEqual(got.toSorted(), expected.toSorted())
}

function counts(names: readonly string[]): Map<string, number> {
  const found = new Map<string, number>()
  for (const name of names) found.set(name, (found.get(name) ?? 0) + 1)
  return found
}

export const directoryStreams = group('directory-streams', [
  check('the two dots come once each and name the right inodes', (t) => {
    t.mkdir('d')
    const entries = readRest(openStream(t, 'd'))
    sameNames(
      entries.map(({ name }) => name.toString()),
      ['.', '..'],
    )
    const inode = (name: string) => entries.find((entry) => entry.name.toString() === name)!.ino
    equal(inode('.'), posix.stat(t.at('d')).ino)
    equal(inode('..'), posix.stat(t.dir).ino)
  }),
  check('entries tell inode and type', (t) => {
    t.mkdir('d')
    t.file('d/file')
    t.mkdir('d/directory')
    posix.symlink('x', t.at('d/link'))
    const types = new Map([
      ['file', DT.REG],
      ['directory', DT.DIR],
      ['link', DT.LNK],
    ])
    const entries = readRest(openStream(t, 'd')).filter((entry) => !isDots(entry))
    equal(entries.length, 3)
    for (const { name, ino, type } of entries) {
      equal(ino, posix.lstat(t.at(`d/${name.toString()}`)).ino)
      if (type !== UNKNOWN) equal(type, types.get(name.toString()))
    }
  }),
  check('a buffer for a single entry', (t) => {
    t.mkdir('d')
    const names = makeFiles(t, 'd', 'n', 200)
    const fd = openStream(t, 'd')
    const entries = readRest(fd, SMALLEST, (some) => equal(some.length, 1))
    sameNames(namesOf(entries), names)
    equal(entries.length, 202)
  }),
  check('buffers of every small size', (t) => {
    t.mkdir('d')
    const names = ['', 'nn', 'n'.repeat(20), 'n'.repeat(60)].flatMap((prefix) => makeFiles(t, 'd', `f${prefix}-`, 10))
    for (let size = 88; size < 400; size += 13) sameNames(namesOf(readRest(openStream(t, 'd'), size)), names)
  }),
  check('a buffer too small for the next entry is EINVAL and skips nothing', (t) => {
    t.mkdir('d')
    const names = makeFiles(t, 'd', 'n'.repeat(100), 5)
    const fd = openStream(t, 'd')
    const before: Dirent[] = []
    fails('EINVAL', () => {
      for (let left = 10; left > 0; left--) before.push(...posix.getdents(fd, SMALLEST))
    })
    sameNames(namesOf([...before, ...readRest(fd)]), names)
  }),
  check('the end stays the end', (t) => {
    t.mkdir('d')
    makeFiles(t, 'd', 'n', 3)
    const fd = openStream(t, 'd')
    readRest(fd)
    for (let again = 0; again < 3; again++) deepEqual(posix.getdents(fd), [])
  }),
  check('a rewound stream tells what changed', (t) => {
    t.mkdir('d')
    makeFiles(t, 'd', 'n', 50)
    const fd = openStream(t, 'd')
    readRest(fd)
    posix.unlink(t.at('d/n7'))
    t.file('d/new')
    posix.rename(t.at('d/n8'), t.at('d/moved'))
    posix.seekDirectory(fd, 0n)
    const second = namesOf(readRest(fd))
    sameNames(second, t.list(t.at('d')))
    ok(second.includes('new') && second.includes('moved') && !second.includes('n7') && !second.includes('n8'))
    equal(second.length, 50)
  }),
  check('a stream rewound in the middle begins again', (t) => {
    t.mkdir('d')
    const names = makeFiles(t, 'd', 'n', 200)
    const fd = openStream(t, 'd')
    for (let calls = 0; calls < 20; calls++) posix.getdents(fd, 100)
    posix.seekDirectory(fd, 0n)
    sameNames(namesOf(readRest(fd, 500)), names)
  }),
  check('a rewound stream tells what another process made', async (t) => {
    t.mkdir('d')
    const fd = openStream(t, 'd')
    deepEqual(namesOf(readRest(fd)), [])
    const other = await t.process()
    await other.call('mkdir', t.at('d/sub'))
    posix.seekDirectory(fd, 0n)
    deepEqual(namesOf(readRest(fd)), ['sub'])
    await other.call('rmdir', t.at('d/sub'))
    posix.seekDirectory(fd, 0n)
    deepEqual(namesOf(readRest(fd)), [])
  }),
  check('a stream goes back to any cookie', { traits: ['dirSeek'] }, (t) => {
    t.mkdir('d')
    makeFiles(t, 'd', 'n', 300)
    const fd = openStream(t, 'd')
    const entries = readRest(fd)
    const names = entries.map(({ name }) => name.toString())
    const random = new Random(1)
    for (let round = 0; round < 200; round++) {
      const at = random.below(entries.length)
      posix.seekDirectory(fd, entries[at]!.next)
      const rest = round % 20 === 0 ? readRest(fd, 200) : posix.getdents(fd, SMALLEST * 4)
      const expected = names.slice(at + 1)
      const got = rest.map(({ name }) => name.toString())
      deepEqual(got, round % 20 === 0 ? expected : expected.slice(0, got.length))
      equal(got.length === 0, expected.length === 0)
    }
  }),
  check('a cookie stays good when other entries go', { traits: ['dirSeek'] }, (t) => {
    t.mkdir('d')
    makeFiles(t, 'd', 'n', 200)
    const fd = openStream(t, 'd')
    const entries = readRest(fd)
    const order = entries.map(({ name }) => name.toString())
    const [middle, cookie] = [100, entries[100]!.next]
    const gone = new Set(order.filter((name, at) => at % 3 === 0 && at !== middle && name !== '.' && name !== '..'))
    for (const name of gone) posix.unlink(t.at(`d/${name}`))
    posix.seekDirectory(fd, cookie)
    const rest = readRest(fd, 300)
      .map(({ name }) => name.toString())
      .filter((name) => !gone.has(name))
    deepEqual(
      rest,
      order.slice(middle + 1).filter((name) => !gone.has(name)),
    )
  }),
  check('two streams of a directory have positions of their own', (t) => {
    t.mkdir('d')
    const names = makeFiles(t, 'd', 'n', 100)
    const [one, two] = [openStream(t, 'd'), openStream(t, 'd')]
    const first: Dirent[] = []
    const second = readRest(two, 240, () => first.push(...posix.getdents(one, 120)))
    sameNames(namesOf(second), names)
    sameNames(namesOf([...first, ...readRest(one)]), names)
  }),
  check('a duplicate shares the position', (t) => {
    t.mkdir('d')
    const names = makeFiles(t, 'd', 'n', 100)
    const fd = openStream(t, 'd')
    const copy = posix.dup(fd)
    const first = posix.getdents(fd, 500)
    sameNames(namesOf([...first, ...readRest(copy)]), names)
    posix.close(copy)
  }),
  check('10,000 entries', { limitMs: 120_000 }, (t) => {
    t.mkdir('d')
    const names = makeFiles(t, 'd', 'entry-', 10_000)
    for (const size of [32_768, 1000]) sameNames(namesOf(readRest(openStream(t, 'd'), size)), names)
    // As rm does it: no rewinding.
    readRest(openStream(t, 'd'), 4096, (entries) => {
      for (const name of namesOf(entries)) posix.unlink(t.at(`d/${name}`))
    })
    posix.rmdir(t.at('d'))
  }),
  ...[SMALLEST, 100, 1000, 8192].map((size) =>
    check(
      `entries that exist throughout come exactly once, with buffers of ${size} bytes`,
      { limitMs: 60_000 },
      (t) => {
        t.mkdir('d')
        const [kept, removed] = [makeFiles(t, 'd', 'k', 400), makeFiles(t, 'd', 'r', 400)]
        const random = new Random(size)
        let made = 0
        const leaving = [...removed]
        const found = counts(
          namesOf(
            readRest(openStream(t, 'd'), size, (entries) => {
              for (let left = Math.min(40, entries.length); left > 0; left--) {
                if (made < 300) t.file(`d/m${made++}`)
                const name = leaving.splice(random.below(Math.max(1, leaving.length)), 1)[0]
                if (name !== undefined) posix.unlink(t.at(`d/${name}`))
              }
            }),
          ),
        )
        deepEqual(
          kept.filter((name) => found.get(name) !== 1),
          [],
        )
        // The others may come or not, but not twice.
        deepEqual(
          [...found].filter(([, count]) => count > 1),
          [],
        )
      },
    ),
  ),
  check('removing what was read leaves nothing unread', (t) => {
    for (const size of [SMALLEST, 200, 4096]) {
      t.mkdir('d')
      makeFiles(t, 'd', 'n', 300)
      readRest(openStream(t, 'd'), size, (entries) => {
        for (const name of namesOf(entries)) posix.unlink(t.at(`d/${name}`))
      })
      posix.rmdir(t.at('d'))
    }
  }),
  check('the stream of a removed directory', (t) => {
    t.mkdir('d')
    const fd = openStream(t, 'd')
    posix.rmdir(t.at('d'))
    try {
      deepEqual(namesOf(posix.getdents(fd)), [])
    } catch {
      fails('ENOENT', () => posix.getdents(fd))
    }
  }),
  check('getdents of a file is ENOTDIR, of an O_PATH descriptor EBADF', (t) => {
    fails('ENOTDIR', () => posix.getdents(t.openPath(t.file('f'), O.RDONLY)))
    fails('EBADF', () => posix.getdents(t.openPath(t.dir, O.PATH)))
  }),
  check('a directory without read permission does not open', { needs: 'user', traits: ['permissions'] }, (t) => {
    t.mkdir('d', 0o311)
    fails('EACCES', () => openStream(t, 'd'))
  }),
])
