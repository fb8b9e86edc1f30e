import { FuseWireError } from '../base/errors.js'
import { ControlClient } from '../control/client.js'
import type { MountInfo } from '../control/messages.js'
import { within } from '../control/within.js'
import { diagnoseConnections } from '../kernel/diagnose.js'
import type { BlockedThread, ConnectionReport } from '../kernel/diagnose-report.js'

/** A connection as the system sees it, and as its own server does, where that has a control socket. */
export interface Diagnosis extends ConnectionReport {
  /** What the server of a fusewire mount says; undefined if there is none, or it does not answer. */
  readonly server: MountInfo | undefined
}

/** What {@link diagnose} found. */
export interface DiagnosisList {
  /** By number, ascending. */
  readonly connections: readonly Diagnosis[]
  /** Threads that wait for some FUSE filesystem, or the lock of some directory, when nothing tells for which. */
  readonly unplaced: readonly BlockedThread[]
}

/** How long a server may take to say what it does: one that hangs says nothing. */
const ANSWER_MS = 1000

/**
 * Looks at every FUSE connection of the machine: who serves it, who waits, what to do. It reads /proc, fusectl and the
 * control sockets of fusewire mounts, and never touches what is mounted, so that it does not hang where a mount does. What
 * belongs to other users only root sees in full.
 */
export async function diagnose(): Promise<DiagnosisList> {
  const { connections, unplaced } = diagnoseConnections()
  const servers = await Promise.all(connections.map(askServer))
  // Who waits for an answer of which server, that server knows.
  const placed = new Set(servers.flatMap((server) => server?.requests.map(({ pid }) => pid) ?? []))
  return {
    connections: connections.map((report, i) => {
      const pids = new Set(servers[i]?.requests.map(({ pid }) => pid))
      const more = unplaced.filter(({ thread }) => pids.has(thread))
      return { ...report, blocked: [...report.blocked, ...more], server: servers[i] }
    }),
    unplaced: unplaced.filter(({ thread }) => !placed.has(thread)),
  }
}

async function askServer({ connection, mounts }: ConnectionReport): Promise<MountInfo | undefined> {
  try {
    using client = await ControlClient.connect(connection, mounts.at(-1)?.uid)
    return await within(ANSWER_MS, client.info())
  } catch (error) {
    if (error instanceof FuseWireError) return undefined
    throw error
  }
}
