import type { Attr } from '../../server/results.js'
import type { Stat } from '../../sys/stat.js'
import type { Identity } from './identity.js'

/** The attributes of the host's file as the mount shows them. */
export function attrOf(stat: Stat, identity: Identity): Attr {
  return {
    mode: stat.mode,
    size: stat.size,
    ino: identity.shownIno(stat.dev, stat.ino),
    blocks: stat.blocks,
    atime: stat.atime,
    mtime: stat.mtime,
    ctime: stat.ctime,
    atimensec: stat.atimeNs,
    mtimensec: stat.mtimeNs,
    ctimensec: stat.ctimeNs,
    nlink: stat.nlink,
    uid: stat.uid,
    gid: stat.gid,
    rdev: stat.rdev,
    blksize: stat.blksize,
  }
}
