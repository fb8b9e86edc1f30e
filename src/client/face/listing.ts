import type { Dirent } from '../../protocol/dirent.js'
import { O_DIRECTORY, O_LARGEFILE, O_NONBLOCK } from '../constants.js'
import type { Core } from '../core.js'
import { failure } from '../failure.js'
import type { Task } from '../task.js'
import { close } from '../vfs/close.js'
import { open } from '../vfs/create.js'
import { readEntries } from '../vfs/directory.js'
import type { OpenFile } from '../vfs/file.js'
import type { Bytes } from './bytes.js'
import { encodedName, entryOf, pathIn, type DirectoryEntry } from './dirent.js'
import { asCall } from './errors.js'
import type { NameEncoding } from './options.js'

/* What readdir does. Links are shown, never gone through. */

export function openDirectory(core: Core, path: string, task: Task): Promise<OpenFile> {
  return open(core, path, O_DIRECTORY | O_NONBLOCK | O_LARGEFILE, 0, task)
}

/** What is in a directory, but for "." and "..". @throws Failure EOVERFLOW beyond `maxEntries` */
export async function entriesIn(core: Core, path: string, task: Task): Promise<Dirent[]> {
  const file = await openDirectory(core, path, task)
  try {
    const entries: Dirent[] = []
    for (;;) {
      const batch = await readEntries(core, file, task)
      if (batch.length === 0) return entries
      for (const entry of batch) if (!isDots(entry)) entries.push(entry)
      if (entries.length > core.settings.maxEntries) throw failure('EOVERFLOW')
    }
  } finally {
    await close(core, file, task)
  }
}

export function isDots({ name }: Dirent): boolean {
  return name === '.' || name === '..'
}

/** How a directory is listed. */
export interface ListOptions {
  readonly recursive: boolean
  readonly withFileTypes: boolean
  readonly encoding: NameEncoding | undefined
}

/** Names, relative to `path`, or entries, of the directory and with `recursive` of all below it. */
export async function list(
  core: Core,
  path: string,
  options: ListOptions,
  task: Task,
): Promise<(string | Bytes | DirectoryEntry<string | Bytes>)[]> {
  const found: (string | Bytes | DirectoryEntry<string | Bytes>)[] = []
  const directories = ['']
  for (let below = directories.pop(); below !== undefined; below = directories.pop()) {
    const directory = below === '' ? path : pathIn(path, below)
    for (const one of await asCall('scandir', directory, () => entriesIn(core, directory, task))) {
      const name = below === '' ? one.name : `${below}/${one.name}`
      const entry = options.withFileTypes || options.recursive ? await typed(one, directory) : undefined
      found.push(options.withFileTypes ? entry! : encodedName(name, options.encoding))
      if (options.recursive && entry!.isDirectory()) directories.push(name)
    }
    if (found.length > core.settings.maxEntries) throw failure('EOVERFLOW')
  }
  return found

  function typed(one: Dirent, directory: string) {
    return entryOf(core, one, directory, options.encoding, task)
  }
}
