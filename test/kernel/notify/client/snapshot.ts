import { posix } from '../../../helpers/posix.js'
import { O, S } from '../../../helpers/posix/constants.js'

/** What the kernel shows of one object. */
export interface Shown {
  readonly path: string
  readonly ino: number
  readonly mode: number
  readonly size: number
  readonly mtime: number
  readonly nlink: number
  /** Of a file or symlink. */
  readonly content: Buffer | undefined
}

/** Everything below `root` that listings, stat, read and readlink show, in the order of paths. */
export function snapshot(root: string): Shown[] {
  const shown: Shown[] = []
  const visit = (path: string) => {
    const { ino, mode, size, mtime, nlink } = posix.lstat(`${root}/${path}`)
    const kind = mode & S.IFMT
    const content =
      kind === S.IFREG ? read(`${root}/${path}`) : kind === S.IFLNK ? posix.readlink(`${root}/${path}`) : undefined
    shown.push({ path, ino: Number(ino), mode, size, mtime: Number(mtime / 1_000_000_000n), nlink, content })
    if (kind !== S.IFDIR) return
    for (const name of names(`${root}/${path}`)) visit(path === '' ? name : `${path}/${name}`)
  }
  visit('')
  return shown
}

function names(path: string): string[] {
  const fd = posix.open(path, O.RDONLY | O.DIRECTORY)
  try {
    const all: string[] = []
    for (;;) {
      const entries = posix.getdents(fd)
      if (entries.length === 0) return all.toSorted()
      all.push(...entries.map(({ name }) => name.toString()).filter((name) => name !== '.' && name !== '..'))
    }
  } finally {
    posix.close(fd)
  }
}

function read(path: string): Buffer {
  const fd = posix.open(path, O.RDONLY)
  try {
    const parts: Buffer[] = []
    for (let at = 0; ; at += parts.at(-1)!.length) {
      parts.push(Buffer.from(posix.pread(fd, 1 << 20, at)))
      if (parts.at(-1)!.length === 0) return Buffer.concat(parts)
    }
  } finally {
    posix.close(fd)
  }
}
