import { ROOT_ID, type NodeId } from '../../../base/ids.js'
import { O } from '../../../sys/constants.js'
import { pwrite } from '../../../sys/io.js'
import { giveLease, takeLease } from '../../../sys/lease.js'
import { closeFd, openAt } from '../../../sys/open.js'
import { createStat, statFd, type Stat } from '../../../sys/stat.js'
import type { Source } from '../source.js'

/** How many files are remembered: the latest. */
const MAX_FILES = 1024
/** So many writes, each with a time of its own, show that times tell every change. */
const TRIES = 8

/** What tells one state of a file from every other. */
interface State {
  readonly ctime: number
  readonly ctimeNs: number
  readonly mtime: number
  readonly mtimeNs: number
  readonly size: number
}

/**
 * How this process has left files that it changed for the mount, which needs not be told that.
 *
 * A file is as it was left if its times and size are: on filesystems whose times are finer than any two changes apart, once they
 * have been looked at (Linux 6.13; ext4, XFS, Btrfs, tmpfs). While this process changes the file, nobody else may, which takes a
 * lease; and what happened before must have been heard by then. Where one of these cannot be had, everything is told.
 */
export class OwnContent {
  /** Takes note of all that has happened up to now. */
  readonly hear: () => void
  private readonly source: Source
  private readonly isExact: boolean
  private readonly dev: number
  private readonly left = new Map<NodeId, State>()
  /** What the kernel was answered when it had changed attributes. */
  private readonly shown = new Map<NodeId, State>()
  private readonly stat = createStat()

  constructor(source: Source, hear: () => void) {
    this.source = source
    this.hear = hear
    this.isExact = source.withFile(ROOT_ID, hasExactTimes)
    this.dev = source.deviceOf(ROOT_ID)
  }

  /** Runs `action`, which changes the content of the file that is open for writing at `fd`. */
  change<T>(node: NodeId, fd: number, action: () => T): T {
    if (!this.isExact || !takeLease(fd)) {
      this.left.delete(node)
      return action()
    }
    try {
      this.hear()
      const result = action()
      this.keep(this.left, node, statFd(fd, this.stat))
      return result
    } finally {
      giveLease(fd)
    }
  }

  /** Whether nobody has changed the file since this process did. */
  isAsLeft(node: NodeId): boolean {
    return this.isStill(this.left, node)
  }

  /** The kernel is answered these attributes: what changes later changes the times, too. */
  show(node: NodeId, stat: Stat): void {
    if (this.isExact) this.keep(this.shown, node, stat)
  }

  /** Whether the attributes are those that the kernel was answered when it changed them. */
  isAsShown(node: NodeId): boolean {
    return this.isStill(this.shown, node)
  }

  forget(node: NodeId): void {
    this.left.delete(node)
    this.shown.delete(node)
  }

  private isStill(states: Map<NodeId, State>, node: NodeId): boolean {
    const state = states.get(node)
    if (state === undefined) return false
    try {
      if (isSame(state, this.source.statNode(node))) return true
    } catch {
      // It cannot be found: then nobody knows.
    }
    states.delete(node)
    return false
  }

  private keep(states: Map<NodeId, State>, node: NodeId, stat: Stat): void {
    const { dev, ctime, ctimeNs, mtime, mtimeNs, size } = stat
    states.delete(node)
    if (dev !== this.dev) return
    states.set(node, { ctime, ctimeNs, mtime, mtimeNs, size })
    if (states.size <= MAX_FILES) return
    for (const [oldest] of states) return void states.delete(oldest)
  }
}

function isSame(a: State, b: State): boolean {
  return (
    a.ctimeNs === b.ctimeNs &&
    a.mtimeNs === b.mtimeNs &&
    a.size === b.size &&
    a.ctime === b.ctime &&
    a.mtime === b.mtime
  )
}

/** Tries it on a file without a name, in the directory. False where there is none, or nothing can be written. */
function hasExactTimes(directory: number): boolean {
  let fd: number | undefined
  try {
    fd = openAt(directory, '.', O.TMPFILE | O.RDWR, 0o600)
    const stat = createStat()
    const seen = new Set<string>()
    for (let i = 0; i < TRIES; i += 1) {
      pwrite(fd, new Uint8Array(1), 0)
      statFd(fd, stat)
      seen.add(`${stat.ctime}.${stat.ctimeNs}`)
    }
    return seen.size === TRIES
  } catch {
    return false
  } finally {
    if (fd !== undefined) closeFd(fd)
  }
}
