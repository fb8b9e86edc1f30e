import type { MountStatus } from '../../diagnostics/index.js'
import { notifyRates, requestRates } from './rates.js'

/** For programs: the status as one line of JSON, with rates per second since `before`, or since the start. */
export function jsonOf(status: MountStatus, before: MountStatus | undefined): string {
  const perSecond = { requests: requestRates(status, before), notifications: notifyRates(status, before) }
  return JSON.stringify({ ...status, perSecond })
}
