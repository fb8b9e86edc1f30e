import type { Dirent } from '../../protocol/dirent.js'
import { DT } from '../../protocol/dirent.js'
import type { Core } from '../core.js'
import type { Task } from '../task.js'
import { close } from '../vfs/close.js'
import { readEntries, rewind } from '../vfs/directory.js'
import type { OpenFile } from '../vfs/file.js'
import { fsync } from '../vfs/fsync.js'
import { asCall } from './errors.js'
import { DirectoryEntry } from './stats.js'

/** An open directory, with the shape of Node's `Dir`. "." and ".." are not shown. */
export class ClientDirectory implements AsyncDisposable, AsyncIterable<DirectoryEntry> {
  readonly path: string
  readonly #core: Core
  readonly #file: OpenFile
  readonly #task: Task
  #entries: Dirent[] = []

  constructor(core: Core, file: OpenFile, task: Task, path: string) {
    this.#core = core
    this.#file = file
    this.#task = task
    this.path = path
  }

  /** The next entry; null at the end. */
  async read(): Promise<DirectoryEntry | null> {
    for (;;) {
      const entry = this.#entries.shift()
      if (entry === undefined) {
        this.#entries = [...(await asCall('readdir', this.path, () => readEntries(this.#core, this.#file, this.#task)))]
        if (this.#entries.length === 0) return null
      } else if (entry.name !== '.' && entry.name !== '..') return entryOf(entry, this.path)
    }
  }

  /** Starts again. */
  rewind(): void {
    this.#entries = []
    rewind(this.#file)
  }

  async sync(): Promise<void> {
    await asCall('fsync', this.path, () => fsync(this.#core, this.#file, false, this.#task))
  }

  async close(): Promise<void> {
    await asCall('close', this.path, () => close(this.#core, this.#file, this.#task))
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<DirectoryEntry, undefined> {
    try {
      for (let entry = await this.read(); entry !== null; entry = await this.read()) yield entry
    } finally {
      await this[Symbol.asyncDispose]()
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#file.isClosed) await this.close()
  }
}

/** A type that is not known shows as no type at all, as in Node. */
export function entryOf({ name, type }: Dirent, path: string): DirectoryEntry {
  return new DirectoryEntry(name, path, type === DT.UNKNOWN ? 0 : type << 12)
}
