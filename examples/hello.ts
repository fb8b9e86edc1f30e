/*
 * The smallest filesystem: one file with a greeting.
 *
 *   npm run example -- hello -f /tmp/mnt
 *
 * and in another terminal: cat /tmp/mnt/hello
 */
import { FileSystem, FuseError, ROOT_ID } from 'fusewire'
import type { AttrResult, Entry, GetattrRequest, NameRequest, NodeId, ReaddirRequest, ReadRequest } from 'fusewire'
import { commandLine, run } from './lib/run.js'

const HELLO = 2 as NodeId
const GREETING = Buffer.from('Hello World!\n')

class Hello extends FileSystem {
  override lookup({ parent, name }: NameRequest): Entry {
    if (parent !== ROOT_ID || name !== 'hello') throw new FuseError('ENOENT')
    return { node: HELLO, ...this.attributes(HELLO) }
  }

  override getattr({ node }: GetattrRequest): AttrResult {
    return this.attributes(node)
  }

  override readdir(req: ReaddirRequest): void {
    if (req.offset === 0) req.add('hello', HELLO, 0o100444, 1)
  }

  override read({ offset, size }: ReadRequest): Uint8Array {
    return GREETING.subarray(offset, offset + size)
  }

  private attributes(node: NodeId): AttrResult {
    return node === ROOT_ID
      ? { attr: { mode: 0o40755, nlink: 2 } }
      : { attr: { mode: 0o100444, size: GREETING.length } }
  }
}

await run(new Hello(), commandLine())
