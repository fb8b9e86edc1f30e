import type { NodeId } from '../base/ids.js'
import { FOPEN_CACHE_DIR, FOPEN_KEEP_CACHE } from '../protocol/flags/open.js'
import { OUT_HEADER_SIZE } from '../protocol/limits.js'
import type { MessageBuffer, Request } from '../protocol/message.js'
import {
  attributesSize,
  clearOpenFlags,
  eachEntry,
  ENTRY_REPLIES,
  entryIsDirectory,
  entryIsFile,
  entryNode,
  entrySize,
  expireAttributes,
  expireEntry,
  expireEntryAttributes,
} from './entry-replies.js'
import type { Work } from './job.js'
import { KnownNodes } from './known-nodes.js'
import { Listings } from './listings.js'
import type { PeerObserver } from './observer.js'
import { OpenFiles } from './open-files.js'
import { RaceGuard, type Moment } from './race-guard.js'
import { StoredTails } from './stored-tails.js'

/**
 * What the session and the notifier of one connection must both know so that no invalidation is lost: what the peer may
 * hold, and which replies were computed before a notification that they come after. docs/lost-invalidations.md has the
 * rule for each kind of reply, and why.
 */
export class Coherence {
  readonly known = new KnownNodes()
  readonly races = new RaceGuard()
  readonly listings = new Listings()
  readonly tails = new StoredTails()
  private readonly observer: PeerObserver | undefined
  readonly open = new OpenFiles()
  /** To be set by who can send. */
  onStale: (work: Work) => void = () => undefined

  /** @param observer who hears what is given, and taken back */
  constructor(observer?: PeerObserver) {
    this.observer = observer
  }

  /**
   * Takes back what an encoded reply must not promise. To be called right before it is sent.
   * @param began when the handler was called
   */
  beforeReply(request: Request, out: MessageBuffer, end: number, began: Moment): void {
    const { op } = request
    // Applied by the kernel without a look at what came meanwhile, also between the write of the reply and its reading.
    if (op === 'LINK' || op === 'TMPFILE') expireEntryAttributes(out, OUT_HEADER_SIZE)
    if (this.races.now === 0) return
    const node = request.header.nodeid
    switch (op) {
      case 'GETATTR':
      case 'STATX':
        if (this.races.nodeTouchedSince(node, began)) expireAttributes(out, op === 'STATX')
        break
      case 'SETATTR':
        // As for LINK, on kernels before 6.18.
        expireAttributes(out, false)
        break
      case 'OPEN':
        if (this.races.nodeTouchedSince(node, began)) clearOpenFlags(out, FOPEN_KEEP_CACHE)
        break
      case 'OPENDIR':
        if (this.listingTouchedSince(node, began)) clearOpenFlags(out, FOPEN_KEEP_CACHE | FOPEN_CACHE_DIR)
        break
      case 'READDIRPLUS':
        if (this.races.anySince(began)) expireAll(out, end)
        break
      default:
        if (ENTRY_REPLIES.has(op)) this.checkEntry(op, node, out, began)
    }
  }

  /** Counts what a reply gave to the peer. To be called once it was sent. */
  afterReply(request: Request, out: MessageBuffer, end: number): void {
    const { op, header } = request
    this.observer?.answered(request, out, end)
    // No reply can keep the peer from caching these.
    if (this.races.isUntold && (op === 'READ' || op === 'READLINK')) {
      this.onStale({ notification: 'INVAL_INODE', node: header.nodeid, offset: 0, length: Infinity })
    }
    if (op === 'READDIRPLUS') eachEntry(out, end, (at) => this.gave(header.nodeid, out, at))
    else if (ENTRY_REPLIES.has(op)) {
      this.gave(header.nodeid, out, OUT_HEADER_SIZE)
      if (op === 'CREATE' || op === 'TMPFILE') this.open.opened(entryNode(out, OUT_HEADER_SIZE))
    } else if (op === 'OPEN') this.open.opened(header.nodeid)
    else if (this.tails.isEmpty) return
    else if (op === 'GETATTR' || op === 'SETATTR') this.gaveSize(header.nodeid, attributesSize(out, false))
    else if (op === 'STATX') this.gaveSize(header.nodeid, attributesSize(out, true))
  }

  private gave(parent: NodeId, out: MessageBuffer, at: number): void {
    const node = entryNode(out, at)
    this.known.add(node, parent, entryIsDirectory(out, at), entryIsFile(out, at))
    if (!this.tails.isEmpty) this.gaveSize(node, entrySize(out, at))
  }

  private gaveSize(node: NodeId, size: number): void {
    const stale = this.tails.gaveSize(node, size)
    if (stale !== undefined) this.onStale(stale)
  }

  /** A request came; its handler is called next, if it has one. */
  received(request: Request): void {
    const { op, header } = request
    this.observer?.asked(request)
    if (op === 'RELEASE') this.open.released(header.nodeid)
    else if (op === 'READDIR' || op === 'READDIRPLUS') this.listings.begin(header.nodeid)
  }

  /** A request was answered ENOSYS. */
  unsupported({ op }: Request): void {
    if (op === 'OPEN') this.open.unseen()
  }

  /** FORGET, or one record of BATCH_FORGET. */
  forget(node: NodeId, nlookup: number): void {
    this.known.forget(node, nlookup)
    if (this.known.has(node)) return
    this.observer?.forgot(node)
    this.listings.forget(node)
    this.tails.forget(node)
  }

  private checkEntry(op: Request['op'], parent: NodeId, out: MessageBuffer, began: Moment): void {
    const node = entryNode(out, OUT_HEADER_SIZE)
    const isNameTouched = this.races.namesTouchedSince(parent, began)
    if (isNameTouched) expireEntry(out, OUT_HEADER_SIZE)
    if (node === 0) return
    // A reply that makes an object is applied without a version test: right for a new object, but not for a known one.
    const unversioned = op !== 'LOOKUP' && this.known.has(node)
    // Who told of the name may not have known the object that it is.
    if (isNameTouched || unversioned || this.races.nodeTouchedSince(node, began))
      expireEntryAttributes(out, OUT_HEADER_SIZE)
  }

  private listingTouchedSince(directory: NodeId, began: Moment): boolean {
    return this.races.nodeTouchedSince(directory, began) || this.races.namesTouchedSince(directory, began)
  }
}

/** A listing promises something of everything in it: rather than look at each, it promises nothing. */
function expireAll(out: MessageBuffer, end: number): void {
  eachEntry(out, end, (at) => {
    expireEntry(out, at)
    expireEntryAttributes(out, at)
  })
}
