/*
 * Acting as somebody else. On Linux credentials belong to a thread; only the C library makes them look as if they were
 * the process's, by changing every thread. A server must change its own thread alone, hence system calls by number.
 */
import { ERRNO } from '../base/errno.js'
import { FuseWireError, SystemError } from '../base/errors.js'
import { checkRaw } from './check.js'
import { libc, SCRATCH } from './libc.js'
import { SYS, syscallRaw } from './syscalls.js'

/** What setfsuid and setfsgid take for "change nothing": they return the present id and no error, ever. */
const ASK = -1

/** Who this thread is to the filesystem. */
export interface Credentials {
  readonly uid: number
  readonly gid: number
  readonly groups: readonly number[]
}

/** The filesystem user, group and supplementary groups of this thread. */
export function currentCredentials(): Credentials {
  return { uid: fsuid(), gid: fsgid(), groups: supplementaryGroups() }
}

/**
 * Runs `action` with the filesystem user and group `uid` and `gid` and the supplementary groups `groups` (undefined
 * leaves them), and restores what was before, whatever happens. Only for this thread: `action` must do its work on the
 * spot, with the functions of this folder or the `...Sync` functions of Node, and must not return a promise. If this
 * thread is root, the change to another user drops the capabilities that override file permissions, for as long as
 * `action` runs.
 *
 * @throws SystemError EPERM if this thread may not act as that user (needs CAP_SETUID and CAP_SETGID), EINVAL for what is
 *   no id; `action` has not run then
 * @throws FuseWireError ERR_CREDENTIALS if they could not be restored: the thread must not go on serving
 */
export function withCredentials<T>(
  uid: number,
  gid: number,
  groups: readonly number[] | undefined,
  action: () => T,
): T {
  const before: Credentials = { uid: fsuid(), gid: fsgid(), groups: groups === undefined ? [] : supplementaryGroups() }
  let groupsChanged = false
  try {
    // The user last: becoming somebody else may cost the right to change the groups.
    if (groups !== undefined && !equal(groups, before.groups)) {
      setThreadGroups(groups)
      groupsChanged = true
    }
    if (gid !== before.gid) setFsgid(gid)
    if (uid !== before.uid) setFsuid(uid)
    const result = action()
    if (result instanceof Promise) throw new TypeError('an action with other credentials must not be asynchronous')
    return result
  } finally {
    restore(before, groupsChanged)
  }
}

/** Sets the supplementary groups of this thread. Needs CAP_SETGID. */
export function setThreadGroups(groups: readonly number[]): void {
  const { address, view } = libc().scratch
  if (groups.length * 4 > SCRATCH.DATA_LENGTH) throw new SystemError(ERRNO.EINVAL, 'setgroups')
  for (const [index, group] of groups.entries()) view.setUint32(SCRATCH.DATA + 4 * index, group, true)
  checkRaw(syscallRaw(SYS.setgroups, groups.length, address + SCRATCH.DATA), 'setgroups')
}

/** Sets real, effective and saved user of this thread; -1 leaves one as it is. */
export function setThreadUser(real: number, effective: number, saved: number): void {
  checkRaw(syscallRaw(SYS.setresuid, real, effective, saved), 'setresuid')
}

/** Sets real, effective and saved group of this thread; -1 leaves one as it is. */
export function setThreadGroup(real: number, effective: number, saved: number): void {
  checkRaw(syscallRaw(SYS.setresgid, real, effective, saved), 'setresgid')
}

function restore(before: Credentials, groups: boolean): void {
  try {
    if (fsuid() !== before.uid) setFsuid(before.uid)
    if (fsgid() !== before.gid) setFsgid(before.gid)
    if (groups) setThreadGroups(before.groups)
  } catch (cause) {
    throw new FuseWireError('ERR_CREDENTIALS', 'the credentials of this thread could not be restored', { cause })
  }
}

// Both return the present id in 64 bits, so an id of 2^31 and more is not taken for an error.
function fsuid(): number {
  return libc().syscall(SYS.setfsuid, ASK, 0, 0, 0, 0, 0)
}

function fsgid(): number {
  return libc().syscall(SYS.setfsgid, ASK, 0, 0, 0, 0, 0)
}

/** setfsuid tells of no error, so look whether it worked. */
function setFsuid(uid: number): void {
  if (!isId(uid)) throw new SystemError(ERRNO.EINVAL, 'setfsuid')
  libc().syscall(SYS.setfsuid, uid, 0, 0, 0, 0, 0)
  if (fsuid() !== uid) throw new SystemError(ERRNO.EPERM, 'setfsuid')
}

function setFsgid(gid: number): void {
  if (!isId(gid)) throw new SystemError(ERRNO.EINVAL, 'setfsgid')
  libc().syscall(SYS.setfsgid, gid, 0, 0, 0, 0, 0)
  if (fsgid() !== gid) throw new SystemError(ERRNO.EPERM, 'setfsgid')
}

function isId(id: number): boolean {
  return Number.isInteger(id) && id >= 0 && id < 0xffff_ffff
}

function supplementaryGroups(): number[] {
  const { address, view } = libc().scratch
  const most = SCRATCH.DATA_LENGTH / 4
  const count = checkRaw(syscallRaw(SYS.getgroups, most, address + SCRATCH.DATA), 'getgroups')
  return Array.from({ length: count }, (_, index) => view.getUint32(SCRATCH.DATA + 4 * index, true))
}

function equal(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((group, index) => group === b[index])
}
