import { FuseError } from '#src/base/errors.js'
import type { ErrnoName } from '#src/base/errno.js'
import type { NodeId } from '#src/base/ids.js'
import type {
  AttrResult,
  CreateResult,
  Entry,
  NegativeEntry,
  OpenResult,
  Statfs,
  StatxResult,
} from '#src/server/results.js'
import type { GetattrRequest, SetattrRequest } from '#src/server/requests/attr.js'
import type { ReaddirplusRequest, ReaddirRequest } from '#src/server/requests/dir.js'
import type { CopyFileRangeRequest, FallocateRequest } from '#src/server/requests/file.js'
import type { OpenRequest, ReadRequest, WriteRequest } from '#src/server/requests/file.js'
import type { CreateRequest, LinkRequest, MkdirRequest, MknodRequest } from '#src/server/requests/name.js'
import type { NameRequest, RenameRequest, SymlinkRequest } from '#src/server/requests/name.js'
import type { RequestContext } from '#src/server/context.js'
import { FileSystem } from '#src/server/filesystem.js'

/** An object of a {@link Scripted} filesystem. Tests change it behind the client's back. */
export interface Thing {
  readonly id: number
  /** With which it was made. */
  readonly name: string
  mode: number
  nlink: number
  uid: number
  gid: number
  mtime: number
  generation: number
  data: Uint8Array
  target: string
  readonly children: Map<string, Thing>
}

export const S_IFDIR = 0o040000
export const S_IFREG = 0o100000
export const S_IFLNK = 0o120000

/**
 * A filesystem in memory whose every answer a test can choose: time-outs, flags of open, errors, and replies that are held
 * back. It does no more than it is told; what the client asked is in `log` of its session, see pair.ts.
 */
export class Scripted extends FileSystem {
  entryTimeoutMs = Infinity
  attrTimeoutMs = Infinity
  negativeTimeoutMs = 0
  openFlags: OpenResult = {}
  opendirFlags: OpenResult = {}
  readonly root = this.make(S_IFDIR | 0o755, '')
  /** Lookups that the client has not taken back, by node. */
  readonly lookups = new Map<number, number>()
  /** A method answers this errno in place of what it does. */
  readonly errors = new Map<string, ErrnoName>()
  /** The most bytes that a write takes. */
  writeLimit = Infinity
  /** What changes has another mtime: one second more with each change. */
  ticks = false
  private timeSec = 100
  private readonly things: Thing[]
  private handles = 0

  constructor() {
    super()
    this.things = [this.root]
  }

  /** Adds a file, a directory (`null`) or a link (`{ to }`), and the directories above it. */
  add(path: string, content: string | Uint8Array | null | { readonly to: string }): Thing {
    const names = path.split('/').filter((name) => name !== '')
    const last = names.pop()!
    let at = this.root
    for (const name of names) at = at.children.get(name) ?? this.attach(at, name, S_IFDIR | 0o755)
    const isLink = typeof content === 'object' && content !== null && 'to' in content
    const made = this.attach(at, last, content === null ? S_IFDIR | 0o755 : isLink ? S_IFLNK | 0o777 : S_IFREG | 0o644)
    if (isLink) made.target = content.to
    else if (content !== null) made.data = Buffer.from(content)
    return made
  }

  find(path: string): Thing | undefined {
    let at: Thing | undefined = this.root
    for (const name of path.split('/').filter((each) => each !== '')) at = at?.children.get(name)
    return at
  }

  /** What is at a path, or else what was last made with that name. */
  was(path: string): Thing | undefined {
    const name = path.slice(path.lastIndexOf('/') + 1)
    return this.find(path) ?? this.things.findLast((thing) => thing.name === name)
  }

  /** All things that were ever there, by id. */
  everything(): readonly Thing[] {
    return this.things
  }

  /** It was changed. */
  touch(thing: Thing): void {
    if (!this.ticks) return
    this.timeSec += 1
    thing.mtime = this.timeSec
  }

  thing(node: number): Thing {
    const found = this.things[node - 1]
    if (found === undefined) throw new FuseError('ESTALE')
    return found
  }

  override lookup(req: NameRequest): Entry | NegativeEntry {
    this.check('lookup')
    const found = this.thing(req.parent).children.get(req.name)
    if (found === undefined && this.negativeTimeoutMs === 0) throw new FuseError('ENOENT')
    if (found === undefined) return { node: 0, entryTimeoutMs: this.negativeTimeoutMs }
    return this.counted(found)
  }

  override forget({ node, nlookup }: { readonly node: NodeId; readonly nlookup: number }): void {
    this.lookups.set(node, (this.lookups.get(node) ?? 0) - nlookup)
  }

  override getattr(req: GetattrRequest): AttrResult {
    this.check('getattr')
    return this.attributes(this.thing(req.node))
  }

  override setattr(req: SetattrRequest): AttrResult {
    this.check('setattr')
    const thing = this.thing(req.node)
    if (req.mode !== undefined) thing.mode = req.mode
    if (req.newUid !== undefined) thing.uid = req.newUid
    if (req.newGid !== undefined) thing.gid = req.newGid
    if (req.size !== undefined) {
      thing.data = resized(thing.data, req.size)
      this.touch(thing)
    }
    if (req.mtime !== undefined) thing.mtime = req.mtime === 'now' ? 1 : req.mtime.sec
    return this.attributes(thing)
  }

  override readlink(req: RequestContext): string {
    this.check('readlink')
    return this.thing(req.node).target
  }

  override symlink(req: SymlinkRequest): Entry {
    this.check('symlink')
    const made = this.attach(this.thing(req.parent), req.name, S_IFLNK | 0o777)
    made.target = req.target
    return this.counted(made)
  }

  override mknod(req: MknodRequest): Entry {
    this.check('mknod')
    return this.counted(this.attach(this.thing(req.parent), req.name, req.mode))
  }

  override mkdir(req: MkdirRequest): Entry {
    this.check('mkdir')
    return this.counted(this.attach(this.thing(req.parent), req.name, S_IFDIR | req.mode))
  }

  override link(req: LinkRequest): Entry {
    this.check('link')
    const thing = this.thing(req.node)
    thing.nlink += 1
    const parent = this.thing(req.newParent)
    parent.children.set(req.newName, thing)
    this.touch(parent)
    return this.counted(thing)
  }

  override unlink(req: NameRequest): void {
    this.check('unlink')
    this.detach(req)
  }

  override rmdir(req: NameRequest): void {
    this.check('rmdir')
    if ((this.thing(req.parent).children.get(req.name)?.children.size ?? 0) > 0) throw new FuseError('ENOTEMPTY')
    this.detach(req)
  }

  override rename(req: RenameRequest): void {
    this.check('rename')
    const [from, to] = [this.thing(req.parent).children, this.thing(req.newParent).children]
    const moved = from.get(req.name)
    if (moved === undefined) throw new FuseError('ENOENT')
    const other = to.get(req.newName)
    if ((req.flags & 2) !== 0) from.set(req.name, other!)
    else from.delete(req.name)
    to.set(req.newName, moved)
    for (const parent of new Set([req.parent, req.newParent])) this.touch(this.thing(parent))
  }

  override create(req: CreateRequest): CreateResult {
    this.check('create')
    const made = this.attach(this.thing(req.parent), req.name, req.mode)
    return { entry: this.counted(made), open: this.opened(this.openFlags) }
  }

  override open(_req: OpenRequest): OpenResult {
    this.check('open')
    return this.opened(this.openFlags)
  }

  override opendir(_req: OpenRequest): OpenResult {
    this.check('opendir')
    return this.opened(this.opendirFlags)
  }

  override read(req: ReadRequest): number {
    this.check('read')
    const part = this.thing(req.node).data.subarray(req.offset, req.offset + req.size)
    req.buffer.set(part)
    return part.length
  }

  override write(req: WriteRequest): number {
    this.check('write')
    const thing = this.thing(req.node)
    const taken = Math.min(req.data.length, this.writeLimit)
    thing.data = resized(thing.data, Math.max(thing.data.length, req.offset + taken))
    thing.data.set(req.data.subarray(0, taken), req.offset)
    this.touch(thing)
    return taken
  }

  override fallocate(req: FallocateRequest): void {
    this.check('fallocate')
    const thing = this.thing(req.node)
    const end = req.offset + req.length
    const keepsSize = (req.mode & 1) !== 0
    if (!keepsSize && end > thing.data.length) thing.data = resized(thing.data, end)
    if ((req.mode & 2) !== 0)
      new Uint8Array(thing.data.buffer, thing.data.byteOffset, thing.data.length).fill(0, req.offset, end)
    this.touch(thing)
  }

  override copyFileRange(req: CopyFileRangeRequest): number {
    this.check('copyFileRange')
    const part = this.thing(req.node).data.slice(req.offsetIn, req.offsetIn + Number(req.length))
    const to = this.thing(req.nodeOut)
    to.data = resized(to.data, Math.max(to.data.length, req.offsetOut + part.length))
    to.data.set(part, req.offsetOut)
    this.touch(to)
    return part.length
  }

  override readdir(req: ReaddirRequest): void {
    this.check('readdir')
    const all = this.entries(req.node)
    for (let i = Number(req.offset); i < all.length; i += 1) {
      const [name, thing] = all[i]!
      if (!req.add(name, thing.id, thing.mode, i + 1)) return
    }
  }

  override readdirplus(req: ReaddirplusRequest): void {
    this.check('readdirplus')
    const all = this.entries(req.node)
    for (let i = Number(req.offset); i < all.length; i += 1) {
      const [name, thing] = all[i]!
      const isDot = name === '.' || name === '..'
      const fits = isDot ? req.addName(name, thing.id, thing.mode, i + 1) : req.add(name, this.entry(thing), i + 1)
      if (!fits) return
      if (!isDot) this.count(thing)
    }
  }

  override flush(): void {
    this.check('flush')
  }

  override fsync(): void {
    this.check('fsync')
  }

  override fsyncdir(): void {
    this.check('fsyncdir')
  }

  override release(): void {
    this.check('release')
  }

  override releasedir(): void {
    this.check('releasedir')
  }

  override statfs(): Statfs {
    return {}
  }

  override statx(req: RequestContext): StatxResult {
    this.check('statx')
    const { attr, attrTimeoutMs } = this.attributes(this.thing(req.node))
    return { mask: 0xfff, attr, attrTimeoutMs: attrTimeoutMs!, btime: 7 }
  }

  attributes(thing: Thing): AttrResult {
    const { mode, nlink, uid, gid, mtime, data } = thing
    const size = thing.target.length || data.length
    return { attr: { mode, nlink, uid, gid, mtime, size }, attrTimeoutMs: this.attrTimeoutMs }
  }

  entry(thing: Thing): Entry {
    const { id, generation } = thing
    return { node: id as NodeId, generation, entryTimeoutMs: this.entryTimeoutMs, ...this.attributes(thing) }
  }

  private counted(thing: Thing): Entry {
    this.count(thing)
    return this.entry(thing)
  }

  private count({ id }: Thing): void {
    this.lookups.set(id, (this.lookups.get(id) ?? 0) + 1)
  }

  private entries(node: number): [string, Thing][] {
    const thing = this.thing(node)
    return [['.', thing], ['..', this.root], ...thing.children]
  }

  private opened(flags: OpenResult): OpenResult {
    this.handles += 1
    return { fh: this.handles, ...flags }
  }

  private detach(req: NameRequest): void {
    const { children } = this.thing(req.parent)
    const thing = children.get(req.name)
    if (thing === undefined) throw new FuseError('ENOENT')
    thing.nlink -= 1
    children.delete(req.name)
    this.touch(this.thing(req.parent))
  }

  private attach(directory: Thing, name: string, mode: number): Thing {
    const made = this.make(mode, name)
    this.things.push(made)
    directory.children.set(name, made)
    this.touch(directory)
    return made
  }

  private make(mode: number, name: string): Thing {
    const id = (this.things?.length ?? 0) + 1
    const nlink = (mode & S_IFDIR) === S_IFDIR ? 2 : 1
    const nothing = new Uint8Array(0)
    return {
      id,
      name,
      mode,
      nlink,
      uid: 0,
      gid: 0,
      mtime: 0,
      generation: 0,
      data: nothing,
      target: '',
      children: new Map(),
    }
  }

  private check(method: string): void {
    const error = this.errors.get(method)
    if (error !== undefined) throw new FuseError(error)
  }
}

function resized(data: Uint8Array, size: number): Uint8Array {
  const fresh = new Uint8Array(size)
  fresh.set(data.subarray(0, size))
  return fresh
}
