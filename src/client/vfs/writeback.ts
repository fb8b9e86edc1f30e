import { ERRNO } from '../../base/errno.js'
import { FUSE_WRITE_CACHE } from '../../protocol/flags/io.js'
import { PAGE_SIZE } from '../../protocol/limits.js'
import type { Page } from '../cache/page.js'
import { NOBODY } from '../connection/pending.js'
import { STATX_WRITTEN } from '../constants.js'
import type { Core } from '../core.js'
import { Failure } from '../failure.js'
import type { Inode } from '../objects.js'
import { invalidateAttr } from './staleness.js'

/* Sending dirty pages. A page is under writeback, not locked, from here until its WRITE is answered. */

/**
 * Sends those of `pages` (by index, of one file) that are dirty, neighbours together, and waits for the answers. An error
 * is kept for fsync or close.
 */
export async function sendPages(core: Core, inode: Inode, pages: readonly Page[]): Promise<void> {
  const sent: Promise<void>[] = []
  let run: Page[] = []
  const most = Math.max(1, Math.min(core.maxWritePages, Math.floor(core.maxWriteBytes / PAGE_SIZE)))
  const flush = () => {
    if (run.length > 0) sent.push(sendRun(core, inode, run))
    run = []
  }
  for (const page of pages) {
    // A page that is carried already goes again, once that is answered.
    while (page.writeback !== undefined) await page.writeback
    if (page.isGone || !page.isDirty) continue
    const last = run.at(-1)
    if (last !== undefined && (last.index + 1 !== page.index || run.length >= most)) flush()
    inode.pages.setDirty(page, false)
    run.push(page)
  }
  flush()
  await Promise.all(sent)
}

async function sendRun(core: Core, inode: Inode, run: readonly Page[]): Promise<void> {
  const over = send(core, inode, run)
  for (const page of run) page.writeback = over
  await over
}

async function send(core: Core, inode: Inode, run: readonly Page[]): Promise<void> {
  const state = inode.writeback
  // Marked as under writeback before anything else happens.
  await Promise.resolve()
  while (state.blocked > 0) await new Promise<void>((resolve) => state.putOff.push(resolve))
  state.inFlight += 1
  try {
    await write(core, inode, run)
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    state.error = error.errno
  } finally {
    for (const page of run) page.writeback = undefined
    state.inFlight -= 1
    if (state.inFlight === 0) for (const wake of state.idleWaiters.splice(0)) wake()
  }
}

async function write(core: Core, inode: Inode, run: readonly Page[]): Promise<void> {
  const offset = run[0]!.index * PAGE_SIZE
  // What was cut off meanwhile is not sent.
  const size = Math.min(run.length * PAGE_SIZE, inode.attr.size - offset)
  if (size <= 0) return
  const writer = [...inode.writers][0]
  if (writer === undefined) throw new Failure(ERRNO.EIO)
  const data = new Uint8Array(size)
  run.forEach((page, i) => data.set(page.bytes.subarray(0, Math.min(PAGE_SIZE, size - i * PAGE_SIZE)), i * PAGE_SIZE))
  const fuse_write_in = {
    fh: writer.fh,
    offset,
    size,
    write_flags: FUSE_WRITE_CACHE,
    lock_owner: 0,
    flags: writer.flags,
  }
  const options = { caller: NOBODY, background: 'queues' } as const
  // How much of it was taken the kernel does not look at either.
  await core.callWith('WRITE', inode.nodeid, { fuse_write_in, data }, options, () => undefined)
  if (!core.hasWriteback) invalidateAttr(inode, STATX_WRITTEN)
}

/** No WRITE of this file starts until {@link allowWrites}; waits for those that are under way. */
export async function blockWrites(inode: Inode): Promise<void> {
  const state = inode.writeback
  state.blocked += 1
  if (state.inFlight > 0) await new Promise<void>((resolve) => state.idleWaiters.push(resolve))
}

export function allowWrites(inode: Inode): void {
  const state = inode.writeback
  state.blocked -= 1
  if (state.blocked === 0) for (const wake of state.putOff.splice(0)) wake()
}
