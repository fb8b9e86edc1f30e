import { FuseWireError, UnsupportedError } from '../base/errors.js'
import {
  connectionOfFile,
  lastRanMs,
  listProcesses,
  maySeeFiles,
  openFiles,
  placeOf,
  stackOf,
  type Process,
  type Thread,
} from './diagnose-proc.js'
import { judge, type BlockedThread, type ConnectionReport, type MountPlace } from './diagnose-report.js'
import { listConnections, waitingRequests } from './fusectl.js'
import { connectionNumber, isFuse, readMounts, type MountEntry } from './mountinfo.js'

/** What {@link diagnoseConnections} found. */
export interface Diagnosis {
  /** By number, ascending. */
  readonly connections: readonly ConnectionReport[]
  /** Threads that wait for some FUSE filesystem, or the lock of some directory, when nothing tells for which. */
  readonly unplaced: readonly BlockedThread[]
}

/**
 * Looks at every FUSE connection of the machine. Reads /proc and fusectl only, and never touches what is mounted, so it does
 * not hang where a mount does. What belongs to other users only root can see in full; where there is no fusectl, only what
 * is mounted here is seen.
 */
export function diagnoseConnections(): Diagnosis {
  const all = readMounts()
  const mounts = all.filter(isFuse)
  const numbers = [...new Set([...connectionsOfFusectl(), ...mounts.map(connectionNumber)])].toSorted((a, b) => a - b)
  if (numbers.length === 0) return { connections: [], unplaced: [] }
  const processes = listProcesses()
  const holders = findHolders(processes)
  const blocked = findBlocked(processes, all)
  const placed = new Set<Found>()
  const connections = numbers.map((connection): ConnectionReport => {
    const places = mounts.filter((entry) => connectionNumber(entry) === connection)
    const { servers, unknown } = serversOf(connection, holders, processes)
    const own = blocked.filter((found) => {
      const isServer = servers?.some(({ pid }) => pid === found.thread.pid) === true
      // With but one connection there is nothing to tell apart.
      return isServer || numbers.length === 1 || found.connections.has(connection)
    })
    for (const found of own) placed.add(found)
    const facts = {
      connection,
      mounts: places.map(placeOfMount),
      waiting: waitingOf(connection),
      servers,
      unknown,
      blocked: own.map(({ thread }) => thread),
    }
    return { ...facts, ...judge(facts) }
  })
  return { connections, unplaced: blocked.filter((found) => !placed.has(found)).map(({ thread }) => thread) }
}

interface Holder {
  readonly process: Process
  readonly connection: number | undefined
}

/** Who has the FUSE device open; a process with threads that differ in their files is rare enough. */
function findHolders(processes: readonly Process[]): Holder[] {
  return processes.flatMap((process) => {
    const [thread] = process.threads
    if (thread === undefined) return []
    return openFiles(process.pid, thread)
      .filter(({ path }) => /\/fuse( \(deleted\))?$/.test(path))
      .map(({ fd }) => ({ process, connection: connectionOfFile(process.pid, thread, fd) }))
  })
}

function serversOf(
  connection: number,
  holders: readonly Holder[],
  processes: readonly Process[],
): Pick<ConnectionReport, 'servers' | 'unknown'> {
  const own = holders.filter((holder) => holder.connection === connection).map(({ process }) => process)
  const servers = [...new Set(own)].map(({ pid, command, isDying }) => ({ pid, command, isDying }))
  if (servers.length > 0) return { servers, unknown: undefined }
  if (holders.some((holder) => holder.connection === undefined)) {
    return { servers: undefined, unknown: 'this kernel does not tell which device is of which connection (Linux 6.16)' }
  }
  // A process that has just ended has no files, and is no secret.
  if (processes.some(({ pid, threads }) => threads.length > 0 && !maySeeFiles(pid))) {
    return { servers: undefined, unknown: 'the server may be a process of another user: ask as root' }
  }
  return { servers, unknown: undefined }
}

interface Found {
  readonly thread: BlockedThread
  /** Of the mounts on which the process has files or its directory. */
  readonly connections: ReadonlySet<number>
}

/** Functions in which one waits for an answer, or for a page that some request holds. */
const FOR_ANSWER = /fuse|request_wait_answer|folio|wait_on_page|filemap/
/** Those in which one waits for a directory, which another may have locked until its request is answered. */
const FOR_DIRECTORY = /lookup|walk_component|iterate_dir|filename_create|filename_unlinkat|do_(unlink|rmdir|rename)/
/** Those in which a server waits for something to do. */
const IDLE = /^fuse_dev_(do_read|read|poll)/

function findBlocked(processes: readonly Process[], mounts: readonly MountEntry[]): Found[] {
  const nowMs = lastRanMs('self')
  return processes.flatMap((process) =>
    process.threads.flatMap((thread) => {
      const place = thread.state === 'D' || thread.state === 'S' ? placeOf(process.pid, thread) : ''
      if (IDLE.test(place) || (!FOR_ANSWER.test(place) && !FOR_DIRECTORY.test(place))) return []
      const paths = openFiles(process.pid, thread).map(({ path }) => path)
      const connections = new Set(paths.flatMap((path) => connectionOfPath(path, mounts) ?? []))
      if (connections.size === 0 && !isOfFuse(process.pid, thread, place)) return []
      return [{ thread: blockedThread(process, thread, place, nowMs), connections }]
    }),
  )
}

/** Whether FUSE is what a thread with no file on any FUSE mount waits for. Pages and directories all filesystems have. */
function isOfFuse(pid: number, thread: Thread, place: string): boolean {
  if (/fuse|request_wait_answer/.test(place)) return true
  if (thread.state === 'S') return false
  // Root may see by whom they are waited for.
  const stack = stackOf(pid, thread)
  return stack === '' || stack.includes('fuse') || FOR_DIRECTORY.test(place)
}

function blockedThread(process: Process, thread: Thread, place: string, nowMs: number | undefined): BlockedThread {
  const ranMs = lastRanMs(process.pid, thread)
  const ageMs = nowMs === undefined || ranMs === undefined ? undefined : Math.max(0, Math.round(nowMs - ranMs))
  return { pid: process.pid, thread: thread.id, command: process.command, state: thread.state, place, ageMs }
}

/** The connection of the FUSE mount that a path leads to, as far as its text tells. */
function connectionOfPath(path: string, mounts: readonly MountEntry[]): number | undefined {
  const around = mounts.filter(({ mountpoint }) => path === mountpoint || path.startsWith(`${mountpoint}/`))
  const deepest = Math.max(...around.map(({ mountpoint }) => mountpoint.length))
  const entry = around.findLast(({ mountpoint }) => mountpoint.length === deepest)
  return entry !== undefined && isFuse(entry) ? connectionNumber(entry) : undefined
}

function placeOfMount({ mountpoint, source, type, superOptions }: MountEntry): MountPlace {
  const uid = superOptions.find((option) => option.startsWith('user_id='))
  return { mountpoint, source, type, uid: uid === undefined ? undefined : Number(uid.slice('user_id='.length)) }
}

function connectionsOfFusectl(): number[] {
  try {
    return listConnections()
  } catch (error) {
    if (error instanceof UnsupportedError) return []
    throw error
  }
}

function waitingOf(connection: number): number | undefined {
  try {
    return waitingRequests(connection)
  } catch (error) {
    // Somebody else's, or gone in the meantime.
    if (error instanceof FuseWireError) return undefined
    throw error
  }
}
