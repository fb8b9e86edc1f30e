import { SYSTEM_CLOCK } from '../../base/clock.js'
import type { NodeId } from '../../base/ids.js'
import type { NameRequest, RenameRequest } from '../../server/requests/name.js'
import { AT, IN, O, RENAME, S } from '../../sys/constants.js'
import { renameAt, unlinkAt } from '../../sys/names.js'
import { closeFd, openAt } from '../../sys/open.js'
import type { PathBytes } from '../../sys/path.js'
import { statFd } from '../../sys/stat.js'
import { NameBuffer } from './name-buffer.js'
import type { Source } from './source.js'

/** A file that is about to lose its name, and a descriptor of it. */
interface Victim {
  readonly node: NodeId
  readonly fd: number
}

/** Requests that take names away or move them. */
export class Removing {
  private readonly source: Source
  private readonly name = new NameBuffer()
  private readonly newName = new NameBuffer()

  constructor(source: Source) {
    this.source = source
  }

  unlink(req: NameRequest): void {
    this.remove(req, 0)
  }

  rmdir(req: NameRequest): void {
    this.remove(req, AT.REMOVEDIR)
  }

  rename(req: RenameRequest): void {
    const { directories, own, store } = this.source
    own.before()
    const now = SYSTEM_CLOCK.now()
    const name = this.name.set(req.name)
    const newName = this.newName.set(req.newName)
    const from = directories.of(req.parent, now)
    const to = directories.of(req.newParent, now)
    if ((req.flags & RENAME.EXCHANGE) !== 0) {
      renameAt(from, name, to, newName, req.flags)
      store.exchange(req.parent, name, req.newParent, newName)
      return
    }
    // Two names of one file: the host does nothing, and neither loses its name.
    const same = store.at(req.parent, name) === store.at(req.newParent, newName)
    const victim = same ? undefined : this.victim(to, req.newParent, newName)
    this.doing(victim, () => renameAt(from, name, to, newName, req.flags))
    if ((req.flags & ~RENAME.NOREPLACE) === 0 && !same) own.renamed(req.parent, req.name, req.newParent, req.newName)
    store.move(req.parent, name, req.newParent, newName)
  }

  private remove(req: NameRequest, flags: number): void {
    const { directories, own, store } = this.source
    own.before()
    const name = this.name.set(req.name)
    const directory = directories.of(req.parent)
    const victim = this.victim(directory, req.parent, name)
    this.doing(victim, () => unlinkAt(directory, name, flags))
    own.named(req.parent, req.name, IN.DELETE)
    store.clear(req.parent, name)
  }

  /** The victim keeps its descriptor once it is one. */
  private doing(victim: Victim | undefined, action: () => void): void {
    try {
      action()
      if (victim !== undefined) this.source.store.pin(victim.node, victim.fd)
    } catch (error) {
      if (victim !== undefined) closeFd(victim.fd)
      throw error
    }
  }

  /**
   * Whoever has a file by another way than an open descriptor (O_PATH, its current directory, a watch) still asks for its
   * attributes when it has no name left. So there must be a descriptor, until the kernel forgets the node, which is at
   * once if there is nobody.
   */
  private victim(directory: number, parent: NodeId, name: PathBytes): Victim | undefined {
    const { source } = this
    const node = source.store.at(parent, name)
    if (node === 0) return undefined
    const known = source.store.borrow(node)
    if (known >= 0) {
      source.store.giveBack(known)
      return undefined
    }
    let fd: number
    try {
      fd = openAt(directory, name, O.PATH | O.NOFOLLOW)
    } catch {
      // It is not there, or there are too many descriptors: then it cannot be asked for, that is all.
      return undefined
    }
    const stat = statFd(fd, source.stat)
    const isLastName = stat.nlink === 1 || (stat.mode & S.IFMT) === S.IFDIR
    if (isLastName && source.isNode(node, stat)) return { node, fd }
    closeFd(fd)
    return undefined
  }
}
