import type { FileHandle } from '../../base/ids.js'
import { FATTR_CTIME, FATTR_FH, FATTR_MTIME } from '../../protocol/flags/attr.js'
import { NOBODY } from '../connection/pending.js'
import { STATX_CTIME } from '../constants.js'
import type { Core } from '../core.js'
import { ignoreFailure } from '../failure.js'
import type { Inode } from '../objects.js'
import { ownsSizeAndTimes } from './attributes.js'
import { invalidateAttr } from './staleness.js'

/** Seconds since 1970 and nanoseconds. */
export interface Time {
  readonly sec: number
  readonly nsec: number
}

export function now(core: Core): Time {
  const ms = core.settings.clock.wallMs()
  const sec = Math.floor(ms / 1000)
  return truncatedTime(core, { sec, nsec: Math.floor((ms - sec * 1000) * 1e6) })
}

/** As fine as the server keeps times. */
export function truncatedTime(core: Core, { sec, nsec }: Time): Time {
  return { sec, nsec: nsec - (nsec % core.negotiated.timeGranNs) }
}

/** With WRITEBACK_CACHE: something was written, now. */
export function touch(core: Core, inode: Inode): void {
  const { sec, nsec } = now(core)
  if (inode.attr.mtime === sec && inode.attr.mtimensec === nsec && inode.attr.ctimensec === nsec) return
  Object.assign(inode.attr, { mtime: sec, mtimensec: nsec, ctime: sec, ctimensec: nsec })
  inode.writeback.hasTimes = true
}

/**
 * The object was changed in a way that its ctime tells of: a name more or less, other extended attributes. With
 * WRITEBACK_CACHE the client sets it, and sends it at once. What comes of that is nobody's concern.
 */
export async function changed(core: Core, inode: Inode): Promise<void> {
  invalidateAttr(inode, STATX_CTIME)
  if (!ownsSizeAndTimes(core, inode)) return
  const { sec, nsec } = now(core)
  Object.assign(inode.attr, { ctime: sec, ctimensec: nsec })
  inode.writeback.hasTimes = true
  await flushTimes(core, inode).catch(ignoreFailure)
}

/** Sends times that were set here. The reply is not looked at. */
export async function flushTimes(core: Core, inode: Inode): Promise<void> {
  const { writeback } = inode
  // One after the other, whoever sends them.
  while (writeback.sendingTimes !== undefined) await writeback.sendingTimes.catch(() => undefined)
  if (!writeback.hasTimes) return
  writeback.hasTimes = false
  const sending = sendTimes(core, inode)
  writeback.sendingTimes = sending
  try {
    await sending
  } finally {
    writeback.sendingTimes = undefined
  }
}

async function sendTimes(core: Core, inode: Inode): Promise<void> {
  const { mtime, mtimensec, ctime, ctimensec } = inode.attr
  const [writer] = inode.writers
  const hasCtime = core.negotiated.minor >= 23
  const fuse_setattr_in = {
    valid: FATTR_MTIME | (hasCtime ? FATTR_CTIME : 0) | (writer === undefined ? 0 : FATTR_FH),
    fh: writer?.fh ?? (0 as FileHandle),
    size: 0,
    lock_owner: 0,
    atime: 0,
    atimensec: 0,
    mtime,
    mtimensec,
    ctime: hasCtime ? ctime : 0,
    ctimensec: hasCtime ? ctimensec : 0,
    mode: 0,
    uid: 0,
    gid: 0,
  }
  await core.call(
    'SETATTR',
    inode.nodeid,
    { fuse_setattr_in },
    { caller: NOBODY, groups: [], umask: 0, signal: undefined },
  )
}
