import { readFileSync } from 'node:fs'
import { check, checkRaw } from './check.js'
import { libc, SCRATCH } from './libc.js'
import { SYS, syscallRaw } from './syscalls.js'

/** Room for 8192 CPUs, more than any kernel is built for. */
const MASK_BYTES = 1024
const CLONE_FS = 0x200

/** The kernel's number of this thread; that of the main thread is `process.pid`. */
export function threadId(): number {
  return syscallRaw(SYS.gettid)
}

/** Whether a thread of this process runs, or would if it had a CPU; false if it waits for something, or has gone. */
export function isRunnable(thread: number): boolean {
  try {
    const stat = readFileSync(`/proc/self/task/${thread}/stat`, 'latin1')
    // The name, in parentheses, may have anything in it; the state comes next: proc_pid_stat(5).
    return stat.startsWith(') R', stat.lastIndexOf(')'))
  } catch {
    return false
  }
}

/** The CPUs that this thread may run on, ascending. */
export function allowedCpus(): number[] {
  const { address, view } = libc().scratch
  const bytes = checkRaw(syscallRaw(SYS.sched_getaffinity, 0, MASK_BYTES, address + SCRATCH.DATA), 'sched_getaffinity')
  const cpus: number[] = []
  for (let cpu = 0; cpu < bytes * 8; cpu += 1) {
    if ((view.getUint8(SCRATCH.DATA + (cpu >> 3)) >> (cpu & 7)) & 1) cpus.push(cpu)
  }
  return cpus
}

/** Lets this thread run on `cpus` only. @throws SystemError EINVAL if none of them is allowed or there */
export function pinToCpus(cpus: readonly number[]): void {
  const { address, bytes } = libc().scratch
  bytes.fill(0, SCRATCH.DATA, SCRATCH.DATA + MASK_BYTES)
  for (const cpu of cpus) {
    if (!Number.isInteger(cpu) || cpu < 0 || cpu >= MASK_BYTES * 8) throw new RangeError(`${cpu} is not a CPU`)
    const at = SCRATCH.DATA + (cpu >> 3)
    bytes[at] = bytes[at]! | (1 << (cpu & 7))
  }
  checkRaw(syscallRaw(SYS.sched_setaffinity, 0, MASK_BYTES, address + SCRATCH.DATA), 'sched_setaffinity')
}

/** The CPU that this thread runs on at the moment. */
export function currentCpu(): number {
  const { address, view } = libc().scratch
  checkRaw(syscallRaw(SYS.getcpu, address + SCRATCH.DATA, 0, 0), 'getcpu')
  return view.getUint32(SCRATCH.DATA, true)
}

/** Lets other threads that wait for this CPU run first, if there are any. */
export function yieldCpu(): void {
  libc().sched_yield()
}

/** prctl(2) with plain numbers. @param option one of `PR` @throws SystemError */
export function prctl(option: number, a = 0, b = 0, c = 0, d = 0): number {
  return check(libc().prctl(option, a, b, c, d), 'prctl')
}

/**
 * Sets the permission bits that files are created without, and returns those before. For the whole process, unless this
 * thread has called {@link ownUmask}.
 */
export function setUmask(mask: number): number {
  return libc().umask(mask)
}

/** From now on this thread has an umask, current directory and root directory of its own. Cannot be undone. */
export function ownUmask(): void {
  check(libc().unshare(CLONE_FS), 'unshare')
}
