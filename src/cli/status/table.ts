import type { RunningMount } from '../../diagnostics/index.js'
import { printable } from '../connection.js'
import { notifyRates, requestRates, sum } from './rates.js'
import { duration } from './words.js'

const HEAD = ['CONNECTION', 'PROCESS', 'UP', 'REQUESTS/S', 'NOTIFIED/S', 'WAITING', 'QUEUED', 'NODES', 'MOUNTPOINT']

/** One line for each mount. @param before an earlier look at them, in the same order or another */
export function tableOf(mounts: readonly RunningMount[], before: readonly RunningMount[]): string[] {
  const rows = [
    HEAD,
    ...mounts.map((one) =>
      rowOf(
        one,
        before.find((old) => isSame(old, one)),
      ),
    ),
  ]
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  return rows.map((row) =>
    row
      .map((cell, column) => (column === row.length - 1 ? cell : cell.padStart(widths[column]!)))
      .join('  ')
      .trimEnd(),
  )
}

export function isSame(a: RunningMount, b: RunningMount): boolean {
  return a.connection === b.connection && a.pid === b.pid
}

function rowOf({ connection, pid, status, problem = '' }: RunningMount, before: RunningMount | undefined): string[] {
  const who = [String(connection), String(pid)]
  const blank = (cells: number) => Array.from({ length: cells }, () => '-')
  if (status === undefined) return [...who, ...blank(6), printable(problem)]
  const { uptimeMs, counters, mountpoint } = status
  const up = duration(uptimeMs)
  if (counters === undefined) return [...who, up, ...blank(5), printable(mountpoint)]
  const { requestsInFlight, notificationsWaiting, notify, knownNodes } = counters
  const waiting = requestsInFlight.count + notificationsWaiting.count
  const oldest = Math.max(requestsInFlight.oldestMs, notificationsWaiting.oldestMs)
  return [
    ...who,
    up,
    sum(requestRates(status, before?.status)).toFixed(1),
    sum(notifyRates(status, before?.status)).toFixed(1),
    waiting === 0 ? '0' : `${waiting} (${duration(oldest)})`,
    String(notify.queued),
    String(knownNodes),
    printable(mountpoint),
  ]
}
