import type { Dirent } from '../../protocol/dirent.js'
import type { Core } from '../core.js'
import type { Task } from '../task.js'
import { close } from '../vfs/close.js'
import { readEntries, rewind } from '../vfs/directory.js'
import type { OpenFile } from '../vfs/file.js'
import { fsync } from '../vfs/fsync.js'
import { coded } from './argument-errors.js'
import type { Bytes } from './bytes.js'
import { entryOf, pathIn, type DirectoryEntry } from './dirent.js'
import { asCall } from './errors.js'
import { entriesIn, isDots } from './listing.js'
import type { NameEncoding } from './options.js'

/** Options of `opendir`. */
export interface DirectoryOptions {
  /** @default 'utf8' */
  readonly encoding?: NameEncoding | null | undefined
  /** Shows what is in the directories below as well; links are not gone through. @default false */
  readonly recursive?: boolean | undefined
  /** Taken for the sake of Node: the client asks for 32 KiB of entries at a time. */
  readonly bufferSize?: number | undefined
}

interface Shown {
  readonly entry: Dirent
  readonly directory: string
}

/** An open directory, with the shape of Node's `Dir`. "." and ".." are not shown. */
export class ClientDirectory<Name extends string | Bytes = string>
  implements AsyncDisposable, AsyncIterable<DirectoryEntry<Name>>
{
  readonly path: string
  readonly #core: Core
  readonly #file: OpenFile
  readonly #task: Task
  readonly #encoding: NameEncoding | undefined
  readonly #isRecursive: boolean
  #shown: Shown[] = []

  constructor(core: Core, file: OpenFile, task: Task, path: string, encoding?: NameEncoding, isRecursive = false) {
    this.#core = core
    this.#file = file
    this.#task = task
    this.#encoding = encoding
    this.#isRecursive = isRecursive
    this.path = path
  }

  /** The next entry; null at the end. @throws Error ERR_DIR_CLOSED */
  async read(): Promise<DirectoryEntry<Name> | null> {
    this.#check()
    if (this.#shown.length === 0) await this.#readOn()
    const next = this.#shown.shift()
    if (next === undefined) return null
    const { entry, directory } = next
    const shown = await entryOf(this.#core, entry, directory, this.#encoding, this.#task)
    if (this.#isRecursive && shown.isDirectory()) await this.#goInto(pathIn(directory, entry.name))
    return shown as DirectoryEntry<Name>
  }

  /** Starts again. */
  rewind(): void {
    this.#shown = []
    rewind(this.#file)
  }

  async sync(): Promise<void> {
    await asCall('fsync', this.path, () => fsync(this.#core, this.#file, false, this.#task))
  }

  /** @throws Error ERR_DIR_CLOSED if it is closed already, as it is once all of it was iterated over */
  async close(): Promise<void> {
    this.#check()
    await asCall('close', this.path, () => close(this.#core, this.#file, this.#task))
  }

  /** All entries that follow. Closes the directory, at the end or when the loop is left. */
  async *entries(): AsyncGenerator<DirectoryEntry<Name>, undefined> {
    try {
      for (let entry = await this.read(); entry !== null; entry = await this.read()) yield entry
    } finally {
      await this[Symbol.asyncDispose]()
    }
  }

  [Symbol.asyncIterator](): AsyncGenerator<DirectoryEntry<Name>, undefined> {
    return this.entries()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#file.isClosed) await this.close()
  }

  async #readOn(): Promise<void> {
    const call = () => readEntries(this.#core, this.#file, this.#task)
    for (let entries = await asCall('readdir', this.path, call); entries.length > 0;) {
      // Another call may have added some meanwhile.
      for (const entry of entries) if (!isDots(entry)) this.#shown.push({ entry, directory: this.path })
      if (this.#shown.length > 0) return
      entries = await asCall('readdir', this.path, call)
    }
  }

  async #goInto(directory: string): Promise<void> {
    const entries = await asCall('opendir', directory, () => entriesIn(this.#core, directory, this.#task))
    this.#shown.push(...entries.map((entry) => ({ entry, directory })))
  }

  #check(): void {
    if (this.#file.isClosed) throw coded(new Error('the directory is closed'), 'ERR_DIR_CLOSED')
  }
}
