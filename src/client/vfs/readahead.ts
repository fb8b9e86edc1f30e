import { PAGE_SIZE } from '../../protocol/limits.js'
import type { Page } from '../cache/page.js'
import type { PageCache } from '../cache/page-cache.js'
import type { Core } from '../core.js'
import { ignoreFailure } from '../failure.js'
import type { Task } from '../task.js'
import type { OpenFile } from './file.js'
import { readPages } from './read-pages.js'
import { onMark, onMiss, type Window } from './readahead-state.js'

/** The page at `index` is not there: reads it, and what is likely to be read next. */
export async function readMissing(
  core: Core,
  file: OpenFile,
  index: number,
  wanted: number,
  task: Task,
): Promise<void> {
  const most = windowLimit(core, wanted)
  const { pages } = file.inode
  const window = onMiss(file.readahead, index, wanted, most, () => cachedBefore(pages, index, most))
  await readWindow(core, file, window, task)
}

/** The page at `index` carries the mark: reads on before it is needed. */
export async function readOn(core: Core, file: OpenFile, index: number, wanted: number, task: Task): Promise<void> {
  const most = windowLimit(core, wanted)
  const { pages } = file.inode
  const window = onMark(file.readahead, index, wanted, most, () => nextMissing(pages, index + 1, most))
  if (window !== undefined) await readWindow(core, file, window, task)
}

/** A read that is larger than the window is one window, as far as one request of the kernel's goes. */
function windowLimit(core: Core, wanted: number): number {
  const own = core.readaheadPages
  const most = own > 0 && wanted > own ? Math.max(own, Math.min(wanted, LARGEST_REQUEST)) : own
  return Math.min(most, core.budget.readaheadLimit)
}

/** In pages: the kernel's default for a device. */
const LARGEST_REQUEST = 32

/** Sends READs for those pages of the window that are not there, up to the end of the file. */
async function readWindow(core: Core, file: OpenFile, window: Window, task: Task): Promise<void> {
  const { pages, attr } = file.inode
  const last = Math.floor((attr.size - 1) / PAGE_SIZE)
  const end = Math.min(window.start + window.size, last + 1)
  const mark = window.asyncSize > 0 ? window.start + window.size - window.asyncSize : -1
  let run: Page[] = []
  for (let index = window.start; index <= end; index += 1) {
    if (index < end && pages.get(index) === undefined) {
      const page = pages.grab(index)
      page.tryLock()
      page.isMark = index === mark
      run.push(page)
      continue
    }
    if (run.length > 0) await sendRun(core, file, run, window.asyncSize, task)
    run = []
  }
}

async function sendRun(core: Core, file: OpenFile, run: readonly Page[], asyncSize: number, task: Task): Promise<void> {
  const most = Math.floor(core.maxReadBytes / PAGE_SIZE)
  const isAsync = core.negotiated.has('ASYNC_READ')
  for (let i = 0; i < run.length; i += most) {
    const rest = run.length - i
    if (core.connection.background.isCongested && asyncSize >= rest) {
      // Nobody needs these yet.
      for (const page of run.slice(i)) {
        file.inode.pages.drop(page)
        page.unlock()
      }
      return
    }
    const reading = readPages(core, file, run.slice(i, i + most), task, isAsync ? 'waits' : undefined)
    reading.catch(() => undefined)
    // Whoever needs a page that is missing asks for it again.
    if (!isAsync) await reading.catch(ignoreFailure)
  }
}

function cachedBefore(pages: PageCache, index: number, most: number): { count: number; isAll: boolean } {
  // The kernel looks at so many pages; if all of them are there, it takes the last one for the gap.
  const farthest = index - most
  let at = index - 1
  while (at > farthest && at >= 0 && pages.get(at) !== undefined) at -= 1
  return { count: index - at - 1, isAll: at < 0 }
}

function nextMissing(pages: PageCache, from: number, most: number): number | undefined {
  for (let at = from; at <= from + most; at += 1) if (pages.get(at) === undefined) return at
  return undefined
}
