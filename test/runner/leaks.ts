import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/*
 * What a test must not leave behind: processes and FUSE mounts. Processes are told by a mark in their environment, for
 * a detached one is in no process group of the test's, and by their process group, for one may drop its environment.
 */

/** In the environment of a test file and of all that it starts. */
export const MARK_VARIABLE = 'FUSEWIRE_TEST_FILE'

/** What was not there before and does not go away within this time was left behind. */
const GRACE_MS = 3000
const STEP_MS = 50

export interface Process {
  readonly pid: number
  readonly command: string
}

/** The processes that bear `mark` or belong to the group `group`, once they had time to end. */
export async function leftProcesses(mark: string, group: number): Promise<readonly Process[]> {
  return settle(() => findProcesses(mark, group))
}

/** The FUSE mounts below `directory` that are not in `known`, once they had time to go. */
export async function leftMounts(directory: string, known: ReadonlySet<string>): Promise<readonly string[]> {
  return settle(() => fuseMounts(directory).filter((mount) => !known.has(mount)))
}

/** Mount id and mount point of every FUSE mount below `directory`: tests have their temporary files there, others do not. */
export function fuseMounts(directory: string): readonly string[] {
  const mounts: string[] = []
  for (const line of readLinux('/proc/self/mountinfo').split('\n')) {
    const [left = '', right = ''] = line.split(' - ')
    if (!/^fuse(blk)?[. ]/.test(right)) continue
    const [id = '', , , , point = ''] = left.split(' ')
    if (point.startsWith(`${directory}/`)) mounts.push(`${id} ${point}`)
  }
  return mounts
}

/** Takes a mount of the form of {@link fuseMounts} away, without waiting for its server. */
export function detach(mount: string): void {
  const point = mount.slice(mount.indexOf(' ') + 1)
  const path = point.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))
  try {
    execFileSync('umount', ['-l', path], { timeout: 5000, stdio: 'ignore' })
  } catch {
    // It is reported as left behind all the same.
  }
}

async function settle<T>(find: () => readonly T[]): Promise<readonly T[]> {
  const limit = Date.now() + GRACE_MS
  for (;;) {
    const found = find()
    if (found.length === 0 || Date.now() >= limit) return found
    await sleep(STEP_MS)
  }
}

function findProcesses(mark: string, group: number): readonly Process[] {
  const found: Process[] = []
  for (const entry of listProcesses()) {
    // pid (comm) state ppid pgrp …, and comm may hold spaces and parentheses.
    const stat = readLinux(`/proc/${entry}/stat`)
    const [state, , pgrp] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    if (stat === '' || state === 'Z' || state === 'X') continue
    const marked = readLinux(`/proc/${entry}/environ`).split('\0').includes(`${MARK_VARIABLE}=${mark}`)
    if (!marked && Number(pgrp) !== group) continue
    const command = readLinux(`/proc/${entry}/cmdline`).replaceAll('\0', ' ').trim()
    found.push({ pid: Number(entry), command: command || stat.slice(0, stat.lastIndexOf(')') + 1) })
  }
  return found
}

function listProcesses(): readonly string[] {
  try {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  } catch {
    return []
  }
}

/** A file of /proc, or nothing where there is no such process, no right to look, or no Linux. */
function readLinux(path: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return ''
  }
}
