import { FuseError } from '#src/base/errors.js'
import type { NodeId } from '#src/base/ids.js'
import { FileSystem } from '#src/server/filesystem.js'
import { Listing } from '#src/server/listing.js'
import type { GetattrRequest } from '#src/server/requests/attr.js'
import type { ReaddirRequest } from '#src/server/requests/dir.js'
import type { OpenRequest, ReadRequest, WriteRequest } from '#src/server/requests/file.js'
import type { CreateRequest, NameRequest } from '#src/server/requests/name.js'
import type { AttrResult, CreateResult, Entry, OpenResult } from '#src/server/results.js'

/* The toy filesystem of the serve benchmark; what is in it stands in native/toy.c, which is the same on libfuse. */

const [ROOT, LISTED, WORK, DIRECT, CACHED, FILES, CREATED] = [1, 2, 3, 16, 32, 8, 1000]
const [ENTRIES, NAMES, BLOCK] = [10_000, 1 << 20, 1 << 20]
const REGULAR = 0o100000

/** What the isolates that serve it together share: which names exist in `w`, one byte each. */
export function toyData(): Uint8Array {
  return new Uint8Array(new SharedArrayBuffer(NAMES))
}

export class Toy extends FileSystem {
  private readonly exists: Uint8Array
  private readonly block = new Uint8Array(BLOCK).fill(1)
  /** Made once, as in native/toy.c. */
  private readonly listing = new Listing(
    Array.from({ length: ENTRIES }, (_, i) => ({
      name: `entry-${String(i).padStart(5, '0')}`,
      ino: CREATED + i,
      mode: REGULAR,
    })),
  )

  constructor(exists: Uint8Array) {
    super()
    this.exists = exists
  }

  override lookup(req: NameRequest): Entry {
    const { name } = req
    if (req.parent === WORK) {
      const node = created(name)
      if (node !== 0 && this.exists[node - CREATED] === 1) return entry(node)
    } else if (req.parent === ROOT) {
      if (name === 'd') return entry(LISTED)
      if (name === 'w') return entry(WORK)
      const digit = name.charCodeAt(1) - 0x30
      if (name.length === 2 && digit >= 0 && digit < FILES) {
        if (name.startsWith('f')) return entry(DIRECT + digit)
        if (name.startsWith('c')) return entry(CACHED + digit)
      }
    }
    throw new FuseError('ENOENT')
  }

  override getattr(req: GetattrRequest): AttrResult {
    return attributes(req.node)
  }

  override open(req: OpenRequest): OpenResult {
    return { directIo: req.node < CACHED }
  }

  override read(req: ReadRequest): Uint8Array {
    return this.block.subarray(0, req.size)
  }

  override write(req: WriteRequest): number {
    this.block.set(req.data)
    return req.data.length
  }

  override create(req: CreateRequest): CreateResult {
    const node = req.parent === WORK ? created(req.name) : 0
    if (node === 0) throw new FuseError('EACCES')
    this.exists[node - CREATED] = 1
    return { entry: entry(node) }
  }

  override unlink(req: NameRequest): void {
    const node = req.parent === WORK ? created(req.name) : 0
    if (node === 0 || this.exists[node - CREATED] !== 1) throw new FuseError('ENOENT')
    this.exists[node - CREATED] = 0
  }

  override release(): void {}

  override opendir(): OpenResult {
    return {}
  }

  override readdir(req: ReaddirRequest): void {
    if (req.node === LISTED) req.addListing(this.listing)
  }

  override releasedir(): void {}
}

/** The node of a name in `w`, or 0 if it is none. */
function created(name: string): number {
  const number = Number(name)
  return name !== '' && number >= 0 && number < NAMES ? CREATED + number : 0
}

function attributes(node: number): AttrResult {
  const size = node >= DIRECT && node < CACHED + FILES ? 1 << 30 : 0
  return { attr: { mode: node <= WORK ? 0o40755 : 0o100644, size } }
}

function entry(node: number): Entry {
  return { node: node as NodeId, attr: attributes(node).attr }
}

/** For `mount()` with threads: each isolate makes one of these. */
export default (data: unknown): FileSystem => new Toy(data as Uint8Array)
