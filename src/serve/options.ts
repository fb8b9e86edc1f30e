import type { NotifierOptions } from '../notify/options.js'
import type { InitWishes } from '../protocol/init-wishes.js'
import type { Stall } from '../server/stall.js'
import type { TraceListener } from '../trace.js'

/** Options of `serve()`. Those that `mount()` has too mean the same. */
export interface ServeOptions {
  /** For how long a name may be resolved without asking, where a reply does not say. `Infinity` for ever. @default 1000 */
  readonly entryTimeoutMs?: number
  /** The same for attributes. @default 1000 */
  readonly attrTimeoutMs?: number
  /** The same for names that do not exist. @default 0 */
  readonly negativeTimeoutMs?: number
  /** What is cached of a file stays when it is opened again, where open does not say. @default false */
  readonly keepCache?: boolean
  /** Listings may be cached, where opendir does not say. @default false */
  readonly cacheDir?: boolean
  /** Whatever would change something is answered EROFS, without asking the filesystem. @default false */
  readonly readOnly?: boolean
  /** Bounds of what may wait. */
  readonly notify?: NotifierOptions
  /** What to ask of a client. READDIRPLUS is asked for if the filesystem has it, unless you say otherwise. */
  readonly init?: InitWishes
  /**
   * How many requests of one client may be unanswered at once; further ones are answered EAGAIN. Only those count whose
   * handlers have left a promise behind. @default 4096
   */
  readonly maxInFlight?: number
  /** How long a client may be connected without an INIT, in ms; then it is cut off. `Infinity` for ever. @default 10000 */
  readonly initTimeoutMs?: number
  /** How many clients a listener may have at once; whoever comes then is cut off. @default 256 */
  readonly maxClients?: number
  /**
   * How long a request may be unanswered before {@link onStall} is called, in ms; 0 for never. @default 10000
   */
  readonly watchdogMs?: number
  /** Something waits for longer than {@link watchdogMs}; called once for each request. @default a line on the console */
  readonly onStall?: (stall: Stall) => void
  /**
   * A handler threw what is no errno (its caller got EIO), or a client was cut off; the second argument says with what it had
   * to do, `'connection'` for the latter. The others go on. @default a line on the console
   */
  readonly onError?: (error: unknown, request: string) => void
  /** Is shown every message, INIT included, before it is handled. Must not block. For many clients: of all of them. */
  readonly onMessage?: TraceListener
}
