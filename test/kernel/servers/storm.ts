import { setTimeout as sleep } from 'node:timers/promises'
import { FuseError } from '#src/base/errors.js'
import { ROOT_ID, type NodeId } from '#src/base/ids.js'
import { mount } from '#src/mount.js'
import { FileSystem } from '#src/server/filesystem.js'
import type { GetattrRequest, SetattrRequest } from '#src/server/requests/attr.js'
import type { ReadRequest } from '#src/server/requests/file.js'
import type { NameRequest } from '#src/server/requests/name.js'
import type { AttrResult, Entry, OpenResult } from '#src/server/results.js'

/*
 * Notifies without a pause about files whose requests it answers late, so that at any moment some notification waits in the
 * kernel: storm MOUNTPOINT LANE. Meant to be killed.
 */

const FILES = 8
const FIRST = 2
const SIZE = 1 << 16
const nodes = Array.from({ length: FILES }, (_, i) => (FIRST + i) as NodeId)

class Slow extends FileSystem {
  override async lookup({ parent, name }: NameRequest): Promise<Entry> {
    await sleep(5)
    const index = Number(name)
    if (parent !== ROOT_ID || !(index < FILES)) throw new FuseError('ENOENT')
    return { node: nodes[index]!, ...attributes(nodes[index]!), entryTimeoutMs: Infinity }
  }

  override getattr({ node }: GetattrRequest): AttrResult {
    return attributes(node)
  }

  override async setattr({ node }: SetattrRequest): Promise<AttrResult> {
    await sleep(5)
    return attributes(node)
  }

  override open(): OpenResult {
    return { keepCache: true }
  }

  override async read({ buffer, size }: ReadRequest): Promise<number> {
    await sleep(5)
    buffer.fill(1)
    return size
  }
}

function attributes(node: NodeId): AttrResult {
  const attr = node === ROOT_ID ? { mode: 0o40755 } : { mode: 0o100644, size: SIZE }
  return { attr, attrTimeoutMs: Infinity }
}

const [path, lane] = process.argv.slice(2)
const { notify } = await mount(new Slow(), path!, { notifyVia: lane === 'threads' ? 'threads' : 'io_uring' })
process.send?.('ready')
const page = new Uint8Array(4096)
for (let i = 0; ; i += 1) {
  const node = nodes[i % FILES]!
  const name = String(i % FILES)
  await Promise.race([
    Promise.all([
      notify.invalInode(node),
      notify.store(node, (i % 16) * page.length, page),
      notify.invalEntry(ROOT_ID, name),
      notify.delete(ROOT_ID, node, name),
    ]),
    sleep(1),
  ])
}
