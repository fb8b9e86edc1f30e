import { readFileSync } from 'node:fs'
import { isMainThread } from 'node:worker_threads'
import { ERRNO } from '../../base/errno.js'
import { errnoOf } from '../../base/errors.js'
import { currentCredentials, withCredentials } from '../../sys/credentials.js'
import { createStat, statFd } from '../../sys/stat.js'
import { ownUmask, setUmask } from '../../sys/thread.js'

const SET_ID = 0o6000

/** Who asks. */
export interface Who {
  readonly uid: number
  readonly gid: number
  readonly pid: number
}

/** What is looked at of a request that makes something. */
export interface Maker extends Who {
  readonly suppGroups: readonly number[]
}

/**
 * Does on the host what is to be done as the one who asked. A server that may not become somebody else (one that is not
 * root) does everything as itself.
 */
export class Caller {
  private readonly own = currentCredentials()
  private readonly mayBecome: boolean
  private readonly stat = createStat()

  constructor() {
    this.mayBecome = mayBecomeAnother(this.own.uid, this.own.gid)
    // In the main thread the mask of the whole process is changed for a moment at a time instead: to give that thread
    // one of its own would take its current directory apart from that of Node's file operations, for good.
    if (!isMainThread) ownUmask()
  }

  /** Runs `action`, which makes a file: it belongs to who asked, and `umask` is taken off its mode as the host does it. */
  make<T>(maker: Maker, umask: number, action: () => T): T {
    const before = setUmask(umask)
    try {
      return this.as(maker, action)
    } finally {
      if (before !== umask) setUmask(before)
    }
  }

  /** Runs `action` as who asked. */
  as<T>(maker: Maker, action: () => T): T {
    const { own } = this
    const { uid, gid } = maker
    if (!this.mayBecome || (uid === own.uid && gid === own.gid)) return action()
    const { suppGroups } = maker
    const groups = suppGroups.length > 0 || own.groups.length > 0 ? suppGroups : undefined
    try {
      return withCredentials(uid, gid, groups, action)
    } catch (error) {
      // The kernel has allowed it, for a reason that the host does not see in what a request tells of groups.
      const all = errnoOf(error) === ERRNO.EACCES ? groupsOf(maker.pid) : undefined
      if (all === undefined) throw error
      return withCredentials(uid, gid, all, action)
    }
  }

  /**
   * Runs `action`, a change of what `fd` contains that is to clear the bits set-user-id and set-group-id, without the
   * right to keep them. Such a file is rare, and to look is quicker than to become somebody else (0.5 µs, not 2.5).
   */
  withoutSetId<T>(who: Who, fd: number, action: () => T): T {
    if (!this.mayBecome || who.uid === this.own.uid) return action()
    const { mode, gid } = statFd(fd, this.stat)
    if ((mode & SET_ID) === 0) return action()
    // Where nobody of the group may execute it, the host lets members of the group keep set-group-id.
    const isMember = who.gid === gid || groupsOf(who.pid)?.includes(gid) === true
    return withCredentials(who.uid, isMember ? gid : who.gid, [], action)
  }
}

function mayBecomeAnother(uid: number, gid: number): boolean {
  try {
    return withCredentials(uid + 1, gid + 1, undefined, () => true)
  } catch {
    return false
  }
}

/** The supplementary groups of a thread; undefined if it is not to be seen (it ended, or is in another pid namespace). */
function groupsOf(pid: number): number[] | undefined {
  if (pid === 0) return undefined
  try {
    const [, line] = /^Groups:(.*)$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1')) ?? []
    return line?.split(/\s+/).filter(Boolean).map(Number)
  } catch {
    return undefined
  }
}
