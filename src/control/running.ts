import { rmSync } from 'node:fs'
import { ControlClient } from './client.js'
import { controlSockets, type ControlSocket } from './directory.js'
import type { MountStatus } from './status.js'
import { within } from './within.js'

/** A mount whose server runs, and was asked for a control socket. */
export interface RunningMount {
  /** The number under which the kernel's control files know it. */
  readonly connection: number
  /** Of the process that serves it. */
  readonly pid: number
  /** What it is doing; undefined if it did not say so. */
  readonly status: MountStatus | undefined
  /** Why it did not. */
  readonly problem: string | undefined
}

/** How long a server may take to say what it does: one that hangs says nothing. */
const ANSWER_MS = 2000

/**
 * The mounts of this user that have a control socket, of root those of all users, by connection; each is asked what it is
 * doing. Takes some seconds if one of them hangs. What servers that were killed left behind is taken away.
 *
 * @param only the number of the connection that is meant; undefined: all
 */
export async function runningMounts(only?: number): Promise<RunningMount[]> {
  const sockets = controlSockets(process.getuid?.() ?? 0)
  const wanted = sockets.filter(({ connection }) => only === undefined || connection === only)
  const asked = await Promise.all(wanted.map(ask))
  return asked.filter((each) => each !== undefined).toSorted((a, b) => a.connection - b.connection)
}

async function ask(socket: ControlSocket): Promise<RunningMount | undefined> {
  const { path, connection, pid } = socket
  const problem = (text: string): RunningMount => ({ connection, pid, status: undefined, problem: text })
  try {
    using client = await ControlClient.open(path)
    if (client === undefined) {
      clean(socket)
      return undefined
    }
    const status = await within(ANSWER_MS, client.status())
    if (status === undefined) return problem(`does not answer within ${ANSWER_MS / 1000} s`)
    return { connection, pid, status, problem: undefined }
  } catch (error) {
    return problem(error instanceof Error ? error.message : String(error))
  }
}

/** Nobody listens there. One that is just being made has a living process. */
function clean({ path, pid }: ControlSocket): void {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') rmSync(path, { force: true })
  }
}
