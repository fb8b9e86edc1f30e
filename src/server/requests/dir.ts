import type { FileHandle, NodeId } from '../../base/ids.js'
import { DirentPlusWriter, DirentWriter } from '../../protocol/dirent.js'
import type { MessageBuffer, Request, RequestOf } from '../../protocol/message.js'
import { RequestContext, type RequestHost } from '../context.js'
import { entryOut, NO_ENTRY, type ReplyDefaults } from '../encode.js'
import type { Listing } from '../listing.js'
import type { Entry } from '../results.js'

/** Where the records of a directory go: a range of the reply. */
export interface DirectorySpace {
  readonly message: MessageBuffer
  readonly start: number
  readonly end: number
}

/**
 * The cookie behind the "." that an empty listing is given: the kernel keeps a listing in pages, and INVAL_INODE drops those,
 * so that of a listing without any page it would drop nothing, and a file that is made later would not be seen. It is what
 * filesystems commonly have for the end of a directory, and behind it nothing is listed.
 */
const AFTER_EMPTY = 2n ** 63n - 1n
const S_IFDIR = 0o40000

/** Whether it asks for what comes behind that. */
export function isAfterEmpty(request: Request): boolean {
  return (request.op === 'READDIR' || request.op === 'READDIRPLUS') && request.fuse_read_in.offset === AFTER_EMPTY
}

/** What READDIR and READDIRPLUS have in common. */
class DirectoryRequest extends RequestContext {
  readonly fh: FileHandle
  /** The cookie of the last entry that the caller has, 0 at the start: go on behind it. */
  readonly offset: number | bigint
  /** How many bytes of records the caller takes. */
  readonly size: number

  constructor(host: RequestHost, message: RequestOf<'READDIR' | 'READDIRPLUS'>) {
    super(host, message.header)
    this.fh = message.fuse_read_in.fh
    this.offset = message.fuse_read_in.offset
    this.size = message.fuse_read_in.size
  }
}

/** READDIR. Call `add` for each entry until it answers false or there are no more; no entry at all ends the listing. */
export class ReaddirRequest extends DirectoryRequest {
  readonly #writer: DirentWriter

  constructor(host: RequestHost, message: RequestOf<'READDIR'>, space: DirectorySpace) {
    super(host, message)
    this.#writer = new DirentWriter(space.message, space.start, space.end)
  }

  /**
   * Adds an entry; false if there is no room for it, and then it is to be the first of the next READDIR.
   * @param next the cookie from which the listing goes on behind this entry; not 0
   * @param mode of the object; only its type is shown
   * @throws ProtocolError for a name that cannot be
   */
  add(name: string, ino: number | bigint, mode: number, next: number | bigint): boolean {
    checkCookie(next)
    return this.#writer.add({ ino, off: next, type: direntType(mode), name })
  }

  /** Adds as many entries of `listing` as there is room for, from where the caller is. Goes alone, without {@link add}. */
  addListing(listing: Listing): void {
    this.#writer.copy(listing.after(this.offset, this.size))
  }

  /** Ends the reply; returns where its records end. */
  finish(): number {
    const { at, start } = this.#writer
    if (this.offset === 0 && at === start) this.add('.', this.node, S_IFDIR, AFTER_EMPTY)
    return this.#writer.at
  }
}

/** READDIRPLUS. As READDIR, with what a lookup of each entry would answer. */
export class ReaddirplusRequest extends DirectoryRequest {
  /** The nodes of the entries that were added, each of which counts as a lookup once the reply is taken. */
  readonly added: NodeId[] = []
  readonly #writer: DirentPlusWriter
  readonly #defaults: ReplyDefaults

  constructor(host: RequestHost, message: RequestOf<'READDIRPLUS'>, space: DirectorySpace, defaults: ReplyDefaults) {
    super(host, message)
    this.#writer = new DirentPlusWriter(space.message, space.start, space.end)
    this.#defaults = defaults
  }

  /**
   * Adds an entry that counts as one lookup of its node, if this answers true. "." and ".." never count: use
   * {@link addName} for them. Should the reply not get to the kernel after all, `forget` takes the lookups back.
   */
  add(name: string, entry: Entry, next: number | bigint): boolean {
    checkCookie(next)
    const out = entryOut(entry, this.#defaults)
    const type = direntType(out.attr.mode)
    const fits = this.#writer.add({ ino: out.attr.ino, off: next, type, name, entry: out })
    if (fits) this.added.push(entry.node)
    return fits
  }

  /** Adds a name alone, which is no lookup. */
  addName(name: string, ino: number | bigint, mode: number, next: number | bigint): boolean {
    checkCookie(next)
    return this.#writer.add({ ino, off: next, type: direntType(mode), name, entry: NO_ENTRY })
  }

  /** Ends the reply; returns where its records end. */
  finish(): number {
    const { at, start } = this.#writer
    if (this.offset === 0 && at === start) this.addName('.', this.node, S_IFDIR, AFTER_EMPTY)
    return this.#writer.at
  }
}

/** With 0 the kernel would start again from the first entry, for ever. */
function checkCookie(next: number | bigint): void {
  if (Number(next) === 0)
    throw new RangeError('0 is the cookie of the start: the entry behind which to go on needs another')
}

/** The type bits of a mode are those of a directory entry, shifted. */
function direntType(mode: number): number {
  return (mode >> 12) & 0xf
}
