import type { Clock } from '../base/clock.js'
import type { NodeId } from '../base/ids.js'
import {
  attributesLinks,
  eachEntry,
  ENTRY_REPLIES,
  entryLinks,
  entryNode,
  isEntryKept,
  openFlags,
  recordName,
} from '../notify/entry-replies.js'
import { RecentNodes } from '../notify/recent-nodes.js'
import { FOPEN_CACHE_DIR } from '../protocol/flags/open.js'
import { OUT_HEADER_SIZE } from '../protocol/limits.js'
import type { MessageBuffer, Request } from '../protocol/message.js'
import type { PeerObserver } from '../notify/observer.js'
import { HeldNames } from './held-names.js'
import { changeNames } from './local-changes.js'

/** For how long a file that was read is likely to be read again, in ms. */
const READ_AGAIN_MS = 10_000

/**
 * What the peer may hold, as far as it decides what it is to be told: names, and of each node whether content of it may be
 * cached, whether it is open, and how many names it has. As for {@link HeldNames}, there may be too much here, never too
 * little.
 */
export class Holdings implements PeerObserver {
  readonly names = new HeldNames()
  private readonly clock: Clock
  /** Directories in which a name was looked up. */
  private readonly lookups = new RecentNodes()
  /** Nodes of which pages may be cached (of a directory the listing, of a link its target), and when they were last read. */
  private readonly content = new Map<NodeId, number>()
  /** How many stores of each node are on their way. */
  private readonly storing = new Map<NodeId, number>()
  /** How often each node is open. */
  private readonly open = new Map<NodeId, number>()
  /** How many names a file has, if more than one. */
  private readonly links = new Map<NodeId, number>()
  /** Directories that were opened, and whose listings may not be cached. */
  private readonly unlisted = new Set<NodeId>()

  constructor(clock: Clock) {
    this.clock = clock
  }

  /** Whether pages of the node may be cached; of a directory its listing, of a symbolic link its target. */
  hasContent(node: NodeId): boolean {
    return this.content.has(node) || this.storing.has(node)
  }

  /** All pages of the node are about to be dropped. */
  dropped(node: NodeId): void {
    this.content.delete(node)
  }

  /**
   * Bytes are about to be put into the page cache. Until then they are on their way, whatever happens: the peer may even give the
   * node back, and get it again before them.
   */
  beginStore(node: NodeId): void {
    this.storing.set(node, (this.storing.get(node) ?? 0) + 1)
  }

  /** @param isThere whether the peer may have them now */
  endStore(node: NodeId, isThere: boolean): void {
    const left = (this.storing.get(node) ?? 1) - 1
    if (left === 0) this.storing.delete(node)
    else this.storing.set(node, left)
    if (isThere && !this.content.has(node)) this.content.set(node, -Infinity)
  }

  /** Whether any name in the directory was looked up a short time ago. */
  isLookedUp(directory: NodeId): boolean {
    return this.lookups.has(directory, this.clock.now())
  }

  isOpen(node: NodeId): boolean {
    return this.open.has(node)
  }

  /** Whether somebody is likely to read the file soon. */
  isInUse(node: NodeId): boolean {
    return this.isOpen(node) || this.clock.now() - (this.content.get(node) ?? -Infinity) <= READ_AGAIN_MS
  }

  /** Whether the file has another name, by the last attributes that were given to the peer. */
  hasOtherLinks(node: NodeId): boolean {
    return this.links.has(node)
  }

  /** One name of the node is gone. */
  lostLink(node: NodeId): void {
    const left = (this.links.get(node) ?? 1) - 1
    if (left <= 1) this.links.delete(node)
    else this.links.set(node, left)
  }

  asked(request: Request): void {
    const node = request.header.nodeid
    switch (request.op) {
      case 'READ':
      case 'READLINK':
      case 'WRITE':
        this.content.set(node, this.clock.now())
        break
      case 'READDIR':
      case 'READDIRPLUS':
        if (!this.unlisted.has(node)) this.content.set(node, this.clock.now())
        break
      case 'RELEASE': {
        const left = (this.open.get(node) ?? 1) - 1
        if (left === 0) this.open.delete(node)
        else this.open.set(node, left)
        break
      }
      default:
    }
  }

  answered(request: Request, reply: MessageBuffer, end: number): void {
    const node = request.header.nodeid
    if (ENTRY_REPLIES.has(request.op)) this.gaveEntry(request, reply)
    else for (const gone of changeNames(this.names, request)) this.lostLink(gone)
    switch (request.op) {
      case 'READDIRPLUS':
        eachEntry(reply, end, (at) => {
          this.names.gave(node, recordName(reply, at), entryNode(reply, at))
          this.gaveLinks(entryNode(reply, at), reply, at)
        })
        break
      case 'GETATTR':
      case 'SETATTR':
      case 'STATX':
        this.setLinks(node, attributesLinks(reply, request.op === 'STATX'))
        break
      case 'OPEN':
        this.opened(node)
        break
      case 'CREATE':
      case 'TMPFILE':
        this.opened(entryNode(reply, OUT_HEADER_SIZE))
        break
      case 'OPENDIR':
        if ((openFlags(reply) & FOPEN_CACHE_DIR) !== 0) this.unlisted.delete(node)
        else if (!this.content.has(node)) this.unlisted.add(node)
        break
      default:
    }
  }

  forgot(node: NodeId): void {
    this.names.forget(node)
    this.content.delete(node)
    this.open.delete(node)
    this.links.delete(node)
    this.unlisted.delete(node)
  }

  private gaveEntry(request: Request, reply: MessageBuffer): void {
    const parent = request.header.nodeid
    const node = entryNode(reply, OUT_HEADER_SIZE)
    if (request.op === 'LINK') this.names.gave(parent, request.newname, node)
    else if (request.op !== 'TMPFILE' && 'name' in request) {
      if (node !== 0 || isEntryKept(reply, OUT_HEADER_SIZE)) this.names.gave(parent, request.name, node)
      if (request.op === 'LOOKUP') this.lookups.add(parent, this.clock.now())
    }
    if (node !== 0) this.gaveLinks(node, reply, OUT_HEADER_SIZE)
  }

  private gaveLinks(node: NodeId, reply: MessageBuffer, at: number): void {
    this.setLinks(node, entryLinks(reply, at))
  }

  private setLinks(node: NodeId, links: number): void {
    if (links > 1) this.links.set(node, links)
    else this.links.delete(node)
  }

  private opened(node: NodeId): void {
    this.open.set(node, (this.open.get(node) ?? 0) + 1)
  }
}
