import type { MountStatus, StatusCounters } from '../../diagnostics/index.js'
import { printable } from '../connection.js'
import { byFrequency, notifyRates, requestRates, sum } from './rates.js'
import { count, duration, perSecond } from './words.js'

/**
 * All that is known of a mount, as lines for people.
 * @param before an earlier look at it: rates are since then, or since the start
 */
export function viewOf(status: MountStatus, before: MountStatus | undefined): string[] {
  const { mountpoint, connection, pid, uptimeMs, threads, mounted, loop, notifyVia, cache, guardian, watchable } =
    status
  const { counters, unknown = '' } = status
  const rows: readonly (readonly [string, string])[] = [
    ...(counters === undefined ? ([['counters', `not known: ${unknown}`]] as const) : countersRows(status, before)),
    ['mounted', because(mounted)],
    ['served by', `${threads === 0 ? '' : `${count(threads, 'thread')}, `}${because(loop)}`],
    ['notified by', because(notifyVia)],
    ['cached', because(cache)],
    ['guardian', because(guardian)],
    ['watchable', because(watchable)],
  ]
  const number = connection === undefined ? '' : `connection ${connection}, `
  return [
    `${printable(mountpoint)}  ${number}process ${pid}, up ${duration(uptimeMs)}`,
    ...rows.map(([title, text]) => `  ${title.padEnd(12)} ${printable(text)}`),
  ]
}

/** The same in one line, for a log. */
export function lineOf(status: MountStatus, before: MountStatus | undefined): string {
  const { uptimeMs, counters, unknown = '' } = status
  const up = `up ${duration(uptimeMs)}: `
  if (counters === undefined) return `${up}counters not known: ${unknown}`
  const requests = requestRates(status, before)
  const kinds = byFrequency(requests).map(([op, rate]) => `${op} ${perSecond(rate)}`)
  return [
    `${up}requests ${perSecond(sum(requests))}${kinds.length === 0 ? '' : ` (${kinds.join(', ')})`}`,
    `notifications ${perSecond(sum(notifyRates(status, before)))}`,
    waitingText(counters),
    `${count(counters.knownNodes, 'node')} known`,
  ].join('; ')
}

function countersRows(status: MountStatus, before: MountStatus | undefined): (readonly [string, string])[] {
  const counters = status.counters!
  const { requests, notify, knownNodes } = counters
  const rates = requestRates(status, before)
  const notified = notifyRates(status, before)
  const kinds = byFrequency(requests).map(([op, all]) => `${op} ${all} (${perSecond(rates[op] ?? 0)})`)
  const codes = Object.entries(notify.codes).flatMap(([code, { sent, notCached, merged, escalated, failed }]) => {
    const parts = [
      [sent, 'taken'],
      [notCached, 'not cached'],
      [merged, 'merged'],
      [escalated, 'escalated'],
      [failed, 'refused'],
    ] as const
    const there = parts.filter(([number]) => number > 0).map(([number, what]) => `${number} ${what}`)
    return there.length === 0 ? [] : [`${code} ${there.join(', ')} (${perSecond(notified[code] ?? 0)})`]
  })
  return [
    ['requests', `${sum(requests)}, ${perSecond(sum(rates))}`],
    ...kinds.map((kind) => ['', kind] as const),
    ['cache hits', 'not known: the kernel answers them and tells nobody'],
    ['notified', codes.length === 0 ? 'nothing' : codes[0]!],
    ...codes.slice(1).map((code) => ['', code] as const),
    ['waiting', `${waitingText(counters)}; longest wait of a notification ${duration(notify.longestWaitMs)}`],
    ['nodes', `${knownNodes} known to the kernel`],
    ...(status.watchable.kind === 'off' ? [] : [['watchers', watchersText(counters)] as const]),
  ]
}

/** What waits now, and for how long. */
export function waitingText({ requestsInFlight, notificationsWaiting, notify }: StatusCounters): string {
  const part = (waiting: typeof requestsInFlight, one: string) =>
    `${count(waiting.count, one)}${waiting.count === 0 ? '' : ` for up to ${duration(waiting.oldestMs)}`}`
  const line = `${notify.queued} in line behind ${notify.waiting} with the kernel`
  return `${part(requestsInFlight, 'request')}, ${part(notificationsWaiting, 'notification')}, ${line}`
}

function watchersText({ watchable }: StatusCounters): string {
  const { replayed, merged, dropped, skipped, failed, queued } = watchable
  const numbers = [
    `${merged} merged`,
    `${skipped} skipped`,
    `${dropped} dropped`,
    `${failed} failed`,
    `${queued} queued`,
  ]
  return `${count(replayed, 'change')} replayed, ${numbers.join(', ')}`
}

function because({ kind, reason }: { readonly kind: string; readonly reason: string }): string {
  return `${kind}: ${reason}`
}
