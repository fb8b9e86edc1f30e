import { FileSystem, FuseError, ROOT_ID } from 'fusewire'
import type { AttrResult, Entry, NameRequest, NodeId, OpenResult, ReaddirRequest, ReadRequest } from 'fusewire'
import type { GetattrRequest } from 'fusewire'

const [DIRECTORY, FILE] = [0o40755, 0o100444]
const FOR_EVER = { entryTimeoutMs: Infinity, attrTimeoutMs: Infinity }

/** "The current time is 12:34:56\n", as it is now. */
export function currentTime(): Buffer {
  return Buffer.from(`The current time is ${clock()}\n`)
}

/** 12:34:56 */
export function clock(): string {
  return new Date().toTimeString().slice(0, 8)
}

/** A root with a few read-only files, which the kernel may cache for ever: somebody must tell it when one changes. */
export class CachedFiles extends FileSystem {
  /** By node id; the names are those of the object. */
  readonly files: Record<string, { readonly node: NodeId; content: Buffer }>

  constructor(files: Record<string, { readonly node: NodeId; content: Buffer }>) {
    super()
    this.files = files
  }

  override lookup({ parent, name }: NameRequest): Entry {
    const file = parent === ROOT_ID ? this.files[name] : undefined
    if (file === undefined) throw new FuseError('ENOENT')
    return { node: file.node, attr: { mode: FILE, size: file.content.length }, ...FOR_EVER }
  }

  override getattr({ node }: GetattrRequest): AttrResult {
    if (node === ROOT_ID) return { attr: { mode: DIRECTORY, nlink: 2 }, ...FOR_EVER }
    return { attr: { mode: FILE, size: this.contentOf(node).length }, ...FOR_EVER }
  }

  override open(): OpenResult {
    return { keepCache: true }
  }

  override read({ node, offset, size }: ReadRequest): Uint8Array {
    return this.contentOf(node).subarray(offset, offset + size)
  }

  override readdir(req: ReaddirRequest): void {
    for (const [index, [name, { node }]] of Object.entries(this.files).entries()) {
      if (index >= Number(req.offset) && !req.add(name, node, FILE, index + 1)) return
    }
  }

  protected contentOf(node: NodeId): Buffer {
    const file = Object.values(this.files).find((each) => each.node === node)
    if (file === undefined) throw new FuseError('ESTALE')
    return file.content
  }
}
