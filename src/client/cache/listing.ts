import type { Dirent } from '../../protocol/dirent.js'

/** When a directory was last changed, as its attributes say. */
export interface ChangeTime {
  readonly mtime: number
  readonly mtimensec: number
}

/** What one open directory has read of a listing. */
export interface ListingCursor {
  /** The cookie up to which it was read; elsewhere than here the caller has sought. */
  pos: number | bigint
  /** How many entries it has taken of the listing. */
  index: number
  /** Of which listing; see {@link Listing.version}. */
  version: number
}

/**
 * The cached listing of one directory (FOPEN_CACHE_DIR). It is collected while somebody reads the directory from its start
 * to its end without a gap, and used from then on until the directory is seen to have changed.
 */
export class Listing {
  private entries: Dirent[] = []
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

  get size(): number {
    return this.entries.length
  }

  get complete(): boolean {
    return this.isComplete
  }

  /** Somebody starts to read: a listing that is not there yet is to be of the present. */
  begin(now: ChangeTime, changes: number): void {
    if (!this.isComplete && this.entries.length === 0) this.filledAt = { ...now, changes }
  }

  /** Whether the directory has not changed since the listing was started. */
  isCurrent(now: ChangeTime, changes: number): boolean {
    const { filledAt } = this
    return filledAt.changes === changes && filledAt.mtime === now.mtime && filledAt.mtimensec === now.mtimensec
  }

  reset(): void {
    this.entries = []
    this.isComplete = false
    this.version += 1
    this.pos = 0
    this.bytes = 0
  }

  /** Adds what READDIR answered at `pos`, if that is where collecting goes on. */
  add(pos: number | bigint, entry: Dirent): void {
    if (this.isComplete || pos !== this.pos) return
    this.bytes += entry.name.length + ENTRY_BYTES
    if (this.bytes > this.maxBytes) {
      this.reset()
      // Nothing continues at a cookie that no directory has: this pass is not collected.
      this.pos = NOWHERE
      return
    }
    this.entries.push(entry)
    this.pos = entry.off
  }

  /** READDIR answered at `pos` that there is no more. */
  finish(pos: number | bigint): void {
    if (pos === this.pos) this.isComplete = true
    else if (this.pos === NOWHERE) this.pos = 0
  }

  at(index: number): Dirent | undefined {
    return this.entries[index]
  }
}

/** What an entry takes besides its name, about. */
const ENTRY_BYTES = 64
const NOWHERE = -1
