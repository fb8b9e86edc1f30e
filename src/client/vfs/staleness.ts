import { STATX_BASIC_STATS } from '../constants.js'
import type { Inode } from '../objects.js'

/** Marks attributes as stale: STATX bits. */
export function invalidateAttr(inode: Inode, mask: number): void {
  inode.stale |= mask
}

/** The content of a directory was changed from here. */
export function directoryChanged(inode: Inode): void {
  invalidateAttr(inode, STATX_BASIC_STATS)
  inode.changes += 1
}
