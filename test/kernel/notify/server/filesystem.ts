import { FuseError } from '#src/base/errors.js'
import type { NodeId } from '#src/base/ids.js'
import { FileSystem } from '#src/server/filesystem.js'
import type { RequestContext } from '#src/server/context.js'
import type { AttrResult, Awaitable, CreateResult, Entry, NegativeEntry, OpenResult } from '#src/server/results.js'
import type { Statfs, StatxResult } from '#src/server/results.js'
import type * as attr from '#src/server/requests/attr.js'
import type { ReaddirplusRequest, ReaddirRequest } from '#src/server/requests/dir.js'
import type * as file from '#src/server/requests/file.js'
import type * as misc from '#src/server/requests/misc.js'
import type * as name from '#src/server/requests/name.js'
import type { PollHandle } from '#src/notify/poll-handle.js'
import type { Rules } from './rules.js'
import { attrOf, type Item, type Kind, type Tree } from './tree.js'

const STATX_BASIC_AND_BTIME = 0xfff
const POLLIN = 1
const RENAME_EXCHANGE = 2

/** Serves a {@link Tree}, with every request under the {@link Rules}. */
export class ScriptedFileSystem extends FileSystem {
  /** Who waits for a file to become readable, by node. */
  readonly polls = new Map<NodeId, PollHandle>()
  readonly forgotten: NodeId[] = []
  private readonly tree: Tree
  private readonly rules: Rules

  constructor(tree: Tree, rules: Rules) {
    super()
    this.tree = tree
    this.rules = rules
  }

  override lookup(req: name.NameRequest): Awaitable<Entry | NegativeEntry> {
    return this.rules.apply('lookup', req, req.name, () => {
      const item = this.tree.item(req.parent).entries.get(req.name)
      return item === undefined ? { node: 0 as const } : entryOf(item)
    })
  }

  override forget({ node }: name.ForgetRequest): void {
    if (this.forgotten.length < 10_000) this.forgotten.push(node)
  }

  override getattr(req: attr.GetattrRequest): Awaitable<AttrResult> {
    return this.rules.apply('getattr', req, undefined, () => ({ attr: attrOf(this.tree.item(req.node)) }))
  }

  override statx(req: attr.StatxRequest): Awaitable<StatxResult> {
    return this.rules.apply('statx', req, undefined, () => {
      return { mask: STATX_BASIC_AND_BTIME, attr: attrOf(this.tree.item(req.node)), btime: 5 }
    })
  }

  override setattr(req: attr.SetattrRequest): Awaitable<AttrResult> {
    return this.rules.apply('setattr', req, undefined, () => {
      const item = this.tree.item(req.node)
      if (req.size !== undefined) this.tree.resize(item, req.size)
      if (req.mode !== undefined) item.mode = req.mode & 0o7777
      if (req.mtime !== undefined) item.mtime = req.mtime === 'now' ? item.mtime + 1 : req.mtime.sec
      return { attr: attrOf(item) }
    })
  }

  override readlink(req: RequestContext): Awaitable<string> {
    return this.rules.apply('readlink', req, undefined, () => this.tree.item(req.node).content.toString())
  }

  override open(req: file.OpenRequest): Awaitable<OpenResult> {
    return this.rules.apply('open', req, undefined, () => {
      const { directIo } = this.tree.item(req.node)
      return directIo ? { directIo, keepCache: false, parallelDirectWrites: true } : {}
    })
  }

  override opendir(req: file.OpenRequest): Awaitable<OpenResult> {
    return this.rules.apply('opendir', req, undefined, () => ({}))
  }

  override read(req: file.ReadRequest): Awaitable<number> {
    return this.rules.apply('read', req, undefined, () => {
      const bytes = this.tree.item(req.node).content.subarray(req.offset, req.offset + req.size)
      req.buffer.set(bytes)
      return bytes.length
    })
  }

  override write(req: file.WriteRequest): Awaitable<number> {
    return this.rules.apply('write', req, undefined, () => {
      this.tree.overwrite(this.tree.item(req.node), req.offset, req.data)
      return req.data.length
    })
  }

  override readdir(req: ReaddirRequest): Awaitable<void> {
    return this.rules.apply('readdir', req, undefined, () => {
      const entries = [...this.tree.item(req.node).entries]
      for (let at = Number(req.offset); at < entries.length; at += 1) {
        const [each, item] = entries[at]!
        if (!req.add(each, item.id, attrOf(item).mode, at + 1)) return
      }
    })
  }

  override readdirplus(req: ReaddirplusRequest): Awaitable<void> {
    return this.rules.apply('readdirplus', req, undefined, () => {
      const entries = [...this.tree.item(req.node).entries]
      for (let at = Number(req.offset); at < entries.length; at += 1) {
        const [each, item] = entries[at]!
        if (!req.add(each, entryOf(item), at + 1)) return
      }
    })
  }

  override create(req: name.CreateRequest): Awaitable<CreateResult> {
    return this.rules.apply('create', req, req.name, () => {
      const directory = this.tree.item(req.parent)
      const item = directory.entries.get(req.name) ?? this.tree.put(directory, req.name, 'file')
      return { entry: entryOf(item) }
    })
  }

  override tmpfile(req: name.CreateRequest): Awaitable<CreateResult> {
    return this.rules.apply('tmpfile', req, undefined, () => ({ entry: entryOf(this.tree.make('file')) }))
  }

  override mknod(req: name.MknodRequest): Awaitable<Entry> {
    return this.rules.apply('mknod', req, req.name, () => this.made(req, 'file'))
  }

  override mkdir(req: name.MkdirRequest): Awaitable<Entry> {
    return this.rules.apply('mkdir', req, req.name, () => this.made(req, 'directory'))
  }

  override symlink(req: name.SymlinkRequest): Awaitable<Entry> {
    return this.rules.apply('symlink', req, req.name, () => this.made(req, 'symlink', req.target))
  }

  override link(req: name.LinkRequest): Awaitable<Entry> {
    return this.rules.apply('link', req, req.newName, () => {
      const item = this.tree.item(req.node)
      this.tree.link(item, this.tree.item(req.newParent), req.newName)
      return entryOf(item)
    })
  }

  override unlink(req: name.NameRequest): Awaitable<void> {
    return this.rules.apply('unlink', req, req.name, () => {
      this.tree.removeIn(this.tree.item(req.parent), req.name)
    })
  }

  override rmdir(req: name.NameRequest): Awaitable<void> {
    return this.rules.apply('rmdir', req, req.name, () => {
      this.tree.removeIn(this.tree.item(req.parent), req.name)
    })
  }

  override rename(req: name.RenameRequest): Awaitable<void> {
    return this.rules.apply('rename', req, req.name, () => {
      if (req.flags === RENAME_EXCHANGE) {
        this.tree.exchange(this.tree.item(req.parent), req.name, this.tree.item(req.newParent), req.newName)
        return
      }
      this.tree.move(this.tree.item(req.parent), req.name, this.tree.item(req.newParent), req.newName)
    })
  }

  override getxattr(req: misc.GetxattrRequest): Awaitable<Uint8Array> {
    return this.rules.apply('getxattr', req, req.name, () => {
      const value = this.tree.item(req.node).xattrs.get(req.name)
      if (value === undefined) throw new FuseError('ENODATA')
      return value
    })
  }

  override setxattr(req: misc.SetxattrRequest): Awaitable<void> {
    return this.rules.apply('setxattr', req, req.name, () => {
      this.tree.item(req.node).xattrs.set(req.name, Buffer.from(req.value))
    })
  }

  override removexattr(req: misc.GetxattrRequest): Awaitable<void> {
    return this.rules.apply('removexattr', req, req.name, () => {
      this.tree.item(req.node).xattrs.delete(req.name)
    })
  }

  override listxattr(req: RequestContext): Awaitable<readonly string[]> {
    return this.rules.apply('listxattr', req, undefined, () => [...this.tree.item(req.node).xattrs.keys()])
  }

  override fsync(req: file.FsyncRequest): Awaitable<void> {
    return this.done('fsync', req)
  }

  override fsyncdir(req: file.FsyncRequest): Awaitable<void> {
    return this.done('fsyncdir', req)
  }

  override flush(req: file.FlushRequest): Awaitable<void> {
    return this.done('flush', req)
  }

  override release(req: file.ReleaseRequest): Awaitable<void> {
    return this.done('release', req)
  }

  override fallocate(req: file.FallocateRequest): Awaitable<void> {
    return this.done('fallocate', req)
  }

  override setlk(req: misc.LockRequest): Awaitable<void> {
    return this.done('setlk', req)
  }

  override lseek(req: file.LseekRequest): Awaitable<number> {
    return this.rules.apply('lseek', req, undefined, () => req.offset)
  }

  override copyFileRange(req: file.CopyFileRangeRequest): Awaitable<number> {
    return this.rules.apply('copyFileRange', req, undefined, () => {
      const data = this.tree.item(req.node).content.subarray(req.offsetIn, req.offsetIn + Number(req.length))
      this.tree.overwrite(this.tree.item(req.nodeOut), req.offsetOut, Buffer.from(data))
      return data.length
    })
  }

  override statfs(req: RequestContext): Awaitable<Statfs> {
    return this.rules.apply('statfs', req, undefined, () => ({ blocks: 1000 }))
  }

  /** A file is readable when it has any content. */
  override poll(req: misc.PollRequest): Awaitable<number> {
    return this.rules.apply('poll', req, undefined, () => {
      if (req.handle !== undefined) this.polls.set(req.node, req.handle)
      return this.tree.item(req.node).content.length > 0 ? POLLIN : 0
    })
  }

  private done(op: string, req: RequestContext): Awaitable<void> {
    return this.rules.apply(op, req, undefined, () => undefined)
  }

  private made(req: { parent: NodeId; name: string }, kind: Kind, content = ''): Entry {
    return entryOf(this.tree.put(this.tree.item(req.parent), req.name, kind, Buffer.from(content)))
  }
}

function entryOf(item: Item): Entry {
  return { node: item.id, attr: attrOf(item) }
}
