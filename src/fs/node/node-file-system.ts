import { ERRNO } from '../../base/errno.js'
import { errnoOf, FuseError } from '../../base/errors.js'
import type { NodeId } from '../../base/ids.js'
import type { RequestContext } from '../../server/context.js'
import { FileSystem, type MountDefaults } from '../../server/filesystem.js'
import { HandleTable } from '../../server/handle-table.js'
import { NodeTable } from '../../server/node-table.js'
import type { GetattrRequest, SetattrRequest } from '../../server/requests/attr.js'
import type { ReaddirplusRequest, ReaddirRequest } from '../../server/requests/dir.js'
import type {
  FsyncRequest,
  OpenRequest,
  ReadRequest,
  ReleaseRequest,
  WriteRequest,
} from '../../server/requests/file.js'
import type { AccessRequest } from '../../server/requests/misc.js'
import type {
  CreateRequest,
  ForgetRequest,
  LinkRequest,
  MkdirRequest,
  MknodRequest,
  NameRequest,
  RenameRequest,
  SymlinkRequest,
} from '../../server/requests/name.js'
import type { Attr, AttrResult, CreateResult, Entry, NegativeEntry, OpenResult, Statfs } from '../../server/results.js'
import type { NodeApi, NodeFile, NodePath } from './api.js'
import { attrOf, keyOf } from './attributes.js'
import { change, settle, type Owner } from './changes.js'
import { isForWriting, O_CREAT, O_EXCL, O_WRONLY, openFlags, type OpenConstants } from './flags.js'
import { Gate } from './gate.js'
import { listDirectory, Listing, type AddEntry, type FoundEntry } from './listing.js'
import { anyFile, OpenFiles } from './open-files.js'
import type { NodeFsOptions } from './options.js'
import type { Paths } from './paths.js'
import { Tree, TreeNode } from './tree.js'

const S_IFMT = 0o170000
const S_IFREG = 0o100000
/** Of fuse_dirent and fuse_direntplus, without the name. */
const DIRENT_SIZE = 24
const DIRENTPLUS_SIZE = 152

/** Serves what has Node's `fs` API; made by `fromNodeFs`. */
export class NodeFileSystem extends FileSystem {
  override readonly mountDefaults: MountDefaults
  protected readonly api: NodeApi
  private readonly constants: OpenConstants
  protected readonly paths: Paths
  private readonly readOnly: boolean
  private readonly gate = new Gate()
  private readonly root = new TreeNode(undefined, { mode: 0o40755 })
  protected readonly nodes = new NodeTable(this.root)
  private readonly tree = new Tree(this.root, (node) => this.nodes.nodeOf(node) !== undefined)
  private readonly files = new OpenFiles()
  private readonly directories = new HandleTable<Listing>()

  constructor(api: NodeApi, paths: Paths, constants: OpenConstants, options: NodeFsOptions) {
    super()
    const { readOnly = false, entryTimeoutMs, attrTimeoutMs, negativeTimeoutMs, keepCache } = options
    this.api = api
    this.paths = paths
    this.constants = constants
    this.readOnly = readOnly
    this.mountDefaults = {
      defaultPermissions: true,
      ...(entryTimeoutMs === undefined ? {} : { entryTimeoutMs }),
      ...(attrTimeoutMs === undefined ? {} : { attrTimeoutMs }),
      ...(negativeTimeoutMs === undefined ? {} : { negativeTimeoutMs }),
      ...(keepCache === undefined ? {} : { keepCache }),
      // Others may change the files. A listing needs the attributes of all entries in any case, for their numbers.
      init: { autoInvalidateData: 'auto', readdirplus: 'auto', readdirplusAuto: false },
    }
  }

  /** What it keeps, for those who look for leaks: nodes that the kernel knows, directories above them, open handles. */
  get usage(): { readonly nodes: number; readonly names: number; readonly handles: number } {
    return { nodes: this.nodes.size, names: this.tree.size, handles: this.files.size + this.directories.size }
  }

  override destroy(): Promise<void> {
    return this.files.closeAll()
  }

  override lookup(req: NameRequest): Promise<Entry | NegativeEntry> {
    return this.gate.share(async () => {
      const parent = this.nodes.get(req.parent)
      try {
        return this.counted(await this.find(parent, req.name))
      } catch (error) {
        if (errnoOf(error) !== ERRNO.ENOENT) throw error
        return { node: 0 }
      }
    })
  }

  override forget({ node, nlookup }: ForgetRequest): void {
    const gone = this.nodes.forget(node, nlookup)
    if (gone !== undefined) this.tree.prune(gone)
  }

  override async getattr(req: GetattrRequest): Promise<AttrResult> {
    const node = this.nodes.get(req.node)
    return { attr: await this.gate.share(async () => this.look(node)) }
  }

  override async setattr(req: SetattrRequest): Promise<AttrResult> {
    this.mayChange()
    const node = this.nodes.get(req.node)
    return this.gate.share(async () => {
      // Without a name there may be open files.
      const isUnnamed = node.places.length === 0 && node !== this.root
      const unnamed = isUnnamed ? anyFile(node, req.size !== undefined) : undefined
      const target = req.fh === undefined ? unnamed : this.files.get(req.fh)
      const path = target === undefined ? this.path(node) : undefined
      const sized = req.size === undefined || target !== undefined ? undefined : await this.openPath(path!, O_WRONLY)
      try {
        await change(req, { api: this.api, attr: await this.look(node), file: target, sized, path })
      } finally {
        await sized?.close()
      }
      return { attr: await this.look(node) }
    })
  }

  override readlink(req: RequestContext): Promise<string> {
    return this.gate.share(async () => {
      const path = this.path(this.nodes.get(req.node))
      return this.paths.name(await this.api.readlink(path, this.paths.encoding))
    })
  }

  override symlink(req: SymlinkRequest): Promise<Entry> {
    return this.make(req, req, undefined, async (path) => this.api.symlink(this.paths.pathText(req.target), path))
  }

  override mkdir(req: MkdirRequest): Promise<Entry> {
    return this.make(req, req, req.mode, async (path) => this.api.mkdir(path, req.mode))
  }

  /** Only files: Node has no call for anything else. */
  override async mknod(req: MknodRequest): Promise<Entry> {
    if ((req.mode & S_IFMT) !== S_IFREG) throw new FuseError('EPERM')
    return this.make(req, req, req.mode, async (path) => {
      const file = await this.openPath(path, O_WRONLY | O_CREAT | O_EXCL, req.mode)
      await file.close()
    })
  }

  override link(req: LinkRequest): Promise<Entry> {
    this.mayChange()
    return this.gate.share(async () => {
      const node = this.nodes.get(req.node)
      const parent = this.nodes.get(req.newParent)
      await this.api.link(this.path(node), this.path(parent, req.newName))
      this.tree.place(node, parent, req.newName)
      await this.look(node)
      return this.counted(node)
    })
  }

  override unlink(req: NameRequest): Promise<void> {
    return this.removal(req, async (path) => this.api.unlink(path))
  }

  override rmdir(req: NameRequest): Promise<void> {
    return this.removal(req, async (path) => this.api.rmdir(path))
  }

  /** Plain renames only: Node knows no flags. */
  override async rename(req: RenameRequest): Promise<void> {
    this.mayChange()
    if (req.flags !== 0) throw new FuseError('EINVAL')
    return this.gate.alone(async () => {
      const [parent, newParent] = [this.nodes.get(req.parent), this.nodes.get(req.newParent)]
      const moved = parent.children.get(req.name)
      await this.api.rename(this.path(parent, req.name), this.path(newParent, req.newName))
      // Two names of one file: both stay.
      if (moved !== undefined && moved === newParent.children.get(req.newName)) return
      this.tree.move(parent, req.name, newParent, req.newName)
    })
  }

  override open(req: OpenRequest): Promise<OpenResult> {
    if (isForWriting(req.flags)) this.mayChange()
    return this.gate.share(async () => {
      const node = this.nodes.get(req.node)
      const shared = node.places.length === 0 ? this.files.share(node, req.flags) : undefined
      return { fh: shared ?? this.files.add(node, await this.openPath(this.path(node), req.flags), req.flags) }
    })
  }

  override async create(req: CreateRequest): Promise<CreateResult> {
    let file: NodeFile | undefined
    try {
      const entry = await this.make(req, req, req.mode, async (path) => {
        // Its maker may write what nobody may write. The mode is set when it is open.
        file = await this.openPath(path, req.flags | O_CREAT | O_EXCL, req.mode | 0o600)
      })
      return { entry, open: { fh: this.files.add(this.nodes.get(entry.node), file!, req.flags) } }
    } catch (error) {
      await file?.close()
      if (errnoOf(error) !== ERRNO.EEXIST || (req.flags & O_EXCL) !== 0) throw error
      return this.openExisting(req)
    }
  }

  override async read(req: ReadRequest): Promise<number> {
    const file = this.files.get(req.fh)
    const { buffer, size, offset } = req
    let done = 0
    // Fewer bytes than were asked for would be the end of the file.
    while (done < size) {
      const bytes = await file.read(buffer, done, size - done, offset + done)
      if (bytes === 0) break
      done += bytes
    }
    return done
  }

  override async write(req: WriteRequest): Promise<number> {
    const file = this.files.get(req.fh)
    const { data, offset } = req
    let done = 0
    while (done < data.length) {
      const bytes = await file.write(data, done, data.length - done, offset + done)
      if (bytes === 0) break
      done += bytes
    }
    return done
  }

  override async release(req: ReleaseRequest): Promise<void> {
    await this.files.close(req.fh)
  }

  override async fsync(req: FsyncRequest): Promise<void> {
    const file = this.files.get(req.fh)
    await (req.datasync ? file.datasync() : file.sync())
  }

  override opendir(_req: OpenRequest): OpenResult {
    return { fh: this.directories.open(new Listing()) }
  }

  override async readdir(req: ReaddirRequest): Promise<void> {
    return this.list(req, DIRENT_SIZE, (name, { ino, mode }, cookie) => req.add(name, ino ?? UNKNOWN_INO, mode, cookie))
  }

  override async readdirplus(req: ReaddirplusRequest): Promise<void> {
    const directory = this.nodes.get(req.node)
    return this.list(req, DIRENTPLUS_SIZE, (name, attr, cookie, key) => {
      if (name === '.' || name === '..') return req.addName(name, attr.ino ?? UNKNOWN_INO, attr.mode, cookie)
      const node = this.tree.found(directory, name, key, attr)
      const entry = this.counted(node)
      const fits = req.add(name, entry, cookie)
      if (!fits) this.forget({ node: entry.node, nlookup: 1 })
      return fits
    })
  }

  override releasedir(req: ReleaseRequest): void {
    this.directories.close(req.fh)
  }

  /** Of a directory the names are synced, where it can be opened like a file. */
  override fsyncdir(req: FsyncRequest): Promise<void> {
    return this.gate.share(async () => {
      const file = await this.openPath(this.path(this.nodes.get(req.node)), 0)
      try {
        await file.sync()
      } finally {
        await file.close()
      }
    })
  }

  override async statfs(_req: RequestContext): Promise<Statfs> {
    const { bsize, blocks, bfree, bavail, files, ffree } = await this.api.statfs(this.paths.path([]))
    return { bsize: Number(bsize), blocks, bfree, bavail, files, ffree }
  }

  /** Asked only if the mount does not have default_permissions: what the server itself may do. */
  override access(req: AccessRequest): Promise<void> {
    return this.gate.share(async () => this.api.access(this.path(this.nodes.get(req.node)), req.mask))
  }

  /** @throws FuseError EROFS */
  private mayChange(): void {
    if (this.readOnly) throw new FuseError('EROFS')
  }

  private path(node: TreeNode, name?: string): NodePath {
    const names = this.tree.names(node)
    if (name !== undefined) {
      this.paths.checkName(name)
      names.push(name)
    }
    return this.paths.path(names)
  }

  private openPath(path: NodePath, flags: number, mode = 0): Promise<NodeFile> {
    return this.api.open(path, openFlags(flags, this.constants), mode & 0o7777)
  }

  /** Somebody else has made the file that was to be created. */
  private openExisting(req: CreateRequest): Promise<CreateResult> {
    return this.gate.share(async () => {
      const node = await this.find(this.nodes.get(req.parent), req.name)
      const file = await this.openPath(this.path(node), req.flags)
      return { entry: this.counted(node), open: { fh: this.files.add(node, file, req.flags) } }
    })
  }

  private counted(node: TreeNode): Entry {
    const id: NodeId = this.nodes.lookup(node)
    return { node: id, generation: this.nodes.generation(id), attr: node.last }
  }

  private async find(parent: TreeNode, name: string): Promise<TreeNode> {
    const stats = await this.api.lstat(this.path(parent, name))
    return this.tree.found(parent, name, keyOf(stats), attrOf(stats))
  }

  /** The attributes of a node as they are now; of one that can no longer be reached, as they were last. */
  private async look(node: TreeNode): Promise<Attr> {
    if (node.places.length === 0 && node !== this.root) {
      const file = anyFile(node)
      if (file !== undefined) node.last = { ...attrOf(await file.stat()), nlink: 0 }
      return node.last
    }
    const stats = await this.api.lstat(this.path(node))
    const isSame = node === this.root || node.key === keyOf(stats)
    // Somebody else has put another object in its place. The kernel asks for the name again.
    if (!isSame) throw new FuseError('ESTALE')
    node.last = attrOf(stats)
    return node.last
  }

  /** @param mode what the object is to have; undefined for a link */
  private make(
    { parent: id, name }: { readonly parent: NodeId; readonly name: string },
    owner: Owner,
    mode: number | undefined,
    call: (path: NodePath) => Promise<void>,
  ): Promise<Entry> {
    this.mayChange()
    return this.gate.share(async () => {
      const parent = this.nodes.get(id)
      const path = this.path(parent, name)
      await call(path)
      const stats = await this.api.lstat(path)
      const isChanged = await settle(this.api, path, attrOf(stats), { owner, mode, parent: parent.last })
      if (isChanged) return this.counted(await this.find(parent, name))
      return this.counted(this.tree.found(parent, name, keyOf(stats), attrOf(stats)))
    })
  }

  private async removal({ parent: id, name }: NameRequest, call: (path: NodePath) => Promise<void>): Promise<void> {
    this.mayChange()
    return this.gate.alone(async () => {
      const parent = this.nodes.get(id)
      await call(this.path(parent, name))
      const node = this.tree.remove(parent, name)
      if (node !== undefined) this.tree.prune(node)
    })
  }

  private list(req: ReaddirRequest | ReaddirplusRequest, headSize: number, add: AddEntry): Promise<void> {
    return this.gate.share(async () => {
      const directory = this.nodes.get(req.node)
      const source = {
        names: async () => {
          const raw = await this.api.readdir(this.path(directory), this.paths.encoding)
          return this.paths.listed(raw)
        },
        itself: async () => this.look(directory),
        above: (directory.places[0]?.parent ?? this.root).last,
        entry: async (name: string) => this.lstatEntry(directory, name),
      }
      const { size } = req
      await listDirectory(this.directories.get(req.fh), source, { offset: Number(req.offset), size, headSize }, add)
    })
  }

  private async lstatEntry(directory: TreeNode, name: string): Promise<FoundEntry | undefined> {
    try {
      const stats = await this.api.lstat(this.path(directory, name))
      return { attr: attrOf(stats), key: keyOf(stats) }
    } catch {
      // It has gone since, or nobody may look at it.
      return undefined
    }
  }
}

/** For entries of an fs that does not number its objects; 0 would be a deleted one. */
const UNKNOWN_INO = 0xffff_ffff
