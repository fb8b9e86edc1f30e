import { NOTIFICATIONS, type NotifyName } from '../protocol/notify-codes.js'

/** What became of the notifications of one code. */
export interface NotifyCounts {
  /** How many messages the peer took. */
  sent: number
  /** How often the peer had nothing that it was about; some of these were known before and not sent at all. */
  notCached: number
  /** How many were covered by one that was waiting. */
  merged: number
  /** How many became something coarser, because too many were waiting. */
  escalated: number
  /** How many the peer refused. */
  failed: number
}

/** Counters of a notifier since its start. */
export interface NotifyStats {
  readonly codes: Readonly<Record<NotifyName, Readonly<NotifyCounts>>>
  /** How many are with the peer, which has not taken them yet. */
  readonly waiting: number
  /** How many stand in line behind those. */
  readonly queued: number
  /** The longest time that one took, in milliseconds. */
  readonly longestWaitMs: number
  /** How many waits for a directory's lock were put before a notification so that none is lost. */
  readonly barriers: number
  /** How many were sent again, because the peer did not have yet what it had just been given. */
  readonly retries: number
}

/** The counters, to be counted up. */
export class NotifyCounters {
  readonly codes: Record<NotifyName, NotifyCounts>
  longestWaitMs = 0
  barriers = 0
  retries = 0

  constructor() {
    const names = Object.keys(NOTIFICATIONS) as NotifyName[]
    const zero = () => ({ sent: 0, notCached: 0, merged: 0, escalated: 0, failed: 0 })
    this.codes = Object.fromEntries(names.map((name) => [name, zero()])) as Record<NotifyName, NotifyCounts>
  }
}
