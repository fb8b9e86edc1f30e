import { FuseError } from '../../base/errors.js'
import type { SetattrRequest, SetTime } from '../../server/requests/attr.js'
import type { AttrResult } from '../../server/results.js'
import { PERMISSIONS } from './constants.js'
import { Directory } from './directory.js'
import { ATIME, CHANGED, CTIME, MTIME, type Inode, RegularFile } from './inode.js'
import type { Space } from './space.js'

/**
 * The answer with all attributes. They may be kept for ever, but for those with set-id bits: when a write takes such bits
 * away the kernel does not notice, and would start the program with them.
 */
export function attributes(inode: Inode): AttrResult {
  return inode.hasSetId ? { attr: inode, attrTimeoutMs: 0 } : { attr: inode }
}

/** SETATTR. @throws FuseError EISDIR or EINVAL for the size of what has none */
export function setAttributes(inode: Inode, req: SetattrRequest, nowMs: number, space: Space): void {
  if (req.size !== undefined) setSize(inode, req.size, nowMs)
  if (req.killSuidgid && !(inode instanceof Directory)) inode.clearSetId()
  const isProgramChanged = req.size !== undefined || req.newUid !== undefined || req.newGid !== undefined
  if (isProgramChanged) inode.xattrs?.dropCapability(space)
  if (req.mode !== undefined) inode.mode = (inode.mode & ~PERMISSIONS) | (req.mode & PERMISSIONS)
  inode.uid = req.newUid ?? inode.uid
  inode.gid = req.newGid ?? inode.gid
  const times = [req.atime, req.mtime]
  if (isProgramChanged || req.mode !== undefined || times.some((time) => time !== undefined)) inode.stamp(CTIME, nowMs)
  setTime(inode, ATIME, req.atime, nowMs)
  setTime(inode, MTIME, req.mtime, nowMs)
  setTime(inode, CTIME, req.ctime, nowMs)
}

function setSize(inode: Inode, size: number, nowMs: number): void {
  if (!(inode instanceof RegularFile)) throw new FuseError(inode instanceof Directory ? 'EISDIR' : 'EINVAL')
  inode.data.truncate(size)
  inode.stamp(CHANGED, nowMs)
}

function setTime(inode: Inode, which: number, time: SetTime | undefined, nowMs: number): void {
  if (time === undefined) return
  if (time === 'now') {
    inode.stamp(which, nowMs)
    return
  }
  inode.setTime(which, time.sec, time.nsec)
}
