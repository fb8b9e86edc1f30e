import { posix } from '../helpers/posix.js'

const O_DIRECTORY = 0o200000

/** An open directory, read as readdir(3) of glibc does. "." and ".." are passed over. */
export class OpenDirectory {
  private readonly fd: number
  private names: string[] = []

  constructor(path: string) {
    this.fd = posix.open(path, O_DIRECTORY)
  }

  /** The next names, `count` at most. */
  read(count: number): string[] {
    const taken: string[] = []
    while (taken.length < count) {
      const name = this.next()
      if (name === undefined) break
      if (name !== '.' && name !== '..') taken.push(name)
    }
    return taken
  }

  rewind(): void {
    this.names = []
    posix.seekDirectory(this.fd, 0n)
  }

  sync(): void {
    posix.fsync(this.fd)
  }

  close(): void {
    posix.close(this.fd)
  }

  private next(): string | undefined {
    if (this.names.length === 0) this.names = this.more()
    return this.names.shift()
  }

  private more(): string[] {
    try {
      return posix.getdents(this.fd).map(({ name }) => String(name))
    } catch (error) {
      // A directory that is no more ends there.
      if ((error as { code?: string }).code === 'ENOENT') return []
      throw error
    }
  }
}
