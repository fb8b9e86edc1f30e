import { UnsupportedError } from './base/errors.js'
import type { MountInfo } from './control/messages.js'
import { noControl, openControl, type ControlStatus } from './control/server.js'
import type { MountStatus } from './control/status.js'
import type { Notifier } from './notify/notifier.js'
import type { WaitingNotification } from './notify/waiting.js'
import type { RequestInFlight } from './server/inflight.js'

/** What of a mount waits, the oldest first. */
export interface InFlightTable {
  /** Those whose handlers have left a promise behind; a synchronous handler has answered before anybody can look. */
  readonly requests: readonly RequestInFlight[]
  /** Those that the kernel makes wait for the answer to some request. */
  readonly notifications: readonly WaitingNotification[]
}

/** What a control socket needs of a mount. */
interface Controlled {
  readonly mountpoint: string
  readonly connection: number | undefined
  readonly cache: string
  readonly notify: Notifier
  readonly inFlight: (this: void) => InFlightTable
  readonly status: (this: void) => MountStatus
  readonly closed: Promise<void>
}

/** Opens a control socket for a mount, for as long as it lasts, if that is wanted; tells what came of it. */
export async function control(mounted: Controlled, isWanted: boolean): Promise<ControlStatus> {
  if (!isWanted) return noControl('it was not asked for').status
  const target = {
    get notify() {
      return mounted.notify
    },
    info: () => infoOf(mounted),
    status: mounted.status,
  }
  const { status, close } = await openControl(target, mounted.connection)
  mounted.closed.then(close, close)
  return status
}

function infoOf({ mountpoint, cache, inFlight }: Controlled): MountInfo {
  const about = { mountpoint, pid: process.pid, cache }
  try {
    const { requests, notifications } = inFlight()
    return { ...about, requests: requests.map((one) => ({ ...one, unique: String(one.unique) })), notifications }
  } catch (error) {
    if (error instanceof UnsupportedError) return { ...about, requests: [], notifications: [], unknown: error.message }
    throw error
  }
}
