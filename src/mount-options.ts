import type { CacheMode } from './server/cache-mode.js'
import type { MountOptions as KernelMountOptions } from './kernel/options.js'
import type { NotifierOptions } from './notify/options.js'
import type { InitWishes } from './protocol/init-wishes.js'
import type { Stall } from './server/stall.js'
import type { TraceListener } from './trace.js'
import type { LoopKind } from './transport/device-loops.js'
import type { LaneKind } from './transport/device-notify.js'

/** Options of `mount()`; those of the kernel's mount besides. */
export interface MountOptions extends KernelMountOptions {
  /**
   * How long the kernel may keep what it knows, in one word; the options below go before it. `push` needs a filesystem that
   * tells of its changes, which the mount then follows by itself, and not `threads`.
   * @default what the filesystem would like
   */
  readonly cache?: CacheMode
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
  /**
   * How notifications that may wait are sent: by io_uring, whose threads are the kernel's own, or by a pool of worker threads
   * that serves nothing else. `auto` takes io_uring where it is allowed. @default 'auto'
   */
  readonly notifyVia?: LaneKind
  /** Bounds of what may wait. */
  readonly notify?: NotifierOptions
  /**
   * Whether it is kept which names the kernel has, for `Mount.changes`, `Mount.follow` and `Mount.watch`. It
   * costs some 150 bytes of memory for each node that the kernel has. Not with threads. @default true
   */
  readonly changes?: boolean
  /**
   * How many nodes the kernel may hold: when it holds more, it is asked to forget some that nobody uses, a part at a time (PRUNE,
   * since 7.45; without it this does nothing). Whoever uses them again asks for them again. Not with `changes: false`.
   * @default Infinity
   */
  readonly maxKnownNodes?: number
  /**
   * How requests are waited for. The `reactor` waits for the device and for libuv's event loop in one system call; `plain`
   * works on any event loop, takes a thread of libuv's pool to wait, and is slower. `auto` takes the reactor where it can
   * be had: in Node. @default 'auto'
   */
  readonly loop?: 'auto' | LoopKind
  /**
   * A thread that serves goes to the CPU of a client that waits for each answer, while that makes it faster: above all in
   * virtual machines most of what a request costs is to wake up another CPU. It stays within the CPUs that it is allowed.
   * @default true
   */
  readonly followClients?: boolean
  /**
   * While that helps, a CPU that would be idle is kept from sleeping, by a thread of the kernel's that has the lowest priority:
   * with an idle CPU at hand the scheduler would part server and client again. So a mount that is used one request after
   * another takes the time of two CPUs, as far as others leave it; one that nobody uses takes none. Needs io_uring, and is
   * left out where that is forbidden.
   * @default true
   */
  readonly keepCpuAwake?: boolean
  /**
   * How many worker threads serve the filesystem, which then must be given as the URL of its module; each makes one of its
   * own. 0 for none: this thread serves it. docs/transports.md tells what such a filesystem owes. @default 0
   */
  readonly threads?: number
  /** What a filesystem that is given as a module is made with; for threads it is copied, but for SharedArrayBuffers. */
  readonly data?: unknown
  /**
   * On these signals the mount is unmounted, lazily if files are open, and the process is not ended by them.
   * @default none
   */
  readonly unmountOn?: readonly NodeJS.Signals[]
  /**
   * Whether a small process watches this one, and takes the mount away within seconds after it has died: even if a notification
   * of its is blocked then, which would leave all users of the mount waiting for ever. See `Mount.guardian`.
   * @default true
   */
  readonly guardian?: boolean
  /**
   * Whether the owner of this process, and root, may ask from outside what the mount is doing, and send notifications through
   * it (`fusewire diagnose`, `fusewire notify`). `Mount.control` tells where. @default false
   */
  readonly control?: boolean
  /**
   * How long a request may be unanswered, or a notification wait in the kernel, before {@link onStall} is called, in ms; 0 for
   * never. Not with threads. @default 10000
   */
  readonly watchdogMs?: number
  /**
   * How long a notification may wait in the kernel before the connection is aborted, in ms: every request of every program
   * then fails, and the mount is dead. It is for servers that must not hang, whatever it costs. @default never
   */
  readonly watchdogAbortMs?: number
  /**
   * Something waits for longer than {@link watchdogMs}; called once for each request or notification.
   * @default a line on standard error
   */
  readonly onStall?: (stall: Stall) => void
  /** What to ask of the kernel. READDIRPLUS is asked for if the filesystem has it, unless you say otherwise. */
  readonly init?: InitWishes
  /**
   * A handler threw what is no errno (its caller got EIO), or a message was malformed. The mount goes on.
   * @default a line on standard error
   */
  readonly onError?: (error: unknown, request: string) => void
  /**
   * Is shown every message, INIT included, before it is handled. Called by the thread that serves: it must not block, nor
   * touch the mount. For one that may be slow, and later, there is `Mount.trace`. Not with threads.
   */
  readonly onMessage?: TraceListener
}
