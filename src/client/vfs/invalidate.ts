import { PAGE_SIZE } from '../../protocol/limits.js'
import { pageOf } from '../cache/page-cache.js'
import type { Core } from '../core.js'
import type { Inode } from '../objects.js'
import { sendPages } from './writeback.js'

/* Dropping cached content. Each waits for pages that somebody has locked, and for WRITEs that carry them. */

/**
 * Drops the pages in `[first, last]`, one after the other: waits for each, and sends what is dirty before. Errors of that
 * are kept for fsync. A directory's cached listing goes with its pages.
 */
export async function invalidatePages(core: Core, inode: Inode, first = 0, last = Infinity): Promise<void> {
  if (inode.isDirectory) {
    inode.listing?.drop(first, last)
    return
  }
  for (const page of inode.pages.range(first, last)) {
    await page.lock()
    try {
      while (page.writeback !== undefined) await page.writeback
      if (page.isGone) continue
      if (page.isDirty) await sendPages(core, inode, [page])
      inode.pages.drop(page)
    } finally {
      page.unlock()
    }
  }
}

/** Takes away what lies behind the new end of the file, and the rest of its last page. */
export async function truncatePages(inode: Inode, size: number): Promise<void> {
  const rest = size % PAGE_SIZE
  for (const page of inode.pages.range(pageOf(size), Infinity)) {
    await page.lock()
    while (page.writeback !== undefined) await page.writeback
    if (!page.isGone) {
      if (page.index * PAGE_SIZE >= size) inode.pages.drop(page)
      else page.bytes.fill(0, rest)
    }
    page.unlock()
  }
}

/** Sends the dirty pages of a range of bytes and waits for the answers. */
export async function writeAndWait(core: Core, inode: Inode, first = 0, last = Infinity): Promise<void> {
  const dirty = inode.pages.dirty(first, last)
  if (dirty.length > 0) await sendPages(core, inode, dirty)
  for (const page of inode.pages.range(first, last)) await page.writeback
}
