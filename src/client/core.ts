import type { Generation, NodeId } from '../base/ids.js'
import { ROOT_ID } from '../base/ids.js'
import { PAGE_SIZE } from '../protocol/limits.js'
import type { Negotiated } from '../protocol/negotiated.js'
import type { OpcodeName } from '../protocol/opcodes.js'
import type { SuccessReplyOf } from '../protocol/message.js'
import type { Transport } from '../transport/transport.js'
import { Dentries } from './cache/dentries.js'
import { Inodes } from './cache/inodes.js'
import { PageBudget } from './cache/page-budget.js'
import { RwLock } from './cache/rw-lock.js'
import { Connection } from './connection/connection.js'
import type { Body, CallOptions, Take } from './connection/pending.js'
import { S_IFDIR } from './constants.js'
import { Events } from './events.js'
import { Dentry, type CachedAttr, type Inode } from './objects.js'
import type { Settings } from './options.js'
import type { PollHandles } from './vfs/poll-handles.js'
import { pollHandles } from './vfs/poll-handles.js'
import type { Task } from './task.js'

/** What one client consists of: the connection, the caches, the counters. What is done with them is in vfs/ and notify/. */
export class Core {
  readonly settings: Settings
  readonly connection: Connection
  readonly budget: PageBudget
  readonly inodes: Inodes
  readonly dentries: Dentries
  readonly events = new Events()
  /** Renames from one directory to another, one at a time: who moves what cannot change meanwhile. */
  readonly renameLock = new RwLock()
  readonly polls: PollHandles = pollHandles()
  readonly root: Dentry
  /** Names of an older epoch are to be looked up again. */
  epoch = 1
  /** One for the connection: each change of an inode's attributes here takes the next. */
  private versions = 1
  private keys = 0

  constructor(transport: Transport, settings: Settings) {
    this.settings = settings
    this.connection = new Connection(transport, settings)
    this.budget = new PageBudget(Math.ceil(settings.maxPageBytes / PAGE_SIZE))
    this.inodes = new Inodes(this.budget, (nodeid, nlookup) => this.connection.forget(nodeid, nlookup))
    this.dentries = new Dentries(this.inodes, settings.maxDentries)
    this.dentries.onGone = (inode) => this.events.gone(inode, 'delete_self')
    const inode = this.inodes.obtain(ROOT_ID, 0 as Generation, ROOT_ATTR(), true)
    this.root = new Dentry(undefined, '', inode)
    this.root.isHashed = true
    this.root.epoch = Infinity
    this.root.expiresMs = Infinity
    inode.aliases.add(this.root)
    this.root.refs = 1
  }

  get negotiated(): Negotiated {
    return this.connection.negotiated
  }

  get nowMs(): number {
    return this.settings.clock.monotonicMs()
  }

  /** The connection's attribute version: what is sampled before a request. */
  get version(): number {
    return this.versions
  }

  nextVersion(): number {
    this.versions += 1
    return this.versions
  }

  /** A number that no other call of this got: lock owners, poll handles. */
  nextKey(): number {
    this.keys += 1
    return this.keys
  }

  /** The most bytes of one READ. */
  get maxReadBytes(): number {
    const { maxRead } = this.negotiated
    return wholePages(Math.min(maxRead, this.settings.maxReadBytes, this.connection.maxDataBytes))
  }

  /** The most bytes of one WRITE; not rounded, as in the kernel. */
  get maxWriteBytes(): number {
    return Math.min(this.negotiated.maxWrite, this.connection.maxDataBytes)
  }

  /** The most pages of one WRITE. */
  get maxWritePages(): number {
    return Math.min(this.negotiated.maxPages, Math.max(1, Math.floor(this.connection.maxDataBytes / PAGE_SIZE)))
  }

  /** Pages of read-ahead. */
  get readaheadPages(): number {
    return Math.floor(Math.min(this.negotiated.maxReadahead, this.settings.maxReadaheadBytes) / PAGE_SIZE)
  }

  get hasWriteback(): boolean {
    return this.negotiated.has('WRITEBACK_CACHE')
  }

  get checksPermissions(): boolean {
    return this.settings.defaultPermissions || this.negotiated.has('POSIX_ACL')
  }

  /** Sends a request on behalf of `task`; see {@link Connection.call}. */
  call<Op extends OpcodeName>(op: Op, nodeid: NodeId, body: Body<Op>, task: Task): Promise<SuccessReplyOf<Op>> {
    return this.connection.call(op, nodeid, body, task, (reply) => reply)
  }

  /** As {@link call}, for replies with bytes: they are there only while `take` looks at them. */
  callWith<Op extends OpcodeName, T>(
    op: Op,
    nodeid: NodeId,
    body: Body<Op>,
    options: CallOptions,
    take: Take<Op, T>,
  ): Promise<T> {
    return this.connection.call(op, nodeid, body, options, take)
  }

  /** Keeps an inode while `run` works with it. */
  async holding<T>(inode: Inode, run: () => Promise<T>): Promise<T> {
    inode.refs += 1
    try {
      return await run()
    } finally {
      this.release(inode)
    }
  }

  release(inode: Inode): void {
    inode.refs -= 1
    this.inodes.settle(inode)
  }
}

function wholePages(bytes: number): number {
  return Math.max(PAGE_SIZE, Math.floor(bytes / PAGE_SIZE) * PAGE_SIZE)
}

/** What is known of the root before anybody asked: that it is a directory. */
function ROOT_ATTR(): CachedAttr {
  return {
    ino: ROOT_ID,
    mode: S_IFDIR,
    nlink: 1,
    uid: 0,
    gid: 0,
    rdev: 0,
    size: 0,
    blocks: 0,
    blksize: PAGE_SIZE,
    atime: 0,
    mtime: 0,
    ctime: 0,
    atimensec: 0,
    mtimensec: 0,
    ctimensec: 0,
    btime: 0,
    btimensec: 0,
  }
}
