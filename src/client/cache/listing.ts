import { encodedNameLength } from '../../base/name.js'
import { direntSize, type Dirent } from '../../protocol/dirent.js'
import { PAGE_SIZE } from '../../protocol/limits.js'

/** When a directory was last changed, as its attributes say. */
export interface ChangeTime {
  readonly mtime: number
  readonly mtimensec: number
}

/** What one open directory has read of a listing. */
export interface ListingCursor {
  /** The cookie up to which it was read; elsewhere than here the caller has sought. */
  pos: number | bigint
  /** Where the next record of the listing is, in bytes. */
  offset: number
  /** Of which listing; see {@link Listing.version}. */
  version: number
}

/** A record, and where in its page it ends. */
interface CachedDirent {
  readonly entry: Dirent
  readonly end: number
}

/**
 * The cached listing of one directory (FOPEN_CACHE_DIR). It is collected while somebody reads the directory from its start
 * to its end without a gap, and used from then on until the directory is seen to have changed. It is kept in pages, as the
 * kernel does it: one that is dropped shows only when somebody gets there; while the listing is collected still, it is not
 * completed any more.
 */
export class Listing {
  private pages: (CachedDirent[] | undefined)[] = []
  private isComplete = false
  /** Goes up with each reset, so that whoever reads notices. */
  version = 0
  /** Where collecting goes on. */
  private pos: number | bigint = 0
  private bytes = 0
  private filledAt: ChangeTime & { changes: number } = { mtime: 0, mtimensec: 0, changes: 0 }
  private readonly maxBytes: number

  /** @param maxBytes a longer listing is not cached */
  constructor(maxBytes: number) {
    this.maxBytes = maxBytes
  }

  /** How many entries there are. */
  get size(): number {
    return this.pages.reduce((sum, page) => sum + (page?.length ?? 0), 0)
  }

  get complete(): boolean {
    return this.isComplete
  }

  /** Somebody starts to read: a listing that is not there yet is to be of the present. */
  begin(now: ChangeTime, changes: number): void {
    if (!this.isComplete && this.bytes === 0) this.filledAt = { ...now, changes }
  }

  /** Whether the directory has not changed since the listing was started. */
  isCurrent(now: ChangeTime, changes: number): boolean {
    const { filledAt } = this
    return filledAt.changes === changes && filledAt.mtime === now.mtime && filledAt.mtimensec === now.mtimensec
  }

  reset(): void {
    this.pages = []
    this.isComplete = false
    this.version += 1
    this.pos = 0
    this.bytes = 0
  }

  /** Drops the pages in `[first, last]`. */
  drop(first: number, last: number): void {
    for (let i = first; i <= last && i < this.pages.length; i += 1) this.pages[i] = undefined
  }

  /** Adds what READDIR answered at `pos`, if that is where collecting goes on. */
  add(pos: number | bigint, entry: Dirent): void {
    if (this.isComplete || pos !== this.pos) return
    const length = direntSize(encodedNameLength(entry.name))
    // No record is in two pages.
    const fits = (this.bytes % PAGE_SIZE) + length <= PAGE_SIZE
    const start = fits ? this.bytes : Math.ceil(this.bytes / PAGE_SIZE) * PAGE_SIZE
    if (start + length > this.maxBytes) {
      this.reset()
      // Nothing continues at a cookie that no directory has: this pass is not collected.
      this.pos = NOWHERE
      return
    }
    const index = Math.floor(start / PAGE_SIZE)
    if (start % PAGE_SIZE === 0) this.pages[index] = []
    const page = this.pages[index]
    if (page === undefined) return
    page.push({ entry, end: (start % PAGE_SIZE) + length })
    this.bytes = start + length
    this.pos = entry.off
  }

  /** READDIR answered at `pos` that there is no more. */
  finish(pos: number | bigint): void {
    if (pos === this.pos) this.isComplete = true
    else if (this.pos === NOWHERE) this.pos = 0
  }

  /** Nothing comes at `offset` or behind it. */
  isEnd(offset: number): boolean {
    return offset >= this.bytes
  }

  /** Whether others follow the page. */
  isLast(index: number): boolean {
    return index === Math.floor(this.bytes / PAGE_SIZE)
  }

  /** The records of a page from `offset` in it on; undefined if the page was dropped. */
  from(index: number, offset: number): readonly CachedDirent[] | undefined {
    const page = this.pages[index]
    return offset === 0 ? page : page?.filter(({ end }) => end > offset)
  }
}

const NOWHERE = -1
