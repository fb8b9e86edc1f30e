import { AT, O, PosixError, posix } from '../../helpers/posix.js'

/** Removes a directory and all in it: names are bytes, depth does not matter, closed directories are opened first. */
export function removeTree(path: string): void {
  try {
    posix.chmod(path, 0o700)
    empty(posix.open(path, O.RDONLY | O.DIRECTORY | O.NOFOLLOW))
    posix.rmdir(path)
  } catch (error) {
    if (!(error instanceof PosixError) || error.code !== 'ENOENT') throw error
  }
}

/** Empties the directory and closes it. Works from one open directory to the next, so no path grows too long. */
function empty(fd: number): void {
  try {
    for (;;) {
      posix.lseek(fd, 0, 0)
      const names = posix.getdents(fd).filter(({ name }) => !isDots(name))
      if (names.length === 0) return
      for (const { name } of names) remove(fd, name)
    }
  } finally {
    posix.close(fd)
  }
}

function isDots(name: Buffer): boolean {
  return name.equals(Buffer.from('.')) || name.equals(Buffer.from('..'))
}

function remove(directory: number, name: Buffer): void {
  try {
    posix.unlinkat(directory, name, 0)
    return
  } catch (error) {
    if (!(error instanceof PosixError) || !['EISDIR', 'EPERM'].includes(error.code)) throw error
  }
  // A directory that its owner may not read is opened up through the descriptor's own path.
  posix.chmod(Buffer.concat([Buffer.from(`/proc/self/fd/${directory}/`), name]), 0o700)
  empty(posix.openat(directory, name, O.RDONLY | O.DIRECTORY | O.NOFOLLOW))
  posix.unlinkat(directory, name, AT.REMOVEDIR)
}
