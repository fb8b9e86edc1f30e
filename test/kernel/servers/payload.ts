import { FuseError } from '#src/base/errors.js'
import type { NodeId } from '#src/base/ids.js'
import { mount } from '#src/mount.js'
import { FileSystem } from '#src/server/filesystem.js'
import type { GetattrRequest } from '#src/server/requests/attr.js'
import type { OpenRequest, ReadRequest } from '#src/server/requests/file.js'
import type { NameRequest } from '#src/server/requests/name.js'
import type { AttrResult, Entry, OpenResult } from '#src/server/results.js'

/* Files whose reads are answered with bytes of the filesystem's own, each of another kind. Byte i of a file is i % 251. */

const SIZE = 300_000
const all = Uint8Array.from({ length: SIZE + 100 }, (_, i) => i % 251)
const shared = new Uint8Array(new SharedArrayBuffer(SIZE))
shared.set(all.subarray(0, SIZE))

const part = (req: ReadRequest) => all.subarray(req.offset, Math.min(req.offset + req.size, SIZE))

/** By the name of the file. */
const KINDS: Readonly<Record<string, (req: ReadRequest) => number | Uint8Array | Promise<number | Uint8Array>>> = {
  filled: (req) => {
    req.buffer.set(part(req))
    return part(req).length
  },
  view: part,
  copy: (req) => part(req).slice(),
  node: (req) => Buffer.from(part(req)),
  shared: (req) => shared.subarray(req.offset, Math.min(req.offset + req.size, SIZE)),
  later: async (req) => {
    await new Promise((resolve) => setTimeout(resolve, 1))
    return part(req)
  },
  settled: async (req) => Promise.resolve(part(req)),
  long: (req) => new Uint8Array(req.size + 1),
}
const NAMES = Object.keys(KINDS)
const FIRST = 2

class Payloads extends FileSystem {
  override lookup(req: NameRequest): Entry {
    const index = NAMES.indexOf(req.name)
    if (index < 0) throw new FuseError('ENOENT')
    const node = (FIRST + index) as NodeId
    return { node, attr: this.attributes(node) }
  }

  override getattr(req: GetattrRequest): AttrResult {
    return { attr: this.attributes(req.node) }
  }

  override open(_req: OpenRequest): OpenResult {
    return { directIo: true }
  }

  override read(req: ReadRequest): number | Uint8Array | Promise<number | Uint8Array> {
    return KINDS[NAMES[req.node - FIRST]!]!(req)
  }

  private attributes(node: NodeId) {
    return node === 1 ? { mode: 0o40755 } : { mode: 0o100444, size: SIZE }
  }
}

const errors: string[] = []
const onError = (error: unknown) => errors.push(String(error))
const mounted = await mount(new Payloads(), process.argv[2]!, { fsname: 'payload', allowOther: true, onError })
process.on('message', () => process.send?.(errors))
process.send?.('ready')
await mounted.closed
process.disconnect?.()
