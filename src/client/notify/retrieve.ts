import { ERRNO } from '../../base/errno.js'
import type { NodeId, Unique } from '../../base/ids.js'
import { PAGE_SIZE } from '../../protocol/limits.js'
import type { MessageBuffer } from '../../protocol/message.js'
import { fuse_notify_retrieve_out } from '../../protocol/structs/notify.js'
import { NOBODY } from '../connection/pending.js'
import type { Core } from '../core.js'
import type { Inode } from '../objects.js'
import { BODY, bodyLength, u64At } from './body.js'

/**
 * RETRIEVE: answers with NOTIFY_REPLY what is cached from `offset` on, up to the first page that is not there or not valid.
 * Nothing is waited for. An answer comes even if there is nothing to give.
 */
export function retrieve(core: Core, message: MessageBuffer, end: number): number {
  if (bodyLength(end) !== fuse_notify_retrieve_out.size) return -ERRNO.EINVAL
  const inode = core.inodes.get(u64At(message, BODY + 8) as NodeId)
  if (inode === undefined) return -ERRNO.ENOENT
  if (!inode.isFile) return -ERRNO.EINVAL
  if (!core.connection.isReady || core.connection.isOver) return -ERRNO.ENOTCONN
  const unique = message.view.getBigUint64(BODY, true)
  const offset = u64At(message, BODY + 16)
  const data = collect(core, inode, offset, message.view.getUint32(BODY + 24, true))
  const isSafe = unique <= BigInt(Number.MAX_SAFE_INTEGER)
  const header = { unique: (isSafe ? Number(unique) : unique) as Unique, nodeid: inode.nodeid, ...NOBODY }
  const fuse_notify_retrieve_in = { offset: Math.min(offset, Number.MAX_SAFE_INTEGER), size: data.length }
  const sent = core.connection.post({ op: 'NOTIFY_REPLY', header, fuse_notify_retrieve_in, data })
  return sent === 0 ? 0 : -ERRNO.ENOTCONN
}

function collect(core: Core, inode: Inode, offset: number, size: number): Uint8Array {
  const rest = inode.attr.size - offset
  let wanted = rest < 0 ? 0 : Math.min(size, core.maxWriteBytes, rest)
  const start = offset % PAGE_SIZE
  const pages = Math.min(Math.ceil((wanted + start) / PAGE_SIZE), core.maxWritePages)
  // The first page counts from its start, and the bytes before the offset are not given: as the kernel counts.
  wanted = Math.min(wanted, pages * PAGE_SIZE)
  const data = new Uint8Array(wanted)
  let found = 0
  for (let i = 0; i < pages && found < wanted; i += 1) {
    const page = inode.pages.get(Math.floor(offset / PAGE_SIZE) + i)
    if (page === undefined || !page.isValid) break
    const from = i === 0 ? start : 0
    const part = page.bytes.subarray(from, Math.min(PAGE_SIZE, from + wanted - found))
    data.set(part, found)
    found += part.length
  }
  return data.subarray(0, found)
}
