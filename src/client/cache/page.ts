import { PAGE_SIZE } from '../../protocol/limits.js'

/** The cache that a page belongs to, as far as the page knows it. */
export interface PageOwner {
  /** The page is no longer part of it. */
  removed(page: Page): void
}

/**
 * One page of a file's cached content. While it is locked somebody fills it or asks for its content, and whoever needs it
 * waits. `isValid` is the kernel's "uptodate": its bytes are those of the file. One that is neither valid nor locked holds
 * nothing that anybody may see.
 */
export class Page {
  readonly index: number
  readonly bytes = new Uint8Array(PAGE_SIZE)
  isValid = false
  /** Written here, and not sent yet. */
  isDirty = false
  /** Reading it starts the next read-ahead. */
  isMark = false
  /** Until the WRITE that carries it is answered. */
  writeback: Promise<void> | undefined
  /** It was taken out of the cache: whoever waited for it looks again. */
  isGone = false
  private readonly owner: PageOwner
  private held = false
  private readonly waiters: (() => void)[] = []
  private onUnlock: (() => void)[] = []

  constructor(owner: PageOwner, index: number) {
    this.owner = owner
    this.index = index
  }

  get isLocked(): boolean {
    return this.held
  }

  /** Whether it may be dropped to make room. */
  get isIdle(): boolean {
    return !this.held && !this.isDirty && this.writeback === undefined && this.waiters.length === 0
  }

  tryLock(): boolean {
    if (this.held) return false
    this.held = true
    return true
  }

  /** Resolves once the caller holds the lock, first come, first served. The page may be gone by then. */
  lock(): Promise<void> | undefined {
    if (this.tryLock()) return undefined
    return new Promise((resolve) => {
      this.waiters.push(resolve)
    })
  }

  /** Resolves once whoever holds the lock now lets go of it; it may be held again by then. Undefined: it is free. */
  unlocked(): Promise<void> | undefined {
    if (!this.held) return undefined
    return new Promise((resolve) => {
      this.onUnlock.push(resolve)
    })
  }

  unlock(): void {
    const woken = this.onUnlock
    if (woken.length > 0) this.onUnlock = []
    for (const wake of woken) wake()
    const next = this.waiters.shift()
    if (next === undefined) this.held = false
    else next()
  }

  /** Takes it out of the cache. */
  remove(): void {
    if (this.isGone) return
    this.isGone = true
    this.owner.removed(this)
  }
}
