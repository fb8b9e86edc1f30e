import type { NotifyStats } from '../notify/stats.js'
import type { RequestCount } from '../server/request-counts.js'
import type { WatchableCounts } from '../watchable/counts.js'

/** How much waits, and for how long the oldest of it has. */
export interface WaitingSummary {
  readonly count: number
  /** In ms; 0 if nothing waits. */
  readonly oldestMs: number
}

/** What a mount has done since its start and is doing now, as plain data. */
export interface MountStatus {
  readonly mountpoint: string
  /** The number under which the kernel's control files know it; undefined if it is not known. */
  readonly connection?: number | undefined
  /** Of the process that serves it. */
  readonly pid: number
  /** For how long it has been served, in ms. */
  readonly uptimeMs: number
  /** How many worker threads serve it; 0 if none do but the thread that mounted. */
  readonly threads: number
  /** How it was mounted, and why so. */
  readonly mounted: Choice
  /** How requests are waited for, and why so. */
  readonly loop: Choice
  /** How notifications that may wait are sent, and why so. */
  readonly notifyVia: Choice
  /** What the kernel may keep and for how long, and who has said so. */
  readonly cache: Choice
  /** Whether those who watch it by inotify hear of changes at the source, and why or why not. */
  readonly watchable: Choice
  /** Who watches that nobody hangs when the server dies, or why nobody does. */
  readonly guardian: Choice
  /** Undefined if the counters are not known: then `unknown` says why. */
  readonly counters?: StatusCounters | undefined
  readonly unknown?: string | undefined
}

/** What was chosen, and why, in a few words. */
export interface Choice {
  readonly kind: string
  readonly reason: string
}

/** The counters of a {@link MountStatus}. */
export interface StatusCounters {
  /** How many requests of each kind have come. What the kernel answers from its caches it tells nobody. */
  readonly requests: RequestCount
  /** How many nodes the kernel may hold, without the root. */
  readonly knownNodes: number
  /** What became of notifications. */
  readonly notify: NotifyStats
  /** What became of changes that those who watch by inotify were to hear of. */
  readonly watchable: WatchableCounts
  /** Requests whose handlers are at work. */
  readonly requestsInFlight: WaitingSummary
  /** Notifications that the kernel makes wait. */
  readonly notificationsWaiting: WaitingSummary
}
