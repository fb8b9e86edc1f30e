import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

/*
 * What /proc tells of processes, by reads that cannot hang. Files that look into the memory of a process (cmdline, environ)
 * wait for locks that a process which is stuck in a page fault holds, so they are not read; nor is a link followed, for what
 * it leads to may be on a mount that hangs.
 */

/** One process. */
export interface Process {
  readonly pid: number
  /** As in `ps -o comm`: at most 15 characters. */
  readonly command: string
  /** The threads whose files can be looked at: all but zombies. */
  readonly threads: readonly Thread[]
  /** It was killed, or has ended, and a thread of its cannot. */
  readonly isDying: boolean
}

/** One thread. */
export interface Thread {
  readonly id: number
  /** The letter that ps shows: `S`, `D` and so on. */
  readonly state: string
}

/** Flags of a task (include/linux/sched.h): PF_EXITING, PF_POSTCOREDUMP, PF_DUMPCORE, PF_SIGNALED. */
const ENDING = 0x60c
const SIGKILL_PENDING = 1 << 8

/** Every process that can be seen, but for those that end while one looks. */
export function listProcesses(): Process[] {
  return names('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => readProcess(Number(name)) ?? [])
}

/** The files that a thread has open, and its current directory, as links: number and path, or what stands for a path. */
export function openFiles(pid: number, { id }: Thread): { readonly fd: string; readonly path: string }[] {
  const base = `/proc/${pid}/task/${id}`
  const files = names(`${base}/fd`).map((fd) => ({ fd, path: link(`${base}/fd/${fd}`) }))
  return [...files, { fd: 'cwd', path: link(`${base}/cwd`) }]
}

/** Whether files of `pid` can be looked at; those of other users cannot, but by root. */
export function maySeeFiles(pid: number): boolean {
  try {
    readdirSync(`/proc/${pid}/fd`)
    return true
  } catch {
    return false
  }
}

/** The FUSE connection of an open device; undefined before Linux 6.16, and for a device that is not mounted. */
export function connectionOfFile(pid: number, { id }: Thread, fd: string): number | undefined {
  const match = /^fuse_connection:\t(\d+)$/m.exec(text(`/proc/${pid}/task/${id}/fdinfo/${fd}`))
  return match === null ? undefined : Number(match[1])
}

/** The function of the kernel in which a thread waits; empty where that is not told. */
export function placeOf(pid: number, { id }: Thread): string {
  const place = text(`/proc/${pid}/task/${id}/wchan`)
  return place === '0' ? '' : place
}

/** The functions of the kernel in which a thread is, innermost first; only root may know. */
export function stackOf(pid: number, { id }: Thread): string {
  return text(`/proc/${pid}/task/${id}/stack`)
}

/** When a thread last ran, in ms of a clock of the scheduler's; undefined where the kernel was built without that. */
export function lastRanMs(pid: number | 'self', thread?: Thread): number | undefined {
  const path = thread === undefined ? `/proc/${pid}/sched` : `/proc/${pid}/task/${thread.id}/sched`
  const match = /^se\.exec_start\s*:\s*([\d.]+)$/m.exec(text(path))
  return match === null ? undefined : Number(match[1])
}

function readProcess(pid: number): Process | undefined {
  const stat = parseStat(text(`/proc/${pid}/stat`))
  if (stat === undefined) return undefined
  const all = names(`/proc/${pid}/task`).flatMap((name) => {
    const state = parseStat(text(`/proc/${pid}/task/${name}/stat`))?.state
    return state === undefined ? [] : [{ id: Number(name), state }]
  })
  const threads = all.filter(({ state }) => state !== 'Z' && state !== 'X')
  const isKilled = stat.state === 'Z' || (stat.flags & ENDING) !== 0 || (stat.signals & SIGKILL_PENDING) !== 0
  return { pid, command: stat.command, threads, isDying: isKilled && threads.length > 0 }
}

/** Fields 2, 3, 9 and 31 of proc_pid_stat(5). */
function parseStat(line: string): { command: string; state: string; flags: number; signals: number } | undefined {
  const match = /^\d+ \((.*)\) ([^)]*)$/s.exec(line)
  if (match === null) return undefined
  const fields = match[2]!.split(' ')
  return { command: match[1]!, state: fields[0]!, flags: Number(fields[6]), signals: Number(fields[28]) }
}

function names(directory: string): string[] {
  try {
    return readdirSync(directory)
  } catch {
    return []
  }
}

function link(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}

function text(path: string): string {
  try {
    return readFileSync(path, 'latin1').trimEnd()
  } catch {
    return ''
  }
}
