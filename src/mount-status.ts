import { UnsupportedError } from './base/errors.js'
import type { MountStatus, StatusCounters, WaitingSummary } from './control/status.js'
import type { GuardianStatus } from './kernel/guardian.js'
import type { InFlightTable } from './mount-control.js'
import type { SessionStats } from './server/session-options.js'
import type { WatchableCounts } from './watchable/counts.js'
import type { WatchableStatus } from './watchable/watchable.js'

/** What of a mount its status is made of. */
interface Described {
  readonly mountpoint: string
  readonly connection: number | undefined
  readonly how: string
  readonly reason: string
  readonly loop: { readonly kind: string; readonly reason: string }
  readonly notifyVia: { readonly lane: string; readonly reason: string }
  readonly cache: string
  readonly cacheReason: string
  readonly watchable: WatchableStatus
  readonly threads: number
  readonly guardian: GuardianStatus
  readonly stats: (this: void) => SessionStats & { readonly watchable: WatchableCounts }
  readonly inFlight: (this: void) => InFlightTable
}

/** Tells what a mount is doing whenever it is asked. @param mounted not copied: with threads some of it throws */
export function statusOf(mounted: Described): () => MountStatus {
  const beganMs = performance.now()
  const { mountpoint, connection, threads, cache, cacheReason, loop, notifyVia, guardian, watchable } = mounted
  return () => ({
    mountpoint,
    connection,
    pid: process.pid,
    uptimeMs: performance.now() - beganMs,
    threads,
    mounted: { kind: mounted.how, reason: mounted.reason },
    loop: { kind: loop.kind, reason: loop.reason },
    notifyVia: { kind: notifyVia.lane, reason: notifyVia.reason },
    cache: { kind: cache, reason: cacheReason },
    watchable: { kind: watchable.state, reason: watchable.reason },
    guardian: { kind: guardian.state, reason: guardian.reason },
    ...countersOf(mounted),
  })
}

function countersOf({ stats, inFlight }: Described): Pick<MountStatus, 'counters' | 'unknown'> {
  try {
    const { requests, knownNodes, notify, watchable } = stats()
    const waiting = inFlight()
    const counters: StatusCounters = {
      requests,
      knownNodes,
      notify: notify!,
      watchable,
      requestsInFlight: summary(waiting.requests),
      notificationsWaiting: summary(waiting.notifications),
    }
    return { counters }
  } catch (error) {
    if (error instanceof UnsupportedError) return { unknown: error.message }
    throw error
  }
}

function summary(waiting: readonly { readonly ageMs: number }[]): WaitingSummary {
  return { count: waiting.length, oldestMs: waiting.reduce((oldest, { ageMs }) => Math.max(oldest, ageMs), 0) }
}
