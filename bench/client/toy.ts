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
