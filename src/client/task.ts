import type { Caller } from './connection/pending.js'
import type { Credentials } from './options.js'

/** Who makes a call: what a process is to the kernel. */
export interface Task {
  readonly caller: Caller
  readonly groups: readonly number[]
  readonly umask: number
  /** Interrupts the call, as a signal does. */
  readonly signal: AbortSignal | undefined
}

export function taskOf(credentials: Credentials): Task {
  const { uid = 0, gid = 0, pid = 0, groups = [], umask = 0o022 } = credentials
  return { caller: { uid, gid, pid }, groups, umask, signal: undefined }
}

/** The superuser: what CAP_FSETID and CAP_DAC_OVERRIDE allow, uid 0 may here. */
export function isPrivileged(task: Task): boolean {
  return task.caller.uid === 0
}

export function isInGroup(task: Task, gid: number): boolean {
  return task.caller.gid === gid || task.groups.includes(gid)
}
