import { FOPEN_DIRECT_IO } from '../../protocol/flags/open.js'
import { PAGE_SIZE } from '../../protocol/limits.js'
import { pageOf } from '../cache/page-cache.js'
import type { Page } from '../cache/page.js'
import { O_DIRECT, STATX_SIZE } from '../constants.js'
import type { Core } from '../core.js'
import { failure, ignoreFailure } from '../failure.js'
import type { Task } from '../task.js'
import { directRead } from './direct.js'
import type { OpenFile } from './file.js'
import { getattr } from './getattr.js'
import { writeAndWait } from './invalidate.js'
import { readPages } from './read-pages.js'
import { readMissing, readOn } from './readahead.js'

/** Fills `into` from `offset` on; answers how many bytes there were. */
export async function read(core: Core, file: OpenFile, into: Uint8Array, offset: number, task: Task): Promise<number> {
  if (!file.isReadable) throw failure('EBADF')
  file.check()
  if (file.inode.isDirectory) throw failure('EISDIR')
  if (offset < 0) throw failure('EINVAL')
  const isDirect = (file.openFlags & FOPEN_DIRECT_IO) !== 0
  const count = await (isDirect
    ? readDirect(core, file, into, offset, task)
    : readCached(core, file, into, offset, task))
  core.events.about(file.dentry, 'access')
  return count
}

async function readDirect(core: Core, file: OpenFile, into: Uint8Array, offset: number, task: Task): Promise<number> {
  if (into.length === 0) return 0
  await writeAndWait(core, file.inode, pageOf(offset), pageOf(offset + into.length - 1))
  return directRead(core, file, into, offset, task)
}

async function readCached(core: Core, file: OpenFile, into: Uint8Array, offset: number, task: Task): Promise<number> {
  const { inode } = file
  const { length } = into
  if (core.negotiated.has('AUTO_INVAL_DATA') || offset + length > inode.attr.size) {
    await getattr(core, inode, task, { mask: STATX_SIZE, fh: file.fh })
  }
  if (length === 0) return 0
  let done = 0
  if ((file.flags & O_DIRECT) !== 0) {
    await writeAndWait(core, inode, pageOf(offset), pageOf(offset + length - 1))
    if (offset >= inode.attr.size) return 0
    done = await directRead(core, file, into, offset, task)
    if (done === length || offset + done >= inode.attr.size) return done
  }
  while (done < length && offset + done < inode.attr.size) {
    const at = offset + done
    const asking = pagesAt(core, file, pageOf(at), pageOf(offset + length - 1), task)
    // What there was before an error counts.
    const pages = await (done === 0 ? asking : asking.catch(ignoreFailure))
    if (pages === undefined) break
    const copied = copyFrom(pages, into.subarray(done), at, inode.attr.size)
    if (copied === 0) break
    done += copied
  }
  // Not before the whole read is over: a page that is missing in the middle of it follows on what was read before it.
  if (done > 0) file.readahead.previous = pageOf(offset + done)
  return done
}

/** Valid pages from `first` on: at least one, up to `last`, or as far as they are there at once. */
async function pagesAt(core: Core, file: OpenFile, first: number, last: number, task: Task): Promise<Page[]> {
  const { pages } = file.inode
  for (;;) {
    let batch = collect(file, first, last)
    if (batch.length === 0) {
      await readMissing(core, file, first, last - first + 1, task)
      batch = collect(file, first, last)
    }
    // Behind the end of the file, or dropped again.
    const end = batch.at(-1) ?? pages.grab(first)
    if (end.isMark) {
      end.isMark = false
      if (end.writeback === undefined) await readOn(core, file, end.index, last - end.index + 1, task)
    }
    if (batch.length > 0 && end.isValid) return batch
    if (await makeValid(core, file, end, task, batch.length > 1)) return batch.length === 0 ? [end] : batch
    if (batch.length > 1 && !end.isGone) return batch.slice(0, -1)
  }
}

/** Those that are there, up to the first that is not valid or carries the mark, which is the last of them. */
function collect(file: OpenFile, first: number, last: number): Page[] {
  const batch: Page[] = []
  for (let index = first; index <= last; index += 1) {
    const page = file.inode.pages.use(index)
    if (page === undefined) break
    batch.push(page)
    if (!page.isValid || page.isMark) break
  }
  return batch
}

/**
 * Waits for a page that is locked; asks for one that is not valid.
 * @param quiet an error is not told: there is something to answer without this page
 * @returns false if it was locked, or is gone, or could not be read quietly
 */
async function makeValid(core: Core, file: OpenFile, page: Page, task: Task, quiet: boolean): Promise<boolean> {
  // Not for the lock: one who waits to drop the page comes first, as in the kernel.
  const busy = page.unlocked()
  if (busy !== undefined) {
    await busy
    return false
  }
  if (page.isGone || page.isValid) return !page.isGone
  page.tryLock()
  try {
    await readPages(core, file, [page], task, undefined)
  } catch (error) {
    if (!quiet) throw error
    return false
  }
  return !page.isGone && page.isValid
}

function copyFrom(pages: readonly Page[], into: Uint8Array, offset: number, size: number): number {
  let done = 0
  for (const page of pages) {
    const at = offset + done
    const start = at - page.index * PAGE_SIZE
    const length = Math.min(PAGE_SIZE - start, into.length - done, size - at)
    if (length <= 0) break
    into.set(page.bytes.subarray(start, start + length), done)
    done += length
  }
  return done
}
