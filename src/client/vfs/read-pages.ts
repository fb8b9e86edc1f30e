import { PAGE_SIZE } from '../../protocol/limits.js'
import type { Page } from '../cache/page.js'
import type { CallOptions } from '../connection/pending.js'
import { STATX_ATIME } from '../constants.js'
import type { Core } from '../core.js'
import type { Inode } from '../objects.js'
import type { Task } from '../task.js'
import type { OpenFile } from './file.js'
import { invalidateAttr } from './staleness.js'

/**
 * Fills locked pages that follow one another, by one READ, and unlocks them. If it fails they are unlocked all the same,
 * and not valid.
 */
export async function readPages(
  core: Core,
  file: OpenFile,
  pages: readonly Page[],
  task: Task,
  background: CallOptions['background'],
): Promise<void> {
  try {
    await file.using(() => fillPages(core, file, pages, task, background))
    invalidateAttr(file.inode, STATX_ATIME)
  } finally {
    for (const page of pages) page.unlock()
  }
}

/** As {@link readPages}, for a write that fills but part of a page: the pages stay locked, and it is no access. */
export async function fillPages(
  core: Core,
  file: OpenFile,
  pages: readonly Page[],
  task: Task,
  background: CallOptions['background'],
): Promise<void> {
  const { inode } = file
  const { version } = core
  const offset = pages[0]!.index * PAGE_SIZE
  const size = pages.length * PAGE_SIZE
  const fuse_read_in = { fh: file.fh, offset, size, read_flags: 0, lock_owner: 0, flags: file.flags }
  // Read-ahead is not interrupted with the one that waits for it: others may, too.
  const options = { caller: task.caller, background, ...(background === undefined ? { signal: task.signal } : {}) }
  const received = await core.callWith('READ', inode.nodeid, { fuse_read_in }, options, ({ data }) => {
    pages.forEach((page, i) => {
      const part = data.subarray(i * PAGE_SIZE, (i + 1) * PAGE_SIZE)
      page.bytes.set(part)
      page.bytes.fill(0, part.length)
    })
    return data.length
  })
  if (received < size) endsAt(core, inode, offset + received, version)
  for (const page of pages) page.isValid = true
}

/** A short reply says where the file ends, unless its size has changed here meanwhile, or is known better here. */
function endsAt(core: Core, inode: Inode, size: number, version: number): void {
  if (core.hasWriteback || version < inode.version || inode.isSizeUnstable || size >= inode.attr.size) return
  inode.version = core.nextVersion()
  inode.attr.size = size
}
