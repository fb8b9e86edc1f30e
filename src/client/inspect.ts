import type { NodeId, Unique } from '../base/ids.js'
import { PAGE_SIZE } from '../protocol/limits.js'
import type { Core } from './core.js'
import type { CachedAttr, Dentry, Inode } from './objects.js'

/* What no kernel shows: what is cached, and who waits for what. */

/** A page of a file, as it is now. */
export interface PageView {
  readonly index: number
  readonly isValid: boolean
  readonly isLocked: boolean
  readonly isDirty: boolean
  readonly isWriteback: boolean
}

/** An object that is known. */
export interface InodeView {
  readonly nodeid: NodeId
  readonly generation: number | bigint
  /** Lookups that FORGET is to take back. */
  readonly nlookup: number
  readonly attr: Readonly<CachedAttr>
  /** For how many milliseconds the attributes are valid; 0 or below: not. */
  readonly attrValidMs: number
  /** STATX bits of what is stale all the same. */
  readonly stale: number
  readonly isBad: boolean
  readonly isDead: boolean
  readonly openCount: number
  /** Its lock, and how many wait for it. */
  readonly lock: { readonly state: 'free' | 'shared' | 'exclusive'; readonly waiting: number }
  readonly pages: readonly PageView[]
  /** The cached listing of a directory. */
  readonly listing: { readonly entries: number; readonly isComplete: boolean } | undefined
}

/** A name that is known. */
export interface DentryView {
  readonly path: string
  /** Undefined: it is known that there is no such name. */
  readonly nodeid: NodeId | undefined
  /** For how many milliseconds it is valid; 0 or below: it has expired. */
  readonly validMs: number
  readonly epoch: number
  /** Somebody uses it, or names below it are known. */
  readonly isUsed: boolean
}

/** All that a client has cached, and what is under way. */
export interface Inspection {
  readonly epoch: number
  readonly inodes: readonly InodeView[]
  readonly dentries: readonly DentryView[]
  readonly pageBytes: number
  readonly dirtyBytes: number
  /** Requests that are with the server. */
  readonly inFlight: readonly { readonly op: string; readonly unique: Unique; readonly nodeid: NodeId }[]
  readonly backgroundRequests: number
  /** Requests that the server answered ENOSYS, and that are not sent any more. */
  readonly missing: readonly string[]
}

export function inspect(core: Core): Inspection {
  const dentries: DentryView[] = []
  collect(core, core.root, '', dentries)
  return {
    epoch: core.epoch,
    inodes: [...core.inodes.all()].map((inode) => viewInode(core, inode)),
    dentries,
    pageBytes: core.budget.count * PAGE_SIZE,
    dirtyBytes: core.budget.dirty * PAGE_SIZE,
    inFlight: [...core.connection.inFlight].map(({ op, unique, nodeid }) => ({ op, unique, nodeid })),
    backgroundRequests: core.connection.background.size,
    missing: core.connection.features.all,
  }
}

function viewInode(core: Core, inode: Inode): InodeView {
  const { listing } = inode
  return {
    nodeid: inode.nodeid,
    generation: inode.generation,
    nlookup: inode.nlookup,
    attr: { ...inode.attr },
    attrValidMs: inode.validUntilMs - core.nowMs,
    stale: inode.stale,
    isBad: inode.isBad,
    isDead: inode.isDead,
    openCount: inode.openCount,
    lock: { state: inode.lock.state, waiting: inode.lock.waiting },
    pages: inode.pages.range(0, Infinity).map((page) => ({
      index: page.index,
      isValid: page.isValid,
      isLocked: page.isLocked,
      isDirty: page.isDirty,
      isWriteback: page.writeback !== undefined,
    })),
    listing: listing === undefined ? undefined : { entries: listing.size, isComplete: listing.complete },
  }
}

function collect(core: Core, directory: Dentry, path: string, into: DentryView[]): void {
  for (const dentry of directory.children.values()) {
    const own = `${path}/${dentry.name}`
    into.push({
      path: own,
      nodeid: dentry.inode?.nodeid,
      validMs: dentry.expiresMs - core.nowMs,
      epoch: dentry.epoch,
      isUsed: dentry.refs > 0,
    })
    collect(core, dentry, own, into)
  }
}
