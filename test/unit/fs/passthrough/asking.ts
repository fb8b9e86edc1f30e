import assert from 'node:assert/strict'
import { ROOT_ID, type NodeId } from '#src/base/ids.js'
import type { PassthroughFileSystem } from '#src/fs/passthrough/passthrough-fs.js'
import type { RequestContext } from '#src/server/context.js'
import type { FileSystem } from '#src/server/filesystem.js'
import type { Attr, Entry } from '#src/server/results.js'

type Method = Exclude<keyof FileSystem, 'mountDefaults' | 'init' | 'changes' | 'nodeOf' | 'destroy'>
type Answer<M extends Method> = ReturnType<NonNullable<PassthroughFileSystem[M]>>
type Request<M extends Method> = Parameters<NonNullable<FileSystem[M]>>[0]
/** What is particular to a request; who asks and so on is filled in. */
type Fields<M extends Method> = Partial<Omit<Request<M>, keyof RequestContext>> & { readonly node?: NodeId }

/** Asks a filesystem by its methods, as a session would, without a mount. */
export class Asker {
  readonly fs: PassthroughFileSystem
  uid = process.getuid!()
  gid = process.getgid!()

  constructor(fs: PassthroughFileSystem) {
    this.fs = fs
  }

  ask<M extends Method>(method: M, fields: Fields<M>): Answer<M> {
    const node = 'parent' in fields ? fields.parent : fields.node
    const request = { unique: 2, uid: this.uid, gid: this.gid, pid: 0, umask: 0o022, suppGroups: [], ...fields, node }
    const call = this.fs[method] as (this: FileSystem, req: object) => Answer<M>
    return call.call(this.fs, request)
  }

  /** The node at a path; counts a lookup of each of its steps. */
  walk(path: string): NodeId {
    let node = ROOT_ID
    for (const name of path.split('/')) node = this.lookup(node, name).node
    return node
  }

  lookup(parent: NodeId, name: string): Entry {
    const found = this.ask('lookup', { parent, name })
    assert.ok('attr' in found, `${name} was not found`)
    return found
  }

  attr(node: NodeId): Attr {
    return this.ask('getattr', { node }).attr
  }

  open(node: NodeId, flags = 0): number {
    return this.ask('open', { node, flags }).fh!
  }

  create(parent: NodeId, name: string, flags = 2): { node: NodeId; fh: number } {
    const { entry, open } = this.ask('create', { parent, name, mode: 0o100644, flags })
    return { node: entry.node, fh: open!.fh! }
  }

  text(fh: number): string {
    const buffer = Buffer.alloc(100)
    const size = this.ask('read', { fh: fh as never, buffer, offset: 0, size: buffer.length, flags: 0 })
    return buffer.toString('utf8', 0, size)
  }

  release(fh: number | undefined): void {
    this.ask('release', { fh: fh as never })
  }

  /** What a file says, by a handle of its own. */
  contentOf(node: NodeId): string {
    const fh = this.open(node)
    try {
      return this.text(fh)
    } finally {
      this.release(fh)
    }
  }
}
