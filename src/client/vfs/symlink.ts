import { decodeName } from '../../base/name.js'
import type { Core } from '../core.js'
import { STATX_ATIME } from '../constants.js'
import { failure } from '../failure.js'
import type { Inode } from '../objects.js'
import type { Task } from '../task.js'
import { invalidateAttr } from './staleness.js'

/**
 * Where a symbolic link leads. With CACHE_SYMLINKS the target is kept in the link's first page until that is invalidated;
 * while it is asked for that page is locked.
 */
export async function readTarget(core: Core, inode: Inode, task: Task): Promise<string> {
  if (inode.isBad) throw failure('EIO')
  if (!inode.isSymlink) throw failure('EINVAL')
  if (!core.negotiated.has('CACHE_SYMLINKS')) return decodeName(await askTarget(core, inode, task))
  for (;;) {
    const page = inode.pages.grab(0)
    if (page.isValid) return decodeName(page.bytes, 0, page.bytes.indexOf(0))
    await page.lock()
    try {
      if (page.isGone || page.isValid) continue
      page.bytes.fill(0).set(await askTarget(core, inode, task))
      page.isValid = true
    } finally {
      page.unlock()
    }
  }
}

async function askTarget(core: Core, inode: Inode, task: Task): Promise<Uint8Array> {
  const copy = ({ target }: { readonly target: Uint8Array }) => target.slice()
  const target = await core.callWith('READLINK', inode.nodeid, {}, task, copy)
  invalidateAttr(inode, STATX_ATIME)
  // A NUL ends it, as in the kernel's C.
  const end = target.indexOf(0)
  const whole = end < 0 ? target : target.subarray(0, end)
  if (whole.length === 0) throw failure('ENOENT')
  return whole
}
