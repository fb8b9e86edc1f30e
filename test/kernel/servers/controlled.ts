import { FuseError } from '#src/base/errors.js'
import type { NodeId } from '#src/base/ids.js'
import { mount } from '#src/mount.js'
import { FileSystem } from '#src/server/filesystem.js'
import type { ReadRequest } from '#src/server/requests/file.js'
import type { NameRequest } from '#src/server/requests/name.js'
import type { AttrResult, Entry, NegativeEntry, OpenResult } from '#src/server/results.js'

/* One file, `f`, cached for ever, and a name that is never answered, `held`; run with the mount point. */

const FILE = 2 as NodeId
const CONTENT = Buffer.alloc(8192, 'old ')
let reads = 0

class Controlled extends FileSystem {
  override lookup({ name }: NameRequest): Entry | Promise<NegativeEntry> {
    if (name === 'held') return new Promise(() => undefined)
    if (name !== 'f') throw new FuseError('ENOENT')
    return { node: FILE, ...this.getattr({ node: FILE }) }
  }
  override getattr({ node }: { readonly node: NodeId }): AttrResult {
    return { attr: node === FILE ? { mode: 0o100644, size: CONTENT.length } : { mode: 0o40755, nlink: 2 } }
  }
  override open(): OpenResult {
    return { keepCache: true }
  }
  override read({ buffer, offset, size }: ReadRequest): number {
    reads += 1
    return CONTENT.copy(buffer, 0, offset, offset + size)
  }
}

const mounted = await mount(new Controlled(), process.argv[2]!, {
  fsname: 'controlled',
  control: true,
  entryTimeoutMs: Infinity,
  attrTimeoutMs: Infinity,
})
process.on('message', () => process.send?.({ reads, control: mounted.control }))
process.send?.('ready')
await mounted.closed.catch(() => undefined)
process.disconnect?.()
