import type { NodeId } from '#src/base/ids.js'
import { FuseError } from '#src/base/errors.js'
import type { Notifier } from '#src/notify/notifier.js'
import type { FileSystem } from '#src/server/filesystem.js'

/*
 * A filesystem in which no request needs more than a few memory accesses:
 *
 *   direct    1 GiB, direct I/O: reads give the same megabyte over and over, writes go nowhere
 *   cached    64 MiB, cached for ever
 *   f0 …      as many files as are asked for
 */

const ROOT = 1
export const DIRECT = 2 as NodeId
export const CACHED = 3 as NodeId
const FIRST = 16
const S_IFDIR = 0o40755
const S_IFREG = 0o100644
const DIRECT_BYTES = 2 ** 30
export const CACHED_BYTES = 64 * 1024 * 1024

/** @param onInit is given the notifier, once there is one */
export function toy(onInit: (notify: Notifier) => void = () => undefined): FileSystem {
  const block = new Uint8Array(1024 * 1024).fill(7)
  const attr = (node: number) => ({
    mode: node === ROOT ? S_IFDIR : S_IFREG,
    size: node === DIRECT ? DIRECT_BYTES : node === CACHED ? CACHED_BYTES : 0,
  })
  const nodeOf = (name: string): number => {
    if (name === 'direct') return DIRECT
    if (name === 'cached') return CACHED
    if (/^f\d+$/.test(name)) return FIRST + Number(name.slice(1))
    throw new FuseError('ENOENT')
  }
  return {
    mountDefaults: { entryTimeoutMs: Infinity, attrTimeoutMs: Infinity, keepCache: true },
    init: (_kernel, notify) => onInit(notify),
    lookup({ name }) {
      const node = nodeOf(name)
      return { node: node as NodeId, attr: attr(node) }
    },
    getattr: ({ node }) => ({ attr: attr(node) }),
    open: ({ node }) => ({ directIo: node === DIRECT }),
    read: ({ offset, size }) => {
      const start = offset % block.length
      return block.subarray(start, start + Math.min(size, block.length - start))
    },
    write: ({ data }) => data.length,
  }
}

const PAGE = 4096
/** STOREs go round so many pages. */
const PAGES = 256

/** Where the STORE of this number goes. */
export function storeOffset(number: number): number {
  return (number % PAGES) * PAGE
}

/** Sends STOREs of whole pages, each with its number in front: 1, 2, 3 … over all calls. */
export class Storer {
  private number = 0
  private readonly notify: () => Notifier

  constructor(notify: () => Notifier) {
    this.notify = notify
  }

  send(times: number): void {
    for (let i = 0; i < times; i += 1) {
      this.number += 1
      const page = new Uint8Array(PAGE)
      new DataView(page.buffer).setUint32(0, this.number, true)
      void this.notify().store(CACHED, storeOffset(this.number), page)
    }
  }
}
