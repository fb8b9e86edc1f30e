import {
  appendFileSync,
  chmodSync,
  closeSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  readSync,
  renameSync,
  rmdirSync,
  statSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import type { Random } from '../../helpers/random.js'
import { DIRECTORIES, NAMES } from './shape.js'

/* Random steps below a directory, which may be the source or the mount. */

type Step = (root: string, random: Random) => void

const MAX_BYTES = 20_000

function path(root: string, random: Random): string {
  const directory = random.pick(DIRECTORIES)
  return `${root}/${directory === '' ? '' : `${directory}/`}${random.pick(NAMES)}`
}

function text(random: Random): Buffer {
  return Buffer.alloc(random.below(MAX_BYTES), `${random.next().toString(36)} `)
}

/** What changes something. */
export const CHANGES: Readonly<Record<string, Step>> = {
  write: (root, random) => writeFileSync(path(root, random), text(random)),
  patch(root, random) {
    const fd = openSync(path(root, random), 'r+')
    try {
      writeSync(fd, text(random), 0, null, random.below(MAX_BYTES))
    } finally {
      closeSync(fd)
    }
  },
  append: (root, random) => appendFileSync(path(root, random), text(random)),
  truncate: (root, random) => truncateSync(path(root, random), random.below(MAX_BYTES)),
  unlink: (root, random) => unlinkSync(path(root, random)),
  again(root, random) {
    const name = path(root, random)
    unlinkSync(name)
    writeFileSync(name, text(random))
  },
  replace(root, random) {
    const temporary = path(root, random)
    writeFileSync(temporary, text(random))
    renameSync(temporary, path(root, random))
  },
  rename: (root, random) => renameSync(path(root, random), path(root, random)),
  link: (root, random) => linkSync(path(root, random), path(root, random)),
  symlink: (root, random) => symlinkSync(random.pick(NAMES), path(root, random)),
  mkdir: (root, random) => mkdirSync(path(root, random)),
  rmdir: (root, random) => rmdirSync(path(root, random)),
  chmod: (root, random) => chmodSync(path(root, random), 0o600 + random.below(0o200)),
  utimes: (root, random) => utimesSync(path(root, random), random.below(1e9), random.below(1e9)),
  /** A directory with all that is in it goes away for a while, or changes places with another. */
  move(root, random) {
    const [from, to] = [random.pick(DIRECTORIES.slice(1)), random.pick(DIRECTORIES.slice(1))]
    if (`${from}/`.startsWith(`${to}/`) || `${to}/`.startsWith(`${from}/`)) return
    renameSync(`${root}/${from}`, `${root}/moved${process.pid}`)
    try {
      renameSync(`${root}/${to}`, `${root}/${from}`)
    } finally {
      renameSync(`${root}/moved${process.pid}`, `${root}/${random.below(2) === 0 ? to : from}`)
    }
  },
}

/** What looks at something. */
export const USES: Readonly<Record<string, Step>> = {
  read: (root, random) => readFileSync(path(root, random)),
  stat: (root, random) => statSync(path(root, random)),
  lstat: (root, random) => lstatSync(path(root, random)),
  list: (root, random) => readdirSync(`${root}/${random.pick(DIRECTORIES)}`),
  readlink: (root, random) => readlinkSync(path(root, random)),
  /** A part of it, some time after it was opened. */
  part(root, random) {
    const fd = openSync(path(root, random), 'r')
    try {
      for (let i = 0; i < 4; i += 1) readSync(fd, Buffer.alloc(100), 0, 100, random.below(MAX_BYTES))
    } finally {
      closeSync(fd)
    }
  },
}

const EXPECTED = new Set('ENOENT EEXIST ENOTDIR EISDIR ENOTEMPTY EINVAL ELOOP EPERM EACCES'.split(' '))
/** What moves away while it is looked for may be ESTALE, for which Node has no name. */
const ESTALE = -116

/** Makes one step. What it was if something came of it, undefined if it met what it was not made for. */
export function step(kinds: Readonly<Record<string, Step>>, root: string, random: Random): string | undefined {
  const [name, run] = random.pick(Object.entries(kinds))
  try {
    run(root, random)
    return name
  } catch (error) {
    const { code = '', errno } = error as NodeJS.ErrnoException
    if (EXPECTED.has(code) || errno === ESTALE) return undefined
    throw error
  }
}

/** Directories that wandered off are made anew, so that there is always something to meet. */
export function mend(root: string): void {
  for (const directory of DIRECTORIES) {
    if (directory === '') continue
    try {
      mkdirSync(`${root}/${directory}`)
    } catch {
      // It is there, or what it is to be in is not.
    }
  }
}
