import type { Clock } from '../base/clock.js'
import type { Unique } from '../base/ids.js'
import type { NotifierOptions } from '../notify/options.js'
import type { NotifyPort } from '../notify/port.js'
import type { NotifyStats } from '../notify/stats.js'
import type { InitWishes } from '../protocol/init-wishes.js'
import type { ReplyDefaults } from './encode.js'
import type { PeerObserver } from '../notify/observer.js'
import type { WatchdogOptions } from './watchdog.js'

/** Options of a session. */
export interface SessionOptions {
  readonly defaults: ReplyDefaults
  /** What to ask of the kernel. */
  readonly init: InitWishes
  /**
   * A handler threw what is no errno, or answered what cannot be sent, or a message was malformed; the caller got an error,
   * and the session goes on. Called once that is so. What it throws itself is an uncaught exception of the process.
   */
  readonly onError: (error: unknown, request: string) => void
  /** How notifications get to the peer. @default by the transport, which then must take them without waiting */
  readonly notifyPort?: NotifyPort | undefined
  readonly notify?: NotifierOptions | undefined
  /** Why nobody may notify, but for POLL, if that is so. */
  readonly notifyRefused?: string | undefined
  /** INTERRUPT came for a request that is not in flight here: answered already, or read by another session of the connection. */
  readonly onStrayInterrupt?: ((unique: Unique) => void) | undefined
  /** Who hears what comes and goes. @default nobody */
  readonly observer?: PeerObserver | undefined
  /** Who tells of what waits for too long. @default nobody */
  readonly watchdog?: WatchdogOptions | undefined
  /**
   * The filesystem has other sessions besides: what this peer holds is given back when it leaves, and it cannot take back
   * what others hold. `destroy` is called for each, at the end.
   * @default false
   */
  readonly isShared?: boolean | undefined
  /** How many requests may be unanswered; more are answered EAGAIN. @default Infinity: a kernel limits itself */
  readonly maxInFlight?: number | undefined
  /** A message was malformed; its sender was told, if that could be. @default {@link onError} */
  readonly onMalformed?: ((error: unknown) => void) | undefined
  /** @default the machine's */
  readonly clock?: Clock
}

/** Counters of a session. */
export interface SessionStats {
  /** How many nodes the peer may hold, without the root. */
  readonly knownNodes: number
  /** Undefined before INIT. */
  readonly notify: NotifyStats | undefined
}
