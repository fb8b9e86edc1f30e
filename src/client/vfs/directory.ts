import { FOPEN_CACHE_DIR } from '../../protocol/flags/open.js'
import { readDirents, readDirentsPlus, type Dirent, type DirentPlus } from '../../protocol/dirent.js'
import { PAGE_SIZE } from '../../protocol/limits.js'
import { messageBuffer } from '../../protocol/message.js'
import { Listing } from '../cache/listing.js'
import { STATX_ATIME, STATX_MTIME } from '../constants.js'
import type { Core } from '../core.js'
import { failedWith, failure } from '../failure.js'
import type { Inode } from '../objects.js'
import type { Task } from '../task.js'
import { linkEntries } from './direntplus.js'
import type { OpenFile } from './file.js'
import { getattr } from './getattr.js'
import { invalidateAttr } from './staleness.js'

/** What glibc's readdir gives getdents64(2). */
const GETDENTS_BYTES = 32_768
/** What a record of getdents64(2) has besides its name, NUL included. */
const GETDENTS_HEAD = 20

/**
 * Some more entries of an open directory, as one getdents64(2) gets them; none at the end. The directory's lock is held
 * shared meanwhile.
 */
export async function readEntries(core: Core, file: OpenFile, task: Task): Promise<readonly Dirent[]> {
  file.check()
  const { inode } = file
  if (!inode.isDirectory) throw failure('ENOTDIR')
  return file.positionLock.exclusive(() =>
    inode.lock.shared(async () => {
      if (inode.isDead) return []
      const usesCache = (file.openFlags & FOPEN_CACHE_DIR) !== 0
      const { entries, isEnough } = usesCache ? await readCached(core, file, task) : NOTHING
      const all = isEnough ? entries : [...entries, ...(await readOn(core, file, task))]
      core.events.about(file.dentry, 'access')
      return all
    }),
  )
}

/** What the cached listing had. Unless that is enough, the server is to be asked for what follows. */
interface FromCache {
  readonly entries: readonly Dirent[]
  readonly isEnough: boolean
}

const NOTHING: FromCache = { entries: [], isEnough: false }

/** What the cached listing has from the file's position on. */
async function readCached(core: Core, file: OpenFile, task: Task): Promise<FromCache> {
  const { inode, cursor } = file
  if (cursor.pos !== file.directoryPosition) Object.assign(cursor, { pos: 0, offset: 0 })
  if (file.directoryPosition === 0 && core.negotiated.has('AUTO_INVAL_DATA'))
    await getattr(core, inode, task, { mask: STATX_MTIME, fh: file.fh })
  inode.listing ??= new Listing(core.settings.maxListingBytes)
  const { listing } = inode
  const taken = new Taken()
  for (;;) {
    const isStart = file.directoryPosition === 0
    if (listing.complete && isStart && !listing.isCurrent(inode.attr, inode.changes)) listing.reset()
    if (!listing.complete) {
      if (isStart) listing.begin(inode.attr, inode.changes)
      return { entries: taken.entries, isEnough: false }
    }
    if (cursor.version !== listing.version) Object.assign(cursor, { pos: 0, offset: 0 })
    if (cursor.pos === 0) cursor.version = listing.version
    if (listing.isEnd(cursor.offset)) return { entries: taken.entries, isEnough: true }
    const index = Math.floor(cursor.offset / PAGE_SIZE)
    const page = listing.from(index, cursor.offset % PAGE_SIZE)
    // A page was dropped: the rest is worth nothing without it.
    if (page === undefined) listing.reset()
    else {
      const found = taken.take(file, index, page)
      if (found === 'full') return { entries: taken.entries, isEnough: true }
      // Somebody sought to a place that the listing does not have.
      if (listing.isLast(index)) return { entries: taken.entries, isEnough: found === 'some' }
      cursor.offset = (index + 1) * PAGE_SIZE
    }
  }
}

/** Entries of one getdents64(2). */
class Taken {
  readonly entries: Dirent[] = []
  private bytes = 0

  /** Takes those behind the file's position, and moves it. */
  take(file: OpenFile, index: number, page: ReturnType<Listing['from']> & {}): 'some' | 'none' | 'full' {
    const { cursor } = file
    let found: 'some' | 'none' = 'none'
    for (const { entry, end } of page) {
      if (cursor.pos === file.directoryPosition) {
        found = 'some'
        this.bytes += recordSize(entry.name)
        if (this.bytes > GETDENTS_BYTES) return 'full'
        this.entries.push(entry)
        file.directoryPosition = entry.off
      }
      cursor.pos = entry.off
      cursor.offset = index * PAGE_SIZE + end
    }
    return found
  }
}

function recordSize(name: string): number {
  return Math.ceil((GETDENTS_HEAD + name.length) / 8) * 8
}

/** What the server has from the file's position on. ENOENT is the end, as for readdir(3). */
async function readOn(core: Core, file: OpenFile, task: Task): Promise<readonly Dirent[]> {
  try {
    return await readAfresh(core, file, task)
  } catch (error) {
    if (failedWith(error, 'ENOENT')) return []
    throw error
  }
}

async function readAfresh(core: Core, file: OpenFile, task: Task): Promise<readonly Dirent[]> {
  const { inode } = file
  const pos = file.directoryPosition
  const ask = () =>
    usesReaddirplus(core, inode, pos) ? askPlus(core, file, pos, task) : askPlain(core, file, pos, task)
  const entries = await (core.negotiated.has('PARALLEL_DIROPS') ? ask() : inode.dirMutex.exclusive(ask))
  invalidateAttr(inode, STATX_ATIME)
  const collects = (file.openFlags & FOPEN_CACHE_DIR) !== 0
  if (entries.length === 0) {
    if (collects) inode.listing?.finish(pos)
    return entries
  }
  let at = pos
  for (const entry of entries) {
    if (collects) inode.listing?.add(at, entry)
    at = entry.off
  }
  file.directoryPosition = at
  return entries
}

function usesReaddirplus(core: Core, inode: Inode, pos: number | bigint): boolean {
  const { negotiated } = core
  if (!negotiated.has('DO_READDIRPLUS')) return false
  if (!negotiated.has('READDIRPLUS_AUTO')) return true
  const advised = inode.adviseReaddirplus
  inode.adviseReaddirplus = false
  return advised || pos === 0
}

async function askPlain(core: Core, file: OpenFile, pos: number | bigint, task: Task): Promise<Dirent[]> {
  const body = { fuse_read_in: request(core, file, pos) }
  return core.callWith('READDIR', file.inode.nodeid, body, task, ({ entries }) => decode(entries, readDirents))
}

async function askPlus(core: Core, file: OpenFile, pos: number | bigint, task: Task): Promise<DirentPlus[]> {
  const { version } = core
  const { evictions } = core.inodes
  const body = { fuse_read_in: request(core, file, pos) }
  const take = ({ entries }: { readonly entries: Uint8Array }) => decode(entries, readDirentsPlus)
  const found = await core.callWith('READDIRPLUS', file.inode.nodeid, body, task, take)
  await linkEntries(core, file.dentry, found, version, evictions)
  return found
}

function request(core: Core, file: OpenFile, pos: number | bigint) {
  const size = Math.max(PAGE_SIZE, Math.min(GETDENTS_BYTES, core.maxReadBytes))
  return { fh: file.fh, offset: pos, size, read_flags: 0, lock_owner: 0, flags: file.flags }
}

/** @throws ProtocolError (which the connection makes EIO of) for a name that cannot be */
function decode<T>(
  bytes: Uint8Array,
  read: (message: ReturnType<typeof messageBuffer>, start: number, end: number) => T,
): T {
  return read(messageBuffer(bytes), 0, bytes.length)
}

/** Back to the start, as rewinddir(3). */
export function rewind(file: OpenFile): void {
  file.directoryPosition = 0
}
