import type { MountStatus, StatusCounters } from '../../diagnostics/index.js'

/** How often something happens, per second, by what it is called. What did not happen is not there. */
export type Rates = Readonly<Partial<Record<string, number>>>

/** How often requests of each kind came between two looks at a mount, or since its start if there was no look before. */
export function requestRates(now: MountStatus, before: MountStatus | undefined): Rates {
  return rates(now, before, ({ requests }) => requests)
}

/** The same for notifications: how often the kernel took one of each code. */
export function notifyRates(now: MountStatus, before: MountStatus | undefined): Rates {
  return rates(now, before, ({ notify }) =>
    Object.fromEntries(Object.entries(notify.codes).map(([code, { sent }]) => [code, sent])),
  )
}

export function sum(numbers: Rates): number {
  return Object.values(numbers).reduce<number>((all, each) => all + (each ?? 0), 0)
}

/** The most frequent first. */
export function byFrequency(numbers: Rates): [string, number][] {
  const there = Object.entries(numbers).filter((row): row is [string, number] => row[1] !== undefined && row[1] > 0)
  return there.toSorted(([, a], [, b]) => b - a)
}

function rates(
  now: MountStatus,
  before: MountStatus | undefined,
  counts: (counters: StatusCounters) => Readonly<Record<string, number>>,
): Rates {
  if (now.counters === undefined) return {}
  const old = before?.counters === undefined ? {} : counts(before.counters)
  const seconds = (now.uptimeMs - (before?.uptimeMs ?? 0)) / 1000
  if (seconds <= 0) return {}
  const grown = Object.entries(counts(now.counters)).map(([name, count]) => [name, count - (old[name] ?? 0)] as const)
  return Object.fromEntries(grown.filter(([, more]) => more > 0).map(([name, more]) => [name, more / seconds]))
}
