import { PAGE_SIZE } from '../../protocol/limits.js'
import type { PageBudget } from './page-budget.js'
import { Page, type PageOwner } from './page.js'

/** The cached content of one file, directory listing aside: pages by their index. Knows of no requests. */
export class PageCache implements PageOwner {
  private readonly budget: PageBudget
  private readonly pages = new Map<number, Page>()
  private dirtyCount = 0

  constructor(budget: PageBudget) {
    this.budget = budget
  }

  get size(): number {
    return this.pages.size
  }

  get hasDirty(): boolean {
    return this.dirtyCount > 0
  }

  /** The page, whatever its state. */
  get(index: number): Page | undefined {
    return this.pages.get(index)
  }

  /** The page, as one that is used now. */
  use(index: number): Page | undefined {
    const page = this.pages.get(index)
    if (page !== undefined) this.budget.touch(page)
    return page
  }

  /** The page; made, not valid and not locked, if there is none. */
  grab(index: number): Page {
    const known = this.use(index)
    if (known !== undefined) return known
    const page = new Page(this, index)
    this.pages.set(index, page)
    // Locked meanwhile, so that making room does not take the one that it is made for.
    page.tryLock()
    this.budget.add(page)
    page.unlock()
    return page
  }

  /** A snapshot of the pages in `[first, last]`, by index. */
  range(first: number, last: number): Page[] {
    const found: Page[] = []
    if (last - first < this.pages.size) {
      for (let i = first; i <= last; i += 1) {
        const page = this.pages.get(i)
        if (page !== undefined) found.push(page)
      }
      return found
    }
    for (const page of this.pages.values()) if (page.index >= first && page.index <= last) found.push(page)
    return found.toSorted((a, b) => a.index - b.index)
  }

  /** Pages that wait to be sent, by index. */
  dirty(first: number, last: number): Page[] {
    return this.hasDirty ? this.range(first, last).filter((page) => page.isDirty) : []
  }

  setDirty(page: Page, dirty: boolean): void {
    if (page.isDirty === dirty) return
    page.isDirty = dirty
    this.count(dirty ? 1 : -1)
  }

  removed(page: Page): void {
    this.pages.delete(page.index)
    this.budget.delete(page)
  }

  /** Takes a page out, dirty or not. */
  drop(page: Page): void {
    this.setDirty(page, false)
    page.remove()
  }

  /** All pages go, whatever their state: the inode is gone, and nobody can ask for them. */
  clear(): void {
    for (const page of this.pages.values()) this.drop(page)
  }

  private count(by: number): void {
    this.dirtyCount += by
    this.budget.dirty += by
  }
}

export function pageOf(offset: number): number {
  return Math.floor(offset / PAGE_SIZE)
}

/** The last page of a range of bytes that is not empty. */
export function lastPageOf(offset: number, length: number): number {
  return Math.floor((offset + length - 1) / PAGE_SIZE)
}
