import { FuseError } from '../../base/errors.js'
import type { NodeId } from '../../base/ids.js'
import type {
  CreateRequest,
  LinkRequest,
  MkdirRequest,
  MknodRequest,
  SymlinkRequest,
} from '../../server/requests/name.js'
import type { CreateResult, Entry } from '../../server/results.js'
import { IN, O, S } from '../../sys/constants.js'
import { linkFd, mkdirAt, mknodAt, symlinkAt } from '../../sys/names.js'
import { closeFd, openAt } from '../../sys/open.js'
import type { PathBytes } from '../../sys/path.js'
import { statAt, statFd } from '../../sys/stat.js'
import type { Caller } from './caller.js'
import { NameBuffer } from './name-buffer.js'
import type { OpenFiles } from './open-files.js'
import type { Source } from './source.js'

/** Requests that make a name. */
export class Making {
  private readonly source: Source
  private readonly caller: Caller
  private readonly files: OpenFiles
  private readonly name = new NameBuffer()

  constructor(source: Source, caller: Caller, files: OpenFiles) {
    this.source = source
    this.caller = caller
    this.files = files
  }

  mkdir(req: MkdirRequest): Entry {
    const name = this.name.set(req.name)
    const directory = this.source.directories.of(req.parent)
    this.caller.make(req, req.umask, () => mkdirAt(directory, name, req.mode))
    this.source.own.named(req.parent, req.name, IN.CREATE)
    return this.made(req.parent, directory, name, S.IFDIR)
  }

  mknod(req: MknodRequest): Entry {
    const name = this.name.set(req.name)
    const directory = this.source.directories.of(req.parent)
    this.caller.make(req, req.umask, () => mknodAt(directory, name, req.mode, req.rdev))
    this.source.own.named(req.parent, req.name, IN.CREATE)
    return this.made(req.parent, directory, name, req.mode & S.IFMT || S.IFREG)
  }

  symlink(req: SymlinkRequest): Entry {
    const name = this.name.set(req.name)
    const directory = this.source.directories.of(req.parent)
    this.caller.as(req, () => symlinkAt(req.target, directory, name))
    this.source.own.named(req.parent, req.name, IN.CREATE)
    return this.made(req.parent, directory, name, S.IFLNK)
  }

  link(req: LinkRequest): Entry {
    const { source } = this
    source.own.before()
    const name = this.name.set(req.newName)
    const directory = source.directories.of(req.newParent)
    source.withFile(req.node, (fd) => linkFd(fd, directory, name))
    source.own.named(req.newParent, req.newName, IN.CREATE)
    const stat = statAt(directory, name, undefined, source.stat)
    if (!source.isNode(req.node, stat)) throw new FuseError('ESTALE')
    return source.entry(req.newParent, name, stat)
  }

  create(req: CreateRequest): CreateResult {
    const name = this.name.set(req.name)
    const directory = this.source.directories.of(req.parent)
    const flags = this.files.hostFlags(req.flags) | O.CREAT | O.NOFOLLOW | (req.flags & (O.EXCL | O.TRUNC))
    const fd = this.caller.make(req, req.umask, () => openAt(directory, name, flags, req.mode & 0o7777))
    // Where the file was there before, this waits for nothing, and no longer than until the next look.
    this.source.own.named(req.parent, req.name, IN.CREATE)
    return this.opened(req, fd, name)
  }

  tmpfile(req: CreateRequest): CreateResult {
    const directory = this.source.directories.of(req.parent)
    const flags = this.files.hostFlags(req.flags) | O.TMPFILE | (req.flags & O.EXCL)
    const fd = this.caller.make(req, req.umask, () => openAt(directory, '.', flags, req.mode & 0o7777))
    return this.opened(req, fd, undefined)
  }

  /** What stands at the name now. If it is not of the type that was made, somebody has put it there since. */
  private made(parent: NodeId, directory: number, name: PathBytes, type: number): Entry {
    const stat = statAt(directory, name, undefined, this.source.stat)
    if ((stat.mode & S.IFMT) !== type) throw new FuseError('ESTALE')
    return this.source.entry(parent, name, stat)
  }

  private opened(req: CreateRequest, fd: number, name: PathBytes | undefined): CreateResult {
    const { source } = this
    let entry: Entry | undefined
    try {
      const stat = statFd(fd, source.stat)
      // Without O_EXCL it may have been there before, and be anything.
      if ((stat.mode & S.IFMT) !== S.IFREG) throw new FuseError('ESTALE')
      entry = source.entry(req.parent, name, stat)
      return { entry, open: this.files.opened(entry.node, fd, req.flags) }
    } catch (error) {
      closeFd(fd)
      if (entry !== undefined) source.store.forget(entry.node, 1)
      throw error
    }
  }
}
