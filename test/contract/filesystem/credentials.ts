/** Who runs a check, and becoming that. */
import { libcCall } from '../../helpers/posix/ffi.js'

export interface Credentials {
  readonly uid: number
  readonly gid: number
  readonly groups: readonly number[]
}

/** The ordinary user of the suite. The numbers need no entry in any user database. */
export const USER: Credentials = { uid: 1000, gid: 1000, groups: [1001] }
/** Another ordinary user, in none of the first one's groups. */
export const STRANGER: Credentials = { uid: 1003, gid: 1003, groups: [] }
/** Another ordinary user who shares the supplementary group of {@link USER}. */
export const COLLEAGUE: Credentials = { uid: 1004, gid: 1004, groups: [1001] }

/** Gives up root for good; null changes nothing. Groups go first, since only root may set them. */
export function become(credentials: Credentials | null): void {
  if (credentials === null) return
  process.setgroups?.([...credentials.groups])
  process.setgid?.(credentials.gid)
  process.setuid?.(credentials.uid)
}

const prctl = libcCall('prctl', ['int', 'size_t', 'size_t', 'size_t', 'size_t'])
const PR_SET_PDEATHSIG = 1
const SIGKILL = 9

/**
 * Has the kernel kill this process when its parent ends, even while it hangs in a system call. A change of credentials
 * forgets that, so it comes after {@link become}.
 */
export function dieWithParent(): void {
  prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0)
}
