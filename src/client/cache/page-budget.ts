import type { Page } from './page.js'

/** Bounds the memory of all pages of a client: the least recently used idle ones go first. */
export class PageBudget {
  private readonly limit: number
  /** Least recently used first. */
  private readonly order = new Set<Page>()
  dirty = 0

  /** @param limit in pages */
  constructor(limit: number) {
    this.limit = Math.max(limit, MIN_PAGES)
  }

  get count(): number {
    return this.order.size
  }

  /** Writers are to wait for their pages to be sent: too much of the room cannot be given to others. */
  get isDirtyBeyondMeasure(): boolean {
    return this.dirty > this.limit / 2
  }

  /** How many pages read-ahead may add without dropping what was just read. */
  get readaheadLimit(): number {
    return Math.max(1, this.limit >> 1)
  }

  add(page: Page): void {
    this.order.add(page)
    if (this.order.size > this.limit) this.shrink()
  }

  touch(page: Page): void {
    if (!this.order.delete(page)) return
    this.order.add(page)
  }

  delete(page: Page): void {
    this.order.delete(page)
  }

  /** Drops idle pages until enough are gone. Those that are busy stay, and are bounded by the requests in flight. */
  private shrink(): void {
    for (const page of this.order) {
      if (this.order.size <= this.limit) return
      if (page.isIdle) page.remove()
    }
  }
}

/** Below this nothing could be read: one READ may need so many. */
const MIN_PAGES = 16
