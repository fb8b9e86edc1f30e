import type { RequestContext } from '../../server/context.js'
import type { GetxattrRequest, SetxattrRequest } from '../../server/requests/misc.js'
import { chmodFd } from '../../sys/attributes.js'
import { statFd } from '../../sys/stat.js'
import { getXattr, listXattrs, removeXattr, setXattr } from '../../sys/xattr.js'
import type { Source } from './source.js'

/** FUSE_SETXATTR_ACL_KILL_SGID: include/uapi/linux/fuse.h. */
const ACL_KILL_SGID = 1
const SET_GROUP_ID = 0o2000

/** Extended attributes: those of the host, of all namespaces. */
export class Xattrs {
  private readonly source: Source

  constructor(source: Source) {
    this.source = source
  }

  get(req: GetxattrRequest): Uint8Array {
    return this.source.withFile(req.node, (fd) => getXattr(fd, req.name))
  }

  set(req: SetxattrRequest): void {
    this.source.withFile(req.node, (fd) => {
      setXattr(fd, req.name, req.value, req.flags)
      if ((req.setxattrFlags & ACL_KILL_SGID) === 0) return
      const { mode } = statFd(fd, this.source.stat)
      if ((mode & SET_GROUP_ID) !== 0) chmodFd(fd, mode & 0o7777 & ~SET_GROUP_ID)
    })
  }

  /** Those named trusted.* are shown to root alone, as the host would if the caller asked it. */
  list(req: RequestContext): readonly string[] {
    const names = this.source.withFile(req.node, listXattrs)
    return req.uid === 0 ? names : names.filter((name) => !name.startsWith('trusted.'))
  }

  remove(req: GetxattrRequest): void {
    this.source.withFile(req.node, (fd) => removeXattr(fd, req.name))
  }
}
