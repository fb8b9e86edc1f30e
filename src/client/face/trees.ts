import { STATX_MODE } from '../constants.js'
import type { Core } from '../core.js'
import { failedWith } from '../failure.js'
import type { Dentry } from '../objects.js'
import type { Task } from '../task.js'
import { getattr } from '../vfs/getattr.js'
import { mkdir } from '../vfs/make.js'
import { rmdir, unlink } from '../vfs/remove.js'
import { withObject } from '../vfs/walk.js'
import { pathIn } from './dirent.js'
import { asCall, isMissing, TreeError } from './errors.js'
import { entriesIn } from './listing.js'
import type { RemoveOptions } from './options.js'

/* What Node does with `recursive`. */

/** Makes a directory and those above it. Answers the first that was made; undefined if there was none to make. */
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

/** Removes a file, or with `recursive` a directory and all below it. @throws TreeError ERR_FS_EISDIR */
export async function removeTree(core: Core, path: string, options: RemoveOptions, task: Task): Promise<void> {
  try {
    const isTree = await asCall('lstat', path, () => isDirectory(core, path, task, false))
    if (isTree && options.recursive !== true)
      throw new TreeError('ERR_FS_EISDIR', 'EISDIR', 'rm', path, 'it is a directory, and recursive is not set')
    await remove(core, path, isTree, task)
  } catch (error) {
    if (options.force !== true || !isMissing(error)) throw error
  }
}

async function remove(core: Core, path: string, isTree: boolean, task: Task): Promise<void> {
  if (!isTree) {
    await asCall('unlink', path, () => unlink(core, path, task))
    return
  }
  for (const { name } of await asCall('scandir', path, () => entriesIn(core, path, task))) {
    const below = pathIn(path, name)
    try {
      const isBranch = await asCall('lstat', below, () => isDirectory(core, below, task, false))
      await remove(core, below, isBranch, task)
    } catch (error) {
      // Somebody else was faster.
      if (!isMissing(error)) throw error
    }
  }
  await asCall('rmdir', path, () => rmdir(core, path, task))
}

export async function isDirectory(core: Core, path: string, task: Task, follow: boolean): Promise<boolean> {
  const ask = async ({ inode }: Dentry) => {
    await getattr(core, inode!, task, { mask: STATX_MODE })
    return inode!.isDirectory
  }
  return withObject(core, path, task, ask, { follow })
}

function parentOf(path: string): string | undefined {
  const end = path.replace(/\/+$/, '').lastIndexOf('/')
  return end <= 0 ? undefined : path.slice(0, end)
}
