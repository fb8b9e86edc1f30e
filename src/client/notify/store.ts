import { ERRNO } from '../../base/errno.js'
import type { NodeId } from '../../base/ids.js'
import { PAGE_SIZE } from '../../protocol/limits.js'
import type { MessageBuffer } from '../../protocol/message.js'
import { fuse_notify_store_out } from '../../protocol/structs/notify.js'
import { MAX_SIZE } from '../constants.js'
import type { Core } from '../core.js'
import type { Page } from '../cache/page.js'
import type { Inode } from '../objects.js'
import { grown } from '../vfs/write.js'
import { BODY, bodyLength, u64At } from './body.js'

/**
 * STORE: bytes for the page cache. A page that was not valid becomes so only if it is filled from its first byte on, wholly
 * or to the end of the file. Waits for pages that are locked; the bytes of the message are needed until then.
 */
export function store(core: Core, message: MessageBuffer, end: number): number | Promise<number> {
  const head = fuse_notify_store_out.size
  if (bodyLength(end) < head) return -ERRNO.EINVAL
  const size = message.view.getUint32(BODY + 16, true)
  if (bodyLength(end) !== head + size) return -ERRNO.EINVAL
  const inode = core.inodes.get(u64At(message, BODY) as NodeId)
  if (inode === undefined) return -ERRNO.ENOENT
  if (!inode.isFile) return -ERRNO.EINVAL
  const offset = u64At(message, BODY + 8)
  if (offset + size > MAX_SIZE) return -ERRNO.EINVAL
  if (offset + size > inode.attr.size) grown(core, inode, offset + size, size)
  const data = message.bytes.subarray(BODY + head, end)
  return fill(core, inode, data, offset, 0)
}

/**
 * Goes on at byte `from` of `data`; page by page, without waiting where nothing is locked.
 * @param held the page there, if it was waited for: locked for this. To let go of it and lock it again would be to wait behind
 *   others, who would do the same
 */
function fill(
  core: Core,
  inode: Inode,
  data: Uint8Array,
  offset: number,
  from: number,
  held?: Page,
): number | Promise<number> {
  const isToEnd = offset + data.length === inode.attr.size
  for (let done = from; done < data.length;) {
    const at = offset + done
    const start = at % PAGE_SIZE
    const isHeld = held !== undefined && done === from
    const page = isHeld ? held : inode.pages.grab(Math.floor(at / PAGE_SIZE))
    const waiting = isHeld ? undefined : page.lock()
    if (waiting !== undefined) {
      const resume = () => {
        if (!page.isGone) return fill(core, inode, data, offset, done, page)
        page.unlock()
        return fill(core, inode, data, offset, done)
      }
      return core.holding(inode, () => waiting.then(resume))
    }
    const part = data.subarray(done, done + PAGE_SIZE - start)
    page.bytes.set(part, start)
    if (!page.isValid && start === 0 && (part.length === PAGE_SIZE || isToEnd)) {
      page.bytes.fill(0, part.length)
      page.isValid = true
    }
    page.unlock()
    done += part.length
  }
  return 0
}
