import { encodedNameLength } from '../../base/name.js'
import type { Attr } from '../../server/results.js'

/** A name, and the cookie behind which a listing goes on after it. */
interface ListedName {
  readonly name: string
  readonly cookie: number
}

/**
 * An open directory. The cookie of a name stays the same while the directory is open, whatever else comes and goes: a
 * listing that starts anew is merged into what is there.
 */
export class Listing {
  private readonly cookies = new Map<string, number>()
  /** By cookie, in order; cookies start at {@link FIRST}. */
  private names: ListedName[] = []
  private next = FIRST
  private isRead = false

  /** Whether it is to be read before entries behind `offset` can be told. */
  isStale(offset: number): boolean {
    return offset === 0 || !this.isRead
  }

  /** What is in the directory now. */
  update(names: Iterable<string>): void {
    this.isRead = true
    const there = new Set(names)
    for (const name of this.cookies.keys()) if (!there.has(name)) this.cookies.delete(name)
    for (const name of there) {
      if (this.cookies.has(name)) continue
      this.cookies.set(name, this.next)
      this.next += 1
    }
    this.names = [...this.cookies].map(([name, cookie]) => ({ name, cookie })).toSorted((a, b) => a.cookie - b.cookie)
  }

  /** Up to `count` names behind the cookie `offset`. */
  behind(offset: number, count: number): readonly ListedName[] {
    let low = 0
    let high = this.names.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.names[middle]!.cookie <= offset) low = middle + 1
      else high = middle
    }
    return this.names.slice(low, low + count)
  }
}

/** The cookies before are those of "." and "..". */
const FIRST = 3
/** Records start at multiples of this. */
const RECORD_ALIGN = 8
/** How many entries are looked at at a time. */
const BATCH = 64

/** What is found at a name. */
export interface FoundEntry {
  readonly attr: Attr
  readonly key: string | undefined
}

/** Where a listing comes from. */
export interface DirectorySource {
  readonly names: () => Promise<readonly string[]>
  readonly itself: () => Promise<Attr>
  readonly above: Attr
  readonly entry: (name: string) => Promise<FoundEntry | undefined>
}

/** False if there is no room for it. */
export type AddEntry = (name: string, attr: Attr, cookie: number, key?: string) => boolean

/** What is asked for. */
export interface ListingRequest {
  /** The cookie behind which to go on. */
  readonly offset: number
  /** In bytes, of all records. */
  readonly size: number
  /** In bytes, of one record before its name. */
  readonly headSize: number
}

/** Adds what is behind `offset`, as much as there is room for, and looks at nothing for which there is none. */
export async function listDirectory(
  listing: Listing,
  source: DirectorySource,
  { offset, size, headSize }: ListingRequest,
  add: AddEntry,
): Promise<void> {
  if (listing.isStale(offset)) listing.update(await source.names())
  if (offset < 1 && !add('.', await source.itself(), 1)) return
  if (offset < 2 && !add('..', source.above, 2)) return
  const recordSize = (name: string) => (headSize + encodedNameLength(name) + RECORD_ALIGN - 1) & -RECORD_ALIGN
  let at = Math.max(offset, FIRST - 1)
  let room = size
  for (;;) {
    const batch = fitting(listing.behind(at, BATCH), room, recordSize)
    if (batch.length === 0) return
    const found = await Promise.all(batch.map(async ({ name }) => source.entry(name)))
    for (const [index, { name, cookie }] of batch.entries()) {
      at = cookie
      const entry = found[index]
      if (entry === undefined) continue
      if (!add(name, entry.attr, cookie, entry.key)) return
      room -= recordSize(name)
    }
  }
}

/** The first of `names` for which there is room. */
function fitting(names: readonly ListedName[], room: number, recordSize: (name: string) => number): ListedName[] {
  const fit: ListedName[] = []
  let left = room
  for (const listed of names) {
    left -= recordSize(listed.name)
    if (left < 0) break
    fit.push(listed)
  }
  return fit
}
