import { PAGE_SIZE } from '../../protocol/limits.js'
import { pageOf } from '../cache/page-cache.js'
import type { Page } from '../cache/page.js'
import type { Core } from '../core.js'
import { Failure, failure } from '../failure.js'
import type { Task } from '../task.js'
import { sendWrite } from './direct.js'
import type { OpenFile } from './file.js'

/** Pages that were filled for one WRITE. */
interface Chunk {
  readonly pages: readonly Page[]
  readonly length: number
  /** Only partly filled, and not valid: it stays locked until the answer. */
  readonly lockedLast: boolean
}

/**
 * Puts the data into the cache and sends it, chunk by chunk: it is in the cache before the server answers. The inode's lock
 * is held exclusive.
 */
export async function writeThrough(
  core: Core,
  file: OpenFile,
  data: Uint8Array,
  offset: number,
  task: Task,
): Promise<number> {
  const { inode } = file
  let done = 0
  if (offset + data.length > inode.attr.size) inode.isSizeUnstable = true
  try {
    while (done < data.length) {
      const chunk = await fill(core, file, data.subarray(done), offset + done)
      const taken = await send(core, file, chunk, data.subarray(done, done + chunk.length), offset + done, task)
      done += taken
      if (taken !== chunk.length) break
    }
  } catch (error) {
    // What was taken before counts.
    if (done === 0 || !(error instanceof Failure)) throw error
  } finally {
    inode.isSizeUnstable = false
  }
  if (done === 0 && data.length > 0) throw failure('EIO')
  return done
}

async function fill(core: Core, file: OpenFile, data: Uint8Array, offset: number): Promise<Chunk> {
  const mostBytes = core.maxWriteBytes
  const mostPages = core.negotiated.has('BIG_WRITES') ? core.maxWritePages : 1
  const pages: Page[] = []
  let length = 0
  for (;;) {
    const at = offset + length
    const start = at % PAGE_SIZE
    const part = data.subarray(length, length + Math.min(PAGE_SIZE - start, mostBytes - length))
    const page = await lockedPage(file, pageOf(at))
    page.bytes.set(part, start)
    pages.push(page)
    length += part.length
    if (part.length === PAGE_SIZE) page.isValid = true
    if (!page.isValid) return { pages, length, lockedLast: true }
    page.unlock()
    const isAtEdge = (offset + length) % PAGE_SIZE === 0
    if (length === data.length || length >= mostBytes || pages.length >= mostPages || !isAtEdge) {
      return { pages, length, lockedLast: false }
    }
  }
}

async function lockedPage(file: OpenFile, index: number): Promise<Page> {
  for (;;) {
    const page = file.inode.pages.grab(index)
    await page.lock()
    if (!page.isGone) return page
    page.unlock()
  }
}

async function send(
  core: Core,
  file: OpenFile,
  { pages, lockedLast }: Chunk,
  data: Uint8Array,
  offset: number,
  task: Task,
): Promise<number> {
  try {
    for (const page of pages) while (page.writeback !== undefined) await page.writeback
    const taken = await sendWrite(core, file, data, offset, task, false)
    if (taken < data.length) invalidateFrom(pages, offset % PAGE_SIZE, taken)
    return taken
  } catch (error) {
    for (const page of pages) page.isValid = false
    throw error
  } finally {
    if (lockedLast) pages.at(-1)!.unlock()
  }
}

/** Pages that the server did not take whole are not what is in the file. */
function invalidateFrom(pages: readonly Page[], start: number, taken: number): void {
  let left = taken
  let offset = start
  for (const page of pages) {
    if (left >= PAGE_SIZE - offset) left -= PAGE_SIZE - offset
    else {
      page.isValid = false
      left = 0
    }
    offset = 0
  }
}
