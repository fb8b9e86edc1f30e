import type { Attr } from '../../server/results.js'

/**
 * An open directory. The cookie of a name stays the same while the directory is open, whatever else comes and goes: a
 * listing that starts anew is merged into what is there.
 */
export class Listing {
  private readonly cookies = new Map<string, number>()
  /** By cookie, in order; cookies start at {@link FIRST}. */
  private names: { readonly name: string; readonly cookie: number }[] = []
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
  behind(offset: number, count: number): readonly { readonly name: string; readonly cookie: number }[] {
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

/** Adds what is behind `offset`, as much as there is room for. */
export async function listDirectory(
  listing: Listing,
  source: DirectorySource,
  offset: number,
  add: AddEntry,
): Promise<void> {
  if (listing.isStale(offset)) listing.update(await source.names())
  if (offset < 1 && !add('.', await source.itself(), 1)) return
  if (offset < 2 && !add('..', source.above, 2)) return
  let at = Math.max(offset, FIRST - 1)
  for (;;) {
    const batch = listing.behind(at, BATCH)
    const found = await Promise.all(batch.map(async ({ name }) => source.entry(name)))
    for (const [index, { name, cookie }] of batch.entries()) {
      at = cookie
      const entry = found[index]
      if (entry !== undefined && !add(name, entry.attr, cookie, entry.key)) return
    }
    if (batch.length < BATCH) return
  }
}
