import { FOPEN_DIRECT_IO, FOPEN_PARALLEL_DIRECT_WRITES } from '../../protocol/flags/open.js'
import { MAX_SIZE, O_APPEND, O_DIRECT, O_DSYNC, O_SYNC, STATX_MODE, STATX_SIZE, STATX_WRITTEN } from '../constants.js'
import type { Core } from '../core.js'
import { failure } from '../failure.js'
import type { Inode } from '../objects.js'
import type { Task } from '../task.js'
import { bufferedWrite } from './buffered-write.js'
import { directWrite } from './direct.js'
import type { OpenFile } from './file.js'
import { fsync } from './fsync.js'
import { getattr } from './getattr.js'
import { dropPrivileges } from './privileges.js'
import { invalidateAttr } from './staleness.js'
import { touch } from './times.js'
import { writeThrough } from './write-through.js'

/** What a write came to. */
export interface Written {
  readonly count: number
  /** Where it ended. */
  readonly end: number
}

/** Writes `data` at `offset`, or at the end with O_APPEND; fewer bytes than all if the server took no more. */
export async function write(
  core: Core,
  file: OpenFile,
  data: Uint8Array,
  offset: number,
  task: Task,
): Promise<Written> {
  if (!file.isWritable) throw failure('EBADF')
  file.check()
  if (offset < 0) throw failure('EINVAL')
  const isDirect = (file.openFlags & FOPEN_DIRECT_IO) !== 0
  const written = await (isDirect ? direct(core, file, data, offset, task) : cached(core, file, data, offset, task))
  if (written.count > 0) core.events.about(file.dentry, 'modify')
  return written
}

async function direct(core: Core, file: OpenFile, data: Uint8Array, offset: number, task: Task): Promise<Written> {
  const { inode } = file
  const isParallel = (file.openFlags & FOPEN_PARALLEL_DIRECT_WRITES) !== 0
  const isExtending = (file.flags & O_APPEND) !== 0 || offset + data.length > inode.attr.size
  const run = async () => {
    const at = startOf(file, data, offset)
    if (data.length === 0) return { count: 0, end: at }
    const count = await directWrite(core, file, data, at, task)
    grown(core, inode, at + count, count)
    return { count, end: at + count }
  }
  return isParallel && !isExtending ? inode.lock.shared(run) : inode.lock.exclusive(run)
}

async function cached(core: Core, file: OpenFile, data: Uint8Array, offset: number, task: Task): Promise<Written> {
  const { inode } = file
  const isBuffered = core.hasWriteback
  if (isBuffered) await getattr(core, inode, task, { mask: STATX_SIZE | STATX_MODE, fh: file.fh })
  const written = await inode.lock.exclusive(async () => {
    const at = startOf(file, data, offset)
    if (data.length === 0) return { count: 0, end: at }
    await dropPrivileges(core, file.dentry, task)
    if (isBuffered) touch(core, inode)
    if ((file.flags & O_DIRECT) !== 0) {
      const count = await directWrite(core, file, data, at, task)
      grown(core, inode, at + count, count)
      return { count, end: at + count }
    }
    const count = await (isBuffered ? bufferedWrite : writeThrough)(core, file, data, at, task)
    if (!isBuffered) grown(core, inode, at + count, count)
    return { count, end: at + count }
  })
  if (written.count > 0 && (file.flags & O_DSYNC) !== 0) {
    await fsync(core, file, (file.flags & O_SYNC) !== O_SYNC, task)
  }
  return written
}

function startOf(file: OpenFile, data: Uint8Array, offset: number): number {
  const at = (file.flags & O_APPEND) === 0 ? offset : file.inode.attr.size
  if (at + data.length > MAX_SIZE) throw failure('EFBIG')
  return at
}

/** After a write to the server: the size is known here, the rest is stale. */
export function grown(core: Core, inode: Inode, end: number, count: number): void {
  inode.version = core.nextVersion()
  if (count > 0 && end > inode.attr.size) inode.attr.size = end
  invalidateAttr(inode, STATX_WRITTEN)
}
