/** A FUSE connection of this machine, and who waits for whom on it. */
export interface ConnectionReport extends ConnectionFacts {
  readonly verdict: Verdict
  /** What to do, in one line. */
  readonly advice: string
}

/**
 * - `well`: nobody waits.
 * - `busy`: requests are under way.
 * - `hanging`: some have been for long, or a thread waits that cannot be killed.
 * - `dying`: the server was killed and cannot end; all who use the mount wait for ever.
 * - `dead`: there is no server, and the mount is in the way.
 * - `unknown`: it is somebody else's.
 */
export type Verdict = 'well' | 'busy' | 'hanging' | 'dying' | 'dead' | 'unknown'

/** What can be seen of a connection. */
export interface ConnectionFacts {
  /** The number under which fusectl knows it. */
  readonly connection: number
  /** Where it is mounted, as seen from this process; nowhere if that is in another mount namespace, or lazily unmounted. */
  readonly mounts: readonly MountPlace[]
  /** Requests that are queued, in flight or waiting for room; undefined if this user may not know. */
  readonly waiting: number | undefined
  /** The processes that hold its device; undefined if that cannot be found out, see `unknown`. */
  readonly servers: readonly ServerProcess[] | undefined
  /** Why the servers could not be found out. */
  readonly unknown: string | undefined
  /** Threads that wait in the kernel and have to do with it. */
  readonly blocked: readonly BlockedThread[]
}

/** One place where a filesystem is mounted. */
export interface MountPlace {
  readonly mountpoint: string
  readonly source: string
  /** Such as `fuse.example`. */
  readonly type: string
  /** The user who mounted it. */
  readonly uid: number | undefined
}

/** A process that has the FUSE device of a connection open. */
export interface ServerProcess {
  readonly pid: number
  /** As in `ps -o comm`. */
  readonly command: string
  /** It was killed, but cannot end: a thread of its waits in the kernel. */
  readonly isDying: boolean
}

/** A thread that waits, for a request to be answered or for a lock that is held until then. */
export interface BlockedThread {
  readonly pid: number
  readonly thread: number
  readonly command: string
  /** `D`: no signal ends it. `S`: it waits for an answer, and a signal may end that. */
  readonly state: string
  /** The function of the kernel that it waits in. */
  readonly place: string
  /** For how long it has waited, in ms; undefined if the kernel does not tell. */
  readonly ageMs: number | undefined
}

/** Requests are worth a word when they have taken this long. */
const LONG_MS = 5000

/** What to make of what can be seen. */
export function judge(facts: ConnectionFacts): Pick<ConnectionReport, 'verdict' | 'advice'> {
  const { connection, mounts, waiting, servers, unknown, blocked } = facts
  const name = mounts.at(-1)?.mountpoint ?? String(connection)
  if (servers?.length === 0) return { verdict: 'dead', advice: adviceForDead(facts, name) }
  if (servers?.every(({ isDying }) => isDying) === true) {
    const advice = `the server was killed and cannot end, for a thread of its waits in the kernel: 'fusewire abort ${name}' frees all`
    return { verdict: 'dying', advice }
  }
  const longest = Math.max(0, ...blocked.map(({ ageMs }) => ageMs ?? 0))
  if (waiting !== 0 && (longest >= LONG_MS || blocked.some(({ state }) => state === 'D'))) {
    const since = longest >= 1000 ? `for ${Math.round(longest / 1000)} s ` : ''
    const advice = `somebody has waited ${since}for an answer: see what the server does; 'fusewire abort ${name}' ends it, with an error for every program there`
    return { verdict: 'hanging', advice }
  }
  if (waiting !== undefined && waiting > 0) return { verdict: 'busy', advice: 'nothing: requests are under way' }
  if (servers === undefined) return { verdict: 'unknown', advice: unknown ?? 'ask as root' }
  return { verdict: 'well', advice: 'nothing' }
}

function adviceForDead({ mounts, connection }: ConnectionFacts, name: string): string {
  if (mounts.length > 0) return `the server is gone: 'fusewire abort ${name}' takes the dead mount away`
  return `the server is gone, and it is mounted in another mount namespace, or nowhere while files there are still open: 'fusewire abort ${connection}' makes sure that nobody waits`
}
