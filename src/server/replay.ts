import { FuseError } from '../base/errors.js'
import { ROOT_ID, type NodeId } from '../base/ids.js'
import type { Request } from '../protocol/message.js'
import { S_IFDIR, S_IFREG } from './check.js'
import type { RequestContext } from './context.js'
import type { FileSystem } from './filesystem.js'
import type { SetattrRequest } from './requests/attr.js'
import { GetattrRequest } from './requests/attr.js'
import type { ForgetRequest, MkdirRequest, MknodRequest, NameRequest, RenameRequest } from './requests/name.js'
import type { AttrResult, Awaitable, Entry, NegativeEntry } from './results.js'
import { NOBODY } from './take-back.js'

/** A name in a directory. */
export interface ReplayPlace {
  readonly parent: NodeId
  readonly name: string
}

/** What happened at the source, and is to be done once more by the helper, for watchers to hear of it. */
export type Replayed =
  | { readonly is: 'touch' }
  | { readonly is: 'create'; readonly at: ReplayPlace }
  | { readonly is: 'remove'; readonly at: ReplayPlace; readonly isDirectory: boolean }
  | { readonly is: 'rename'; readonly at: ReplayPlace; readonly to: ReplayPlace; readonly isDirectory: boolean }

/** What {@link Replay} works with. */
export interface ReplayContext {
  /** The filesystem itself. */
  readonly fs: FileSystem
  /** A name that nobody can guess: who asks for it is the helper. */
  readonly password: string
  /** Whether the peer may take a name for an object, so that it would be made to drop what is right. */
  readonly isHeld: (place: ReplayPlace) => boolean
}

/** The numbers above this are stand-ins, and no filesystem's. */
const LAST_OF_OTHERS = Number.MAX_SAFE_INTEGER - 2 ** 20

/**
 * The filesystem as the helper sees it, a process that does what happened at the source once more, through the mount, so that
 * the kernel tells watchers. It is told that it is done, and nothing is done: a name that was made is absent to it, one that is
 * gone is there, as a stand-in that nobody else is ever given.
 *
 * The kernel asks for names of its with the directory locked, so that nobody else looks at them meanwhile, and nothing of what
 * it is told may be kept: whoever comes next asks for himself. Where the kernel may have the name already, it is told the truth,
 * and nothing comes of it: to drop a name that is right would show to those who are there.
 *
 * Everything is answered on the spot, but for attributes, which are those of the filesystem. What the helper was not told to
 * do is refused: it cannot change anything.
 */
export class Replay implements FileSystem {
  /** Of the helper, as requests have it; undefined before it has introduced itself. */
  pid: number | undefined
  /** The kernel had one of the names already, so that nothing came of it. */
  wasHeld = false
  private readonly context: ReplayContext
  private expected: Replayed | undefined
  /** The helper was given a stand-in for what is expected. */
  private hasStandIn = false
  private standIns = 0

  constructor(context: ReplayContext) {
    this.context = context
  }

  /** The helper is about to be told to do this. */
  begin(expected: Replayed): void {
    this.expected = expected
    this.hasStandIn = false
    this.wasHeld = false
  }

  /** It has done it, or could not. */
  end(): void {
    this.expected = undefined
  }

  /** This, if `request` is for it to answer; undefined if it is as any other. */
  answers(request: Request): FileSystem | undefined {
    if (request.header.pid !== this.pid) {
      if (request.op !== 'LOOKUP' || request.header.nodeid !== ROOT_ID || request.name !== this.context.password) {
        return undefined
      }
      // 0 is whoever cannot be seen from the mount's pid namespace.
      if (request.header.pid !== 0) this.pid = request.header.pid
    }
    switch (request.op) {
      case 'LOOKUP':
      case 'SETATTR':
      case 'MKNOD':
      case 'MKDIR':
      case 'UNLINK':
      case 'RMDIR':
      case 'RENAME':
      case 'RENAME2':
        return this
      default:
        return undefined
    }
  }

  /** Whether `node` stands in for something that is gone, or not there yet: the filesystem does not know it. */
  isStandIn(node: NodeId): boolean {
    return node > LAST_OF_OTHERS
  }

  lookup(req: NameRequest): Awaitable<Entry | NegativeEntry> {
    const { fs, password, isHeld } = this.context
    if (req.name === password && req.parent === ROOT_ID) throw new FuseError('EALREADY')
    const { expected } = this
    if (expected !== undefined && expected.is !== 'touch') {
      const isAt = isSame(expected.at, req.parent, req.name)
      if (isAt || (expected.is === 'rename' && isSame(expected.to, req.parent, req.name))) {
        if (isHeld({ parent: req.parent, name: req.name })) {
          this.expected = undefined
          this.wasHeld = true
        } else if (!isAt || expected.is === 'create') throw new FuseError('ENOENT')
        else {
          this.hasStandIn = true
          return this.standIn(req, expected.isDirectory)
        }
      }
    }
    return fs.lookup === undefined ? refuse('ENOSYS') : fs.lookup(req)
  }

  setattr(req: SetattrRequest): Awaitable<AttrResult> {
    const { fs } = this.context
    if (this.expected?.is !== 'touch' || fs.getattr === undefined) return refuse('EPERM')
    const { unique, node: nodeid, uid, gid, pid } = req
    const header = { len: 0, opcode: 0, unique, nodeid, uid, gid, pid, total_extlen: 0 }
    const fuse_getattr_in = { getattr_flags: 0, fh: 0 }
    return fs.getattr(new GetattrRequest(NOBODY, { op: 'GETATTR', header, fuse_getattr_in } as never))
  }

  mknod(req: MknodRequest): Entry {
    return this.make(req, false)
  }

  mkdir(req: MkdirRequest): Entry {
    return this.make(req, true)
  }

  unlink(req: NameRequest): void {
    this.remove(req, false)
  }

  rmdir(req: NameRequest): void {
    this.remove(req, true)
  }

  rename(req: RenameRequest): void {
    const { expected, hasStandIn } = this
    this.expected = undefined
    const isExpected =
      expected?.is === 'rename' &&
      hasStandIn &&
      isSame(expected.at, req.parent, req.name) &&
      isSame(expected.to, req.newParent, req.newName)
    if (!isExpected) refuse('EPERM')
  }

  forget(req: ForgetRequest): void {
    if (!this.isStandIn(req.node)) this.context.fs.forget?.(req)
  }

  private make(req: MknodRequest | MkdirRequest, isDirectory: boolean): Entry {
    const { expected } = this
    this.expected = undefined
    if (expected?.is !== 'create' || !isSame(expected.at, req.parent, req.name)) return refuse('EPERM')
    return this.standIn(req, isDirectory)
  }

  private remove(req: NameRequest, isDirectory: boolean): void {
    const { expected, hasStandIn } = this
    this.expected = undefined
    // Without a stand-in the kernel has taken something that it holds.
    const isExpected = expected?.is === 'remove' && hasStandIn && expected.isDirectory === isDirectory
    if (!isExpected || !isSame(expected.at, req.parent, req.name)) refuse('EPERM')
  }

  private standIn({ uid, gid }: RequestContext, isDirectory: boolean): Entry {
    this.standIns = (this.standIns + 1) % 2 ** 19
    const node = (Number.MAX_SAFE_INTEGER - this.standIns) as NodeId
    const mode = isDirectory ? S_IFDIR | 0o755 : S_IFREG | 0o644
    return { node, attr: { mode, uid, gid, nlink: isDirectory ? 2 : 1 }, entryTimeoutMs: 0, attrTimeoutMs: 0 }
  }
}

function isSame(place: ReplayPlace, parent: NodeId, name: string): boolean {
  return place.parent === parent && place.name === name
}

function refuse(code: 'EPERM' | 'ENOSYS'): never {
  throw new FuseError(code)
}
