import { O_DIRECTORY, O_LARGEFILE, O_NOFOLLOW, STATX_MODE } from '../constants.js'
import type { Core } from '../core.js'
import { failedWith, failure } from '../failure.js'
import type { Task } from '../task.js'
import { close } from '../vfs/close.js'
import { open } from '../vfs/create.js'
import { readEntries } from '../vfs/directory.js'
import { getattr } from '../vfs/getattr.js'
import { mkdir } from '../vfs/make.js'
import { rmdir, unlink } from '../vfs/remove.js'
import { withObject } from '../vfs/walk.js'

/* What Node does with `recursive`. */

/** Makes a directory and those above it. Answers the first that was made. */
export async function makeTree(core: Core, path: string, mode: number, task: Task): Promise<string | undefined> {
  try {
    await mkdir(core, path, mode, task)
    return path
  } catch (error) {
    if (failedWith(error, 'EEXIST')) {
      if (await isDirectory(core, path, task, true)) return undefined
      throw error
    }
    if (!failedWith(error, 'ENOENT')) throw error
    const parent = parentOf(path)
    if (parent === undefined) throw error
    const first = await makeTree(core, parent, mode, task)
    return (await makeTree(core, path, mode, task)) === undefined ? first : (first ?? path)
  }
}

/** Removes a file, or with `recursive` a directory and all below it. */
export async function removeTree(
  core: Core,
  path: string,
  options: { readonly recursive?: boolean; readonly force?: boolean },
  task: Task,
): Promise<void> {
  try {
    if (!(await isDirectory(core, path, task, false))) {
      await unlink(core, path, task)
      return
    }
    if (options.recursive !== true) throw failure('EISDIR')
    await removeContent(core, path, task)
    await rmdir(core, path, task)
  } catch (error) {
    if (options.force !== true || !failedWith(error, 'ENOENT')) throw error
  }
}

async function removeContent(core: Core, path: string, task: Task): Promise<void> {
  for (const name of await namesIn(core, path, task)) {
    await removeTree(core, `${path}/${name}`, { recursive: true, force: true }, task)
  }
}

async function namesIn(core: Core, path: string, task: Task): Promise<string[]> {
  const file = await open(core, path, O_DIRECTORY | O_NOFOLLOW | O_LARGEFILE, 0, task)
  try {
    const names: string[] = []
    for (;;) {
      const entries = await readEntries(core, file, task)
      if (entries.length === 0) return names
      for (const { name } of entries) if (name !== '.' && name !== '..') names.push(name)
      if (names.length > core.settings.maxEntries) throw failure('EOVERFLOW')
    }
  } finally {
    await close(core, file, task)
  }
}

async function isDirectory(core: Core, path: string, task: Task, follow: boolean): Promise<boolean> {
  const ask = async ({ inode }: { readonly inode: Parameters<typeof getattr>[1] | undefined }) => {
    await getattr(core, inode!, task, { mask: STATX_MODE })
    return inode!.isDirectory
  }
  return withObject(core, path, task, ask, { follow })
}

function parentOf(path: string): string | undefined {
  const end = path.replace(/\/+$/, '').lastIndexOf('/')
  return end <= 0 ? undefined : path.slice(0, end)
}
