import type { GetattrRequest, SetattrRequest, SetTime, StatxRequest } from '../../server/requests/attr.js'
import type { AttrResult, StatxResult } from '../../server/results.js'
import { chmodFd, chownFd, setTimes, UTIME } from '../../sys/attributes.js'
import { O } from '../../sys/constants.js'
import { truncateFd } from '../../sys/data.js'
import { closeFd, reopen } from '../../sys/open.js'
import { statFd, type Stat } from '../../sys/stat.js'
import { attrOf } from './attributes.js'
import type { Caller } from './caller.js'
import type { Source } from './source.js'

/** STATX_BASIC_STATS and STATX_BTIME: include/uapi/linux/stat.h. */
const BASIC_STATS = 0x7ff
const BTIME = 0x800

/** Requests that tell attributes, or change them. */
export class Attributes {
  private readonly source: Source
  private readonly caller: Caller

  constructor(source: Source, caller: Caller) {
    this.source = source
    this.caller = caller
  }

  getattr(req: GetattrRequest): AttrResult {
    return { attr: attrOf(this.stat(req), this.source.identity) }
  }

  statx(req: StatxRequest): StatxResult {
    const stat = this.stat(req)
    const attr = attrOf(stat, this.source.identity)
    const isBorn = stat.btime !== 0 || stat.btimeNs !== 0
    return { mask: isBorn ? BASIC_STATS | BTIME : BASIC_STATS, attr, btime: stat.btime, btimensec: stat.btimeNs }
  }

  setattr(req: SetattrRequest): AttrResult {
    if (req.fh !== undefined) return this.change(req, req.fh)
    return this.source.withFile(req.node, (fd) => this.change(req, fd))
  }

  private stat(req: GetattrRequest | StatxRequest): Stat {
    return req.fh === undefined ? this.source.statNode(req.node) : statFd(req.fh, this.source.stat)
  }

  /** The owner before the mode: a change of owner clears bits of the mode, which the same request may set. */
  private change(req: SetattrRequest, fd: number): AttrResult {
    this.source.own.before()
    if (req.newUid !== undefined || req.newGid !== undefined) chownFd(fd, req.newUid ?? -1, req.newGid ?? -1)
    if (req.mode !== undefined) chmodFd(fd, req.mode & 0o7777)
    if (req.size !== undefined) this.truncate(req, fd, req.size)
    if (req.atime !== undefined || req.mtime !== undefined) {
      const atime = time(req.atime)
      const mtime = time(req.mtime)
      setTimes(fd, atime.sec, atime.nsec, mtime.sec, mtime.nsec)
    }
    const stat = statFd(fd, this.source.stat)
    this.source.own.attributes(req.node, stat)
    return { attr: attrOf(stat, this.source.identity) }
  }

  private truncate(req: SetattrRequest, fd: number, size: number): void {
    const writable = req.fh ?? reopen(fd, O.WRONLY | O.NONBLOCK)
    try {
      const truncate = () => truncateFd(writable, size)
      this.source.own.content(req.node, writable, () =>
        req.killSuidgid ? this.caller.withoutSetId(req, writable, truncate) : truncate(),
      )
    } finally {
      if (writable !== req.fh) closeFd(writable)
    }
  }
}

function time(given: SetTime | undefined): { readonly sec: number; readonly nsec: number } {
  return given === undefined ? { sec: 0, nsec: UTIME.OMIT } : given === 'now' ? { sec: 0, nsec: UTIME.NOW } : given
}
