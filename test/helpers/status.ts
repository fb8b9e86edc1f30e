import type { NotifyName } from '#src/protocol/notify-codes.js'
import { NOTIFICATIONS } from '#src/protocol/notify-codes.js'
import type { NotifyCounts } from '#src/notify/stats.js'
import type { MountStatus, StatusCounters } from '#src/control/status.js'

/* The status of a mount that nobody has. */

type Codes = Readonly<Record<NotifyName, NotifyCounts>>

function countersOf(requests: Readonly<Record<string, number>>, codes: Partial<Codes>): StatusCounters {
  const zero = { sent: 0, notCached: 0, merged: 0, escalated: 0, failed: 0 }
  const all = Object.fromEntries(Object.keys(NOTIFICATIONS).map((code) => [code, zero])) as unknown as Codes
  return {
    requests,
    knownNodes: 12,
    notify: { codes: { ...all, ...codes }, waiting: 2, queued: 3, longestWaitMs: 1500, barriers: 0, retries: 0 },
    watchable: { replayed: 5, merged: 4, dropped: 0, skipped: 1, failed: 0, queued: 2 },
    requestsInFlight: { count: 1, oldestMs: 2500 },
    notificationsWaiting: { count: 2, oldestMs: 1250 },
  }
}

export function someStatus({
  requests = {},
  codes = {},
  ...more
}: Partial<MountStatus> & {
  readonly requests?: Readonly<Record<string, number>>
  readonly codes?: Partial<Codes>
} = {}): MountStatus {
  return {
    mountpoint: '/mnt',
    connection: 41,
    pid: 7,
    uptimeMs: 10_000,
    threads: 0,
    mounted: { kind: 'direct', reason: 'root may' },
    loop: { kind: 'reactor', reason: 'it can be had' },
    notifyVia: { kind: 'io_uring', reason: 'io_uring is allowed' },
    cache: { kind: 'names for ever', reason: 'as the options would have it' },
    watchable: { kind: 'off', reason: 'it was not asked for' },
    guardian: { kind: 'on', reason: 'a shell' },
    counters: countersOf(requests, codes),
    ...more,
  }
}
