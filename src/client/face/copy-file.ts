import { O_CREAT, O_EXCL, O_LARGEFILE, O_RDONLY, O_WRONLY, STATX_MODE } from '../constants.js'
import type { Core } from '../core.js'
import { failure } from '../failure.js'
import type { Task } from '../task.js'
import { close } from '../vfs/close.js'
import { copyRange } from '../vfs/copy-range.js'
import { open } from '../vfs/create.js'
import type { OpenFile } from '../vfs/file.js'
import { getattr } from '../vfs/getattr.js'
import { unlink } from '../vfs/remove.js'
import { setattr } from '../vfs/setattr.js'

/** Bits of the mode of `copyFile`. */
const COPYFILE_EXCL = 1
const COPYFILE_FICLONE_FORCE = 4
const COPY_BYTES = 1024 * 1024 * 1024

/**
 * Copies content and permissions. What was copied so far is removed if it fails.
 * @throws Failure EEXIST with COPYFILE_EXCL, EOPNOTSUPP with COPYFILE_FICLONE_FORCE: nothing is cloned here
 */
export async function copyFile(core: Core, from: string, to: string, mode: number, task: Task): Promise<void> {
  if ((mode & COPYFILE_FICLONE_FORCE) !== 0) throw failure('EOPNOTSUPP')
  await using(core, from, O_RDONLY, 0, task, async (source) => {
    const permissions = (await getattr(core, source.inode, task, { mask: STATX_MODE })).mode & 0o7777
    const exclusive = (mode & COPYFILE_EXCL) === 0 ? 0 : O_EXCL
    await using(core, to, O_WRONLY | O_CREAT | exclusive, permissions, task, async (target) => {
      // To itself: to truncate it would lose what is to be copied.
      if (source.inode === target.inode) return
      try {
        await fill(core, source, target, permissions, task)
      } catch (error) {
        // The first error counts.
        await unlink(core, to, task).catch(() => undefined)
        throw error
      }
    })
  })
}

async function fill(core: Core, source: OpenFile, target: OpenFile, permissions: number, task: Task): Promise<void> {
  const { fh, lockOwner, inode } = target
  await setattr(core, target.dentry, { size: 0 }, task, { fh, lockOwner })
  await setattr(core, target.dentry, { mode: inode.type | permissions }, task)
  for (let at = 0; ;) {
    const range = { source, offsetIn: at, target, offsetOut: at, length: COPY_BYTES }
    const count = await copyRange(core, range, task)
    if (count === 0) return
    at += count
  }
}

async function using(
  core: Core,
  path: string,
  flags: number,
  mode: number,
  task: Task,
  run: (file: OpenFile) => Promise<void>,
): Promise<void> {
  const file = await open(core, path, flags | O_LARGEFILE, mode, task)
  try {
    await run(file)
  } catch (error) {
    await close(core, file, task).catch(() => undefined)
    throw error
  }
  await close(core, file, task)
}
