import { PAGE_SIZE } from '../../protocol/limits.js'
import { pageOf } from '../cache/page-cache.js'
import type { Page } from '../cache/page.js'
import type { Core } from '../core.js'
import { Failure } from '../failure.js'
import type { Inode } from '../objects.js'
import type { Task } from '../task.js'
import type { OpenFile } from './file.js'
import { writeAndWait } from './invalidate.js'
import { fillPages } from './read-pages.js'

/** WRITEBACK_CACHE: puts the data into the cache, to be sent later. The inode's lock is held exclusive. */
export async function bufferedWrite(
  core: Core,
  file: OpenFile,
  data: Uint8Array,
  offset: number,
  task: Task,
): Promise<number> {
  const { inode } = file
  let done = 0
  try {
    while (done < data.length) {
      const at = offset + done
      const start = at % PAGE_SIZE
      const part = data.subarray(done, done + PAGE_SIZE - start)
      const page = await pageFor(core, file, pageOf(at), part.length === PAGE_SIZE, task)
      page.bytes.set(part, start)
      page.isValid = true
      inode.pages.setDirty(page, true)
      done += part.length
      if (at + part.length > inode.attr.size) inode.attr.size = at + part.length
      page.unlock()
      scheduleWriteback(core, inode)
      if (core.budget.isDirtyBeyondMeasure) await writeAndWait(core, inode)
    }
  } catch (error) {
    if (done === 0 || !(error instanceof Failure)) throw error
  }
  return done
}

/** The page, locked, with what is in the file as far as the write leaves it. */
async function pageFor(core: Core, file: OpenFile, index: number, isWhole: boolean, task: Task): Promise<Page> {
  const { inode } = file
  for (;;) {
    const page = inode.pages.grab(index)
    await page.lock()
    if (page.isGone) {
      page.unlock()
      continue
    }
    while (page.writeback !== undefined) await page.writeback
    if (page.isValid || isWhole) return page
    try {
      if (index * PAGE_SIZE >= inode.attr.size) page.bytes.fill(0)
      else await file.using(() => fillPages(core, file, [page], task, undefined))
      return page
    } catch (error) {
      page.unlock()
      throw error
    }
  }
}

/** What is written goes out by itself after a while. */
function scheduleWriteback(core: Core, inode: Inode): void {
  if (inode.writeback.isDue) return
  inode.writeback.isDue = true
  core.settings.clock.after(core.settings.writebackMs, () => {
    inode.writeback.isDue = false
    // While something is dirty, the file that wrote it is open, and holds the inode; closing it sends what is.
    if (inode.pages.hasDirty) void core.holding(inode, () => writeAndWait(core, inode))
  })
}
